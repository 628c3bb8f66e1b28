from django.urls import path

from centrala.campaigns import template_pages

app_name = "templates"
urlpatterns = [
    path("", template_pages.listing, name="templates"),
    path("add/", template_pages.add, name="add-template"),
    path("<int:template_id>/", template_pages.change, name="template"),
    path("<int:template_id>/delete/", template_pages.remove, name="delete-template"),
]

from django.urls import re_path

from centrala.dataverse import views

# Everything below, so that whatever is wrong with an address is told in Dataverse's own way.
urlpatterns = [re_path(r"^(?P<version>[^/]*)/?(?P<path>[\s\S]*)$", views.web_api)]

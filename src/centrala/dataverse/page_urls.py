from django.urls import path

from centrala.dataverse import application_users, pages

app_name = "dataverse"
urlpatterns = [
    path("tables/", pages.tables, name="tables"),
    path("tables/<slug:name>/", pages.table, name="table"),
    path("tables/<slug:name>/<uuid:row_id>/", pages.row, name="row"),
    path("application-users/", application_users.listing, name="application-users"),
    path("application-users/add/", application_users.add, name="add-application-user"),
    path("application-users/<uuid:user_id>/", application_users.edit, name="application-user"),
    path("application-users/<uuid:user_id>/<str:act>/", application_users.act, name="act-on-application-user"),
]

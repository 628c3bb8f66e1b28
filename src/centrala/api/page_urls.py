from django.urls import path

from centrala.api import pages

app_name = "tokens"
urlpatterns = [
    path("", pages.everybodys, name="all"),
    path("<uuid:token_id>/revoke/", pages.revoke_any, name="revoke-token"),
]

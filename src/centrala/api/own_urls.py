from django.urls import path

from centrala.api import pages

app_name = "own-tokens"
urlpatterns = [
    path("", pages.mine, name="mine"),
    path("make/", pages.make, name="make"),
    path("<uuid:token_id>/revoke/", pages.revoke_mine, name="revoke-my-token"),
]

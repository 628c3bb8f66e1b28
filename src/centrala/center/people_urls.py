"""The organisation, its people and what they did; part of the admin center's addresses."""

from django.urls import path

from centrala.center import audit, organization, users

urlpatterns = [
    path("users/", users.listing, name="users"),
    path("users/invite/", users.invite, name="invite"),
    path("users/<int:user_id>/", users.detail, name="user"),
    *(path(f"users/<int:user_id>/{name}/", users.act, {"name": name}, name=f"user-{name}") for name in users.ACTS),
    path("organization/", organization.organization, name="organization"),
    path("organization/end-trial/", organization.end_trial, name="end-trial"),
    path("audit-log/", audit.listing, name="audit"),
]

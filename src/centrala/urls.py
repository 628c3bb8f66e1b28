from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("centrala.organization.urls")),
    path("desk/", include("centrala.desk.urls")),
    path("center/", include("centrala.center.urls")),
]

from django.urls import URLPattern, URLResolver, include, path

from centrala.api.addresses import addresses

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("centrala.organization.urls")),
    path("desk/", include("centrala.desk.urls")),
    path("recordings/", include("centrala.recordings.page_urls")),
    path("transcripts/", include("centrala.transcripts.page_urls")),
    path("profile/quick-replies/", include("centrala.desk.own_urls")),
    path("center/quick-replies/", include("centrala.desk.page_urls")),
    path("profile/tokens/", include("centrala.api.own_urls")),
    path("center/api-tokens/", include("centrala.api.page_urls")),
    path("center/webhooks/", include("centrala.subscribers.page_urls")),
    path("center/campaigns/", include("centrala.campaigns.page_urls")),
    path("center/templates/", include("centrala.campaigns.template_urls")),
    path("center/dataverse/", include("centrala.dataverse.page_urls")),
    path("center/", include("centrala.center.urls")),
    path("api/v1/", addresses()),
    path("api/data/", include("centrala.dataverse.urls")),
]

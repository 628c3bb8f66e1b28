from django.urls import include, path
from django.views.generic import RedirectView

from centrala.center import (
    azure_setup,
    azure_sign_in,
    connecting,
    disconnecting,
    events,
    managing,
    picking,
    prerequisites,
    progress,
    views,
)

app_name = "center"
urlpatterns = [
    path("", include("centrala.center.people_urls")),
    path("", RedirectView.as_view(pattern_name="center:channels"), name="home"),
    path("channels/", views.channels, name="channels"),
    path("phone-numbers/", views.phone_numbers, name="phone-numbers"),
    path("general-settings/phone-numbers/", views.old_phone_numbers, name="old-phone-numbers"),
    path("phone-numbers/connect/", connecting.choose, name="connect"),
    path("phone-numbers/connect/existing/", connecting.existing, name="connect-existing"),
    path("phone-numbers/connect/pick/", picking.pick, name="connect-pick"),
    path("phone-numbers/connect/progress/", progress.progress, name="connect-progress"),
    path("phone-numbers/prerequisites/", prerequisites.panel, name="prerequisites"),
    path("phone-numbers/prerequisites/register/", prerequisites.register, name="register-provider"),
    path("phone-numbers/test-reach/", prerequisites.test_reach, name="test-reach"),
    path("phone-numbers/advanced/", managing.advanced, name="advanced"),
    path("phone-numbers/advanced/repair/", managing.repair, name="repair"),
    path("phone-numbers/advanced/new-endpoints/", managing.rotate, name="new-endpoints"),
    path("phone-numbers/advanced/sync/", managing.sync, name="sync"),
    path("phone-numbers/advanced/disconnect/", disconnecting.disconnect, name="disconnect"),
    path("phone-numbers/left-in-azure/<uuid:connection_id>/", disconnecting.left, name="leftovers"),
    path("azure/set-up/", azure_setup.page, name="azure-setup"),
    path("azure/set-up/progress/", azure_setup.progress, name="azure-progress"),
    path("azure/set-up/apply/", azure_setup.apply, name="azure-apply"),
    path("azure/set-up/export/<slug:kind>/", azure_setup.export, name="azure-export"),
    path("azure/", azure_sign_in.page, name="azure"),
    path("azure/begin/", azure_sign_in.begin, name="azure-begin"),
    path("azure/end/", azure_sign_in.end, name="azure-end"),
    path("events/", events.listing, name="events"),
    path("events/<int:event_id>/", events.detail, name="event"),
]

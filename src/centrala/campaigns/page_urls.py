from django.urls import path

from centrala.campaigns import actions, pages

app_name = "campaigns"
urlpatterns = [
    path("", pages.listing, name="campaigns"),
    path("new/", pages.add, name="new-campaign"),
    path("<int:campaign_id>/", pages.campaign, name="campaign"),
    path("<int:campaign_id>/progress/", pages.progress, name="campaign-progress"),
    path("<int:campaign_id>/start/", pages.act, {"act": actions.start}, name="start-campaign"),
    path("<int:campaign_id>/pause/", pages.act, {"act": actions.pause}, name="pause-campaign"),
    path("<int:campaign_id>/resume/", pages.act, {"act": actions.resume}, name="resume-campaign"),
    path("<int:campaign_id>/cancel/", pages.act, {"act": actions.cancel}, name="cancel-campaign"),
    path("<int:campaign_id>/discard/", pages.discard, name="discard-campaign"),
    path("<int:campaign_id>/results/", pages.export, name="campaign-results"),
]

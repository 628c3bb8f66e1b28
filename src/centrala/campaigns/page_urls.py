from django.urls import path

from centrala.campaigns import actions, pages

app_name = "campaigns"
urlpatterns = [
    path("", pages.listing, name="all"),
    path("new/", pages.add, name="new"),
    path("<int:campaign_id>/", pages.campaign, name="campaign"),
    path("<int:campaign_id>/progress/", pages.progress, name="progress"),
    path("<int:campaign_id>/start/", pages.act, {"act": actions.start}, name="start"),
    path("<int:campaign_id>/pause/", pages.act, {"act": actions.pause}, name="pause"),
    path("<int:campaign_id>/resume/", pages.act, {"act": actions.resume}, name="resume"),
    path("<int:campaign_id>/cancel/", pages.act, {"act": actions.cancel}, name="cancel"),
    path("<int:campaign_id>/discard/", pages.discard, name="discard"),
    path("<int:campaign_id>/results/", pages.export, name="results"),
]

from django.urls import path

from centrala.subscribers import pages

app_name = "webhooks"
urlpatterns = [
    path("", pages.listing, name="all"),
    path("add/", pages.add, name="add-webhook"),
    path("<uuid:webhook_id>/", pages.webhook, name="webhook"),
    path("<uuid:webhook_id>/change/", pages.change, name="change-webhook"),
    path("<uuid:webhook_id>/secret/", pages.renew_secret, name="renew-secret"),
    path("<uuid:webhook_id>/pause/", pages.pause, name="pause-webhook"),
    path("<uuid:webhook_id>/resume/", pages.resume, name="resume-webhook"),
    path("<uuid:webhook_id>/delete/", pages.delete, name="delete-webhook"),
    path("<uuid:webhook_id>/test/", pages.send_test, name="test-webhook"),
    path("<uuid:webhook_id>/deliveries/<uuid:delivery_id>/again/", pages.send_again, name="send-again"),
]

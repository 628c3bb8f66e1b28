from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "centrala.inbox"

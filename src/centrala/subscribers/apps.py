from django.apps import AppConfig


class SubscribersConfig(AppConfig):
    name = "centrala.subscribers"

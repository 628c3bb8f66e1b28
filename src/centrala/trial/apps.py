from django.apps import AppConfig


class TrialConfig(AppConfig):
    name = "centrala.trial"

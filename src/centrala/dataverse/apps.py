from django.apps import AppConfig


class DataverseConfig(AppConfig):
    name = "centrala.dataverse"

from django.apps import AppConfig


class ConnectionConfig(AppConfig):
    name = "centrala.connection"

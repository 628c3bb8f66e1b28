from django.apps import AppConfig


class DiallingConfig(AppConfig):
    name = "centrala.dialling"

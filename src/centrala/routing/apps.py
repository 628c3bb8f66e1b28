from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out


class RoutingConfig(AppConfig):
    name = "centrala.routing"

    def ready(self) -> None:
        from centrala.routing.leaving import left

        user_logged_out.connect(left, dispatch_uid="routing.left")

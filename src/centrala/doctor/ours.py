"""Which event subscriptions concern this hub."""

from urllib.parse import urlsplit

from centrala.azure.eventgrid import Subscription
from centrala.connection.models import Service
from centrala.doctor.context import Context


def our_subscriptions(context: Context) -> list[Subscription]:
    """Those that deliver to an endpoint of this hub, in force or replaced, under whatever host."""
    paths = {one.path for one in context.connected.endpoints.values()} | set(context.connected.retired)
    return [one for one in context.azure.subscriptions() if path_of(one) in paths]


def feeding(context: Context, service: Service) -> list[Subscription]:
    """Those that deliver to this service's endpoint in force."""
    endpoint = context.connected.endpoints.get(service)
    return [one for one in context.azure.subscriptions() if endpoint is not None and path_of(one) == endpoint.path]


def path_of(one: Subscription) -> str:
    return urlsplit(one.url).path.rstrip("/")

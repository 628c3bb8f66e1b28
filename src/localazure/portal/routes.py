"""The portal's addresses."""

from importlib.resources import files

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from localazure.portal import (
    app_roles,
    calls,
    communication,
    direct_routing,
    event_subscription,
    groups,
    registrations,
    subscribing,
    subscriptions,
    topics,
    trouble,
    views,
)
from localazure.portal.pages import Pages
from localazure.portal.visit import View, at
from localazure.world import World

GROUP = "/resource/subscriptions/{subscription}/resourceGroups/{group}"
SUBSCRIPTION = "/resource/subscriptions/{subscription}"
TOPIC = f"{GROUP}/providers/Microsoft.EventGrid/systemTopics/{{topic}}"
EVENT_SUBSCRIPTION = "/resource/{place:path}/eventSubscriptions/{name}"
REGISTRATION = "/registrations/{id}"
COMMUNICATION = f"{GROUP}/providers/Microsoft.Communication/CommunicationServices/{{name}}"

PLACES: tuple[tuple[str, str, View], ...] = (
    ("GET", "/", views.home),
    ("GET", "/telephone", views.telephone),
    ("GET", "/language/{code}", views.language),
    ("POST", "/person", views.sign_in),
    ("GET", "/trouble", trouble.show),
    ("POST", "/trouble", trouble.ask),
    ("GET", "/groups", groups.index),
    ("GET", "/groups/new", groups.new),
    ("POST", "/groups/new", groups.create),
    ("GET", GROUP, groups.show),
    ("POST", f"{GROUP}/delete", groups.remove),
    ("GET", "/communication/new", communication.new),
    ("POST", "/communication/new", communication.create),
    ("GET", COMMUNICATION, communication.show),
    ("GET", f"{COMMUNICATION}/properties", communication.properties),
    ("GET", f"{COMMUNICATION}/keys", communication.keys),
    ("POST", f"{COMMUNICATION}/keys", communication.regenerate),
    ("GET", f"{COMMUNICATION}/numbers", communication.numbers),
    ("GET", f"{COMMUNICATION}/direct-routing", direct_routing.show),
    ("POST", f"{COMMUNICATION}/direct-routing", direct_routing.order),
    ("POST", f"{COMMUNICATION}/delete", communication.remove),
    ("GET", "/calls", calls.index),
    ("GET", "/calls/{call}", calls.show),
    ("GET", "/subscriptions", subscriptions.index),
    ("GET", SUBSCRIPTION, subscriptions.show),
    ("GET", f"{SUBSCRIPTION}/providers", subscriptions.providers),
    ("POST", f"{SUBSCRIPTION}/providers", subscriptions.change_provider),
    ("GET", "/registrations", registrations.index),
    ("GET", "/registrations/new", registrations.new),
    ("POST", "/registrations/new", registrations.register),
    ("GET", REGISTRATION, registrations.show),
    ("POST", f"{REGISTRATION}/delete", registrations.remove),
    ("GET", f"{REGISTRATION}/owners", registrations.owners),
    ("POST", f"{REGISTRATION}/owners", registrations.add_owner),
    ("GET", f"{REGISTRATION}/roles", app_roles.roles),
    ("POST", f"{REGISTRATION}/roles", app_roles.change),
    ("GET", f"{REGISTRATION}/assignments", app_roles.assignments),
    ("POST", f"{REGISTRATION}/assignments", app_roles.assign),
    ("GET", "/topics", topics.index),
    ("GET", "/topics/new", topics.new),
    ("POST", "/topics/new", topics.create),
    ("GET", TOPIC, topics.show),
    ("POST", f"{TOPIC}/delete", topics.remove),
    ("GET", f"{COMMUNICATION}/events", subscribing.index),
    ("GET", f"{COMMUNICATION}/events/new", subscribing.new),
    ("POST", f"{COMMUNICATION}/events/new", subscribing.create),
    ("GET", EVENT_SUBSCRIPTION, event_subscription.show),
    ("GET", f"{EVENT_SUBSCRIPTION}/edit", subscribing.edit),
    ("POST", f"{EVENT_SUBSCRIPTION}/edit", subscribing.change),
    ("POST", f"{EVENT_SUBSCRIPTION}/delete", event_subscription.remove),
    ("POST", f"{EVENT_SUBSCRIPTION}/again", event_subscription.try_again),
    ("GET", f"{EVENT_SUBSCRIPTION}/deliveries/{{delivery}}", event_subscription.delivery),
)

READ = {address for method, address, _ in PLACES if method == "GET"}
ONLY_DONE = {address for method, address, _ in PLACES if method == "POST"} - READ


class Static(StaticFiles):
    """Files that browsers ask for anew each time, so that an upgrade shows at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def routes(world: World) -> list[BaseRoute]:
    pages = Pages(world)
    return [
        *(Route(address, at(world, pages, view), methods=[method]) for method, address, view in PLACES),
        *(Route(address, at(world, pages, views.up), methods=["GET"]) for address in sorted(ONLY_DONE)),
        Mount("/static", Static(directory=str(files("localazure").joinpath("static")))),
    ]

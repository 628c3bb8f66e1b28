"""What the local cloud answers, by its own tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from localazure.app import AZURE
from localazure.control.routes import CONTROL
from localazure.pipeline import Service
from localazure.routing import Route, Router

BELOW = "/subscriptions/{scope:path}"
SCOPE = "subscriptions/x/resourceGroups/x/providers/Microsoft.Communication/communicationServices/x"


@dataclass(frozen=True)
class Emulated:
    """An operation of the local cloud: a line of a service's route table."""

    service: str
    method: str
    template: str

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"

    @property
    def sample(self) -> str:
        """A path that the template fits."""
        template = self.template.replace(BELOW, "/{scope:path}")
        return re.sub(r"\{\w+(:path)?\}", lambda match: SCOPE if match[1] else "x", template)

    @property
    def shape(self) -> str:
        """Alike for templates that differ in the names of their parameters only."""
        return shape(self.template)


def shape(template: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", template).lower()


def routes_of(service: Service) -> tuple[Route, ...]:
    return _router(service).routes


def emulated() -> Iterator[Emulated]:
    """Every operation of Azure, without the control API, which is no part of it."""
    for service in AZURE:
        for route in routes_of(service):
            yield Emulated(service.name, route.method, route.template)


def answering(method: str, path: str, query: str = "") -> tuple[Service | None, Emulated | None]:
    """The service that claims the path and its operation; None where there is none."""
    for service in (*AZURE, CONTROL):
        if service.claims.match(path):
            route, _ = _router(service).match(method, service.normalized(path, query))
            return service, route and Emulated(service.name, route.method, route.template)
    return None, None


def _router(service: Service) -> Router:
    router = getattr(service.find, "__self__", None)
    assert isinstance(router, Router), f"{service.name} answers by something else than a table of routes"
    return router

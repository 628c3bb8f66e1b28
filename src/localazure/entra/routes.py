"""Entra's paths."""

import re

from localazure.entra import devices, discovery, grants, pages
from localazure.entra.errors import envelope
from localazure.pipeline import Call, Reply, Service
from localazure.routing import Route, Router
from localazure.world import World

UNCACHED = {"cache-control": "no-store, no-cache", "pragma": "no-cache"}


def discovery_v1(world: World, call: Call) -> Reply:
    return Reply(body=discovery.document(world, discovery.tenant(world, call.params["tenant"]), 1))


def discovery_v2(world: World, call: Call) -> Reply:
    return Reply(body=discovery.document(world, discovery.tenant(world, call.params["tenant"]), 2))


def keys_v1(world: World, call: Call) -> Reply:
    return Reply(body=discovery.keys(world, discovery.tenant(world, call.params["tenant"]), 1))


def keys_v2(world: World, call: Call) -> Reply:
    return Reply(body=discovery.keys(world, discovery.tenant(world, call.params["tenant"]), 2))


def token(world: World, call: Call) -> Reply:
    tenant = discovery.tenant(world, call.params["tenant"])
    return Reply(body=grants.token(world, tenant, grants.form(call)), headers=UNCACHED)


def device_code(world: World, call: Call) -> Reply:
    tenant = discovery.tenant(world, call.params["tenant"])
    return Reply(body=devices.begin(world, tenant, grants.form(call)), headers=UNCACHED)


def instance(world: World, call: Call) -> Reply:
    return Reply(body=discovery.instance(world))


ROUTES = Router(
    [
        Route("GET", "/common/discovery/instance", instance),
        Route("GET", "/{tenant}/.well-known/openid-configuration", discovery_v1),
        Route("GET", "/{tenant}/v2.0/.well-known/openid-configuration", discovery_v2),
        Route("GET", "/{tenant}/discovery/keys", keys_v1),
        Route("GET", "/{tenant}/discovery/v2.0/keys", keys_v2),
        Route("POST", "/{tenant}/oauth2/v2.0/token", token),
        Route("POST", "/{tenant}/oauth2/v2.0/devicecode", device_code),
        Route("GET", "/{tenant}/oauth2/v2.0/authorize", pages.authorize),
        Route("POST", "/{tenant}/oauth2/v2.0/authorize", pages.authorize),
        Route("GET", "/{tenant}/oauth2/v2.0/logout", pages.logout),
        Route("GET", "/devicelogin", pages.device),
        Route("POST", "/devicelogin", pages.device),
        Route("GET", "/devicelogin/signin.css", pages.style),
        Route("GET", "/devicelogin/icon.svg", pages.icon),
        Route("GET", "/devicelogin/continue.js", pages.script),
    ]
)

ENTRA = Service(
    name="entra",
    claims=re.compile(r"/[^/]+/(v2\.0/|\.well-known/|oauth2/|discovery/)|/devicelogin(/|$)", re.IGNORECASE),
    find=ROUTES.find,
    envelope=envelope,
)

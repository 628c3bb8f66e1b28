"""Entra's paths: https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc"""

import re
from collections.abc import Mapping

from localazure.entra import rules
from localazure.entra.errors import envelope
from localazure.pipeline import Call, Caller, Reply, Service
from localazure.routing import Route, Router
from localazure.world import World


def discovery_v1(world: World, call: Call) -> Reply:
    return Reply(body=rules.discovery(world, rules.tenant(world, call.params["tenant"]), 1))


def discovery_v2(world: World, call: Call) -> Reply:
    return Reply(body=rules.discovery(world, rules.tenant(world, call.params["tenant"]), 2))


def keys_v1(world: World, call: Call) -> Reply:
    return Reply(body=rules.keys(world, rules.tenant(world, call.params["tenant"]), 1))


def keys_v2(world: World, call: Call) -> Reply:
    return Reply(body=rules.keys(world, rules.tenant(world, call.params["tenant"]), 2))


def token(world: World, call: Call) -> Reply:
    tenant = rules.tenant(world, call.params["tenant"])
    body = rules.token(world, tenant, rules.form(call))
    return Reply(body=body, headers={"cache-control": "no-store, no-cache", "pragma": "no-cache"})


def instance(world: World, call: Call) -> Reply:
    return Reply(body=rules.instance(world))


def _anyone(world: World, call: Call) -> Caller:
    return Caller()


def _anything(call: Call) -> None:
    """Entra's requests carry no api-version."""


def _headers(call: Call) -> Mapping[str, str]:
    return {"x-ms-request-id": call.request_id}


ROUTES = Router(
    [
        Route("GET", "/common/discovery/instance", instance),
        Route("GET", "/{tenant}/.well-known/openid-configuration", discovery_v1),
        Route("GET", "/{tenant}/v2.0/.well-known/openid-configuration", discovery_v2),
        Route("GET", "/{tenant}/discovery/keys", keys_v1),
        Route("GET", "/{tenant}/discovery/v2.0/keys", keys_v2),
        Route("POST", "/{tenant}/oauth2/v2.0/token", token),
    ]
)

ENTRA = Service(
    name="entra",
    claims=re.compile(r"/[^/]+/(v2\.0/|\.well-known/|oauth2/|discovery/)", re.IGNORECASE),
    find=ROUTES.find,
    authenticate=_anyone,
    validate=_anything,
    envelope=envelope,
    headers=_headers,
)

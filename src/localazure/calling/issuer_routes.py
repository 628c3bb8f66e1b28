"""Where whoever is told of a call finds the keys: for anybody, without an api-version."""

import re

from localazure.calling import issuer
from localazure.pipeline import Call, Reply, Service
from localazure.routing import Route, Router
from localazure.world import World


def document(world: World, call: Call) -> Reply:
    return Reply(body=issuer.document(world))


def keys(world: World, call: Call) -> Reply:
    return Reply(body=issuer.keys(world))


ROUTES = Router(
    [
        Route("GET", "/calling/.well-known/acsopenidconfiguration", document),
        Route("GET", "/calling/keys", keys),
    ]
)

CALLBACK_ISSUER = Service(
    name="callbacks", claims=re.compile(r"/calling/(\.well-known/|keys/?$)", re.IGNORECASE), find=ROUTES.find
)

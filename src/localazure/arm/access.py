"""What every call to Resource Manager must bring."""

import re

from localazure.audiences import MANAGEMENT
from localazure.auth import WrongAudience, bearer, caller_of
from localazure.clock import timestamp
from localazure.entra.tokens import ExpiredToken, InvalidToken
from localazure.errors import (
    BAD_AUDIENCE,
    BAD_TOKEN,
    EXPIRED_TOKEN,
    INVALID_API_VERSION,
    MISSING_API_VERSION,
    NO_TOKEN,
    ServiceError,
)
from localazure.pipeline import Call, Caller
from localazure.world import World

VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-[a-z]+)?")


def authenticate(world: World, call: Call) -> Caller:
    try:
        return _caller(world, call)
    except ServiceError as error:
        error.headers["www-authenticate"] = (
            f'Bearer authorization_uri="{world.addresses.url}/{world.seed.tenant_id}", '
            f'error="invalid_token", error_description="{error.message}"'
        )
        raise


def check_version(call: Call) -> None:
    version = call.query.get("api-version")
    if not version:
        raise MISSING_API_VERSION.of()
    if not VERSION.fullmatch(version):
        raise INVALID_API_VERSION.of(version=version)


def _caller(world: World, call: Call) -> Caller:
    token = bearer(call)
    if token is None:
        raise NO_TOKEN.of()
    try:
        return caller_of(world, token, MANAGEMENT | {world.addresses.url})
    except ExpiredToken as error:
        raise EXPIRED_TOKEN.of(at=timestamp(error.expired_at)) from error
    except WrongAudience as error:
        raise BAD_AUDIENCE.of(audience=error) from error
    except InvalidToken as error:
        raise BAD_TOKEN.of() from error

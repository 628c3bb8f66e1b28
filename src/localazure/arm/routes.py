"""Resource Manager: its parts' paths together."""

import re
from collections.abc import Mapping

from localazure import operations
from localazure.arm.access import authenticate, check_version
from localazure.arm.authorization import ROUTES as AUTHORIZATION
from localazure.arm.groups import ROUTES as GROUPS
from localazure.arm.inventory import ROUTES as INVENTORY
from localazure.arm.metadata import endpoints
from localazure.arm.providers import ROUTES as PROVIDERS
from localazure.arm.subscriptions import ROUTES as SUBSCRIPTIONS
from localazure.communication.management import ROUTES as COMMUNICATION
from localazure.eventgrid.management import ROUTES as EVENT_GRID
from localazure.pipeline import Call, Service
from localazure.routing import Route, Router
from localazure.storage.accounts import ROUTES as STORAGE

OPERATIONS = "/subscriptions/{subscription}/providers/{namespace}/locations/{location}"

ROUTES = Router(
    [
        *SUBSCRIPTIONS,
        *GROUPS,
        *INVENTORY,
        *PROVIDERS,
        Route("GET", f"{OPERATIONS}/operationsStatus/{{operation}}", operations.get_status),
        Route("GET", f"{OPERATIONS}/operationStatuses/{{operation}}", operations.get_status),
        Route("GET", f"{OPERATIONS}/operationResults/{{operation}}", operations.get_result),
        *COMMUNICATION,
        *AUTHORIZATION,
        *EVENT_GRID,
        *STORAGE,
    ]
)


SLASHES = re.compile("/{2,}")


def _single_slashes(path: str, query: str) -> str:
    """Generic clients leave an empty segment where a type has no parent."""
    return SLASHES.sub("/", path)


def _headers(call: Call) -> Mapping[str, str]:
    correlation = call.headers.get("x-ms-correlation-request-id", call.request_id)
    return {"x-ms-request-id": call.request_id, "x-ms-correlation-request-id": correlation}


RESOURCE_MANAGER = Service(
    name="arm",
    claims=re.compile(r"/+(subscriptions|tenants|providers)(/|$)", re.IGNORECASE),
    find=ROUTES.find,
    normalized=_single_slashes,
    authenticate=authenticate,
    validate=check_version,
    headers=_headers,
)

# az asks for the cloud's addresses before it knows any of its rules.
METADATA = Service(
    name="metadata",
    claims=re.compile(r"/metadata/endpoints$"),
    find=Router([Route("GET", "/metadata/endpoints", endpoints)]).find,
    headers=_headers,
)

"""Microsoft Graph: its parts' paths together. https://learn.microsoft.com/graph/api/overview"""

import re
from collections.abc import Mapping

from localazure.clock import real_time
from localazure.errors import ServiceError
from localazure.graph.access import authenticate
from localazure.graph.applications import ROUTES as APPLICATIONS
from localazure.graph.assignments import ROUTES as ASSIGNMENTS
from localazure.graph.keys import KeyedRouter
from localazure.graph.objects import ROUTES as OBJECTS
from localazure.graph.owners import ROUTES as OWNERS
from localazure.graph.people import ROUTES as PEOPLE
from localazure.graph.principals import ROUTES as PRINCIPALS
from localazure.pipeline import Call, Service


def envelope(error: ServiceError, call: Call) -> dict[str, object]:
    inner = {
        "date": f"{real_time():%Y-%m-%dT%H:%M:%S}",
        "request-id": call.request_id,
        "client-request-id": call.headers.get("client-request-id", call.request_id),
    }
    return {"error": error.body["error"] | {"innerError": inner}}


def _headers(call: Call) -> Mapping[str, str]:
    return {"request-id": call.request_id, "client-request-id": call.headers.get("client-request-id", call.request_id)}


# Its version stands in the path.
GRAPH = Service(
    name="graph",
    claims=re.compile(r"/(v1\.0|beta)/", re.IGNORECASE),
    find=KeyedRouter([*APPLICATIONS, *PRINCIPALS, *OBJECTS, *OWNERS, *ASSIGNMENTS, *PEOPLE]).find,
    authenticate=authenticate,
    envelope=envelope,
    headers=_headers,
)

"""Where recordings are fetched and deleted; the real service has them on a host of their own.

A request is signed for the resource's own host, whichever it is sent to: the clients do so.
"""

import re

import msgspec

from localazure.auth import bearer, signed_by
from localazure.calling import files
from localazure.calling.errors import RANGE_NOT_SATISFIABLE, RECORDING_NOT_FOUND
from localazure.communication.routes import by_token, envelope
from localazure.pipeline import Call, Caller, Reply, Service
from localazure.records.calling import RecordingFile
from localazure.routing import Route, Router
from localazure.world import World

RANGE = re.compile(r"bytes=(?P<first>\d+)-(?P<last>\d*)")
ONE = "/v1/objects/{document}"


def get(world: World, call: Call) -> Reply:
    """All of it or, with Range, a part."""
    place = files.path(world, _found(world, call))
    asked = RANGE.fullmatch(call.headers.get("range", ""))
    with place.open("rb") as file:
        size = file.seek(0, 2)
        first = int(asked["first"]) if asked else 0
        last = min(int(asked["last"]), size - 1) if asked and asked["last"] else size - 1
        if asked and not first <= last:
            raise RANGE_NOT_SATISFIABLE.of()
        file.seek(first)
        content = file.read(last - first + 1)
    headers = {"content-type": "audio/wav", "accept-ranges": "bytes"}
    if asked:
        headers["content-range"] = f"bytes {first}-{last}/{size}"
    return Reply(status=206 if asked else 200, body=content, headers=headers)


def get_metadata(world: World, call: Call) -> Reply:
    return Reply(body=msgspec.json.encode(_found(world, call).metadata), headers={"content-type": "application/json"})


def delete(world: World, call: Call) -> Reply:
    files.remove(world, _found(world, call))
    return Reply(status=200)


def authenticate(world: World, call: Call) -> Caller:
    token = bearer(call)
    if token:
        return by_token(world, call, token)
    port = world.addresses.host.partition(":")[2]
    names = [f"{one.name}.communication.localhost:{port}".lower() for one in world.communication.all()]
    return Caller(resource=signed_by(world, call, hosts=(world.addresses.host, *names)).key)


def _found(world: World, call: Call) -> RecordingFile:
    file = files.find(world, call.caller.resource, call.params["document"])
    if file is None or not files.path(world, file).exists():
        raise RECORDING_NOT_FOUND.of()
    return file


ROUTES = Router(
    [
        Route("GET", f"{ONE}/content/audio", get),
        Route("GET", f"{ONE}/content/acsmetadata", get_metadata),
        Route("DELETE", ONE, delete),
    ]
)

RECORDINGS = Service(
    name="recordings",
    claims=re.compile(r"/v1/objects/", re.IGNORECASE),
    find=ROUTES.find,
    authenticate=authenticate,
    envelope=envelope,
)

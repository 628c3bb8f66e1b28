"""The Blob service's paths: /ACCOUNT/CONTAINER/BLOB, an account's address being the cloud's and its name."""

import re
from collections.abc import Awaitable, Mapping
from urllib.parse import parse_qsl

from localazure.clock import real_time, timestamp
from localazure.errors import BODY_TOO_LARGE, INVALID_HEADER, ServiceError
from localazure.pipeline import Call, Handler, Reply, Service
from localazure.routing import Route, Router
from localazure.storage import containers, listing, reading, writing, xml
from localazure.storage.access import Need, account_of, authenticate, require
from localazure.storage.writing import refuse_what_is_not_emulated
from localazure.world import World

LIMIT = 256 * 1024 * 1024  # bytes of a request: one lies in memory while it is answered
VERSION = re.compile(r"\d{4}-\d{2}-\d{2}")
STANDARD_VERSION = "2021-12-02"
MANY_SLASHES = 3


def account_information(world: World, call: Call) -> Reply:
    one = account_of(world, call)
    told = {"x-ms-sku-name": one.sku, "x-ms-account-kind": one.kind, "x-ms-is-hns-enabled": "false"}
    return Reply(headers=told)


def operation(method: str, template: str, handle: Handler, permissions: str, kind: str, action: str) -> Route:
    need = Need(permissions, kind, action)

    def checked(world: World, call: Call) -> Reply | Awaitable[Reply]:
        require(world, call, need)
        refuse_what_is_not_emulated(call)
        return handle(world, call)

    return Route(method, template, checked)


def normalized(path: str, query: str) -> str:
    """What the query asks for becomes the path's end: `restype` and `comp` name the operation."""
    asked = {name.lower(): re.sub("[^a-z]", "-", value.lower()) for name, value in parse_qsl(query)}
    named = "&".join(f"{name}={asked[name]}" for name in ("restype", "comp") if name in asked)
    short = path.rstrip("/") if path.count("/") < MANY_SLASHES else path
    return f"{short}?{named}" if named else short


def envelope(error: ServiceError, call: Call) -> object:
    if error.status == 304:
        return None
    message = f"{error.message}\nRequestId:{call.request_id}\nTime:{timestamp(real_time())}"
    detail = [("AuthenticationErrorDetail", error.target)] if error.target else []
    return xml.document(xml.element("Error", xml.texts([("Code", error.code), ("Message", message), *detail])))


def error_headers(error: ServiceError, call: Call) -> Mapping[str, str]:
    kind = {} if error.status == 304 else xml.TYPE
    return {**kind, **error.headers, "x-ms-error-code": error.code}


def check_version(call: Call) -> None:
    if not VERSION.fullmatch(_version(call)):
        raise INVALID_HEADER.of()


def _version(call: Call) -> str:
    return call.headers.get("x-ms-version") or call.query.get("sv") or STANDARD_VERSION


def _headers(call: Call) -> Mapping[str, str]:
    version, asked = _version(call), call.headers.get("x-ms-client-request-id")
    told = {"x-ms-request-id": call.request_id} | ({"x-ms-client-request-id": asked} if asked else {})
    return told | ({"x-ms-version": version} if VERSION.fullmatch(version) else {})


CONTAINER = "/{account}/{container}"
BLOB = f"{CONTAINER}/{{blob:path}}"

ROUTES = Router([
    operation("GET", "/{account}?comp=list", listing.list_containers, "l", "s", "read"),
    operation("GET", "/{account}?restype=account&comp=properties", account_information, "rl", "s", "read"),
    operation("HEAD", "/{account}?restype=account&comp=properties", account_information, "rl", "s", "read"),
    operation("PUT", f"{CONTAINER}?restype=container", containers.create, "cw", "c", "write"),
    operation("GET", f"{CONTAINER}?restype=container", containers.properties, "r", "c", "read"),
    operation("HEAD", f"{CONTAINER}?restype=container", containers.properties, "r", "c", "read"),
    operation("DELETE", f"{CONTAINER}?restype=container", containers.delete, "d", "c", "delete"),
    operation("PUT", f"{CONTAINER}?restype=container&comp=metadata", containers.label, "w", "c", "write"),
    operation("GET", f"{CONTAINER}?restype=container&comp=list", listing.list_blobs, "l", "c", "blobs/read"),
    operation("PUT", BLOB, writing.put_blob, "cw", "o", "blobs/write"),
    operation("GET", BLOB, reading.get, "r", "o", "blobs/read"),
    operation("HEAD", BLOB, reading.head, "r", "o", "blobs/read"),
    operation("DELETE", BLOB, writing.delete, "d", "o", "blobs/delete"),
    operation("PUT", f"{BLOB}?comp=block", writing.put_block, "cw", "o", "blobs/write"),
    operation("PUT", f"{BLOB}?comp=blocklist", writing.put_block_list, "cw", "o", "blobs/write"),
    operation("GET", f"{BLOB}?comp=blocklist", reading.block_list, "r", "o", "blobs/read"),
    operation("PUT", f"{BLOB}?comp=metadata", writing.label, "w", "o", "blobs/write"),
    operation("GET", f"{BLOB}?comp=metadata", reading.labels, "r", "o", "blobs/read"),
    operation("PUT", f"{BLOB}?comp=properties", writing.set_properties, "w", "o", "blobs/write"),
])  # fmt: skip

STORAGE = Service(
    name="storage",
    claims=re.compile(r"/[a-z0-9]{3,24}(/|$)"),
    find=ROUTES.find,
    authenticate=authenticate,
    validate=check_version,
    envelope=envelope,
    error_headers=error_headers,
    headers=_headers,
    too_large=BODY_TOO_LARGE,
    limit=LIMIT,
    normalized=normalized,
)

"""Lists of containers and blobs, in pages: https://learn.microsoft.com/rest/api/storageservices/enumerating-blob-resources"""

import base64
import binascii
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeVar

from localazure.errors import INVALID_QUERY, OUT_OF_RANGE, PART_NOT_EMULATED
from localazure.pipeline import Call, Reply
from localazure.records.storage import Blob, Container
from localazure.storage import metadata, xml
from localazure.storage.access import account_of
from localazure.storage.containers import container
from localazure.world import World

MOST = 5000
PARTS = {"metadata", "copy", "deleted", "snapshots", "versions", "tags", "immutabilitypolicy", "legalhold",
         "deletedwithversions", "permissions", "system", "uncommittedblobs"}  # fmt: skip
PREFIX = "BlobPrefix"
Entry = TypeVar("Entry")


def list_containers(world: World, call: Call) -> Reply:
    account = account_of(world, call)
    included = _included(call)
    prefix = call.query.get("prefix", "")
    found = sorted((one for one in world.containers.of(account.name) if one.name.startswith(prefix)), key=_name)
    page, following = _page(call, iter(found), _name)
    listed = xml.element("Containers", *(_container(one, included) for one in page))
    return _reply(world, call, [("Prefix", prefix)], listed, following, account=account.name)


def list_blobs(world: World, call: Call) -> Reply:
    """With a delimiter, what has the same name up to it is one entry."""
    inside = container(world, call)
    included = _included(call)
    if "uncommittedblobs" in included:
        raise PART_NOT_EMULATED.of(what="lists of blobs that are not yet committed")
    prefix, delimiter = call.query.get("prefix", ""), call.query.get("delimiter", "")
    found = sorted((one for one in world.blobs.of(inside.key) if one.name.startswith(prefix)), key=_name)
    page, following = _page(call, _grouped(found, prefix, delimiter), _entry)
    listed = xml.element("Blobs", *(_blob(one, included) if isinstance(one, Blob) else _prefix(one) for one in page))
    asked = [("Prefix", prefix), ("Delimiter", delimiter)]
    return _reply(world, call, asked, listed, following, account=inside.account, container=inside.name)


def _grouped(found: list[Blob], prefix: str, delimiter: str) -> Iterator[Blob | str]:
    last = None
    for one in found:
        head, cut, _ = one.name[len(prefix) :].partition(delimiter) if delimiter else (one.name, "", "")
        if not cut:
            yield one
        elif (group := prefix + head + cut) != last:
            last = group
            yield group


def _page(call: Call, found: Iterator[Entry], name: Callable[[Entry], str]) -> tuple[list[Entry], str]:
    """The entries from the marker on, and the marker of the page after them: the name of its first entry."""
    most, start = _most(call), _started(call)
    page = list(islice((one for one in found if name(one) >= start), most + 1))
    return page[:most], _marker(name(page[most])) if len(page) > most else ""


def _most(call: Call) -> int:
    text = call.query.get("maxresults", "")
    if not text:
        return MOST
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise INVALID_QUERY.of()
    if int(text) < 1:
        raise OUT_OF_RANGE.of()
    return min(int(text), MOST)


def _marker(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def _started(call: Call) -> str:
    try:
        return base64.urlsafe_b64decode(call.query.get("marker", "")).decode()
    except (binascii.Error, ValueError):
        raise INVALID_QUERY.of() from None


def _included(call: Call) -> set[str]:
    included = {part for part in call.query.get("include", "").lower().split(",") if part}
    if not included <= PARTS:
        raise INVALID_QUERY.of()
    return included


def _reply(
    world: World, call: Call, asked: list[tuple[str, str]], listed: str, following: str, *, account: str,
    container: str = "",
) -> Reply:  # fmt: skip
    told = [(name, call.query.get(name.lower(), "")) for name in ("Marker", "MaxResults")]
    given = xml.texts((name, value) for name, value in [*asked, *told] if value)
    named = {"ServiceEndpoint": f"{world.addresses.url}/{account}/"} | (
        {"ContainerName": container} if container else {}
    )
    body = xml.element("EnumerationResults", given, listed, xml.text("NextMarker", following), **named)
    return Reply(body=xml.document(body), headers=xml.TYPE)


def _container(one: Container, included: set[str]) -> str:
    facts = [
        ("Last-Modified", metadata.http_time(one.changed_at)), ("Etag", one.etag), ("LeaseStatus", "unlocked"),
        ("LeaseState", "available"), ("HasImmutabilityPolicy", "false"), ("HasLegalHold", "false"),
    ]  # fmt: skip
    return xml.element("Container", xml.text("Name", one.name), _properties(facts), _metadata(one.metadata, included))


def _blob(one: Blob, included: set[str]) -> str:
    own = [(name.title(), value) for name, value in one.headers.items()]
    facts = [
        ("Creation-Time", metadata.http_time(one.made_at)), ("Last-Modified", metadata.http_time(one.changed_at)),
        ("Etag", one.etag.strip('"')), ("Content-Length", str(one.size)), *own, ("Content-MD5", one.md5),
        ("BlobType", "BlockBlob"), ("AccessTier", one.tier or "Hot"), ("LeaseStatus", "unlocked"),
        ("LeaseState", "available"), ("ServerEncrypted", "true"),
    ]  # fmt: skip
    return xml.element("Blob", xml.name(one.name), _properties(facts), _metadata(one.metadata, included))


def _prefix(name: str) -> str:
    return xml.element(PREFIX, xml.name(name))


def _properties(facts: list[tuple[str, str]]) -> str:
    return xml.element("Properties", xml.texts(facts))


def _metadata(labels: dict[str, str], included: set[str]) -> str:
    return xml.element("Metadata", xml.texts(labels.items())) if "metadata" in included else ""


def _name(one: Blob | Container) -> str:
    return one.name


def _entry(one: Blob | str) -> str:
    return one if isinstance(one, str) else one.name

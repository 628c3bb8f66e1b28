"""Operations that make and change block blobs: https://learn.microsoft.com/rest/api/storageservices/operations-on-blobs"""

import base64
import binascii
import re

from localazure.errors import (
    INVALID_BLOCK,
    INVALID_BLOCKS,
    INVALID_HEADER,
    INVALID_MD5,
    INVALID_NAME,
    INVALID_QUERY,
    MD5_MISMATCH,
    MISSING_HEADER,
    NO_BLOB,
    NO_PERMISSION,
    PART_NOT_EMULATED,
)
from localazure.pipeline import Call, Reply
from localazure.records.storage import Blob, Block, Container, Piece
from localazure.storage import blobs, conditions, contents, metadata, xml
from localazure.storage.containers import container
from localazure.storage.signatures import resource_of
from localazure.world import World

LONGEST_NAME = 1024
MOST_BLOCKS = 50_000
LONGEST_BLOCK_ID = 64  # bytes, before they are base64
TIERS = {"", "Hot", "Cool", "Cold"}
CONTENT = ("content-type", "content-encoding", "content-language", "cache-control", "content-disposition")
NOT_EMULATED = (
    "x-ms-copy-source", "x-ms-structured-body", "x-ms-content-crc64", "x-ms-lease-id", "x-ms-tags", "x-ms-if-tags",
    "x-ms-encryption-key", "x-ms-encryption-scope", "x-ms-expiry-option", "x-ms-immutability-policy-until-date",
    "x-ms-legal-hold", "x-ms-delete-type-permanent",
)  # fmt: skip
VERSIONS = ("snapshot", "versionid", "deletetype")


def refuse_what_is_not_emulated(call: Call) -> None:
    """Rather than do something else than was asked."""
    for name in NOT_EMULATED:
        if name in call.headers:
            raise PART_NOT_EMULATED.of(what=f"the header {name}")
    for name in VERSIONS:
        if name in call.query:
            raise PART_NOT_EMULATED.of(what="snapshots and versions")


def name_of(call: Call) -> str:
    name = resource_of(call)[2]
    if not 0 < len(name) <= LONGEST_NAME:
        raise INVALID_NAME.of()
    return name


def known(world: World, call: Call) -> Blob:
    found = world.blobs.get(f"{container(world, call).key}/{name_of(call)}")
    if found is None:
        raise NO_BLOB.of()
    return found


def put_blob(world: World, call: Call) -> Reply:
    kind = call.headers.get("x-ms-blob-type")
    if kind in {"PageBlob", "AppendBlob"}:
        raise PART_NOT_EMULATED.of(what=f"blobs of the type {kind}")
    if kind != "BlockBlob":
        raise (INVALID_HEADER if kind else MISSING_HEADER).of()
    inside = _writable(world, call)
    _check_md5(call, call.headers.get("content-md5") or call.headers.get("x-ms-blob-content-md5"))
    one = blobs.put(
        world, inside, name_of(call), call.body, headers=_content(call), labels=metadata.of(call), tier=_tier(call)
    )
    return _written(one, {"content-md5": one.md5})


def put_block(world: World, call: Call) -> Reply:
    inside = container(world, call)
    block = call.query.get("blockid", "")
    _check_block_id(block)
    _check_md5(call, call.headers.get("content-md5"))
    blob = f"{inside.key}/{name_of(call)}"
    beside = world.blocks.of(blob)
    if any(len(one.piece.block) != len(block) for one in beside[:1]):
        raise INVALID_BLOCK.of()
    one = Block(blob=blob, piece=contents.keep(world, call.body, block=block))
    before = world.blocks.get(one.key)
    world.blocks.put(one.key, one)
    contents.drop(world, [before.piece] if before else [])
    told = {"content-md5": blobs.digest(call.body), "x-ms-request-server-encrypted": "true"}
    return Reply(status=201, headers=told)


def put_block_list(world: World, call: Call) -> Reply:
    inside, name = _writable(world, call), name_of(call)
    _check_md5(call, call.headers.get("content-md5"))
    pieces = _listed(world, f"{inside.key}/{name}", xml.read(call.body, "BlockList"))
    md5 = call.headers.get("x-ms-blob-content-md5", "")
    one = blobs.replace(
        world, inside, name, pieces, headers=_content(call), labels=metadata.of(call), tier=_tier(call), md5=md5
    )
    return _written(one, {})


def label(world: World, call: Call) -> Reply:
    one = known(world, call)
    conditions.check(call, one)
    return _changed(blobs.change(world, one, headers=None, labels=metadata.of(call)))


def set_properties(world: World, call: Call) -> Reply:
    """All of them: what is not named is gone."""
    one = known(world, call)
    conditions.check(call, one)
    return _changed(blobs.change(world, one, headers=_content(call), labels=None))


def delete(world: World, call: Call) -> Reply:
    one = known(world, call)
    conditions.check(call, one)
    blobs.remove(world, one)
    return Reply(status=202, headers={"x-ms-delete-type-permanent": "true"})


def _writable(world: World, call: Call) -> Container:
    """The container, when the name may be written to: a signature that only creates overwrites nothing."""
    inside = container(world, call)
    there = world.blobs.get(f"{inside.key}/{name_of(call)}")
    conditions.check(call, there)
    if there and not call.caller.object_id and "sig" in call.query and "w" not in call.query.get("sp", ""):
        raise NO_PERMISSION.of()
    return inside


def _listed(world: World, blob: str, listed: list[tuple[str, str]]) -> tuple[Piece, ...]:
    waiting = {one.piece.block: one.piece for one in world.blocks.of(blob)}
    there = world.blobs.get(blob)
    committed = {piece.block: piece for piece in there.pieces if piece.block} if there else {}
    places = {"Latest": committed | waiting, "Committed": committed, "Uncommitted": waiting}
    if len(listed) > MOST_BLOCKS:
        raise INVALID_BLOCKS.of()
    try:
        return tuple(places[kind][block] for kind, block in listed)
    except KeyError:
        raise INVALID_BLOCKS.of() from None


def _content(call: Call) -> dict[str, str]:
    """x-ms-blob-content-type and its like; of a whole blob the request's own headers, too."""
    named = ((name, call.headers.get(f"x-ms-blob-{name}", "")) for name in CONTENT)
    found = {name: value for name, value in named if value}
    if "comp" not in call.query:
        plain = ((name, call.headers.get(name, "")) for name in ("content-type", "content-encoding", "cache-control"))
        found = {name: value for name, value in plain if value} | found
    return {"content-type": "application/octet-stream"} | found


def _tier(call: Call) -> str:
    tier = call.headers.get("x-ms-access-tier", "")
    if tier == "Archive":
        raise PART_NOT_EMULATED.of(what="the access tier Archive")
    if tier not in TIERS:
        raise INVALID_HEADER.of()
    return tier


def _check_md5(call: Call, told: str | None) -> None:
    if told is None:
        return
    try:
        digest = base64.b64decode(told, validate=True)
    except binascii.Error:
        raise INVALID_MD5.of() from None
    if len(digest) != 16:
        raise INVALID_MD5.of()
    if told != blobs.digest(call.body):
        raise MD5_MISMATCH.of()


def _check_block_id(text: str) -> None:
    try:
        size = len(base64.b64decode(text, validate=True)) if re.fullmatch(r"[!-~]+", text) else 0
    except binascii.Error:
        size = 0
    if not 0 < size <= LONGEST_BLOCK_ID:
        raise INVALID_QUERY.of()


def _written(one: Blob, more: dict[str, str]) -> Reply:
    told = metadata.state(one.etag, one.changed_at) | more | {"x-ms-request-server-encrypted": "true"}
    return Reply(status=201, headers=told)


def _changed(one: Blob) -> Reply:
    return Reply(headers=metadata.state(one.etag, one.changed_at))

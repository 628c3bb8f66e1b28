"""Operations that read a blob: https://learn.microsoft.com/rest/api/storageservices/get-blob"""

import re

from localazure.errors import INVALID_HEADER, INVALID_QUERY, INVALID_RANGE
from localazure.pipeline import Call, Reply
from localazure.records.storage import Blob, Piece
from localazure.storage import blobs, conditions, contents, metadata, xml
from localazure.storage.containers import LEASE, container
from localazure.storage.signatures import OVERRIDES
from localazure.storage.writing import known as known_blob
from localazure.storage.writing import name_of
from localazure.world import World

RANGE = re.compile(r"bytes=(\d{1,18})-(\d{1,18})?")
MOST_HASHED = 4 * 1024 * 1024  # bytes of a range whose MD5 may be asked for
OVERRIDDEN = ("cache-control", "content-disposition", "content-encoding", "content-language", "content-type")
LISTS = {"all", "committed", "uncommitted"}


def get(world: World, call: Call) -> Reply:
    one = known_blob(world, call)
    conditions.check(call, one, reading=True)
    part = _range(call, one.size)
    first, last = part or (0, one.size - 1)
    content = contents.read(world, one.pieces, first, last)
    told = headers(one) | _overridden(call)
    if part is None:
        return Reply(body=content, headers=told | ({"content-md5": one.md5} if one.md5 else {}))
    told |= {"content-range": f"bytes {first}-{last}/{one.size}"}
    told |= {"x-ms-blob-content-md5": one.md5} if one.md5 else {}
    if call.headers.get("x-ms-range-get-content-md5", "").lower() == "true":
        if len(content) > MOST_HASHED:
            raise INVALID_HEADER.of()
        told |= {"content-md5": blobs.digest(content)}
    return Reply(status=206, body=content, headers=told)


def head(world: World, call: Call) -> Reply:
    one = known_blob(world, call)
    conditions.check(call, one, reading=True)
    told = headers(one) | _overridden(call) | {"content-length": str(one.size)}
    tier = {"x-ms-access-tier": one.tier or "Hot"} | ({} if one.tier else {"x-ms-access-tier-inferred": "true"})
    return Reply(headers=told | tier | ({"content-md5": one.md5} if one.md5 else {}))


def labels(world: World, call: Call) -> Reply:
    one = known_blob(world, call)
    conditions.check(call, one, reading=True)
    return Reply(headers=metadata.state(one.etag, one.changed_at) | metadata.headers(one.metadata))


def block_list(world: World, call: Call) -> Reply:
    """Of a blob, or of one that has blocks and is none yet."""
    asked = call.query.get("blocklisttype", "committed").lower()
    if asked not in LISTS:
        raise INVALID_QUERY.of()
    key = f"{container(world, call).key}/{name_of(call)}"
    waiting = [one.piece for one in world.blocks.of(key)]
    one = world.blobs.get(key) if waiting else known_blob(world, call)
    committed = [piece for piece in one.pieces if piece.block] if one else []
    lists = [] if asked == "uncommitted" else [_blocks("CommittedBlocks", committed)]
    lists += [] if asked == "committed" else [_blocks("UncommittedBlocks", waiting)]
    state = metadata.state(one.etag, one.changed_at) | {"x-ms-blob-content-length": str(one.size)} if one else {}
    return Reply(body=xml.document(xml.element("BlockList", *lists)), headers=xml.TYPE | state)


def headers(one: Blob) -> dict[str, str]:
    return (
        one.headers
        | metadata.state(one.etag, one.changed_at)
        | metadata.headers(one.metadata)
        | LEASE
        | {
            "accept-ranges": "bytes",
            "x-ms-blob-type": "BlockBlob",
            "x-ms-creation-time": metadata.http_time(one.made_at),
            "x-ms-server-encrypted": "true",
        }
    )


def _overridden(call: Call) -> dict[str, str]:
    """A shared access signature may say what the blob comes back as."""
    if "sig" not in call.query:
        return {}
    asked = ((name, call.query.get(field, "")) for name, field in zip(OVERRIDDEN, OVERRIDES, strict=True))
    return {name: value for name, value in asked if value and value.isprintable() and value.isascii()}


def _range(call: Call, size: int) -> tuple[int, int] | None:
    text = call.headers.get("x-ms-range") or call.headers.get("range")
    match = RANGE.fullmatch(text) if text else None
    if match is None:  # as the service does with a range that it does not understand
        return None
    first, last = int(match[1]), min(int(match[2] or size - 1), size - 1)
    if first >= size or last < first:
        error = INVALID_RANGE.of()
        error.headers["content-range"] = f"bytes */{size}"
        raise error
    return first, last


def _blocks(name: str, pieces: list[Piece]) -> str:
    listed = (
        xml.element("Block", xml.text("Name", piece.block), xml.text("Size", str(piece.size))) for piece in pieces
    )
    return xml.element(name, *listed)

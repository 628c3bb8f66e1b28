"""What happens to block blobs, whoever asks for it."""

import base64
import hashlib

import msgspec

from localazure.records.storage import Blob, Container, Piece
from localazure.storage import contents
from localazure.storage.metadata import new_etag
from localazure.world import World


def put(
    world: World,
    container: Container,
    name: str,
    content: bytes,
    *,
    headers: dict[str, str],
    labels: dict[str, str] | None = None,
    tier: str = "",
) -> Blob:
    """A whole blob, in place of whatever had the name."""
    piece = contents.keep(world, content)
    return replace(
        world, container, name, (piece,), headers=headers, labels=labels or {}, tier=tier, md5=digest(content)
    )


def replace(
    world: World,
    container: Container,
    name: str,
    pieces: tuple[Piece, ...],
    *,
    headers: dict[str, str],
    labels: dict[str, str],
    tier: str,
    md5: str,
) -> Blob:
    """The blob is there in one step, and its blocks that were not made part of it are gone."""
    known = world.blobs.get(f"{container.key}/{name}")
    now = world.clock.now()
    one = Blob(
        container=container.key,
        name=name,
        etag=new_etag(),
        made_at=known.made_at if known else now,
        changed_at=now,
        pieces=pieces,
        headers=headers,
        md5=md5,
        metadata=labels,
        tier=tier,
    )
    with world.store.transaction():
        world.blobs.put(one.key, one)
        forget_blocks(world, one.key, keep=pieces)
    kept = {piece.file for piece in pieces}
    contents.drop(world, [piece for piece in known.pieces if piece.file not in kept] if known else [])
    return one


def change(world: World, one: Blob, *, headers: dict[str, str] | None, labels: dict[str, str] | None) -> Blob:
    changed = msgspec.structs.replace(
        one,
        headers=one.headers if headers is None else headers,
        metadata=one.metadata if labels is None else labels,
        etag=new_etag(),
        changed_at=world.clock.now(),
    )
    return world.blobs.put(one.key, changed)


def remove(world: World, one: Blob) -> None:
    with world.store.transaction():
        world.blobs.remove(one.key)
        forget_blocks(world, one.key)
    contents.drop(world, one.pieces)


def forget_blocks(world: World, blob: str, keep: tuple[Piece, ...] = ()) -> None:
    kept = {piece.file for piece in keep}
    for block in world.blocks.of(blob):
        world.blocks.remove(block.key)
        if block.piece.file not in kept:
            contents.drop(world, [block.piece])


def digest(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()

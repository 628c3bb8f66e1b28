"""The bytes of blobs: a file for each piece, named by its record and by nothing else."""

from collections.abc import Iterable

from localazure.certificates import write_private
from localazure.records.ids import new_id
from localazure.records.storage import Piece
from localazure.world import World


def keep(world: World, content: bytes, *, block: str = "") -> Piece:
    folder = world.addresses.blobs
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    piece = Piece(file=new_id(), size=len(content), block=block)
    write_private(folder / piece.file, content)
    return piece


def read(world: World, pieces: Iterable[Piece], first: int, last: int) -> bytes:
    """The bytes from `first` to `last`, both included."""
    found, start = bytearray(), 0
    for piece in pieces:
        begin, end = max(first - start, 0), min(last - start + 1, piece.size)
        if begin < end:
            with (world.addresses.blobs / piece.file).open("rb") as file:
                file.seek(begin)
                found += file.read(end - begin)
        start += piece.size
    return bytes(found)


def drop(world: World, pieces: Iterable[Piece]) -> None:
    for piece in pieces:
        (world.addresses.blobs / piece.file).unlink(missing_ok=True)


def sweep(world: World) -> None:
    """Away with what no record names: a process was killed between the two."""
    if not world.addresses.blobs.is_dir():
        return
    named = {piece.file for blob in world.blobs.all() for piece in blob.pieces}
    named |= {block.piece.file for block in world.blocks.all()}
    for path in world.addresses.blobs.iterdir():
        if path.name not in named:
            path.unlink(missing_ok=True)

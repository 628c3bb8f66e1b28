"""The cloud's recording and the hub's own of the agents become one file of two channels, by the clock."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction

from centrala.calls.models import Call, CallState
from centrala.conversations.live import announce
from centrala.installation import make_private
from centrala.recordings import soon, wav
from centrala.recordings.keeping import digest, keep, readable
from centrala.recordings.models import ChunkState, Joined, Side, Source
from centrala.recordings.placing import Piece, placed_chunk, placed_leg

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE = 16_000
PARTS = 1_000  # of the waveform, at most
SHORTEST_PART = RATE // 20  # samples
AT_ONCE = 30 * RATE  # samples that are in memory
LONGEST = 12 * 3600 * RATE  # samples: what is placed later has a clock that is wrong


def join(*, call_id: UUID) -> Joined | None:
    """Of what has come so far; None where there is nothing, or the call goes on. Done again when more has come."""
    call = Call.objects.filter(pk=call_id, state=CallState.ENDED).first()
    if call is None:
        return None
    with ExitStack() as open_:
        customer, agents = _sides(call, open_)
        if not customer and not agents:
            return None
        began = min(piece.began for piece in [*customer, *agents])
        path = Path(settings.CALLS_FOLDER) / "arriving" / f"{call_id}.{os.getpid()}.wav"
        make_private(path.parent.parent)
        make_private(path.parent)
        try:
            samples, peaks = _write(path, began, customer, agents)
            with path.open("rb") as file:
                sha256 = digest(file)
            name = keep(path, name=f"{call.rang_at:%Y/%m}/{call.pk}/joined-{sha256[:16]}.wav", sha256=sha256)
            made = Joined(
                call=call,
                began_at=began,
                milliseconds=samples * 1000 // RATE,
                left=_source(call, customer),
                right=Source.HUB if agents else Source.NONE,
                name=name,
                size=path.stat().st_size,
                sha256=sha256,
                peaks=peaks,
            )
        finally:
            path.unlink(missing_ok=True)
    return _replace(made)


@transaction.atomic
def _replace(made: Joined) -> Joined | None:
    """None where the call was erased meanwhile."""
    call = Call.objects.select_for_update(no_key=True).filter(pk=made.call_id).first()
    if call is None:
        soon.remove([made.name])
        return None
    before = Joined.objects.filter(call=call).first()
    if before is not None:
        made.pk = before.pk
    made.save(force_update=before is not None, force_insert=before is None)
    if before is not None and before.name != made.name:
        soon.remove([before.name])
    if call.conversation_id:
        announce([call.conversation_id])
    return made


def _sides(call: Call, open_: ExitStack) -> tuple[list[Piece], list[Piece]]:
    customer: list[Piece] = []
    for recording in call.recordings.prefetch_related("chunks").order_by("started_at", "id"):
        at = recording.started_at or call.connected_at or call.rang_at
        for chunk in recording.chunks.all():
            if chunk.state == ChunkState.STORED:
                path = open_.enter_context(readable(chunk.name))
                pieces, at = placed_chunk(path, chunk, at)
                customer += pieces
        if customer:
            break  # of two recordings of the same call one is enough
    legs: dict[str, list[Piece]] = {side: [] for side in Side}
    for leg in call.legs.all():
        legs[leg.side].append(placed_leg(open_.enter_context(readable(leg.name)), leg))
    return customer or legs[Side.CUSTOMER], legs[Side.AGENT]  # the cloud's has the voicemail in it


def _source(call: Call, customer: list[Piece]) -> Source:
    if not customer:
        return Source.NONE
    if customer[0].own:
        return Source.HUB
    return Source.MIXED if customer[0].mixed else Source.CLOUD


def _write(path: Path, began: datetime, customer: list[Piece], agents: list[Piece]) -> tuple[int, list[list[int]]]:
    """Returns how many samples it has, and the waveform of both."""
    import numpy as np  # here alone: most processes never join

    total = min(max(piece.end(began, RATE) for piece in chain(customer, agents)), LONGEST)
    part = max(SHORTEST_PART, -(-total // PARTS))
    step = max(1, AT_ONCE // part) * part
    peaks: list[list[int]] = [[], []]
    with path.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(wav.header(total * 4, rate=RATE, channels=2))
        for first in range(0, total, step):
            last = min(first + step, total)
            sound = np.zeros((last - first, 2), dtype="<i2")
            for side, pieces in enumerate((customer, agents)):
                sound[:, side] = _sum(pieces, began, first, last)
                peaks[side] += _loudest(sound[:, side], part)
            file.write(sound.tobytes())
    return total, peaks


def _sum(pieces: list[Piece], began: datetime, first: int, last: int) -> "NDArray[np.int16]":
    import numpy as np

    heard = np.zeros(last - first, dtype=np.int32)
    for piece in pieces:
        for place, samples in _parts(piece, began, first, last):
            heard[place : place + len(samples)] += samples
    return np.clip(heard, -32768, 32767).astype("<i2")


def _parts(piece: Piece, began: datetime, first: int, last: int) -> Iterator[tuple[int, "NDArray[np.int16]"]]:
    start = piece.start(began, RATE)
    since, until = max(first, start), min(last, piece.end(began, RATE))
    if since < until:
        yield since - first, piece.samples(since - start, until - start, RATE)


def _loudest(samples: "NDArray[np.int16]", part: int) -> list[int]:
    import numpy as np

    loud = np.abs(samples.astype(np.int32))
    return [int(100 * loud[at : at + part].max() / 32768) for at in range(0, len(loud), part)]

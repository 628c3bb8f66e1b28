"""A workstream's own sounds as frames, which a process that has calls keeps at hand."""

from collections.abc import Collection
from functools import lru_cache

from centrala.calls.frames import BYTES
from centrala.workstreams.sounds import Sound

KEPT = 16


def of(workstreams: Collection[int], purposes: Collection[str]) -> dict[tuple[int, str], int]:
    """Which there are, by workstream and purpose."""
    found = Sound.objects.filter(workstream__in=workstreams, purpose__in=purposes)
    return {(workstream, purpose): pk for workstream, purpose, pk in found.values_list("workstream", "purpose", "pk")}


@lru_cache(maxsize=KEPT)
def frames(sound_id: int) -> tuple[bytes, ...]:
    """Of a sound that is there, or was a moment ago: then none."""
    found = Sound.objects.filter(pk=sound_id).values_list("samples", flat=True).first()
    sound = bytes(found or b"")
    sound += bytes(-len(sound) % BYTES)
    return tuple(sound[at : at + BYTES] for at in range(0, len(sound), BYTES))

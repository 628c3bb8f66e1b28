"""Who hears whom in a call, and how several voices become one.

A voice that is the only one somebody hears passes straight through. Where there may be two, each waits for the next
beat of 20 ms, in which one frame of each is added up.
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from enum import StrEnum

from centrala.calls.frames import BYTES

MOST_WAITING = 5  # frames of one voice, 100 ms: of what comes in bursts the oldest goes
SOFTEST, LOUDEST = -32768, 32767


class Role(StrEnum):
    """What somebody is in a call."""

    CUSTOMER = "customer"
    AGENT = "agent"  # whose call it is
    LISTENING = "listening"  # hears both, and nobody knows
    COACHING = "coaching"  # is heard by the agent alone
    JOINED = "joined"  # is heard by all
    CONSULTED = "consulted"  # so is a colleague whom the agent asked in
    OUTSIDE = "outside"  # and somebody at a number outside


OPENLY = frozenset({Role.CUSTOMER, Role.AGENT, Role.JOINED, Role.CONSULTED, Role.OUTSIDE})
HEARS: dict[Role, frozenset[Role]] = {
    Role.CUSTOMER: OPENLY - {Role.CUSTOMER},
    Role.AGENT: OPENLY - {Role.AGENT} | {Role.COACHING},
    Role.LISTENING: OPENLY,
    Role.COACHING: OPENLY,
    Role.JOINED: OPENLY,
    Role.CONSULTED: OPENLY,
    Role.OUTSIDE: OPENLY,
}


class Ear:
    """What reaches one of them. `put` takes the frames that are heard."""

    def __init__(self, role: Role, put: Callable[[bytes], None]) -> None:
        self.role = role
        self._put = put
        self._alone = True
        self._waiting: dict[Hashable, deque[bytes]] = {}

    def among(self, roles: Iterable[Role]) -> None:
        """Those who are in the call besides."""
        self._alone = sum(role in HEARS[self.role] for role in roles) < 2
        if self._alone:
            self._waiting.clear()

    def hear(self, frame: bytes, role: Role, who: Hashable) -> None:
        if role not in HEARS[self.role]:
            return
        if self._alone:
            self._put(frame)
        else:
            self._waiting.setdefault(who, deque(maxlen=MOST_WAITING)).append(frame)

    def tick(self) -> None:
        """20 ms have passed."""
        if frames := [waiting.popleft() for waiting in self._waiting.values() if waiting]:
            self._put(frames[0] if len(frames) == 1 else mixed(frames))


def mixed(frames: list[bytes]) -> bytes:
    """Their sum; what is too loud for a sample is as loud as it can be."""
    import numpy as np  # with the first call in which there are three: most processes never have one

    voices = np.frombuffer(b"".join(frames), dtype="<i2").reshape(len(frames), BYTES // 2)
    sound: bytes = voices.sum(axis=0, dtype=np.int32).clip(SOFTEST, LOUDEST).astype("<i2").tobytes()
    return sound

"""Who hears whom, for every pair of roles, and how several voices are one."""

import numpy as np
import pytest

from centrala.calls.frames import BYTES, SAMPLES
from centrala.calls.mixing import MOST_WAITING, Ear, Role, mixed

LOUD, SOFT = (np.full(SAMPLES, level, dtype="<i2").tobytes() for level in (30_000, 1_000))
# Rows hear, columns are heard.
TABLE = """
                customer  agent  listening  coaching  joined
    customer    -         yes    no         no        yes
    agent       yes       -      no         yes       yes
    listening   yes       yes    no         no        yes
    coaching    yes       yes    no         no        yes
    joined      yes       yes    no         no        yes
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
PAIRS = [(row[0], heard, word) for row in ROWS[1:] for heard, word in zip(ROWS[0], row[1:], strict=True) if word != "-"]


def heard_by(role: Role) -> tuple[Ear, list[bytes]]:
    frames: list[bytes] = []
    return Ear(role, frames.append), frames


@pytest.mark.parametrize(("who", "whom", "word"), PAIRS)
def test_each_role_hears_whom_it_shall(who: str, whom: str, word: str) -> None:
    ear, frames = heard_by(Role(who))

    ear.hear(SOFT, Role(whom), 1)

    assert frames == [SOFT] * (word == "yes")


def test_one_voice_waits_for_no_beat_though_somebody_listens() -> None:
    ear, frames = heard_by(Role.CUSTOMER)
    ear.among([Role.AGENT, Role.LISTENING, Role.COACHING])

    ear.hear(SOFT, Role.AGENT, 1)

    assert frames == [SOFT]


def test_two_voices_are_added_up_at_the_beat() -> None:
    ear, frames = heard_by(Role.LISTENING)
    ear.among([Role.CUSTOMER, Role.AGENT])

    ear.hear(SOFT, Role.CUSTOMER, 1)
    ear.hear(SOFT, Role.AGENT, 2)
    ear.hear(SOFT, Role.AGENT, 2)
    assert frames == []
    ear.tick()
    ear.tick()
    ear.tick()

    assert frames == [mixed([SOFT, SOFT]), SOFT]
    assert set(np.frombuffer(frames[0], "<i2")) == {2_000}


def test_what_is_too_loud_is_as_loud_as_can_be() -> None:
    assert set(np.frombuffer(mixed([LOUD, LOUD, SOFT]), "<i2")) == {32_767}
    assert len(mixed([LOUD, SOFT])) == BYTES


def test_voice_that_comes_in_bursts_is_not_heard_ever_later() -> None:
    ear, frames = heard_by(Role.LISTENING)
    ear.among([Role.CUSTOMER, Role.AGENT])

    for number in range(3 * MOST_WAITING):
        ear.hear(bytes([number]) * BYTES, Role.AGENT, 2)
    for _ in range(3 * MOST_WAITING):
        ear.tick()

    assert frames == [bytes([number]) * BYTES for number in range(2 * MOST_WAITING, 3 * MOST_WAITING)]


def test_alone_again_nothing_old_is_heard() -> None:
    ear, frames = heard_by(Role.CUSTOMER)
    ear.among([Role.AGENT, Role.JOINED])
    ear.hear(LOUD, Role.JOINED, 2)

    ear.among([Role.AGENT])
    ear.tick()
    ear.hear(SOFT, Role.AGENT, 1)

    assert frames == [SOFT]

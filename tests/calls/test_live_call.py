"""Who hears whom in a call, moment by moment: without a server, a socket or a clock."""

import json
from time import monotonic
from uuid import UUID

import pytest

from centrala.calls import live_call
from centrala.calls.browsers import Agent
from centrala.calls.frames import BYTES, SILENCE
from centrala.calls.live_call import GONE_SECONDS, LiveCall
from centrala.calls.music import melody
from centrala.calls.outlet import MOST_WAITING, Outlet
from centrala.calls.standing import Mode, Standing

CALL, TALK = UUID(int=1), UUID(int=2)
ALA, BEATA = 7, 8
HER_VOICE, HIS_VOICE = b"\1" * BYTES, b"\2" * BYTES


class Recorded(Outlet):
    """What would leave by a socket."""

    def __init__(self) -> None:
        super().__init__(self._never)
        self.frames: list[bytes] = []
        self.words: list[str] = []
        self.company: list[list[tuple[str, str]]] = []  # as it was told of it
        self.ended = False

    async def _never(self, _packet: bytes | str) -> None:
        raise AssertionError

    def put(self, frame: bytes) -> None:
        self.frames.append(frame)

    def say(self, words: str) -> None:
        told = json.loads(words)
        if told["kind"] == "company":
            self.company.append([(one["name"], one["role"]) for one in told["people"]])
        else:
            self.words.append(told["mode"])

    def clear(self) -> None:
        self.frames.clear()

    def end(self) -> None:
        self.ended = True


def standing(*, agent: int | None = None, over: bool = False) -> Standing:
    return Standing(CALL, TALK, over=over, ended=False, agent=agent)


def waiting() -> tuple[LiveCall, Recorded]:
    live, line = LiveCall(CALL), Recorded()
    live.found(line)
    live.refresh(standing())
    return live, line


def talking() -> tuple[LiveCall, Recorded, Agent, Recorded]:
    live, line = waiting()
    live.refresh(standing(agent=ALA))
    ear = Recorded()
    agent = Agent(ALA, ear)
    live.join(agent)
    return live, line, agent, ear


def test_caller_who_waits_hears_music_without_a_gap() -> None:
    live, line = waiting()

    for _ in range(len(melody()) + 3):
        live.tick()

    assert line.frames == [*melody(), *melody()[:3]]
    assert all(len(frame) == BYTES for frame in line.frames)
    assert SILENCE not in melody()


def test_agent_and_customer_hear_each_other_and_no_music() -> None:
    live, line, agent, ear = talking()

    live.tick()
    live.from_customer(HIS_VOICE)
    live.from_agent(HER_VOICE, agent)

    assert (line.frames, ear.frames) == ([HER_VOICE], [HIS_VOICE])
    assert ear.words == [Mode.TALKING]


def test_rest_of_the_music_is_not_heard_when_the_agent_comes() -> None:
    live, line = waiting()
    live.tick()
    live.refresh(standing(agent=ALA))

    live.join(Agent(ALA, Recorded()))

    assert line.frames == []


def test_held_customer_hears_music_and_the_agent_nothing() -> None:
    live, line, agent, ear = talking()

    live.hold(agent, on=True)
    live.tick()
    live.from_customer(HIS_VOICE)
    live.from_agent(HER_VOICE, agent)
    assert (line.frames, ear.frames) == ([melody()[0]], [])

    live.hold(agent, on=False)
    live.from_customer(HIS_VOICE)
    assert (ear.frames, ear.words) == ([HIS_VOICE], [Mode.TALKING, Mode.HELD, Mode.TALKING])


def test_second_window_of_the_agent_has_the_call_and_the_first_is_told() -> None:
    live, line, first, ear = talking()
    second = Agent(ALA, Recorded())

    live.join(second)
    live.from_agent(HER_VOICE, first)
    live.leave(first)

    assert (ear.words, ear.ended, line.frames) == ([Mode.TALKING, "elsewhere"], True, [])
    assert (live.agent, live.mode) == (second, Mode.TALKING)


def test_agent_whose_call_it_is_not_any_more_is_neither_heard_nor_hears() -> None:
    live, line, agent, ear = talking()

    live.refresh(standing(agent=BEATA))
    live.from_customer(HIS_VOICE)
    live.from_agent(HER_VOICE, agent)

    assert (line.frames, ear.frames, live.mode) == ([], [], Mode.WAITING)


def test_socket_of_an_agent_whose_call_it_is_not_any_more_is_ended() -> None:
    live, _line, _agent, ear = talking()

    live.refresh(standing(agent=BEATA))

    assert (ear.words, ear.ended, live.agent) == ([Mode.TALKING, Mode.WAITING], True, None)


def test_what_was_looked_up_before_is_no_news() -> None:
    live, _line = waiting()
    earlier, later = live.asks(), live.asks()

    live.refresh(standing(agent=BEATA), later)
    live.refresh(standing(agent=ALA), earlier)

    assert live.standing.agent == BEATA


def test_caller_hears_music_when_the_agents_browser_says_nothing_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    live, line, agent, _ear = talking()
    live.from_agent(HER_VOICE, agent)
    later = monotonic() + GONE_SECONDS + 0.1
    monkeypatch.setattr(live_call, "monotonic", lambda: later)

    live.tick()
    live.from_agent(HER_VOICE, agent)
    live.tick()

    assert line.frames == [HER_VOICE, melody()[0], HER_VOICE]


def test_second_socket_of_the_service_ends_the_first() -> None:
    live, line = waiting()

    live.found(Recorded())

    assert line.ended


def test_hold_ends_with_the_agent_who_held() -> None:
    live, _line, agent, _ear = talking()
    live.hold(agent, on=True)

    live.refresh(standing(agent=BEATA))
    live.join(Agent(BEATA, Recorded()))

    assert live.mode == Mode.TALKING


def test_customer_hears_music_while_the_agents_browser_is_gone_and_it_is_known_since_when() -> None:
    live, line, agent, _ear = talking()
    assert live.alone_since is None

    live.leave(agent)
    live.tick()

    assert (live.alone_since is not None, line.frames) == (True, [melody()[0]])
    live.join(Agent(ALA, Recorded()))
    assert live.alone_since is None


def test_end_is_told_to_the_agent_and_ends_the_socket() -> None:
    live, line, _agent, ear = talking()

    live.refresh(standing(agent=ALA, over=True))
    live.tick()

    assert (ear.words, ear.ended, line.frames) == ([Mode.TALKING, Mode.OVER], True, [])


def test_what_is_announced_is_heard_before_the_music_and_to_the_end_even_when_it_is_over() -> None:
    live, line = waiting()
    live.announce([HER_VOICE, HIS_VOICE])

    live.tick()
    live.refresh(standing(over=True))
    live.said = True
    assert not live.silent
    live.tick()
    live.tick()

    assert (line.frames, live.silent) == ([HER_VOICE, HIS_VOICE], True)


def test_agent_who_talks_is_not_interrupted_by_what_was_announced() -> None:
    live, line, agent, _ear = talking()
    live.announce([HIS_VOICE])

    live.tick()
    live.hold(agent, on=True)
    live.tick()

    assert line.frames == [melody()[0]]


def test_customers_socket_that_is_gone_is_known_since_when_and_only_the_last_one_counts() -> None:
    live, line = waiting()
    again = Recorded()
    live.found(again)

    live.lost(line)
    assert live.silent_since is None
    live.lost(again)
    assert live.silent_since is not None


async def test_who_does_not_keep_up_loses_the_oldest_sound_and_no_word() -> None:
    left: list[bytes | str] = []

    async def send(packet: bytes | str) -> None:
        left.append(packet)

    outlet = Outlet(send)
    frames = [bytes([n]) * BYTES for n in range(MOST_WAITING + 2)]
    for frame in frames:
        outlet.put(frame)
    outlet.say("first")
    outlet.say("second")
    outlet.end()

    await outlet.run()

    assert (left, outlet.dropped) == (["first", "second"], 2)


async def test_sound_leaves_in_order() -> None:
    left: list[bytes | str] = []
    frames = [bytes([n]) * BYTES for n in range(3)]

    async def send(packet: bytes | str) -> None:
        left.append(packet)
        if packet == frames[-1]:
            outlet.end()

    outlet = Outlet(send)
    for frame in frames:
        outlet.put(frame)

    await outlet.run()

    assert left == frames

"""Supervisors in a call: who hears them, what the agent is told, and when they are shown out."""

import pytest

from calls.test_live_call import ALA, BEATA, HER_VOICE, HIS_VOICE, Recorded, standing, talking
from centrala.calls.live_call import Agent, Mode
from centrala.calls.mixing import Role, mixed

CELINA = 9
ADVICE = b"\3" * len(HER_VOICE)


def guest(role: Role, person: int = BEATA) -> tuple[Agent, Recorded]:
    ear = Recorded()
    return Agent(person, ear, role, "Beata"), ear


def test_who_listens_hears_both_and_is_not_heard_nor_told_of() -> None:
    live, line, agent, ear = talking()
    beata, hers = guest(Role.LISTENING)

    live.accompany(beata)
    live.from_customer(HIS_VOICE)
    live.from_agent(HER_VOICE, agent)
    live.from_agent(ADVICE, beata)
    live.tick()

    assert (line.frames, ear.frames) == ([HER_VOICE], [HIS_VOICE])
    assert hers.frames == [mixed([HIS_VOICE, HER_VOICE])]
    assert (ear.words, hers.words) == ([Mode.TALKING], [Role.LISTENING])


def test_who_coaches_is_heard_by_the_agent_alone_who_is_told() -> None:
    live, line, agent, ear = talking()
    beata, _hers = guest(Role.COACHING)

    live.accompany(beata)
    live.from_agent(ADVICE, beata)
    live.from_agent(HER_VOICE, agent)
    live.tick()
    live.part(beata)

    assert (line.frames, ear.frames) == ([HER_VOICE], [ADVICE])
    assert ear.company == [[("Beata", "coaching")], []]


def test_who_joins_is_heard_by_all() -> None:
    live, line, agent, ear = talking()
    beata, hers = guest(Role.JOINED)

    live.accompany(beata)
    live.from_agent(ADVICE, beata)
    live.from_agent(HER_VOICE, agent)
    live.from_customer(HIS_VOICE)
    live.tick()

    assert line.frames == [mixed([ADVICE, HER_VOICE])]
    assert ear.frames == [mixed([ADVICE, HIS_VOICE])]
    assert hers.frames == [mixed([HER_VOICE, HIS_VOICE])]


def test_agent_who_comes_back_is_told_who_is_there() -> None:
    live, _line, agent, _ear = talking()
    live.leave(agent)
    beata, _hers = guest(Role.COACHING)
    live.accompany(beata)
    ear = Recorded()

    live.join(Agent(ALA, ear))

    assert ear.company == [[("Beata", "coaching")]]


def test_held_customer_is_not_overheard() -> None:
    live, _line, agent, _ear = talking()
    beata, hers = guest(Role.LISTENING)
    live.accompany(beata)

    live.hold(agent, on=True)
    live.from_customer(HIS_VOICE)
    live.tick()

    assert hers.frames == []


def test_customer_hears_who_joined_when_the_agents_browser_is_gone_and_its_time_runs_all_the_same() -> None:
    live, line, agent, _ear = talking()
    beata, _hers = guest(Role.JOINED)
    live.accompany(beata)

    live.leave(agent)
    live.from_agent(ADVICE, beata)
    live.tick()

    assert (line.frames, live.alone_since is not None) == ([ADVICE], True)


def test_other_role_of_the_same_person_takes_the_place_of_the_first() -> None:
    live, _line, _agent, _ear = talking()
    first, hers = guest(Role.LISTENING)
    second, again = guest(Role.COACHING)

    live.accompany(first)
    live.accompany(second)
    live.part(first)

    assert (hers.words, hers.ended) == ([Role.LISTENING, "elsewhere"], True)
    assert (again.words, live.company) == ([Role.COACHING], [second])


@pytest.mark.parametrize("now", [standing(agent=ALA, over=True), standing(agent=BEATA)])
def test_company_is_shown_out_when_it_is_over_and_when_the_call_becomes_their_own(now: object) -> None:
    live, _line, _agent, _ear = talking()
    beata, hers = guest(Role.LISTENING)
    live.accompany(beata)

    live.refresh(now)  # type: ignore[arg-type]

    assert (hers.words, hers.ended, live.company) == ([Role.LISTENING, Mode.OVER], True, [])


def test_several_may_listen() -> None:
    live, _line, agent, _ear = talking()
    (beata, hers), (celina, other) = guest(Role.LISTENING), guest(Role.LISTENING, CELINA)
    live.accompany(beata)
    live.accompany(celina)

    live.from_agent(HER_VOICE, agent)
    live.tick()

    assert hers.frames == other.frames == [HER_VOICE]

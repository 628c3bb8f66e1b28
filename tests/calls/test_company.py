"""Supervisors in a call: who hears them, what the agent is told, and when they are shown out."""

import wave
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from django.utils.timezone import now

from calls.test_live_call import ALA, BEATA, CALL, HER_VOICE, HIS_VOICE, Recorded, standing, talking
from centrala.calls.browsers import CONFERRING, UNINVITED, YOURS, Agent, Outsider
from centrala.calls.frames import RATE
from centrala.calls.leg import Leg, folder
from centrala.calls.live_call import LiveCall
from centrala.calls.mixing import Role, mixed
from centrala.calls.music import melody, ring_back
from centrala.calls.standing import Advice, Mode, Standing

CELINA = 9
WITH_BEATA = replace(standing(agent=ALA), consulted=frozenset({BEATA}), held=True)
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
    live.leave(beata)

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
    live.leave(first)

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


def test_who_is_consulted_talks_with_the_agent_alone_and_the_customer_hears_music() -> None:
    live, line, agent, ear, beata, hers = consulting()

    live.from_agent(ADVICE, beata)
    live.from_agent(HER_VOICE, agent)
    live.from_customer(HIS_VOICE)
    live.tick()

    assert (ear.frames, hers.frames) == ([ADVICE], [HER_VOICE])
    assert line.frames == [melody()[0]]
    assert (ear.words, hers.words) == ([Mode.TALKING, Mode.HELD], [Role.CONSULTED])
    assert ear.company == [[("Beata", "consulted")]]


def test_off_hold_all_three_hear_each_other_and_who_is_consulted_is_told_so() -> None:
    live, line, agent, _ear, beata, hers = consulting()

    live.hold(agent, on=False)
    live.from_agent(ADVICE, beata)
    live.from_agent(HER_VOICE, agent)
    live.tick()
    live.hold(agent, on=True)

    assert line.frames == [mixed([ADVICE, HER_VOICE])]
    assert hers.words == [Role.CONSULTED, CONFERRING, Role.CONSULTED]


def test_who_comes_back_to_be_consulted_finds_the_customer_as_before() -> None:
    live, _line, agent, _ear, beata, _hers = consulting()
    live.hold(agent, on=False)
    live.leave(beata)

    live.accompany(Agent(BEATA, Recorded(), Role.CONSULTED, "Beata"))

    assert live.mode == Mode.TALKING


def test_other_process_finds_the_customer_on_hold() -> None:
    live, line = LiveCall(CALL), Recorded()
    live.found(line)
    live.refresh(WITH_BEATA)
    live.accompany(guest(Role.CONSULTED)[0])

    assert live.mode == Mode.HELD


def test_colleague_who_is_asked_again_talks_with_the_agent_alone_again() -> None:
    live, _line, agent, _ear, _beata, _hers = consulting()
    live.refresh(replace(WITH_BEATA, consulted=frozenset()))
    live.hold(agent, on=False)
    live.refresh(standing(agent=ALA))
    assert live.mode == Mode.TALKING

    live.refresh(WITH_BEATA)

    assert live.mode == Mode.HELD


def test_who_may_not_stay_is_shown_out() -> None:
    live, _line, _agent, _ear, _beata, hers = consulting()

    live.show_out({BEATA})

    assert (hers.words[-1], hers.ended, live.company) == (UNINVITED, True, [])


def test_browsers_ask_anew_when_the_call_is_another_process_s() -> None:
    live, _line, _agent, ear, _beata, hers = consulting()

    live.scatter()

    assert (ear.ended, hers.ended, ear.words[-1]) == (True, True, Mode.HELD)


def test_supervisor_who_listens_does_not_hear_what_the_two_say_while_the_customer_is_on_hold() -> None:
    live, _line, agent, _ear, beata, _hers = consulting()
    celina, his = guest(Role.LISTENING, CELINA)
    live.accompany(celina)

    live.from_agent(HER_VOICE, agent)
    live.from_agent(ADVICE, beata)
    live.tick()

    assert his.frames == []


def test_who_gets_the_call_goes_on_talking_without_music_in_between() -> None:
    live, line, agent, ear, beata, hers = consulting()
    line.frames.clear()

    live.refresh(standing(agent=BEATA))
    live.from_agent(ADVICE, beata)
    live.from_agent(HER_VOICE, agent)
    live.from_customer(HIS_VOICE)
    live.tick()

    assert (line.frames, hers.frames) == ([ADVICE], [HIS_VOICE])
    assert (hers.words, ear.words[-1], ear.ended) == ([Role.CONSULTED, YOURS, Mode.TALKING], Mode.WAITING, True)
    assert (live.agent, live.company, live.alone_since) == (beata, [], None)


def test_who_is_not_consulted_any_more_is_shown_out_and_the_customer_stays_on_hold() -> None:
    live, _line, _agent, ear, _beata, hers = consulting()

    live.refresh(replace(WITH_BEATA, consulted=frozenset()))

    assert (hers.words, hers.ended, live.company) == ([Role.CONSULTED, UNINVITED], True, [])
    assert (live.mode, ear.company[-1]) == (Mode.HELD, [])


def test_agent_who_does_not_come_back_leaves_the_call_to_who_is_consulted() -> None:
    live, _line, agent, _ear, _beata, _hers = consulting()
    live.leave(agent)
    assert (live.mode, live.heir) == (Mode.HELD, BEATA)


def consulting() -> tuple[LiveCall, Recorded, Agent, Recorded, Agent, Recorded]:
    """Ala talks, and has asked Beata in, who is there."""
    live, line, agent, ear = talking()
    beata, hers = guest(Role.CONSULTED)
    live.refresh(WITH_BEATA)
    live.accompany(beata)
    return live, line, agent, ear, beata, hers


OUTSIDE = UUID(int=3)


def advised(*, held: bool, handed: bool = False, wanted: bool = True) -> Standing:
    at = now()
    advice = Advice(OUTSIDE, at, timedelta(hours=1), answered_at=at, named=True, wanted=wanted, handed=handed)
    return replace(standing(agent=None if handed else ALA), held=held, advice=advice)


def outside(*, held: bool = True) -> tuple[LiveCall, Recorded, Agent, Recorded, Outsider, Recorded]:
    """Ala talks, and consults a number outside, where somebody has answered."""
    live, line, agent, ear = talking()
    hers = Recorded()
    expert = Outsider(OUTSIDE, hers, Role.OUTSIDE, "+1 425-555-0199")
    live.refresh(advised(held=held))
    live.accompany(expert)
    return live, line, agent, ear, expert, hers


def speak(live: LiveCall, agent: Agent, expert: Agent) -> None:
    live.from_agent(HER_VOICE, agent)
    live.from_agent(ADVICE, expert)
    live.from_customer(HIS_VOICE)
    live.tick()


def test_customer_on_hold_hears_music_while_agent_and_number_outside_hear_each_other() -> None:
    live, line, agent, ear, expert, hers = outside()

    speak(live, agent, expert)

    assert (line.frames, ear.frames, hers.frames) == ([melody()[0]], [ADVICE], [HER_VOICE])
    assert ear.company == [[("+1 425-555-0199", "outside")]]
    assert hers.words == hers.company == []  # the service's socket takes sound alone


def test_off_hold_all_three_hear_each_other() -> None:
    live, line, agent, ear, expert, hers = outside()

    live.hold(agent, on=False)
    line.frames.clear()
    speak(live, agent, expert)

    assert line.frames == [mixed([HER_VOICE, ADVICE])]
    assert (ear.frames, hers.frames) == ([mixed([ADVICE, HIS_VOICE])], [mixed([HER_VOICE, HIS_VOICE])])


def test_hold_that_comes_with_the_answer_is_heard_although_the_agent_has_just_ended_another() -> None:
    live, _line, agent, _ear = talking()
    live.refresh(replace(standing(agent=ALA), held=True))
    live.hold(agent, on=False)

    live.refresh(advised(held=True), live.asks())

    assert live.mode == Mode.HELD


def test_who_is_handed_the_call_talks_with_the_customer_alone_and_nobody_else_stays() -> None:
    live, line, agent, ear, expert, hers = outside()
    beata, listening = guest(Role.LISTENING)
    live.accompany(beata)
    line.frames.clear()

    live.refresh(advised(held=False, handed=True))
    live.from_agent(HER_VOICE, agent)
    live.from_agent(ADVICE, expert)
    live.from_customer(HIS_VOICE)
    live.tick()

    assert (line.frames, hers.frames, ear.frames) == ([ADVICE], [HIS_VOICE], [])
    assert (ear.words[-1], ear.ended, listening.ended) == (Mode.WAITING, True, True)
    assert (live.company, live.alone_since, live.mode) == ([expert], None, Mode.TALKING)


def test_number_outside_that_is_not_wanted_any_more_is_out_and_the_customer_back() -> None:
    live, line, agent, ear, expert, hers = outside()
    line.frames.clear()

    live.refresh(standing(agent=ALA))
    speak(live, agent, expert)

    assert (hers.ended, live.company, hers.frames) == (True, [], [])
    assert (line.frames, ear.frames, ear.company[-1]) == ([HER_VOICE], [HIS_VOICE], [])


def test_number_outside_of_an_agent_who_has_the_call_no_more_is_out() -> None:
    live, _line, _agent, _ear, _expert, hers = outside()

    live.refresh(advised(held=True, wanted=False))

    assert (hers.ended, live.company) == (True, [])


def test_agent_whose_browser_is_gone_leaves_the_customer_with_music_and_finds_the_two_as_before() -> None:
    live, line, agent, _ear, expert, hers = outside()
    live.leave(agent)
    line.frames.clear()
    live.from_agent(ADVICE, expert)
    live.tick()
    assert (live.mode, live.heir, len(line.frames)) == (Mode.HELD, None, 1)
    assert ADVICE not in line.frames

    ear = Recorded()
    back = Agent(ALA, ear)
    live.join(back)
    speak(live, back, expert)

    assert (ear.frames, hers.frames, ear.words) == ([ADVICE], [HER_VOICE], [Mode.HELD])


def consulted_with(role: Role) -> tuple[LiveCall, Agent, Recorded, Recorded, Recorded]:
    """Ala and Beata talk alone, and Celina is there in this role."""
    live, _line, agent, ear = talking()
    live.refresh(WITH_BEATA)
    beata, hers = guest(Role.CONSULTED)
    celinas = Recorded()
    live.accompany(beata)
    live.accompany(Agent(CELINA, celinas, role, "Celina"))
    live.from_agent(HER_VOICE, agent)
    live.tick()
    return live, agent, ear, hers, celinas


@pytest.mark.parametrize(("role", "seen"), [(Role.COACHING, "overhears"), (Role.JOINED, "joined")])
def test_colleague_who_is_consulted_is_told_of_a_supervisor_who_hears_what_the_two_say_alone(
    role: Role, seen: str
) -> None:
    live, _agent, ear, hers, celinas = consulted_with(role)

    assert celinas.frames == [HER_VOICE]
    assert (hers.company, ear.company[-1]) == ([[("Celina", seen)]], [("Beata", "consulted"), ("Celina", role.value)])

    live.show_out({CELINA})

    assert (hers.company[-1], ear.company[-1]) == ([], [("Beata", "consulted")])


def test_supervisor_who_listens_unnoticed_hears_nothing_of_what_the_two_say_alone() -> None:
    _live, _agent, ear, hers, celinas = consulted_with(Role.LISTENING)

    assert (hers.frames, celinas.frames) == ([HER_VOICE], [])
    assert (hers.company, ear.company) == ([], [[("Beata", "consulted")]])


def test_recording_of_the_agents_has_who_is_outside_in_a_conference_and_nothing_that_is_said_alone(
    tmp_path: Path,
) -> None:
    live, _line, agent, _ear, expert, _hers = outside()
    live.leg = Leg(tmp_path, CALL, clock=lambda: 0.0)
    live.refresh(replace(advised(held=True), recorded="yes"))

    speak(live, agent, expert)
    assert not live.leg.written
    live.hold(agent, on=False)
    speak(live, agent, expert)
    live.refresh(replace(advised(held=False, handed=True), recorded="no"))
    live.from_agent(ADVICE, expert)
    live.leg.close()

    [file] = folder(tmp_path).iterdir()
    with wave.open(str(file)) as kept:
        assert kept.readframes(kept.getnframes()) == mixed([HER_VOICE, ADVICE])


def test_agent_hears_that_it_rings_outside_beside_the_customer_and_until_somebody_answers() -> None:
    live, line, agent, ear = talking()
    rings = replace(standing(agent=ALA), advice=Advice(OUTSIDE, now(), timedelta(hours=1), named=True))
    beata, hers = guest(Role.LISTENING)
    live.accompany(beata)
    live.refresh(replace(rings, advice=replace(rings.advice, named=False)))
    live.tick()
    assert ear.frames == []  # it is not being called yet

    live.refresh(rings)
    live.from_customer(HIS_VOICE)
    live.from_agent(HER_VOICE, agent)
    for _ in range(50):
        live.tick()

    assert ear.frames[0] == mixed([HIS_VOICE, ring_back()[0]])
    samples = np.frombuffer(b"".join(ear.frames[1:]), "<i2")
    assert np.argmax(np.abs(np.fft.rfft(samples))) * RATE / len(samples) == pytest.approx(425, abs=2)
    assert (line.frames, hers.frames) == ([HER_VOICE], [mixed([HIS_VOICE, HER_VOICE])])

    ear.frames.clear()
    live.refresh(advised(held=True))
    live.tick()

    assert ear.frames == []

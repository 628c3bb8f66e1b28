"""Nothing is recorded before the customer has been told, or has agreed; whoever does not is talked to all the same."""

import asyncio

import pytest

from calling import call, talk_of
from calls.test_live_call import ALA, CALL, HER_VOICE, TALK, Recorded
from calls.test_prompts import heard, said
from centrala.calls import prompts, taping
from centrala.calls.attending import Turns, attend
from centrala.calls.browsers import Agent
from centrala.calls.live_call import LiveCall
from centrala.calls.models import Agreed, Call
from centrala.calls.queries import standing
from centrala.calls.standing import Mode, Standing
from centrala.connection.models import Connection
from centrala.recordings.showing import shown
from centrala.routing.actions import pick
from centrala.workstreams import actions as workstreams
from centrala.workstreams.models import Channel, Consent, Workstream
from hub import ala, connected


@pytest.fixture
def connection(db: None) -> Connection:
    made = connected()
    workstreams.set_up(name="Voice", channel=Channel.VOICE, numbers=list(made.numbers.all()))
    return made


def asking(how: Consent, recording: str = "automatic") -> None:
    Workstream.objects.filter(channel=Channel.VOICE).update(consent=how, recording=recording)


def now_of(one: Call) -> tuple[str, str]:
    one.refresh_from_db()
    return one.recorded, one.agreed


def test_without_a_question_the_recording_begins_at_once(connection: Connection) -> None:
    asking(Consent.NONE)

    assert now_of(call(connection)) == ("yes", "")


@pytest.mark.parametrize("how", [Consent.NOTICE, Consent.KEY])
def test_recording_begins_with_the_answer(connection: Connection, how: Consent) -> None:
    asking(how)
    one = call(connection)
    assert (now_of(one), standing(one.pk).asks_to_record) == (("no", "asked"), how)

    taping.agree(one.pk, given=True)
    taping.agree(one.pk, given=False)  # the first answer counts

    assert (now_of(one), standing(one.pk).asks_to_record) == (("yes", "given"), "")


def test_who_refuses_is_not_recorded_and_the_agent_cannot_begin_to(connection: Connection) -> None:
    asking(Consent.KEY, recording="by_agent")
    refuses, agrees = call(connection), call(connection, customer="+14255550182")
    who = ala()
    for one in (refuses, agrees):
        taping.agree(one.pk, given=one is agrees)
        pick(conversation=talk_of(one), user=who)

    began = [taping.told("start", conversation=talk_of(one)) for one in (refuses, agrees)]

    assert began == [False, True]
    assert (now_of(refuses), now_of(agrees)) == (("no", "refused"), ("yes", "given"))
    page = shown(who, talk_of(refuses))
    assert page is not None
    assert (page.may, page.call.get_agreed_display()) == ("", "The customer does not want to be recorded.")


def test_words_are_those_of_the_occasion(connection: Connection) -> None:
    one = call(connection)

    notice, key = (prompts.consent(one.pk, by_key=by_key) for by_key in (False, True))

    assert heard(notice).startswith(said("This call is recorded. Stay on the line if you agree."))
    assert heard(key).startswith(said("We would like to record this call. Press 1 if you agree, or 2 if you do not."))


def test_agent_is_not_heard_before_it_is_said() -> None:
    live, line = LiveCall(CALL), Recorded()
    live.found(line)
    live.refresh(Standing(CALL, TALK, agent=ALA, asks_to_record=Consent.NOTICE))
    agent = Agent(ALA, Recorded())
    live.join(agent)
    live.insist([b"\3" * len(HER_VOICE)])

    live.from_agent(HER_VOICE, agent)
    live.tick()
    live.from_agent(HER_VOICE, agent)
    live.tick()

    assert live.mode == Mode.TALKING
    assert line.frames[0] == b"\3" * len(HER_VOICE)
    assert HER_VOICE in line.frames[1:]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("how", "pressed", "expected"),
    [
        (Consent.NOTICE, "", ("yes", Agreed.GIVEN)),
        (Consent.KEY, "", ("no", Agreed.ASKED)),
        (Consent.KEY, "51", ("yes", Agreed.GIVEN)),
        (Consent.KEY, "2", ("no", Agreed.REFUSED)),
    ],
)
def test_caller_is_asked_after_the_greeting_and_answers_by_staying_or_by_a_key(
    connection: Connection, how: Consent, pressed: str, expected: tuple[str, str]
) -> None:
    asking(how)
    one = call(connection)
    live, line, turns = LiveCall(one.pk), Recorded(), Turns()
    live.found(line)
    live.refresh(standing(one.pk))
    live.greeted = True
    live.announce([b"\1" * len(HER_VOICE)])

    async def look() -> None:
        await attend(live, turns)

    asyncio.run(look())
    assert not live.insists  # the greeting first
    live.tick()
    asyncio.run(look())
    assert live.insists
    asyncio.run(look())
    assert now_of(one) == ("no", "asked")  # it is still being said
    while live.insists:
        live.tick()
    live.keys = pressed
    asyncio.run(look())

    assert now_of(one) == expected

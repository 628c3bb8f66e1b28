"""What callers are told while they wait: their position, and how long others waited."""

import pytest

from calling import call, talk_of
from calls.test_overflow import answered, queue
from calls.test_prompts import heard, said
from centrala.calls import prompts, waits
from centrala.calls.attending import Turns
from centrala.calls.models import Call
from centrala.calls.queries import standing
from centrala.connection.models import Connection
from centrala.routing.actions import pick
from centrala.routing.models import Overflowed
from centrala.workstreams import actions as workstreams
from centrala.workstreams.models import AutomatedText, Channel, Occasion, Workstream
from hub import ala, connected

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    made = connected()
    workstreams.set_up(name="Voice", channel=Channel.VOICE, numbers=list(made.numbers.all()))
    return made


@pytest.fixture
def three(connection: Connection) -> list[Call]:
    return [call(connection, customer=f"+1425555018{n}") for n in range(3)]


def test_position_is_told_every_thirty_seconds_and_the_wait_once() -> None:
    turns = Turns()

    told = [(second, turns.wait(second), turns.position(second)) for second in range(75)]

    assert [second for second, wait, _position in told if wait] == [10]
    assert [second for second, _wait, position in told if position] == [10, 40, 70]


def test_callers_hear_which_they_are_and_the_first_that_it_is_the_next(three: list[Call]) -> None:
    first, second, third = three

    assert heard(prompts.place(first.pk)).startswith(said("You are next."))
    assert heard(prompts.place(third.pk)).startswith(said("You are number 3 in the queue."))
    pick(conversation=talk_of(first), user=ala())
    assert prompts.place(first.pk) == []
    assert heard(prompts.place(second.pk)).startswith(said("You are next."))


def test_whoever_leaves_a_voicemail_is_in_nobodys_way(three: list[Call]) -> None:
    talk = talk_of(three[0])
    Overflowed.objects.create(conversation=talk, at=talk.opened_at, instead="voicemail", withheld=True)

    assert heard(prompts.place(three[1].pk)).startswith(said("You are next."))


def test_position_is_told_in_the_workstreams_own_words_and_language(three: list[Call]) -> None:
    voice = Workstream.objects.get(channel=Channel.VOICE)
    assert heard(prompts.place(three[0].pk)) != b""
    Workstream.objects.filter(pk=voice.pk).update(language="pl")
    AutomatedText.objects.create(workstream=voice, occasion=Occasion.POSITION, text="Miejsce {Position}.")

    assert heard(prompts.place(three[1].pk)).startswith(said("Miejsce 2.", "pl"))


@pytest.mark.parametrize(("minutes", "expected"), [(5, "The average wait is 5 minutes."), (1, "")])
def test_average_wait_is_told_where_it_is_longer_than_a_minute(
    connection: Connection, minutes: int, expected: str
) -> None:
    answered(connection, waits.NEEDED, minutes=minutes)
    assert waits.average(queue().pk) == pytest.approx(minutes)

    frames = prompts.wait(call(connection, customer="+14255550182").pk)

    assert heard(frames).startswith(said(expected)) if expected else frames == []


def test_workstream_says_what_its_callers_are_told(connection: Connection) -> None:
    one = call(connection)
    before = standing(one.pk)
    Workstream.objects.filter(channel=Channel.VOICE).update(tells_position=True, tells_wait=True)
    after = standing(one.pk)

    assert (before.tells_position, before.tells_wait) == (False, False)
    assert (after.tells_position, after.tells_wait) == (True, True)

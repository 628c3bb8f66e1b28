"""What callers hear of the workstream's automated messages, and when."""

from datetime import UTC, datetime

import pytest
from django.utils.timezone import now

from centrala.calls import actions, prompts
from centrala.calls.frames import BYTES
from centrala.calls.models import Call, CallState
from centrala.workstreams import actions as workstreams
from centrala.workstreams.models import AutomatedText, Channel, Occasion, OperatingHours, Workstream
from centrala_sound.frames import bytes_of
from centrala_sound.speech import say
from hub import CUSTOMER, OURS, connected

pytestmark = pytest.mark.django_db


def call(**texts: str) -> Call:
    connection = connected()
    workstreams.set_up(name="Voice", channel=Channel.VOICE, numbers=list(connection.numbers.all()))
    voice = Workstream.objects.get(channel=Channel.VOICE)
    for occasion, text in texts.items():
        AutomatedText.objects.create(workstream=voice, occasion=Occasion[occasion], text=text)
    return Call.objects.create(
        connection=connection,
        customer=CUSTOMER,
        number=OURS,
        correlation_id="a1",
        state=CallState.ANSWERING,
        rang_at=now(),
    )


def said(text: str, language: str = "en") -> bytes:
    return bytes_of(say(text, language).samples)


def heard(frames: list[bytes]) -> bytes:
    assert {len(frame) for frame in frames} <= {BYTES}
    return b"".join(frames)


def test_greeting_is_spoken_with_its_slugs_filled() -> None:
    one = call(GREETING="Welcome to {QueueName}.")
    actions.connected(one.pk)

    assert heard(prompts.greeting(one.pk)).startswith(said("Welcome to Default voice queue."))


def test_it_is_spoken_in_the_workstreams_language() -> None:
    one = call(GREETING="Dzień dobry.")
    Workstream.objects.filter(channel=Channel.VOICE).update(language="pl")
    actions.connected(one.pk)

    assert heard(prompts.greeting(one.pk)).startswith(said("Dzień dobry.", "pl"))
    assert said("Dzień dobry.", "pl") != said("Dzień dobry.", "en")


def test_nothing_is_said_where_there_is_no_text() -> None:
    one = call()
    actions.connected(one.pk)

    assert (prompts.greeting(one.pk), prompts.farewell(one.pk)) == ([], [])


def test_call_that_is_no_conversation_yet_is_not_greeted() -> None:
    assert prompts.greeting(call(GREETING="Welcome.").pk) == []


def test_out_of_hours_the_caller_hears_why_before_the_call_is_hung_up() -> None:
    one = call(GREETING="Welcome.", CLOSED="We are closed.", ENDED="Goodbye.")
    hours = OperatingHours.objects.create(name="Never")
    Workstream.objects.filter(channel=Channel.VOICE).update(hours=hours)
    actions.connected(one.pk)

    assert heard(prompts.farewell(one.pk)).startswith(said("We are closed."))


@pytest.mark.parametrize(("texts", "expected"), [({"HOLIDAY": "Holiday."}, "Holiday."), ({}, "We are closed.")])
def test_on_a_day_off_that_is_said_where_there_is_a_text_for_it(texts: dict[str, str], expected: str) -> None:
    one = call(CLOSED="We are closed.", **texts)
    hours = OperatingHours.objects.create(name="Days", time_zone="UTC", closed_on=[datetime.now(UTC).date()])
    for day in range(7):
        hours.openings.create(weekday=day, opens="00:00", closes="00:00")
    Workstream.objects.filter(channel=Channel.VOICE).update(hours=hours)
    actions.connected(one.pk)

    assert heard(prompts.farewell(one.pk)).startswith(said(expected))


def test_whose_agent_hung_up_hears_the_goodbye() -> None:
    one = call(ENDED="Goodbye.")
    conversation = actions.connected(one.pk).conversation
    assert conversation is not None

    assert heard(prompts.farewell(one.pk)).startswith(said("Goodbye."))

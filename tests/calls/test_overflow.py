"""Where overflow sends a call before it waits, that it always ends somewhere, and that it says why."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from calling import call, talk_of
from centrala.calls import actions, prompts, waits
from centrala.calls.models import Call, CallState
from centrala.connection.models import Connection
from centrala.conversations.models import Conversation
from centrala.routing.models import Trace
from centrala.workstreams import actions as workstreams
from centrala.workstreams.models import AutomatedText, Channel, Occasion, OperatingHours, Queue, QueueKind, Workstream
from centrala.workstreams.overflow import Condition, OverflowRule, Remedy
from hub import connected

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    """Its number is answered by a voice workstream whose calls wait in the default queue."""
    made = connected()
    workstreams.set_up(name="Voice", channel=Channel.VOICE, numbers=list(made.numbers.all()))
    return made


def queue() -> Queue:
    return workstreams.default_queue(QueueKind.VOICE)


def other(name: str = "Second") -> Queue:
    return Queue.objects.get_or_create(name=name, kind=QueueKind.VOICE)[0]


def rule(
    condition: Condition,
    threshold: int | None = None,
    *,
    of: Queue | None = None,
    to: Queue | None = None,
    place: int = 1,
) -> OverflowRule:
    return OverflowRule.objects.create(
        queue=of or queue(),
        condition=condition,
        threshold=threshold,
        remedy=Remedy.OTHER_QUEUE if to else Remedy.END,
        target=to,
        place=place,
    )


def close_the_office() -> None:
    Workstream.objects.filter(channel=Channel.VOICE).update(hours=OperatingHours.objects.create(name="Never"))


def steps(conversation: Conversation) -> list[str]:
    return [str(step) for step in Trace.objects.filter(conversation=conversation).order_by("pk")]


def test_without_a_rule_a_call_waits(connection: Connection) -> None:
    talk = talk_of(call(connection))

    assert (talk.state, talk.queue, len(steps(talk))) == ("open", queue(), 1)


def test_call_that_finds_too_many_waiting_is_ended_with_a_message_and_the_trace_says_why(
    connection: Connection,
) -> None:
    rule(Condition.TOO_MANY, 1)
    voice = Workstream.objects.get(channel=Channel.VOICE)
    AutomatedText.objects.create(workstream=voice, occasion=Occasion.OVERFLOW, text="Please call later.")
    first, second = call(connection), call(connection, customer="+14255550182")

    assert talk_of(first).state == "open"
    talk = talk_of(second)
    assert (talk.state, talk.closing_reason) == ("closed", "overflow")
    assert steps(talk)[-1] == "Overflow of Default voice queue: 1 waited already (limit: 1). Ended with a message."
    assert prompts.farewell(second.pk) != []
    assert actions.why_over(Call.objects.get(pk=second.pk)) == "overflow"


def test_call_outside_of_the_hours_goes_to_the_queue_that_is_there_then(connection: Connection) -> None:
    close_the_office()
    rule(Condition.OUT_OF_HOURS, to=other())

    talk = talk_of(call(connection))

    assert (talk.state, talk.queue) == ("open", other())
    assert steps(talk)[-1] == "Overflow: it came outside of the operating hours. To Second."


def test_without_a_rule_for_it_a_call_outside_of_the_hours_is_over(connection: Connection) -> None:
    close_the_office()
    rule(Condition.TOO_MANY, 1, to=other())

    talk = talk_of(call(connection))

    assert (talk.state, talk.closing_reason) == ("closed", "out_of_hours")


def test_hours_come_first_and_then_the_smaller_place(connection: Connection) -> None:
    rule(Condition.TOO_MANY, 1, to=other("Later"), place=2)
    rule(Condition.LONG_WAIT, 1, to=other("Sooner"), place=1)
    answered(connection, waits.NEEDED, minutes=5)
    call(connection)

    assert talk_of(call(connection, customer="+14255550182")).queue == other("Sooner")
    close_the_office()
    rule(Condition.OUT_OF_HOURS, to=other("Night"), place=9)
    assert talk_of(call(connection, customer="+14255550183")).queue == other("Night")


def answered(connection: Connection, count: int, *, minutes: int) -> None:
    """Calls that an agent got after so many minutes."""
    at = now() - timedelta(hours=1)
    agentless = Conversation.objects.bulk_create(
        Conversation(
            channel=Channel.VOICE,
            contact_id=talk_of(call(connection, customer=f"+1425556{n:04}")).contact_id,
            number=connection.numbers.get(),
            queue=queue(),
            state="closed",
            opened_at=at,
            queued_at=at,
            assigned_at=at + timedelta(minutes=minutes),
            last_message_at=at,
            closed_at=at,
        )
        for n in range(count)
    )
    Conversation.objects.filter(state="open").update(state="closed", closed_at=at)
    Call.objects.bulk_create(
        Call(
            connection=connection,
            conversation=talk,
            customer="+14255550190",
            number="+18335550100",
            correlation_id=str(talk.pk),
            state=CallState.ENDED,
            rang_at=at,
        )
        for talk in agentless
    )


def test_average_wait_is_known_after_twenty_answers_and_acts_above_its_limit(connection: Connection) -> None:
    rule(Condition.LONG_WAIT, 4)
    answered(connection, waits.NEEDED - 1, minutes=5)
    assert waits.average(queue().pk) is None
    assert talk_of(call(connection, customer="+14255550182")).state == "open"

    answered(connection, 1, minutes=5)

    assert waits.average(queue().pk) == pytest.approx(5)
    talk = talk_of(call(connection, customer="+14255550183"))
    assert (talk.state, talk.closing_reason) == ("closed", "overflow")
    assert steps(talk)[-1].endswith("the average wait was 5 min (limit: 4). Ended with a message.")


def test_two_queues_that_lead_to_each_other_send_nobody_round_and_round(connection: Connection) -> None:
    close_the_office()
    rule(Condition.OUT_OF_HOURS, to=other())
    rule(Condition.OUT_OF_HOURS, of=other(), to=queue())

    talk = talk_of(call(connection))

    assert (talk.state, talk.queue, len(steps(talk))) == ("open", queue(), 3)

"""Whatever the order of events, however often each comes and however they are split into batches, all ends the same.

What must be there is told by the events alone, without the code that handles them. Two texts of one customer to one
number are never of the same moment here: such stand as they arrived, on purpose.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from centrala.conversations import sending
from centrala.conversations.models import Contact, Conversation, Message, MessageState, OptOut
from centrala.inbox.models import Event, State
from centrala.numbers.models import PhoneNumber
from hub import OURS, arrive, connected, drained, event, held, text

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
UNHEARD_OF = "+18335550101"  # by whatever has asked Azure for the numbers so far
CUSTOMERS = ("+14255550123", "+14255550124", "+14255550125")
WRITTEN_TO = "+14255550199"
ORDERS = {"STOP": True, "Rezygnuję": True, "START": False}  # and whether they opt out
WORDS = ("Where is my parcel?", "Thanks!", *ORDERS)
STATUSES = {"Delivered": MessageState.DELIVERED, "Failed": MessageState.FAILED, "InventedYesterday": None}
ANSWERS = tuple(UUID(int=number) for number in (1, 2))


@dataclass(frozen=True)
class Said:
    customer: str
    number: str
    minute: int
    words: str

    @property
    def name(self) -> str:
        return f"Incoming_{self.customer}{self.number}{self.minute}"


@dataclass(frozen=True)
class Reported:
    answer: UUID
    status: str
    minute: int


@dataclass(frozen=True)
class Recorded:
    """The service's answer to our send reaches the database: before or after what is reported of it."""

    answer: UUID


@dataclass(frozen=True)
class Poison:
    number: int


Step = Said | Reported | Recorded | Poison

minutes = st.integers(0, 9)
said = st.builds(Said, st.sampled_from(CUSTOMERS), st.sampled_from([OURS, UNHEARD_OF]), minutes, st.sampled_from(WORDS))
reported = st.builds(Reported, st.sampled_from(ANSWERS), st.sampled_from(list(STATUSES)), minutes)


@st.composite
def sequences(draw: st.DrawFn) -> list[tuple[Step, bool]]:
    """Steps as they come, and after which of them the drain runs."""
    once: list[Step] = [
        *draw(st.lists(said, max_size=8, unique_by=lambda one: one.name)),
        *draw(st.lists(reported, max_size=4, unique=True)),
        *draw(st.lists(st.builds(Poison, st.integers(0, 1)), max_size=1)),
        *map(Recorded, ANSWERS),
    ]
    twins = draw(st.lists(st.sampled_from(once), max_size=4))
    steps = draw(st.permutations([*once, *twins]))
    return [(step, draw(st.booleans())) for step in steps]


@pytest.fixture
def under_way(db: None) -> None:
    """Two answers that have just left, whose names nobody here knows yet."""
    connected()
    talk = Conversation.objects.create(
        contact=Contact.objects.create(number=WRITTEN_TO),
        number=PhoneNumber.objects.get(number=OURS),
        opened_at=NOON,
        last_message_at=NOON,
        **held("open", NOON),
    )
    for answer in ANSWERS:
        Message.objects.create(
            id=answer,
            conversation=talk,
            direction="outbound",
            state=MessageState.SENDING,
            created_at=NOON,
            first_attempt_at=now(),
        )


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sequences())
def test_events_end_the_same_in_any_order(under_way: None, steps: list[tuple[Step, bool]]) -> None:
    assert_all_is_there(steps)


@pytest.mark.long
@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(sequences())
def test_events_end_the_same_in_any_of_a_thousand_orders(under_way: None, steps: list[tuple[Step, bool]]) -> None:
    assert_all_is_there(steps)


def assert_all_is_there(steps: list[tuple[Step, bool]]) -> None:
    with transaction.atomic():
        for step, then_drain in steps:
            _take(step)
            if then_drain:
                drained()
        drained()

        different = {step for step, _ in steps}
        texts = [step for step in different if isinstance(step, Said)]
        assert messages() == Counter((one.name, one.customer, one.number, one.words, _at(one)) for one in texts)
        assert conversations() == _talks(texts)
        assert opt_outs() == _last_words(texts)
        assert set(Contact.objects.values_list("number", flat=True)) == {WRITTEN_TO, *(one.customer for one in texts)}
        assert answers() == {answer: _settled(answer, different) for answer in ANSWERS}
        assert Counter(Event.objects.values_list("state", flat=True)) == _states(steps)
        transaction.set_rollback(True)


def _at(step: Said | Reported) -> datetime:
    return NOON + timedelta(minutes=step.minute)


def _take(step: Step) -> None:
    match step:
        case Said():
            parties = {"from": step.customer.lstrip("+"), "to": step.number.lstrip("+")}
            arrive(text(step.words, message_id=step.name, receivedTimestamp=_at(step).isoformat(), **parties))
        case Reported():
            arrive(
                event(
                    "sms_delivery_report_received",
                    messageId=_name(step.answer),
                    tag=str(step.answer),
                    deliveryStatus=step.status,
                    deliveryStatusDetails=f"{step.status} at {step.minute}",
                    receivedTimestamp=_at(step).isoformat(),
                )
            )
        case Poison():
            arrive(text("Nobody's", **{"from": ""}))
        case Recorded():
            sending._sent(Message.objects.get(pk=step.answer), _name(step.answer))


def _name(answer: UUID) -> str:
    return f"Outgoing_{answer}"


# What must be there


def _talks(texts: list[Said]) -> dict[tuple[str, str], tuple[int, datetime, str]]:
    """Of each customer with each number: how many texts are unread, when the newest came, and its words."""
    unread = Counter((one.customer, one.number) for one in texts)
    newest = {(one.customer, one.number): one for one in sorted(texts, key=_at)}
    return {key: (unread[key], _at(one), one.words) for key, one in newest.items()}


def _last_words(texts: list[Said]) -> dict[tuple[str, str], tuple[bool, datetime]]:
    orders = [one for one in sorted(texts, key=_at) if one.words in ORDERS]
    return {(one.customer, one.number): (ORDERS[one.words], _at(one)) for one in orders}


def _settled(answer: UUID, steps: set[Step]) -> tuple[Any, ...]:
    """One that was delivered once is delivered, whatever else is reported; of several the first report counts."""
    told = [one for one in steps if isinstance(one, Reported) and one.answer == answer and STATUSES[one.status]]
    if not told:
        return MessageState.SENT, "", None, _name(answer)
    first = min(told, key=lambda one: (one.status, one.minute))  # Delivered comes before Failed
    error = f"Failed at {first.minute}" if first.status == "Failed" else ""
    return STATUSES[first.status], error, _at(first), _name(answer)


def _states(steps: list[tuple[Step, bool]]) -> Counter[str]:
    arrived = [step for step, _ in steps if not isinstance(step, Recorded)]
    return Counter(State.FAILED if isinstance(step, Poison) else State.PROCESSED for step in arrived)


# What is there


def messages() -> Counter[tuple[Any, ...]]:
    parties = ("conversation__contact__number", "conversation__number__number")
    inbound = Message.objects.filter(direction="inbound")
    return Counter(inbound.values_list("provider_id", *parties, "text", "created_at"))


def conversations() -> dict[Any, Any]:
    rows = Conversation.objects.exclude(contact__number=WRITTEN_TO).values_list(
        "contact__number", "number__number", "unread", "last_message_at", "preview"
    )
    assert len({row[:2] for row in rows}) == len(rows)
    return {row[:2]: row[2:] for row in rows}


def opt_outs() -> dict[Any, Any]:
    rows = OptOut.objects.values_list("contact__number", "number__number", "opted_out", "at")
    return {row[:2]: row[2:] for row in rows}


def answers() -> dict[UUID, tuple[Any, ...]]:
    rows = Message.objects.filter(direction="outbound").values_list("id", "state", "error", "settled_at", "provider_id")
    return {row[0]: row[1:] for row in rows}

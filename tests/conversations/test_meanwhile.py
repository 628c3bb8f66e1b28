"""Two at once: a customer is erased at the moment they write, and nothing of before stays and no text is lost; a tag is
taken from one conversation and given to another."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction

from centrala.conversations import wrapping
from centrala.conversations.handlers import HANDLERS
from centrala.conversations.models import Contact, Conversation, Message, Tag
from centrala.customers import erasing
from centrala.errors import Refused
from centrala.inbox.drain import Collision, drain
from centrala.inbox.models import Event, State
from hub import CUSTOMER, ala, arrive, close_all, connected, drained, text
from running_demo import until

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
BLOCKED = "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"


def blocked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(BLOCKED)
        return bool(cursor.fetchone()[0])


def meanwhile(act: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """Somebody else's act, begun; it has ended or waits for what this transaction holds."""
    outcome: list[object] = []

    def run() -> None:
        try:
            outcome.append(act())
        except Exception as error:  # noqa: BLE001 - looked at in the test's own thread
            outcome.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    until(lambda: bool(outcome) or blocked())
    return thread, outcome


@pytest.fixture
def customer() -> Contact:
    """Of before there is a closed conversation."""
    connected()
    arrive(text("Before"))
    drained()
    close_all()
    return Contact.objects.get(number=CUSTOMER)


def erase(contact: Contact) -> dict[str, int]:
    return erasing.erase(contact=contact, actor=None)


def test_text_that_is_just_being_drained_is_erased_with_the_rest(customer: Contact) -> None:
    arrive(text("STOP"))

    with transaction.atomic():
        drain(HANDLERS)
        thread, outcome = meanwhile(lambda: erase(customer))
    thread.join(20)

    assert outcome == [{"conversations": 2, "messages": 2, "events": 2}]
    assert [kept.objects.count() for kept in (Contact, Conversation, Event)] == [0, 0, 0]


@pytest.mark.parametrize("words", ["After", "STOP"])
def test_text_that_comes_in_the_middle_is_a_forgotten_customers_first(customer: Contact, words: str) -> None:
    def write() -> object:
        arrive(text(words))
        while True:
            try:
                return drain(HANDLERS)
            except Collision:
                continue

    with transaction.atomic():
        erase(customer)
        thread, outcome = meanwhile(write)
    thread.join(20)

    assert outcome == [1]
    assert Message.objects.get().text == words
    assert Contact.objects.get().pk != customer.pk
    assert Event.objects.get().state == State.PROCESSED


def test_customer_is_erased_once_by_two_at_once(customer: Contact) -> None:
    with transaction.atomic():
        erase(customer)
        thread, outcome = meanwhile(lambda: erase(customer))
    thread.join(20)

    assert [type(one) for one in outcome] == [Refused]
    assert not Contact.objects.exists()


def test_tag_that_moves_to_another_conversation_stays_known() -> None:
    connected()
    user = ala()
    for sender in ("14255550181", "14255550182"):
        arrive(text("Hello", **{"from": sender}))
    drained()
    Conversation.objects.update(state="active", agent=user)
    loses, gains = Conversation.objects.order_by("pk")

    def tag(conversation: Conversation, *tags: str) -> object:
        return wrapping.save(conversation=conversation, user=user, ending=wrapping.Ending([], "", tags))

    tag(loses, "paczka")
    with transaction.atomic():
        tag(gains, "paczka")
        thread, outcome = meanwhile(lambda: tag(loses))
    thread.join(20)

    assert [type(one) for one in outcome] == [Conversation]
    assert [known.name for known in Tag.objects.all()] == ["paczka"]

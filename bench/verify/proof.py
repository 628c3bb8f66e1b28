"""What became of each event, asked of the database: its row, its message, its conversation, its report."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

import psycopg

from bench.connected import NUMBERS
from bench.verify.plan import Plan
from centrala.conversations.texts import preview

Database = psycopg.Connection[tuple[object, ...]]
CUSTOMER = "+14260000000"  # of all messages that reports tell of; writes nothing
LONGEST = 600.0  # seconds for the worker to get through what waits
PAUSE = 0.1
SHOWN = 5

OUR_CONVERSATION = """
    with customer as (insert into conversations_contact (number, name) values (%s, '') returning id)
    insert into conversations_conversation (id, contact_id, number_id, workstream_id, queue_id,
        unread, opened_at, queued_at, last_message_at, preview, state, closing_reason)
    select %s, customer.id, line.number_id, line.workstream_id, workstream.queue_id,
        0, now(), now(), now(), '', 'open', ''
    from customer, numbers_phonenumber as number
    join workstreams_line as line on line.number_id = number.id
    join workstreams_workstream as workstream on workstream.id = line.workstream_id
    where number.number = %s
"""
OUR_MESSAGES = """
    copy conversations_message
        (id, conversation_id, direction, text, state, error, provider_id, created_at, first_attempt_at) from stdin
"""
EVENTS = "select event_id, state from inbox_event where event_id like %s"
MESSAGES = """
    select message.provider_id, contact.number, number.number, message.text, message.created_at
    from conversations_message as message
    join conversations_conversation as conversation on conversation.id = message.conversation_id
    join conversations_contact as contact on contact.id = conversation.contact_id
    join numbers_phonenumber as number on number.id = conversation.number_id
    where message.direction = 'inbound'
"""
CONVERSATIONS = """
    select contact.number, number.number, unread, last_message_at, preview
    from conversations_conversation as conversation
    join conversations_contact as contact on contact.id = conversation.contact_id
    join numbers_phonenumber as number on number.id = conversation.number_id
    where contact.number <> %s
"""
SENT = "select id, provider_id, state from conversations_message where direction = 'outbound'"


@dataclass
class Difference:
    """Between what must be there and what is: how many are missing, and how many there are too many."""

    what: str
    expected: int
    missing: list[object] = field(default_factory=list)
    surplus: list[object] = field(default_factory=list)

    def __str__(self) -> str:
        told = f"{self.what}: {self.expected} expected, {len(self.missing)} missing, {len(self.surplus)} too many"
        examples = [*self.missing[:SHOWN], *self.surplus[:SHOWN]]
        return "\n  ".join([told, *map(str, examples)])


def send_before(connection: Database, plan: Plan) -> None:
    """Puts there what reports will tell of, as if it had just been sent."""
    conversation = uuid4()
    connection.execute(OUR_CONVERSATION, [CUSTOMER, conversation, NUMBERS[0]])
    with connection.cursor() as cursor, cursor.copy(OUR_MESSAGES) as copy:
        for sent in map(plan.sent, range(plan.messages)):
            state, name = ("sent", sent.provider_id) if sent.recorded else ("sending", None)
            copy.write_row((sent.id, conversation, "outbound", "On its way.", state, "", name, plan.began, plan.began))


def wait_until_drained(connection: Database) -> None:
    deadline = time.monotonic() + LONGEST
    while connection.execute("select 1 from inbox_event where state = 'received' limit 1").fetchone():
        if time.monotonic() > deadline:
            raise RuntimeError("the worker does not get through the inbox")
        time.sleep(PAUSE)


def differences(connection: Database, plan: Plan) -> list[Difference]:
    texts = [plan.text(serial) for serial in range(plan.texts)]
    said = [(text.provider_id, text.customer, text.number, text.text, text.at) for text in texts]
    sent = [(one.id, one.provider_id, one.state) for one in map(plan.sent, range(plan.messages))]
    rows = [(id_, "processed") for id_ in plan.event_ids()]
    return [
        _difference("events", rows, connection.execute(EVENTS, [f"{plan.run}%"])),
        _difference("texts", said, connection.execute(MESSAGES)),
        _difference("conversations", _talks(said), connection.execute(CONVERSATIONS, [CUSTOMER])),
        _difference("reports", sent, connection.execute(SENT)),
    ]


Said = tuple[str, str, str, str, datetime]


def _talks(said: list[Said]) -> list[tuple[object, ...]]:
    """One of each customer with each number: how much is unread, when the newest came, how it begins."""
    unread = Counter((customer, number) for _, customer, number, _, _ in said)
    newest = {(customer, number): (at, preview(text)) for _, customer, number, text, at in said}  # in order of time
    return [(*key, unread[key], *newest[key]) for key in unread]


def _difference(what: str, expected: Iterable[object], found: Iterable[object]) -> Difference:
    wanted, there = Counter(expected), Counter(found)
    return Difference(what, wanted.total(), list((wanted - there).elements()), list((there - wanted).elements()))

"""Events of SMS into conversations: a batch at a time, each statement for the whole batch.

Safe with several drains at once and in any order: what must be once is unique in the database, rows are locked in
the order of their keys, and states only move forward.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection as database

from centrala.connection.models import Endpoint
from centrala.conversations import consent, sms_events
from centrala.conversations.live import announce, announce_work
from centrala.conversations.models import ENDED, Contact, Conversation
from centrala.conversations.sms_events import Inbound
from centrala.conversations.texts import preview
from centrala.inbox.models import Event
from centrala.numbers.models import PhoneNumber
from centrala.workstreams.actions import default_queue
from centrala.workstreams.models import Channel, Line, QueueKind

Key = tuple[str, int]  # a customer's number, the id of ours

ADD_MESSAGES = """
    insert into conversations_message (id, conversation_id, text, provider_id, created_at, direction, state, error)
    select *, 'inbound', 'received', ''
    from unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::timestamptz[])
    on conflict (provider_id) do nothing
    returning conversation_id, text, created_at
"""

# A conversation that was set aside is work again; one that its agent has goes on.
ADVANCE_CONVERSATIONS = """
    update conversations_conversation as conversation
    set state = case state when 'waiting' then 'open' else state end,
        queued_at = case state when 'waiting' then fresh.newest else queued_at end,
        former_agent_id = case state when 'waiting' then agent_id else former_agent_id end,
        agent_id = case state when 'waiting' then null else agent_id end,
        unread = unread + fresh.messages,
        preview = case when fresh.newest >= last_message_at then fresh.preview else conversation.preview end,
        last_message_at = greatest(last_message_at, fresh.newest)
    from unnest(%s::uuid[], %s::int[], %s::timestamptz[], %s::text[]) as fresh (id, messages, newest, preview)
    where conversation.id = fresh.id
"""

# A report counts for a message of the resource it came from that has been sent: the one whose name it gives, or, before
# that name is known here, the one whose tag it carries. `delivered` outranks `failed`, so that reports end the same in
# any order. The rows are locked in the order of their ids.
SETTLE_MESSAGES = """
    with report as (
        select * from unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::uuid[])
            as report (message_id, provider_id, state, detail, at, connection_id)
    ),
    named as (
        select message.id, report.provider_id, report.state, report.detail, report.at
        from conversations_message as message
        join conversations_conversation as conversation on conversation.id = message.conversation_id
        join numbers_phonenumber as number on number.id = conversation.number_id
        join report on report.connection_id = number.connection_id
            and (message.provider_id = report.provider_id
                or (message.provider_id is null and message.id = report.message_id))
        where message.direction = 'outbound' and message.state <> 'queued'
        order by message.id
        for update of message
    ),
    strongest as (select distinct on (id) * from named order by id, state)
    update conversations_message as message
    set state = strongest.state,
        error = case when strongest.state = 'failed' then strongest.detail else '' end,
        settled_at = strongest.at,
        provider_id = coalesce(message.provider_id, strongest.provider_id)
    from strongest
    where message.id = strongest.id
        and message.state <> 'delivered'
        and not (message.state = 'failed' and strongest.state = 'failed')
    returning message.conversation_id
"""


def receive(events: Sequence[Event]) -> None:
    """SMSReceived: each text becomes a message of the customer's live conversation with the number it was sent to.

    Raises Incomprehensible when one of the events cannot be read.
    """
    texts = [sms_events.inbound(event) for event in events]
    numbers = _our_numbers(texts)
    keys = {(text.sender, numbers[text.endpoint, text.recipient].pk) for text in texts}
    _contacts(sorted({sender for sender, _number in keys}))
    conversations = _live_conversations(keys, texts, numbers)
    added = _add_messages(texts, numbers, conversations)
    _advance(added)
    consent.remember(_words(texts, numbers))
    announce(conversation for conversation, _text, _at in added)
    if added:
        announce_work()


def settle(events: Sequence[Event]) -> None:
    """SMSDeliveryReportReceived: the message it names is delivered or failed. One that is not ours changes nothing.

    Raises Incomprehensible when one of the events cannot be read.
    """
    reports = [report for report in map(sms_events.report, events) if report.state is not None]
    owners = _owners({report.endpoint for report in reports})
    columns: list[Any] = [  # arrays, as psycopg takes them
        [report.message_id for report in reports],
        [report.provider_id for report in reports],
        [report.state for report in reports],
        [report.detail for report in reports],
        [report.at for report in reports],
        [owners[report.endpoint] for report in reports],
    ]
    with database.cursor() as cursor:
        cursor.execute(SETTLE_MESSAGES, columns)
        announce(row[0] for row in cursor.fetchall())


def _owners(endpoints: set[UUID]) -> dict[UUID, UUID]:
    """The connection of each endpoint."""
    return dict(Endpoint.objects.filter(pk__in=endpoints).values_list("pk", "connection_id"))


def _our_numbers(texts: list[Inbound]) -> dict[tuple[UUID, str], PhoneNumber]:
    """Our number of each text; one that no sync has brought yet is taken from the event."""
    connections = _owners({text.endpoint for text in texts})
    wanted = sorted({(connections[text.endpoint], text.recipient) for text in texts})
    PhoneNumber.objects.bulk_create(
        [PhoneNumber(connection_id=owner, number=number, receives_sms=True) for owner, number in wanted],
        ignore_conflicts=True,
    )
    found = PhoneNumber.objects.filter(
        connection_id__in={owner for owner, _ in wanted}, number__in={number for _, number in wanted}
    )
    by_owner = {(number.connection_id, number.number): number for number in found}
    return {(text.endpoint, text.recipient): by_owner[connections[text.endpoint], text.recipient] for text in texts}


def _contacts(numbers: list[str]) -> None:
    Contact.objects.bulk_create([Contact(number=number) for number in numbers], ignore_conflicts=True)


def _live_conversations(
    keys: set[Key], texts: list[Inbound], numbers: dict[tuple[UUID, str], PhoneNumber]
) -> dict[Key, UUID]:
    """The live conversation of each pair, opened where there is none, and locked until the batch is done."""
    firsts = _first_times(texts, numbers)
    found: dict[Key, UUID] = {}
    # Again, because a conversation may be closed between looking for it and locking it.
    while missing := keys - found.keys():
        _open({key: firsts[key] for key in missing})
        found |= _lock(missing)
    return found


def _open(firsts: dict[Key, datetime]) -> None:
    contacts = dict(Contact.objects.filter(number__in={key[0] for key in firsts}).values_list("number", "pk"))
    workstreams = _workstreams({key[1] for key in firsts})
    opened = [
        Conversation(
            contact_id=contacts[sender],
            number_id=number,
            workstream_id=workstreams[number][0],
            queue_id=workstreams[number][1],
            opened_at=at,
            queued_at=at,
            last_message_at=at,
        )
        for (sender, number), at in sorted(firsts.items())
    ]
    Conversation.objects.bulk_create(opened, ignore_conflicts=True)


def _lock(keys: set[Key]) -> dict[Key, UUID]:
    live = Conversation.objects.exclude(state__in=ENDED).select_for_update(of=("self",))
    rows = (
        live.filter(contact__number__in={key[0] for key in keys}, number_id__in={key[1] for key in keys})
        .order_by("contact_id", "number_id")
        .values_list("contact__number", "number_id", "pk")
    )
    found = {(sender, number): conversation for sender, number, conversation in rows}
    return {key: found[key] for key in keys & found.keys()}


def _first_times(texts: list[Inbound], numbers: dict[tuple[UUID, str], PhoneNumber]) -> dict[Key, datetime]:
    firsts: dict[Key, datetime] = {}
    for text in sorted(texts, key=lambda text: text.received_at):
        firsts.setdefault((text.sender, numbers[text.endpoint, text.recipient].pk), text.received_at)
    return firsts


def _workstreams(numbers: set[int]) -> dict[int, tuple[int | None, int]]:
    """The workstream of each number, and the queue its conversations wait in."""
    lines = Line.objects.filter(number_id__in=numbers, channel=Channel.SMS)
    rows = lines.values_list("number_id", "workstream_id", "workstream__queue_id")
    found: dict[int, tuple[int | None, int]] = {number: (workstream, queue) for number, workstream, queue in rows}
    if homeless := numbers - found.keys():
        found |= dict.fromkeys(homeless, (None, default_queue(QueueKind.MESSAGING).pk))
    return found


def _words(texts: list[Inbound], numbers: dict[tuple[UUID, str], PhoneNumber]) -> Iterator[consent.Word]:
    for text in texts:
        if (stops := consent.word(text.text)) is not None:
            yield consent.Word(text.received_at, stops, text.sender, numbers[text.endpoint, text.recipient].pk)


Added = list[tuple[UUID, str, datetime]]


def _add_messages(
    texts: list[Inbound], numbers: dict[tuple[UUID, str], PhoneNumber], conversations: dict[Key, UUID]
) -> Added:
    """Adds the messages that are new; returns (conversation, text, time) of each."""
    columns: list[Any] = [  # arrays, as psycopg takes them
        [uuid4() for _ in texts],
        [conversations[text.sender, numbers[text.endpoint, text.recipient].pk] for text in texts],
        [text.text for text in texts],
        [text.provider_id for text in texts],
        [text.received_at for text in texts],
    ]
    with database.cursor() as cursor:
        cursor.execute(ADD_MESSAGES, columns)
        return list(cursor.fetchall())


def _advance(added: Added) -> None:
    counts = Counter(conversation for conversation, _text, _at in added)
    newest = {conversation: (at, preview(text)) for conversation, text, at in sorted(added, key=lambda row: row[2])}
    columns: list[Any] = [  # arrays, as psycopg takes them
        list(newest),
        [counts[conversation] for conversation in newest],
        [at for at, _preview in newest.values()],
        [words for _at, words in newest.values()],
    ]
    with database.cursor() as cursor:
        cursor.execute(ADVANCE_CONVERSATIONS, columns)

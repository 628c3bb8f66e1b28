"""Texts of customers into conversations: a batch at a time, each statement for the whole batch.

Safe with several drains at once and in any order. What must be once is unique in the database, and keys are inserted in
their order. Only then are conversations locked that were there before, in the order of their ids: whoever waits for
another drain's row holds none that the other could want.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.timezone import now

from centrala.conversations import automation, consent, sms_events
from centrala.conversations.happenings import happened
from centrala.conversations.ids import in_order
from centrala.conversations.lines import our_numbers, places
from centrala.conversations.live import announce, announce_work
from centrala.conversations.sms_events import Inbound
from centrala.conversations.texts import preview
from centrala.database import run
from centrala.inbox.drain import Collision
from centrala.inbox.waiting import Waiting
from centrala.subscribers.models import Kind
from centrala.workstreams.models import Occasion
from centrala.workstreams.words import STANDARD, Command, vocabularies

ANSWERS = {Command.STOP: Occasion.STOPPED, Command.START: Occasion.STARTED, Command.HELP: Occasion.HELP}
Key = tuple[str, int]  # a customer's number, the id of ours

KNOWN = "select provider_id from conversations_message where provider_id = any(%b::text[])"

LIVE = """
    select said.sender, said.number_id, conversation.id
    from unnest(%b::text[], %b::bigint[]) as said (sender, number_id)
    join conversations_contact as contact on contact.number = said.sender
    join conversations_conversation as conversation
        on conversation.contact_id = contact.id and conversation.number_id = said.number_id
    where conversation.state not in ('wrap_up', 'closed') and conversation.channel = 'sms'
"""

# What they said is kept beside them: all at once and in one order, for whoever erases or links several of them.
LOCK_CONTACTS = "select id from conversations_contact where number = any(%b::text[]) order by id for share"

ADD_CONTACTS = """
    insert into conversations_contact (number, name)
    select number, '' from unnest(%b::text[]) as said (number)
    where not exists (select from conversations_contact as contact where contact.number = said.number)
    order by number
    on conflict (number) do nothing
"""

# Whoever is being erased meanwhile is waited for, and is a contact anew in the next turn.
OPEN_CONVERSATIONS = """
    insert into conversations_conversation (id, contact_id, number_id, workstream_id, queue_id,
        unread, opened_at, queued_at, last_message_at, preview, state, closing_reason)
    select said.id, contact.id, number_id, workstream_id, queue_id,
        messages, oldest, oldest, newest, preview, 'open', ''
    from unnest(%b::uuid[], %b::text[], %b::bigint[], %b::bigint[], %b::bigint[],
        %b::timestamptz[], %b::int[], %b::timestamptz[], %b::text[])
        as said (id, sender, number_id, workstream_id, queue_id, oldest, messages, newest, preview)
    join conversations_contact as contact on contact.number = said.sender
    order by contact.id, number_id
    for share of contact
    on conflict do nothing
    returning id
"""

ADD_MESSAGES = """
    insert into conversations_message (id, conversation_id, text, provider_id, created_at, direction, state, error)
    select *, 'inbound', 'received', ''
    from unnest(%b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::timestamptz[])
        as said (id, conversation_id, text, provider_id, created_at)
    order by provider_id
    on conflict (provider_id) do nothing
"""

# A conversation that was set aside is work again; one that its agent has goes on.
ADVANCE = """
    with said as (
        select conversation.id, messages, newest, said.preview
        from unnest(%b::uuid[], %b::int[], %b::timestamptz[], %b::text[]) as said (id, messages, newest, preview)
        join conversations_conversation as conversation on conversation.id = said.id
        where conversation.state not in ('wrap_up', 'closed')
        order by conversation.id
        for no key update of conversation
    )
    update conversations_conversation as conversation
    set state = case state when 'waiting' then 'open' else state end,
        queued_at = case state when 'waiting' then said.newest else queued_at end,
        former_agent_id = case state when 'waiting' then agent_id else former_agent_id end,
        agent_id = case state when 'waiting' then null else agent_id end,
        unread = unread + said.messages,
        preview = case when said.newest >= last_message_at then said.preview else conversation.preview end,
        last_message_at = greatest(last_message_at, said.newest)
    from said
    where conversation.id = said.id
"""


@dataclass(slots=True)
class Talk:
    """What one customer says to one of our numbers in this batch: each text once, as they arrived here."""

    texts: list[Inbound] = field(default_factory=list)

    @property
    def oldest(self) -> datetime:
        return min(text.received_at for text in self.texts)

    @property
    def newest(self) -> Inbound:
        return max(reversed(self.texts), key=lambda text: text.received_at)  # of one moment the last


Talks = dict[Key, Talk]


def receive(events: Sequence[Waiting]) -> None:
    """SMSReceived: each text becomes a message of the customer's live conversation with the number it was sent to.

    Raises Incomprehensible when one of the events cannot be read, Collision when another drain or an agent was faster.
    """
    texts = _fresh(map(sms_events.inbound, events))
    if not texts:
        return
    talks = _talks(texts)
    if commands := _commands(talks):
        run(LOCK_CONTACTS, list({sender for sender, _number in talks}))
    live, opened = _conversations(talks)
    everywhere = live | opened
    added = _add_messages([(everywhere[key], text) for key, talk in talks.items() for text in talk.texts])
    _advance({live[key]: talk for key, talk in talks.items() if key in live})
    _obey(commands, everywhere)
    happened({Kind.OPENED: opened.values(), Kind.RECEIVED: added}, at=now())
    announce(everywhere.values())
    announce_work()


def _fresh(texts: Iterable[Inbound]) -> list[Inbound]:
    """Each text once, without those that are messages already."""
    by_id = {text.provider_id: text for text in texts}
    for (known,) in run(KNOWN, list(by_id)):
        del by_id[known]
    return list(by_id.values())


def _talks(texts: list[Inbound]) -> Talks:
    numbers = our_numbers({(text.endpoint, text.recipient) for text in texts})
    talks: Talks = defaultdict(Talk)
    for text in texts:
        talks[text.sender, numbers[text.endpoint, text.recipient]].texts.append(text)
    return talks


def _conversations(talks: Talks) -> tuple[dict[Key, UUID], dict[Key, UUID]]:
    """The live conversation of each pair: those that were there, and those that were opened with all that is said."""
    live, opened = _live(talks.keys()), dict[Key, UUID]()
    # Again, because another drain may open one in between, and an agent may close it at once.
    while missing := talks.keys() - live.keys() - opened.keys():
        opened |= _open({key: talks[key] for key in missing})
        live |= _live(missing - opened.keys())
    return live, opened


def _live(keys: Collection[Key]) -> dict[Key, UUID]:
    if not keys:
        return {}
    found = run(LIVE, *_columns(keys))
    return {(sender, number): conversation for sender, number, conversation in found}


def _open(talks: Talks) -> dict[Key, UUID]:
    run(ADD_CONTACTS, list({sender for sender, _number in talks}))
    homes = places({number for _sender, number in talks})
    ids = dict(zip(in_order(len(talks)), talks, strict=True))
    opened = run(
        OPEN_CONVERSATIONS,
        list(ids),
        *_columns(talks),
        [homes[number][0] for _sender, number in talks],
        [homes[number][1] for _sender, number in talks],
        [talk.oldest for talk in talks.values()],
        *_news(talks.values()),
    )
    return {ids[conversation]: conversation for (conversation,) in opened}


def _columns(keys: Collection[Key]) -> list[list[object]]:
    return [[sender for sender, _number in keys], [number for _sender, number in keys]]


def _news(talks: Collection[Talk]) -> list[list[object]]:
    """Of each how many texts there are, when the newest came and how it begins."""
    newest = [talk.newest for talk in talks]
    return [
        [len(talk.texts) for talk in talks],
        [text.received_at for text in newest],
        [preview(text.text) for text in newest],
    ]


def _add_messages(texts: list[tuple[UUID, Inbound]]) -> list[UUID]:
    ids = in_order(len(texts))
    added = run(
        ADD_MESSAGES,
        ids,
        [conversation for conversation, _text in texts],
        [text.text for _conversation, text in texts],
        [text.provider_id for _conversation, text in texts],
        [text.received_at for _conversation, text in texts],
    )
    if added.rowcount != len(texts):
        raise Collision("another drain has just kept one of these texts")
    return ids


def _advance(talks: Mapping[UUID, Talk]) -> None:
    if talks and run(ADVANCE, list(talks), *_news(talks.values())).rowcount != len(talks):
        raise Collision("one of these conversations has just been closed")


def _commands(talks: Talks) -> list[tuple[Key, datetime, Command]]:
    """STOP, START and HELP, each with who said it and when."""
    own = vocabularies({number for _sender, number in talks})
    return [
        (key, text.received_at, command)
        for key, talk in talks.items()
        for text in talk.texts
        if (command := consent.command(text.text, own.get(key[1], STANDARD))) is not None
    ]


def _obey(commands: list[tuple[Key, datetime, Command]], conversations: Mapping[Key, UUID]) -> None:
    """What is kept of them, and what the workstream answers."""
    consent.remember(
        consent.Word(at, command == Command.STOP, *key) for key, at, command in commands if command != Command.HELP
    )
    for key, at, command in commands:
        automation.note([conversations[key]], ANSWERS[command], at=at)

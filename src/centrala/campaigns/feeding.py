"""Handing a campaign's texts over, no faster than they can leave, so that conversations are never behind them.

Twice a second a campaign gets as many messages as its number may send within the next two seconds, and no more than
that are ever on their way: the rest of the burst that numbers.pace allows is left to answers, which leave at once
however long the campaign is, and a pause leaves next to nothing behind it. Rows, messages and jobs are one transaction,
and a message has its row's id: a worker that is killed has done a step or none.
"""

import logging
from collections.abc import Collection
from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.utils.timezone import now

from centrala.campaigns.checking import unwilling
from centrala.campaigns.models import Campaign, Place, Problem, Recipient, State
from centrala.conversations import jobs
from centrala.conversations.intake import ADD_CONTACTS
from centrala.conversations.lines import places
from centrala.conversations.live import announce
from centrala.conversations.models import (
    ENDED,
    Contact,
    Conversation,
    ConversationState,
    Direction,
    Message,
    MessageState,
)
from centrala.conversations.texts import preview
from centrala.database import run
from centrala.numbers import pace
from centrala.workstreams.models import Channel

# Its messages that have not left yet: Azure, or this machine, may be slower than the rate.
UNDER_WAY = """
    select count(*) from procrastinate_jobs as job
    join campaigns_recipient as recipient on recipient.id = (job.args ->> 'message_id')::uuid
    where job.task_name = 'conversations.send_message' and job.status in ('todo', 'doing')
        and recipient.campaign_id = %s
"""
LEAST_UNDER_WAY = 10
AT_ONCE = 200  # rows looked at in a step; the fastest number takes 160 units in two seconds
log = logging.getLogger(__name__)


def feed(*, at: datetime | None = None) -> int:
    """One step of every campaign that runs, the oldest first. Answers how many texts were handed over."""
    running = Campaign.objects.filter(state=State.RUNNING).order_by("started_at", "pk")
    return sum(_guarded(campaign, at or now()) for campaign in running.values_list("pk", flat=True))


def _guarded(campaign: int, at: datetime) -> int:
    """A fault in one campaign stops it alone: it must not take the worker of all texts with it."""
    try:
        return step(campaign_id=campaign, at=at)
    except OperationalError:  # the database is gone, and the worker with it
        raise
    except Exception:
        log.exception("Campaign %s is paused because of an unforeseen error.", campaign)
        _pause(campaign, Problem.FAULT)
        return 0


@transaction.atomic
def step(*, campaign_id: int, at: datetime) -> int:
    """Nothing where another worker has the campaign in hand."""
    rows = Campaign.objects.select_for_update(of=("self",), skip_locked=True).select_related("number__connection")
    campaign = rows.filter(pk=campaign_id, state=State.RUNNING).first()
    if campaign is None:
        return 0
    if campaign.number.connection.disconnected_at is not None:
        _pause(campaign.pk, Problem.DISCONNECTED)
        return 0
    waiting = list(campaign.recipients.select_for_update().filter(place=Place.WAITING).order_by("line")[:AT_ONCE])
    if not waiting:
        Campaign.objects.filter(pk=campaign.pk).update(state=State.DONE, ended_at=at)
        return 0
    if _under_way(campaign) >= max(pace.most(campaign.number), LEAST_UNDER_WAY):
        return 0
    going = _willing(campaign, _that_fit(campaign, waiting, at))
    if going:
        _hand_over(campaign, going, at)
    return len(going)


def _pause(campaign: int, problem: Problem) -> None:
    running = Campaign.objects.filter(pk=campaign, state=State.RUNNING)
    running.update(state=State.PAUSED, problem=problem)


def _under_way(campaign: Campaign) -> int:
    with connection.cursor() as cursor:
        cursor.execute(UNDER_WAY, [campaign.pk])
        return int(cursor.fetchone()[0])


def _that_fit(campaign: Campaign, waiting: list[Recipient], at: datetime) -> list[Recipient]:
    room = pace.room(campaign.number, now=at)
    chosen: list[Recipient] = []
    for one in waiting:
        room -= one.units
        if room < 0:
            break
        chosen.append(one)
    if not chosen and pace.is_free(campaign.number, now=at):
        return waiting[:1]  # a text that is longer than all the room there ever is
    return chosen


def _willing(campaign: Campaign, chosen: list[Recipient]) -> list[Recipient]:
    """Without those who have said STOP since the file was read."""
    out = unwilling([one.number for one in chosen], campaign.number)
    for one in chosen:
        if why := out.get(one.number):
            Recipient.objects.filter(pk=one.pk).update(place=Place.LEFT_OUT, why=why, text="", units=0)
    return [one for one in chosen if one.number not in out]


def _hand_over(campaign: Campaign, going: list[Recipient], at: datetime) -> None:
    talks = _conversations(campaign, [one.number for one in going], at)
    moment = pace.promise(campaign.number, units=sum(one.units for one in going), now=at)
    messages = [
        Message(
            id=one.pk,
            conversation=talks[one.number],
            direction=Direction.OUTBOUND,
            text=one.text,
            state=MessageState.QUEUED,
            author_id=campaign.started_by_id,
            created_at=at,
            due_at=moment,
        )
        for one in going
    ]
    Message.objects.bulk_create(messages)
    for message in messages:
        talk = message.conversation
        talk.last_message_at, talk.preview = max(talk.last_message_at, at), preview(message.text)
        jobs.enqueue(message, after_answers=True)
    Conversation.objects.bulk_update(talks.values(), ["last_message_at", "preview"])
    Recipient.objects.filter(pk__in=[one.pk for one in going]).update(place=Place.HANDED, text="")
    announce(talk.pk for talk in talks.values())


def _conversations(campaign: Campaign, customers: Collection[str], at: datetime) -> dict[str, Conversation]:
    """The live one of each, where the agent sees the text; else one that is closed from the beginning: the answer opens
    a new one, as any first text of a customer does."""
    run(ADD_CONTACTS, list(customers))
    known = Contact.objects.select_for_update(no_key=True).filter(number__in=customers).order_by("pk")
    contacts = {contact.number: contact for contact in known}
    alive = Conversation.objects.select_for_update().filter(
        channel=Channel.SMS, contact__in=contacts.values(), number=campaign.number
    )
    live = {one.contact_id: one for one in alive.exclude(state__in=ENDED).order_by("pk")}
    workstream, queue = places({campaign.number_id})[campaign.number_id]
    closed = {
        contact.pk: Conversation(
            contact=contact,
            number=campaign.number,
            workstream_id=workstream,
            queue_id=queue,
            state=ConversationState.CLOSED,
            opened_at=at,
            last_message_at=at,
            closed_at=at,
        )
        for contact in contacts.values()
        if contact.pk not in live
    }
    Conversation.objects.bulk_create(closed.values())
    everyone = live | closed
    return {number: everyone[contact.pk] for number, contact in contacts.items()}

"""Overflow: the rules of a queue are gone by, as a call comes into it and while anything waits there.

Whatever leads where, it ends: overflow moves a conversation on twice at most, and after that it can only end it; a
number outside is called once. All of it is in `_may`: the rules of two queues that lead to each other send nobody round
and round.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection as database
from django.db import transaction

from centrala.conversations import automation
from centrala.conversations.happenings import happened
from centrala.conversations.live import announce, announce_work
from centrala.conversations.models import ClosingReason, Conversation, ConversationState
from centrala.routing.models import Instead, Overflowed, Step
from centrala.routing.tracing import trace
from centrala.subscribers.models import Kind
from centrala.workstreams.models import Occasion
from centrala.workstreams.overflow import BEFORE, Condition, OverflowRule, Remedy

BLOCK = 500
INSTEAD = {Remedy.VOICEMAIL: Instead.VOICEMAIL, Remedy.CALL_BACK: Instead.CALL_BACK}
MOST_MOVES = 2  # to another queue, of one conversation
WAITED_TOO_LONG = """
    select conversation.id, rule.id, coalesce(extract(epoch from %s - greatest(queued_at, over.at)) / 60, 0)::int
    from workstreams_overflowrule as rule
    join conversations_conversation as conversation
        on conversation.queue_id = rule.queue_id and conversation.state = 'open'
    join conversations_contact as contact on contact.id = conversation.contact_id
    left join routing_overflowed as over on over.conversation_id = conversation.id
    where rule.condition = 'waited'
        and greatest(conversation.queued_at, over.at) <= %s - make_interval(mins => rule.threshold)
        and over.settled_at is null and not coalesce(over.withheld, false)
        and case rule.remedy
            when 'end' then true
            when 'other_queue' then coalesce(over.times, 0) < %s
            when 'outside' then coalesce(over.outside, '') = ''
            else coalesce(over.times, 0) = 0 end
        and (rule.remedy <> 'call_back' or contact.number ~ '^[+][0-9]+$')
        and not exists (
            select from routing_offer where conversation_id = conversation.id and outcome = 'pending')
    order by conversation.id
    limit %s
    for update of conversation skip locked
"""
# Its place in the queue is that of its whole wait.
MOVE = "update conversations_conversation set queue_id = %s where id = any(%s) and state = 'open'"
END = """
    update conversations_conversation set state = 'closed', closed_at = %s, closing_reason = %s
    where id = any(%s) and state = 'open'
"""
NOTE = """
    insert into routing_overflowed (conversation_id, times, at, instead, withheld)
    select id, 1, %s, %s, %s from unnest(%s::uuid[]) as one (id)
    on conflict (conversation_id) do update
    set times = routing_overflowed.times + 1, at = excluded.at, withheld = excluded.withheld,
        instead = case excluded.instead when '' then routing_overflowed.instead else excluded.instead end
"""
# Who comes back has waited in this queue since before.
SEND_OUT = """
    insert into routing_overflowed (conversation_id, times, at, withheld, outside, outside_at)
    select id, 0, %s, true, %s, %s from unnest(%s::uuid[]) as one (id)
    on conflict (conversation_id) do update
    set withheld = true, outside = excluded.outside, outside_at = excluded.outside_at
"""
Average = Callable[[int], float | None]


@dataclass(frozen=True)
class Acting:
    """A rule whose condition is met, and what was found: how many wait, or minutes."""

    rule: OverflowRule
    figure: int | None


def has_rule_for_closed(queue_id: int) -> bool:
    """Whether a call outside of the operating hours has anywhere to go."""
    return OverflowRule.objects.filter(queue=queue_id, condition=Condition.OUT_OF_HOURS).exists()


@transaction.atomic
def enter(conversation: Conversation, *, closed: bool, average: Average, at: datetime) -> None:
    """A call is about to wait, in its queue: it waits there or goes where the rules lead, from queue to queue.
    `average` is the wait of a queue in minutes, where that is known."""
    while conversation.state == ConversationState.OPEN:
        acting = _before(conversation, closed=closed, average=average)
        if acting is None:
            return
        _act(acting.rule, [conversation.pk], acting.figure, at)
        conversation.refresh_from_db()
        if acting.rule.remedy in INSTEAD or acting.rule.remedy == Remedy.OUTSIDE:
            return


def sweep(*, at: datetime) -> int:
    """What has waited for too long, a block of it, whichever worker is first; returns of how many."""
    with transaction.atomic():
        with database.cursor() as cursor:
            cursor.execute(WAITED_TOO_LONG, [at, at, MOST_MOVES, BLOCK])
            found = cursor.fetchall()
        rules = OverflowRule.objects.in_bulk({rule for _id, rule, _figure in found})
        for pk, rule in rules.items():
            late = [(id_, minutes) for id_, of, minutes in found if of == pk]
            _act(rule, [id_ for id_, _minutes in late], max(minutes for _id, minutes in late), at)
    return len(found)


def _before(conversation: Conversation, *, closed: bool, average: Average) -> Acting | None:
    rules = OverflowRule.objects.filter(queue=conversation.queue_id, condition__in=BEFORE).select_related("target")
    over = Overflowed.objects.filter(conversation=conversation).first()
    for rule in sorted(rules, key=lambda rule: (rule.condition != Condition.OUT_OF_HOURS, rule.place, rule.pk)):
        met, figure = _met(rule, conversation, closed=closed, average=average)
        if met and _may(rule, over, conversation):
            return Acting(rule, figure)
    return None


def _met(rule: OverflowRule, conversation: Conversation, *, closed: bool, average: Average) -> tuple[bool, int | None]:
    if rule.condition == Condition.OUT_OF_HOURS:
        return closed, None
    threshold = rule.threshold or 0
    if rule.condition == Condition.TOO_MANY:
        waiting = Conversation.objects.filter(queue=rule.queue_id, state=ConversationState.OPEN)
        others = waiting.exclude(pk=conversation.pk).count()
        return others >= threshold, others
    minutes = average(rule.queue_id)
    return minutes is not None and minutes > threshold, None if minutes is None else round(minutes)


def _may(rule: OverflowRule, over: Overflowed | None, conversation: Conversation) -> bool:
    """As WAITED_TOO_LONG has it."""
    moves = over.times if over else 0
    if rule.remedy == Remedy.OUTSIDE:
        return over is None or not over.outside
    if rule.remedy == Remedy.CALL_BACK and not is_number(conversation.contact.number):
        return False
    if rule.remedy in INSTEAD:
        return moves == 0
    return rule.remedy == Remedy.END or moves < MOST_MOVES


def _act(rule: OverflowRule, ids: list[UUID], figure: int | None, at: datetime) -> None:
    """Of conversations that are open, and locked by the caller."""
    told = (rule.condition, rule.threshold, figure)
    if rule.remedy == Remedy.OUTSIDE:
        with database.cursor() as cursor:
            cursor.execute(SEND_OUT, [at, rule.number, at, ids])
        trace(Step.OVER_OUTSIDE, _where(ids, rule.queue_id), at=at, rule=told, words=rule.number)
        return announce(ids)
    with database.cursor() as cursor:
        instead = INSTEAD.get(Remedy(rule.remedy), "")
        cursor.execute(NOTE, [at, instead, instead == Instead.VOICEMAIL, ids])
        if rule.remedy == Remedy.END:
            cursor.execute(END, [at, ClosingReason.OVERFLOW, ids])
        elif rule.remedy == Remedy.OTHER_QUEUE:
            cursor.execute(MOVE, [rule.target_id, ids])
    if instead:
        step = Step.OVER_VOICEMAIL if instead == Instead.VOICEMAIL else Step.OVER_CALL_BACK
        trace(step, _where(ids, rule.queue_id), at=at, rule=told)
    elif rule.remedy == Remedy.END:
        trace(Step.OVER_ENDED, _where(ids, rule.queue_id), at=at, rule=told)
        automation.note(ids, Occasion.OVERFLOW, at=at)
        happened({Kind.CLOSED: ids}, at=at)
    else:
        trace(Step.OVER_TO_QUEUE, _where(ids, rule.target_id), at=at, rule=told)
        announce_work()
    return announce(ids)


def is_number(customer: str) -> bool:
    """Whether it can be called back; who hides the number cannot."""
    return customer.startswith("+") and customer[1:].isdigit()


def _where(ids: Iterable[UUID], queue: int | None) -> list[tuple[UUID, None, int | None]]:
    return [(id_, None, queue) for id_ in ids]

"""What the hub writes to a customer by itself, on the occasions for which the workstream has a text.

An occasion is noted in the transaction in which it happens, as one job for all conversations; the job writes. So a
burst that opens a thousand conversations costs the drain one row, and a workstream without texts nothing. A job that
runs twice writes once: a message's id follows from its conversation and its occasion.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.timezone import now

from centrala.conversations import consent, filling, jobs, segments
from centrala.conversations.live import announce
from centrala.conversations.models import ALWAYS_TOLD, ENDED, Conversation, Direction, Message, MessageState
from centrala.conversations.texts import MAX_LENGTH
from centrala.numbers import pace
from centrala.numbers.models import NumberType
from centrala.workstreams import hours, slugs
from centrala.workstreams.models import AutomatedText, Channel, Occasion
from centrala.workstreams.words import STANDARD, vocabularies

BEGINNINGS = (Occasion.GREETING, Occasion.CLOSED, Occasion.HOLIDAY)
# The platform itself answers these words on a toll-free number.
PLATFORMS = {Occasion.STOPPED, Occasion.STARTED, Occasion.HELP}


def note(conversations: Iterable[UUID], *occasions: Occasion, at: datetime) -> None:
    """One of the occasions has come for each of these; which one is seen when the text is written."""
    ids = list(conversations)
    if ids and (wanted := _with_texts(ids, occasions)):
        jobs.write_automatically.defer(
            conversations=[str(id_) for id_ in wanted], occasions=list(occasions), at=at.isoformat()
        )


@transaction.atomic
def write(*, conversation_id: UUID, occasions: Collection[Occasion], at: datetime) -> Message | None:
    """None where nothing is to be said, or it was said before."""
    locked = Conversation.objects.select_for_update(of=("self",)).select_related(
        "contact", "number__connection", "workstream__hours", "queue", "agent"
    )
    conversation = locked.filter(pk=conversation_id).first()
    occasion = _occasion(conversation, occasions, at) if conversation else None
    if conversation is None or occasion is None or not _may_be_told(conversation, occasion):
        return None
    text = AutomatedText.objects.filter(workstream=conversation.workstream, occasion=occasion).first()
    id_ = uuid5(conversation.pk, f"{occasion} {at.isoformat()}")
    if text is None or Message.objects.filter(pk=id_).exists():
        return None
    words, written = slugs.fill(text.text, filling.values(conversation, conversation.agent)).strip()[:MAX_LENGTH], now()
    if not words:
        return None
    message = Message.objects.create(
        id=id_,
        conversation=conversation,
        direction=Direction.OUTBOUND,
        text=words,
        state=MessageState.QUEUED,
        occasion=occasion,
        created_at=written,
        due_at=pace.promise(conversation.number, units=segments.count(words), now=written),
    )
    jobs.enqueue(message)
    announce([conversation.pk])
    return message


def _with_texts(ids: list[UUID], occasions: Collection[Occasion]) -> list[UUID]:
    """Those whose workstream has something to say, in one order."""
    if not AutomatedText.objects.filter(occasion__in=occasions).exists():
        return []
    found = Conversation.objects.filter(
        pk__in=ids, channel=Channel.SMS, workstream__automated_texts__occasion__in=occasions
    )
    return list(found.order_by("pk").distinct().values_list("pk", flat=True))


def _occasion(conversation: Conversation, occasions: Collection[Occasion], at: datetime) -> Occasion | None:
    """Of the beginnings the one that the workstream's hours make it; without a text of its own a holiday is told as
    being closed."""
    if set(occasions) != set(BEGINNINGS):
        return next(iter(occasions))
    workstream = conversation.workstream
    if workstream is None or _begins_with_a_word(conversation):
        return None
    how = hours.at(at, workstream.hours)
    if how == hours.Open.YES:
        return Occasion.GREETING
    told = set(workstream.automated_texts.values_list("occasion", flat=True))
    return Occasion.HOLIDAY if how == hours.Open.HOLIDAY and Occasion.HOLIDAY in told else Occasion.CLOSED


def _begins_with_a_word(conversation: Conversation) -> bool:
    """Whoever writes STOP, START or HELP to a number that has never heard of them is not greeted."""
    first = conversation.messages.order_by("created_at", "id").first()
    known = vocabularies([conversation.number_id]).get(conversation.number_id, STANDARD)
    return first is not None and consent.command(first.text, known) is not None


def _may_be_told(conversation: Conversation, occasion: Occasion) -> bool:
    number, contact = conversation.number, conversation.contact
    if number.connection.disconnected_at is not None or not contact.number.lstrip("+").isdigit():
        return False
    if occasion in PLATFORMS and number.type == NumberType.TOLL_FREE:
        return False
    if occasion in BEGINNINGS and conversation.state in ENDED:
        return False  # somebody was faster
    if occasion in {Occasion.STOPPED, Occasion.STARTED} and _last_answer(conversation) == occasion:
        return False  # once, however often the customer says it
    return occasion in ALWAYS_TOLD or not consent.has_opted_out(contact, number)


def _last_answer(conversation: Conversation) -> str | None:
    answers = conversation.messages.filter(occasion__in=[Occasion.STOPPED, Occasion.STARTED])
    return answers.order_by("-created_at", "-id").values_list("occasion", flat=True).first()

"""What the hub says to callers by itself: the workstream's automated messages, as sound."""

from functools import lru_cache
from math import ceil
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from centrala.calls import sounds, waits
from centrala.calls.frames import BYTES
from centrala.calls.queries import position
from centrala.conversations import filling
from centrala.conversations.models import ClosingReason, Conversation, ConversationState
from centrala.routing import instead
from centrala.routing.models import Instead
from centrala.workstreams import hours, slugs
from centrala.workstreams.models import AutomatedText, Occasion
from centrala.workstreams.wordings import usual

WORTH_SAYING = 1  # minute
BEEP_HERTZ, BEEP_SECONDS = 1000, 0.5
KEPT = 64  # texts that were said


def greeting(call_id: UUID) -> list[bytes]:
    """Frames; none where nothing is to be said."""
    conversation = _conversation(call_id)
    return _said(conversation, Occasion.GREETING) if conversation else []


def farewell(call_id: UUID) -> list[bytes]:
    """What is said before the hub hangs up."""
    conversation = _conversation(call_id)
    if conversation is None:
        return []
    settled = instead.of(conversation)
    if settled is not None and settled.instead == Instead.CALL_BACK:
        return _said(conversation, Occasion.CALLS_BACK)
    if conversation.closing_reason == ClosingReason.OUT_OF_HOURS:
        return _said(conversation, _of_the_hour(conversation), Occasion.CLOSED)
    if conversation.closing_reason == ClosingReason.HIDDEN:
        return _said(conversation, Occasion.HIDDEN)
    if conversation.closing_reason == ClosingReason.OVERFLOW:
        return _said(conversation, Occasion.OVERFLOW)
    return _said(conversation, Occasion.ENDED)


def voicemail(call_id: UUID) -> list[bytes]:
    """What is said before a voicemail, and the tone that it begins with."""
    conversation = _conversation(call_id)
    return [*(_said(conversation, Occasion.VOICEMAIL) if conversation else []), *_beep()]


def consent(call_id: UUID, *, by_key: bool) -> list[bytes]:
    """What is said before anything is recorded."""
    conversation = _conversation(call_id)
    return _said(conversation, Occasion.AGREE if by_key else Occasion.CONSENT) if conversation else []


def place(call_id: UUID) -> list[bytes]:
    """The position in the queue, as it is now."""
    conversation = _conversation(call_id)
    if conversation is None or conversation.state != ConversationState.OPEN:
        return []
    number = position(conversation)
    if number == 1:
        return _said(conversation, Occasion.NEXT)
    return _said(conversation, Occasion.POSITION, Position=str(number))


def wait(call_id: UUID) -> list[bytes]:
    """The average wait of the queue, where it is known and worth saying."""
    conversation = _conversation(call_id)
    minutes = waits.average(conversation.queue_id) if conversation and conversation.queue_id else None
    if conversation is None or minutes is None or minutes <= WORTH_SAYING:
        return []
    return _said(conversation, Occasion.WAIT, Minutes=str(ceil(minutes)))


def call_back(call_id: UUID) -> list[bytes]:
    conversation = _conversation(call_id)
    return _said(conversation, Occasion.CALL_BACK) if conversation else []


def trial_ends(call_id: UUID) -> list[bytes]:
    """To the caller of a trial's number whose minutes run out; nobody sets that up."""
    conversation = _conversation(call_id)
    language = conversation.workstream.language if conversation and conversation.workstream else "en"
    with translation.override(language):
        words = str(_("The minutes of this trial are used up. This call ends now."))
    return list(_frames(words, language))


def _conversation(call_id: UUID) -> Conversation | None:
    related = ("contact", "queue", "agent", "workstream__hours")
    found = Conversation.objects.select_related(*related).filter(call__pk=call_id, workstream__isnull=False)
    return found.first()


def _of_the_hour(conversation: Conversation) -> Occasion:
    assert conversation.workstream is not None
    holiday = hours.at(conversation.opened_at, conversation.workstream.hours) == hours.Open.HOLIDAY
    return Occasion.HOLIDAY if holiday else Occasion.CLOSED


def _said(conversation: Conversation, *occasions: Occasion, **values: str) -> list[bytes]:
    """The sound or text of the first occasion that has one; on some there always is one."""
    assert conversation.workstream is not None
    texts = dict(
        AutomatedText.objects.filter(workstream=conversation.workstream, occasion__in=occasions).values_list(
            "occasion", "text"
        )
    )
    language = conversation.workstream.language
    filled = filling.values(conversation, conversation.agent) | values
    workstream = conversation.workstream.pk
    own = sounds.of([workstream], occasions)
    for occasion in occasions:
        if (workstream, occasion) in own:
            return list(sounds.frames(own[workstream, occasion]))
        text = texts.get(occasion, "").strip() or usual(occasion, language)
        if text := slugs.fill(text, filled).strip():
            return list(_frames(text, language))
    return []


@lru_cache(maxsize=KEPT)
def _frames(text: str, language: str) -> tuple[bytes, ...]:
    from centrala_sound.frames import bytes_of  # with the first call that is greeted
    from centrala_sound.speech import say

    return _split(bytes_of(say(text, language).samples))


@lru_cache(maxsize=1)
def _beep() -> tuple[bytes, ...]:
    from centrala_sound.frames import bytes_of
    from centrala_sound.sounds import tone

    return _split(bytes_of(tone(BEEP_HERTZ, seconds=BEEP_SECONDS).samples))


def _split(sound: bytes) -> tuple[bytes, ...]:
    sound += bytes(-len(sound) % BYTES)
    return tuple(sound[at : at + BYTES] for at in range(0, len(sound), BYTES))

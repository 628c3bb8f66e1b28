"""How calls stand."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from centrala.calls import sounds
from centrala.calls.actions import ALIVE
from centrala.calls.consulting import UNDER_WAY
from centrala.calls.enquiry import UNDER_WAY as ASKED_OUTSIDE
from centrala.calls.enquiry import Enquired, Enquiry
from centrala.calls.models import Agreed, Call, CallEnd, CallState, Consultation, Consulted, Node, Transcript
from centrala.calls.standing import LONGEST, Advice, Standing
from centrala.conversations.models import ENDED, Conversation, ConversationState, Direction, Spoken
from centrala.organization.models import User
from centrala.routing.models import Instead, Overflowed
from centrala.workstreams.models import Channel
from centrala.workstreams.sounds import Music

LOOKED_BACK = timedelta(days=7)


def standing(call_id: UUID) -> Standing:
    return standings([call_id])[call_id]


def standings(ids: Collection[UUID]) -> dict[UUID, Standing]:
    """How these stand now; one that was erased meanwhile is over."""
    related = ("connection", "conversation__workstream", "conversation__agent", "conversation__overflowed")
    calls = Call.objects.select_related(*related).in_bulk(list(ids))
    asked, outside = _consultations(ids), _enquiries(ids)
    where = {call.conversation.workstream_id for call in calls.values() if call.conversation}
    music = sounds.of([pk for pk in where if pk is not None], Music.values)
    gone = {id_: Standing(id_, over=True, ended=True) for id_ in ids if id_ not in calls}
    return gone | {id_: _standing(call, music, asked.get(id_, ()), outside.get(id_)) for id_, call in calls.items()}


def _consultations(ids: Collection[UUID]) -> dict[UUID, list[Consultation]]:
    """Of these calls, those under way; also one that nobody answered in time."""
    found: dict[UUID, list[Consultation]] = defaultdict(list)
    for one in Consultation.objects.filter(call__in=ids, state__in=UNDER_WAY).select_related("colleague"):
        found[one.call_id].append(one)
    return found


def _enquiries(ids: Collection[UUID]) -> dict[UUID, Enquiry]:
    return {one.call_id: one for one in Enquiry.objects.filter(call__in=ids, state__in=ASKED_OUTSIDE)}


def _advice(enquiry: Enquiry, talk: Conversation | None) -> Advice:
    theirs = talk is not None and talk.state == ConversationState.ACTIVE and talk.agent_id == enquiry.agent_id
    works = talk is not None and talk.agent is not None and talk.agent.works_here
    return Advice(
        id=enquiry.pk,
        asked_at=enquiry.asked_at,
        longest=enquiry.longest,
        answered_at=enquiry.answered_at,
        named=bool(enquiry.call_connection_id),
        wanted=(theirs and works) or enquiry.state == Enquired.HANDED,
        handed=enquiry.state == Enquired.HANDED,
    )


def _standing(
    call: Call, music: Mapping[tuple[int, str], int], asked: Iterable[Consultation], outside: Enquiry | None
) -> Standing:
    talk, ended = call.conversation, call.state == CallState.ENDED
    handed = outside is not None and outside.state == Enquired.HANDED
    over: Overflowed | None = getattr(talk, "overflowed", None)
    settled = over is not None and over.settled_at is not None
    waits = talk is not None and talk.state == ConversationState.OPEN and not settled
    return Standing(
        call=call.pk,
        conversation=talk.pk if talk else None,
        over=ended or settled or (talk is not None and talk.state in ENDED and not handed),
        ended=ended,
        agent=talk.agent_id if talk and talk.agent and talk.agent.works_here and not handed else None,
        node=call.node_id,
        rings_since=call.rang_at if call.rings_out else None,
        outbound=call.direction == Direction.OUTBOUND,
        longest=timedelta(seconds=call.longest_seconds) if call.longest_seconds else LONGEST,
        lent=_lent(call),
        ending=call.ending if _is_told(call) else "",
        connected_at=call.connected_at,
        recorded=call.recorded,
        voicemail=waits and over is not None and over.speaks,
        outside=waits and over is not None and over.is_sent_out,
        offers_call_back=waits and over is not None and over.instead == Instead.CALL_BACK,
        tells_position=waits and talk is not None and talk.workstream is not None and talk.workstream.tells_position,
        tells_wait=waits and talk is not None and talk.workstream is not None and talk.workstream.tells_wait,
        wait_music=music.get((talk.workstream_id or 0, Music.WAIT)) if talk else None,
        hold_music=music.get((talk.workstream_id or 0, Music.HOLD)) if talk else None,
        asks_to_record=talk.workstream.consent if call.agreed == Agreed.ASKED and talk and talk.workstream else "",
        transcribed=call.transcribed,
        held=talk is not None and talk.agent_id is not None and call.held_by_id == talk.agent_id,
        deserted=talk is not None and talk.agent is not None and not talk.agent.works_here and not handed,
        consulted=frozenset(
            one.colleague_id
            for one in asked
            if one.state == Consulted.CAME
            and one.colleague.works_here
            and talk is not None
            and one.agent_id == talk.agent_id
        ),
        asks_until=min((one.expires_at for one in asked if one.state == Consulted.ASKED), default=None),
        advice=_advice(outside, talk) if outside is not None else None,
        pauses_on_hold=talk is not None and talk.workstream is not None and talk.workstream.pause_on_hold,
    )


def _is_told(call: Call) -> bool:
    """Whether the agent hears why it ended: nobody answered, or a trial's minutes were used up."""
    unanswered = call.direction == Direction.OUTBOUND and call.connected_at is None
    return unanswered or call.ending == CallEnd.TRIAL_OVER


def _lent(call: Call) -> timedelta | None:
    """Nothing once the trial has ended."""
    if call.leased_seconds is None:
        return None
    return timedelta(seconds=call.leased_seconds if call.connection.disconnected_at is None else 0)


def position(conversation: Conversation) -> int:
    """Of a call that waits, in its queue: 1 is the next."""
    before = Q(queued_at__lt=conversation.queued_at) | Q(queued_at=conversation.queued_at, pk__lt=conversation.pk)
    waiting = Conversation.objects.filter(before, queue=conversation.queue_id, state=ConversationState.OPEN)
    return 1 + waiting.exclude(overflowed__withheld=True).count()


def call_of(conversation: Conversation) -> Call | None:
    """None of a conversation in writing."""
    calls = Call.objects.select_related("node", "returns", "resumes").filter(conversation=conversation)
    return calls.first() if conversation.channel == Channel.VOICE else None


def returning(conversation: Conversation) -> list[Call]:
    """Calls to the customer by which this one was returned."""
    return list(conversation.returned_by.select_related("conversation__agent").order_by("rang_at", "id"))


def said_in(call: Call) -> list[Spoken]:
    """In the order in which it was said."""
    return list(Spoken.objects.filter(conversation=call.conversation_id).order_by("said_at", "offset", "id"))


def unwritten(at: datetime) -> int:
    """Calls of the last days that Azure did not write down although their workstream wanted it."""
    return Transcript.objects.exclude(error="").filter(at__gt=at - LOOKED_BACK).count()


def under_way(user: User) -> list[Call]:
    """Those that the person has, the one that came last at the end."""
    theirs = Conversation.objects.filter(agent=user, state=ConversationState.ACTIVE, channel=Channel.VOICE)
    calls = Call.objects.filter(conversation__in=theirs).exclude(state=CallState.ENDED)
    return list(calls.select_related("conversation__contact").order_by("connected_at", "id"))


def other_nodes() -> list[str]:
    """Where browsers reach other web processes than the one that the hub's own address leads to, living ones alone;
    seen from another process that one, too."""
    living = Node.objects.filter(seen_at__gt=Now() - ALIVE)
    if settings.NODE_URL == settings.PUBLIC_URL:
        living = living.exclude(address=settings.PUBLIC_URL)
    return sorted(set(living.values_list("address", flat=True)))

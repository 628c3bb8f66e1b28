"""How calls stand."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now

from centrala.calls.actions import ALIVE
from centrala.calls.live_call import Standing
from centrala.calls.models import Call, CallState, Node, Transcript
from centrala.conversations.models import ENDED, Conversation, ConversationState, Spoken
from centrala.organization.models import User
from centrala.workstreams.models import Channel

LOOKED_BACK = timedelta(days=7)


def standing(call_id: UUID) -> Standing:
    return standings([call_id])[call_id]


def standings(ids: Collection[UUID]) -> dict[UUID, Standing]:
    """How these stand now; one that was erased meanwhile is over."""
    calls = Call.objects.select_related("conversation__workstream", "conversation__agent").in_bulk(list(ids))
    return {id_: _standing(calls[id_]) if id_ in calls else Standing(id_, over=True, ended=True) for id_ in ids}


def _standing(call: Call) -> Standing:
    talk, ended = call.conversation, call.state == CallState.ENDED
    return Standing(
        call=call.pk,
        conversation=talk.pk if talk else None,
        over=ended or (talk is not None and talk.state in ENDED),
        ended=ended,
        agent=talk.agent_id if talk and talk.agent and talk.agent.works_here else None,
        node=call.node_id,
        connected_at=call.connected_at,
        recorded=call.recorded,
        transcribed=call.transcribed,
        pauses_on_hold=talk is not None and talk.workstream is not None and talk.workstream.pause_on_hold,
    )


def call_of(conversation: Conversation) -> Call | None:
    """None of a conversation in writing."""
    calls = Call.objects.select_related("node").filter(conversation=conversation)
    return calls.first() if conversation.channel == Channel.VOICE else None


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
    """Where browsers reach web processes that are not behind the hub's own address, living ones alone."""
    living = Node.objects.filter(seen_at__gt=Now() - ALIVE).exclude(address=settings.PUBLIC_URL)
    return sorted(set(living.values_list("address", flat=True)))

"""What ends by itself: calls that nobody answers, and conversations whose call is over."""

from datetime import datetime, timedelta

from django.utils.timezone import now

from centrala.calls import actions
from centrala.calls.models import Call, CallEnd, CallState
from centrala.conversations.models import ConversationState

BLOCK = 100
RINGS = timedelta(minutes=1)  # the service gives up after half of it
ANSWERING = timedelta(minutes=2)
LIVE = (ConversationState.OPEN, ConversationState.ACTIVE)


def sweep(*, at: datetime | None = None) -> None:
    """Calls that no process took or answered are over; so is the work of a call that ended while a process died."""
    at = at or now()
    unanswered = Call.objects.filter(state=CallState.RINGING, rang_at__lt=at - RINGS)
    stuck = Call.objects.filter(state=CallState.ANSWERING, rang_at__lt=at - ANSWERING)
    left = Call.objects.filter(state=CallState.ENDED, ended_at__lt=at - RINGS, conversation__state__in=LIVE)
    for calls, ending in ((unanswered, CallEnd.NOT_ANSWERED), (stuck, CallEnd.FAILED), (left, CallEnd.CUSTOMER)):
        for id_ in calls.values_list("pk", flat=True)[:BLOCK]:
            actions.ended(id_, ending)

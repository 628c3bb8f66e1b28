"""What ends by itself: calls that nobody answers, and conversations whose call is over."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.timezone import now

from centrala.calls import actions, leases, outside
from centrala.calls.models import Call, CallEnd, CallState, Node
from centrala.calls.sent_on import forget
from centrala.conversations.models import ConversationState, Direction
from centrala.inbox.drain import is_databases_fault, kind
from centrala.routing.models import Instead

BLOCK = 100
RINGS = timedelta(minutes=1)  # the service gives up after half of it
ANSWERING = timedelta(minutes=2)
NODES_KEPT = timedelta(days=7)
LIVE = (ConversationState.OPEN, ConversationState.ACTIVE)
log = logging.getLogger(__name__)


def sweep(*, at: datetime | None = None) -> None:
    """Calls that no process took or answered are over; so is the work of a call that ended while a process died."""
    at = at or now()
    outside.sweep(at=at)
    forget(at=at)
    leases.sweep()
    _forget_nodes(at)
    rings = Call.objects.filter(state=CallState.RINGING, rang_at__lt=at - RINGS)
    unanswered = rings.filter(direction=Direction.INBOUND)
    never_dialled = rings.filter(direction=Direction.OUTBOUND)
    stuck = Call.objects.filter(state=CallState.ANSWERING, rang_at__lt=at - ANSWERING)
    left = Call.objects.filter(state=CallState.ENDED, ended_at__lt=at - RINGS, conversation__state__in=LIVE)
    left = left.exclude(conversation__overflowed__settled_at__isnull=False)  # goes on as work without a call
    left = left.exclude(conversation__overflowed__withheld=True, conversation__overflowed__instead=Instead.VOICEMAIL)
    over = (
        (unanswered, CallEnd.NOT_ANSWERED),
        (never_dialled, CallEnd.LOST),
        (stuck, CallEnd.FAILED),
        (left, CallEnd.CUSTOMER),
    )
    for calls, ending in over:
        # In no order: however many fail time and again, the others have their turn.
        for id_ in calls.order_by("?").values_list("pk", flat=True)[:BLOCK]:
            _end(id_, ending)


def _forget_nodes(at: datetime) -> None:
    """Each start of a web process is a row. A call that is over need not say any more which had it."""
    under_way = Call.objects.exclude(state=CallState.ENDED).exclude(node=None)
    dead = Node.objects.filter(seen_at__lt=at - NODES_KEPT).exclude(pk__in=under_way.values("node"))
    Node.objects.filter(pk__in=list(dead.order_by("seen_at").values_list("pk", flat=True)[:BLOCK])).delete()


def _end(id_: UUID, ending: CallEnd) -> None:
    """Raises nothing but what a broken connection to the database does: the next sweep tries again."""
    try:
        actions.ended(id_, ending)
    except Exception as error:  # whatever is wrong with one call, the others go on
        if is_databases_fault(error):
            raise
        log.error("Call %s could not be ended: %s", id_, kind(error))  # noqa: TRY400 # a traceback has values

"""A caller whom overflow sends on to a number outside. Azure calls it while the caller hears music; once somebody
answers there, the hub has the call no more, else the caller waits on.

The node of the call asks Azure, by an id that is the call's own: whoever takes the call over asks for the very same, so
that nobody is called twice. What nobody tells of is given back by the sweep.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import Error as DatabaseError
from django.utils.timezone import now

from centrala.azure.calls import Calls
from centrala.azure.errors import AzureError
from centrala.calls.asking import insistently
from centrala.calls.context import sent_along
from centrala.calls.live import tell
from centrala.calls.live_call import LiveCall
from centrala.calls.models import Call, CallState
from centrala.calls.sending_on import RINGS, came_back, checked
from centrala.calls.sent_on import count
from centrala.calls.standing import Mode
from centrala.calls.threads import in_thread
from centrala.errors import Refused
from centrala.routing import outside
from centrala.routing.models import Overflowed, Step

BLOCK = 100
PATIENCE = RINGS + timedelta(seconds=30)  # the greeting comes first
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wish:
    """What Azure is asked for, each time in the same words."""

    call: Call
    to: str
    id: UUID
    first_attempt_at: datetime
    user_to_user: str


def is_due(live: LiveCall) -> bool:
    """Once the caller has heard the greeting: what is being said is not cut off."""
    ready = live.mode == Mode.WAITING and live.line is not None and live.greeted and not live.is_told
    return live.standing.outside and ready and not live.sent_out


async def send(live: LiveCall, client: Callable[[Call], Calls]) -> None:
    """What becomes of it is told by the service's events."""
    try:
        wish = await in_thread(begin, live.call)
        if wish is not None:
            await _ask(wish, client(wish.call))
    except DatabaseError as error:
        log.warning("Call %s waits for the database (%s).", live.call, type(error).__name__)
        live.sent_out = False  # asked once more it is the same


async def _ask(wish: Wish, client: Calls) -> None:
    try:
        await insistently(
            client.transfer,
            wish.call.call_connection_id,
            to=wish.to,
            id_=wish.id,
            first_attempt_at=wish.first_attempt_at,
            user_to_user=wish.user_to_user,
        )
    except AzureError as error:
        log.warning("Call %s could not be sent on (%s).", wish.call.pk, error.status)
        await in_thread(came_back, wish.call, detail=str(error))


def begin(call_id: UUID) -> Wish | None:
    """What Azure is to be asked for; None where nothing is. That it is under way is written first: whatever Azure then
    tells comes after it."""
    call = Call.objects.select_related("connection", "conversation__workstream").get(pk=call_id)
    over = outside.to_be_called(call.conversation) if call.conversation else None
    if call.conversation is None or over is None or over.outside_at is None or call.state != CallState.CONNECTED:
        return None
    try:
        to = _number(call, over)
    except Refused:
        _stays(call, Step.OUTSIDE_REFUSED)
        return None
    try:
        id_ = _counted(call)
    except Refused:
        _stays(call, Step.OUTSIDE_CAPPED)
        return None
    Call.objects.filter(pk=call.pk, ended_at=None).update(sent_to=to, sent_at=now(), detail="")
    return Wish(call, to, id_, over.outside_at, sent_along(call, call.conversation.workstream))


def _number(call: Call, over: Overflowed) -> str:
    """What was allowed when it was saved may not be any more, and the call may be of another workstream. Raises
    Refused."""
    return checked(over.outside, call, call.conversation.workstream if call.conversation else None)


def _stays(call: Call, why: Step) -> None:
    """In the queue."""
    assert call.conversation is not None
    outside.back(call.conversation, why)
    tell(call.pk)


def _counted(call: Call) -> UUID:
    """Raises Refused where the workstream's cap is reached."""
    id_ = uuid5(call.pk, "outside")
    assert call.conversation is not None
    assert call.conversation.workstream is not None  # it allows a country
    count(id_, call.conversation.workstream)
    return id_


def sweep(*, at: datetime) -> None:
    """Of which nothing was told for longer than Azure lets a telephone ring, or that no node asked for."""
    late = outside.sent_out().filter(outside_at__lt=at - PATIENCE).values("pk")
    for call in Call.objects.select_related("conversation").filter(conversation__in=late)[:BLOCK]:
        came_back(call, detail="")

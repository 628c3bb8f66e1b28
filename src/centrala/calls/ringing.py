"""Calls that come in: from the event to a row that a web process takes and answers."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.timezone import now

from centrala.calls.blocking import blocked_among
from centrala.calls.incoming import ring
from centrala.calls.live import tell
from centrala.calls.models import Call, CallEnd, CallState
from centrala.connection.models import Endpoint
from centrala.inbox.drain import Handler
from centrala.inbox.models import INCOMING_CALL
from centrala.inbox.waiting import Waiting

# The service lets a caller hear it ring for half a minute. An event that took longer is of a call nobody waits in.
RINGS = timedelta(seconds=60)


def take_in(events: Sequence[Waiting]) -> None:
    """IncomingCall: each call once, by its correlation id. Raises Incomprehensible when one of them cannot be read."""
    rings = {one.correlation_id: one for one in map(ring, events)}
    owners = dict(
        Endpoint.objects.filter(pk__in={one.endpoint for one in rings.values()}).values_list("pk", "connection_id")
    )
    known = set(Call.objects.filter(correlation_id__in=rings).values_list("correlation_id", flat=True))
    rejected = blocked_among([one.customer for one in rings.values()])
    at = now()
    made = []
    for one in rings.values():
        if one.correlation_id in known:
            continue
        late = at - one.at > RINGS
        made.append(
            Call(
                connection_id=owners[one.endpoint],
                customer=one.customer,
                number=one.number,
                correlation_id=one.correlation_id,
                server_call_id=one.server_call_id,
                is_rejected=one.customer in rejected,
                context="" if late else one.context,
                state=CallState.ENDED if late else CallState.RINGING,
                ending=CallEnd.NOT_ANSWERED if late else "",
                rang_at=one.at,
                ended_at=at if late else None,
            )
        )
    Call.objects.bulk_create(made, ignore_conflicts=True)
    for call in made:
        tell(call.pk)


HANDLERS: dict[str, Handler] = {INCOMING_CALL: take_in}

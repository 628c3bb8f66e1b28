"""Calls that come in: from the event to a row that a web process takes and answers."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.utils.timezone import now

from centrala.calls import leases
from centrala.calls.blocking import blocked_among
from centrala.calls.context import Context, contexts
from centrala.calls.incoming import Ring, ring
from centrala.calls.live import tell
from centrala.calls.models import Call, CallEnd, CallState
from centrala.connection.models import Endpoint
from centrala.hidden import is_hidden
from centrala.inbox.drain import Handler
from centrala.inbox.models import INCOMING_CALL
from centrala.inbox.waiting import Waiting
from centrala.workstreams.models import Channel, HiddenCallers, Line

# The service lets a caller hear it ring for half a minute. An event that took longer is of a call nobody waits in.
RINGS = timedelta(seconds=60)


def take_in(events: Sequence[Waiting]) -> None:
    """IncomingCall: each call once, by its correlation id. Raises Incomprehensible when one of them cannot be read."""
    rings = {one.correlation_id: one for one in map(ring, events)}
    owners = dict(
        Endpoint.objects.filter(pk__in={one.endpoint for one in rings.values()}).values_list("pk", "connection_id")
    )
    known = set(Call.objects.filter(correlation_id__in=rings).values_list("correlation_id", flat=True))
    rejected = _rejected(rings.values(), owners)
    declined = leases.declined(rings.values(), owners)
    told = contexts(rings.values(), owners)
    at = now()
    made = []
    for one in rings.values():
        if one.correlation_id in known:
            continue
        late = at - one.at > RINGS
        came = told.get(one.correlation_id, Context())
        made.append(
            Call(
                connection_id=owners[one.endpoint],
                customer=one.customer,
                number=one.number,
                correlation_id=one.correlation_id,
                server_call_id=one.server_call_id,
                is_rejected=one.correlation_id in rejected or one.correlation_id in declined,
                context="" if late else one.context,
                state=CallState.ENDED if late else CallState.RINGING,
                ending=CallEnd.NOT_ANSWERED if late else declined.get(one.correlation_id, ""),
                variables=came.variables,
                not_read=came.not_read,
                resumes=came.resumes,
                rang_at=one.at,
                ended_at=at if late else None,
            )
        )
    Call.objects.bulk_create(made, ignore_conflicts=True)
    for call in made:
        tell(call.pk)


def _rejected(rings: Collection[Ring], owners: Mapping[UUID, UUID]) -> set[str]:
    """By their correlation ids: of blocked numbers, and of hidden ones where the workstream wants none."""
    blocked = blocked_among([one.customer for one in rings])
    hidden = [one for one in rings if is_hidden(one.customer)]
    lines = Line.objects.filter(
        channel=Channel.VOICE,
        workstream__hidden_callers=HiddenCallers.REJECTED,
        number__number__in={one.number for one in hidden},
    )
    wanting_none = set(lines.values_list("number__connection", "number__number")) if hidden else set()
    return {one.correlation_id for one in rings if one.customer in blocked} | {
        one.correlation_id for one in hidden if (owners[one.endpoint], one.number) in wanting_none
    }


HANDLERS: dict[str, Handler] = {INCOMING_CALL: take_in}

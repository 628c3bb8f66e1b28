"""What was sent along with calls that ring: the variables of their workstreams that it fills, and the call that it goes
on with where a caller comes back whom we had sent on; and what goes along with such a caller.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.utils.timezone import now

from centrala.calls.incoming import Ring
from centrala.calls.models import Call
from centrala.conversations.models import Conversation
from centrala.hidden import is_hidden
from centrala.workstreams.models import Channel, Line, Workstream
from centrala.workstreams.told_along import REFERENCE, SENT_AT_MOST, Note, Told, Why, written

BACK_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class Context:
    variables: dict[str, str] = field(default_factory=dict)
    not_read: list[Note] = field(default_factory=list)
    resumes: Conversation | None = None


def contexts(rings: Collection[Ring], owners: Mapping[UUID, UUID]) -> dict[str, Context]:
    """By correlation id, of those with which anything came; asks nothing where nothing did."""
    told = [one for one in rings if one.told.values or one.told.notes]
    if not told:
        return {}
    names, earlier = _names(told), _earlier(told, owners)
    return {
        one.correlation_id: _context(one, names[owners[one.endpoint], one.number], earlier.get(one.correlation_id))
        for one in told
    }


def is_same_customer(customer: str, earlier: Call) -> bool:
    """Whether who comes back is whom we had sent on: also where the number outside shows its own number, or none."""
    assert earlier.conversation is not None
    return is_hidden(customer) or customer in {earlier.sent_to, earlier.conversation.contact.number}


def sent_along(call: Call, workstream: Workstream | None) -> str:
    """For a User-to-User header; "" where the workstream sends nothing out of the house. What there is no room for is
    left out, the reference never."""
    if workstream is None or not workstream.sends_context or call.conversation_id is None:
        return ""
    variables = dict(sorted(call.variables.items()))
    return written({REFERENCE: call.conversation_id.hex} | variables, most=SENT_AT_MOST)


def _context(ring: Ring, names: set[str], earlier: Call | None) -> Context:
    """What was known of the same customer before counts where nothing else is sent."""
    told = ring.told
    given = Told({name: value for name, value in told.values.items() if name != REFERENCE}, list(told.notes))
    if REFERENCE in told.values and earlier is None:
        given.note(REFERENCE, Why.NO_CALL)
    known = given.known_as(names)
    kept = earlier.variables if earlier and is_same_customer(ring.customer, earlier) else {}
    before = {name: value for name, value in kept.items() if name in names}
    return Context(before | known.values, known.notes, earlier.conversation if earlier else None)


def _names(rings: Iterable[Ring]) -> Mapping[tuple[UUID, str], set[str]]:
    """Of the variables, by connection and number."""
    lines = Line.objects.filter(channel=Channel.VOICE, number__number__in={one.number for one in rings})
    found: dict[tuple[UUID, str], set[str]] = defaultdict(set)
    for connection, number, name in lines.values_list(
        "number__connection_id", "number__number", "workstream__variables__name"
    ):
        if name is not None:
            found[connection, number].add(name)
    return found


def _earlier(rings: Iterable[Ring], owners: Mapping[UUID, UUID]) -> dict[str, Call]:
    """By the correlation id of who comes back: the call that was sent on, of the same resource and not long ago."""
    wanted = {one.correlation_id: id_ for one in rings if (id_ := _id(one.told.values.get(REFERENCE, "")))}
    if not wanted:
        return {}
    sent_on = Call.objects.exclude(sent_to="").filter(
        conversation__in=set(wanted.values()), sent_at__gt=now() - BACK_WITHIN
    )
    found = {(one.conversation_id, one.connection_id): one for one in sent_on.select_related("conversation__contact")}
    owner = {one.correlation_id: owners[one.endpoint] for one in rings}
    pairs = {back: found.get((id_, owner[back])) for back, id_ in wanted.items()}
    return {back: call for back, call in pairs.items() if call is not None}


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

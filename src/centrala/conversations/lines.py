"""Where a text belongs: our number that it came to, and the queue in which that number's conversations wait."""

from collections.abc import Set
from uuid import UUID

from centrala.database import run
from centrala.numbers.models import PhoneNumber
from centrala.workstreams.actions import default_queue
from centrala.workstreams.models import Channel, Line, QueueKind

Address = tuple[UUID, str]  # an endpoint and a number; numbers belong to the endpoint's connection

KNOWN = """
    select said.endpoint, said.number, endpoint.connection_id, ours.id
    from unnest(%b::uuid[], %b::text[]) as said (endpoint, number)
    join connection_endpoint as endpoint on endpoint.id = said.endpoint
    left join numbers_phonenumber as ours
        on ours.connection_id = endpoint.connection_id and ours.number = said.number
"""


def our_numbers(addresses: Set[Address]) -> dict[Address, int]:
    """Our number of each address; one that no sync has brought yet is taken from the event."""
    found = _known(addresses)
    if missing := {(owner, number) for (_endpoint, number), (owner, id_) in found.items() if id_ is None}:
        new = [PhoneNumber(connection_id=owner, number=number, receives_sms=True) for owner, number in sorted(missing)]
        PhoneNumber.objects.bulk_create(new, ignore_conflicts=True)
        found = _known(addresses)
    return {address: id_ for address, (_owner, id_) in found.items() if id_ is not None}


def _known(addresses: Set[Address]) -> dict[Address, tuple[UUID, int | None]]:
    """The connection of each, and our number where there is one."""
    endpoints, numbers = [endpoint for endpoint, _ in addresses], [number for _, number in addresses]
    return {(endpoint, number): (owner, id_) for endpoint, number, owner, id_ in run(KNOWN, endpoints, numbers)}


def places(numbers: Set[int]) -> dict[int, tuple[int | None, int]]:
    """The workstream of each number, and the queue its conversations wait in."""
    lines = Line.objects.filter(number_id__in=numbers, channel=Channel.SMS)
    rows = lines.values_list("number_id", "workstream_id", "workstream__queue_id")
    found: dict[int, tuple[int | None, int]] = {number: (workstream, queue) for number, workstream, queue in rows}
    if homeless := numbers - found.keys():
        found |= dict.fromkeys(homeless, (None, default_queue(QueueKind.MESSAGING).pk))
    return found

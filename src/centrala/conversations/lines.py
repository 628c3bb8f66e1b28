"""Where a text belongs: our number that it came to, and the queue in which that number's conversations wait."""

from collections.abc import Set
from uuid import UUID

from centrala.connection.models import Endpoint
from centrala.numbers.models import PhoneNumber
from centrala.workstreams.actions import default_queue
from centrala.workstreams.models import Channel, Line, QueueKind

Address = tuple[UUID, str]  # an endpoint and a number; numbers belong to the endpoint's connection


def our_numbers(addresses: Set[Address]) -> dict[Address, int]:
    """Our number of each address; one that no sync has brought yet is taken from the event."""
    owners = dict(
        Endpoint.objects.filter(pk__in={endpoint for endpoint, _ in addresses}).values_list("pk", "connection_id")
    )
    wanted = {(owners[endpoint], number) for endpoint, number in addresses}
    found = _known(wanted)
    if missing := wanted - found.keys():
        new = [PhoneNumber(connection_id=owner, number=number, receives_sms=True) for owner, number in sorted(missing)]
        PhoneNumber.objects.bulk_create(new, ignore_conflicts=True)
        found |= _known(missing)
    return {(endpoint, number): found[owners[endpoint], number] for endpoint, number in addresses}


def _known(wanted: Set[Address]) -> dict[Address, int]:
    rows = PhoneNumber.objects.filter(
        connection_id__in={owner for owner, _ in wanted}, number__in={number for _, number in wanted}
    )
    return {(owner, number): pk for owner, number, pk in rows.values_list("connection_id", "number", "pk")}


def places(numbers: Set[int]) -> dict[int, tuple[int | None, int]]:
    """The workstream of each number, and the queue its conversations wait in."""
    lines = Line.objects.filter(number_id__in=numbers, channel=Channel.SMS)
    rows = lines.values_list("number_id", "workstream_id", "workstream__queue_id")
    found: dict[int, tuple[int | None, int]] = {number: (workstream, queue) for number, workstream, queue in rows}
    if homeless := numbers - found.keys():
        found |= dict.fromkeys(homeless, (None, default_queue(QueueKind.MESSAGING).pk))
    return found

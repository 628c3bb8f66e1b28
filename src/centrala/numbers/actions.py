"""Bringing the resource's numbers here."""

from django.conf import settings
from django.utils.timezone import now

from centrala.azure import phone_numbers
from centrala.azure.phone_numbers import Number
from centrala.connection.models import Connection
from centrala.numbers.models import NumberType, PhoneNumber

TYPES = {"tollFree": NumberType.TOLL_FREE, "geographic": NumberType.GEOGRAPHIC, "mobile": NumberType.MOBILE}
KEPT = ["type", "receives_sms", "sends_sms", "receives_calls", "makes_calls", "synced_at"]


def sync(*, connection: Connection) -> list[PhoneNumber]:
    """Fetches the resource's numbers and brings ours up to them, all or none; none is deleted. Raises AzureError."""
    found = phone_numbers.list_numbers(connection=connection.connection_string, cloud=settings.CLOUD)
    # Each once, as an upsert needs it, and in the order in which arriving events lock them.
    ours = [_ours(connection, number) for _, number in sorted({number.number: number for number in found}.items())]
    return PhoneNumber.objects.bulk_create(
        ours, update_conflicts=True, unique_fields=["connection", "number"], update_fields=KEPT
    )


def _ours(connection: Connection, number: Number) -> PhoneNumber:
    return PhoneNumber(
        connection=connection,
        number=number.number,
        type=TYPES.get(number.type, NumberType.UNKNOWN),
        receives_sms=number.receives_sms,
        sends_sms=number.sends_sms,
        receives_calls=number.receives_calls,
        makes_calls=number.makes_calls,
        synced_at=now(),
    )

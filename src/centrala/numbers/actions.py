"""Bringing the resource's numbers here."""

from typing import Any

from django.conf import settings
from django.utils.timezone import now

from centrala.azure import phone_numbers
from centrala.azure.phone_numbers import Number
from centrala.connection.models import Connection
from centrala.numbers.models import NumberType, PhoneNumber

TYPES = {"tollFree": NumberType.TOLL_FREE, "geographic": NumberType.GEOGRAPHIC, "mobile": NumberType.MOBILE}


def sync(*, connection: Connection) -> list[PhoneNumber]:
    """Fetches the resource's numbers and brings ours up to them; none is deleted. Raises AzureError."""
    found = phone_numbers.list_numbers(connection=connection.connection_string, cloud=settings.CLOUD)
    return [_keep(connection, number) for number in found]


def _keep(connection: Connection, number: Number) -> PhoneNumber:
    values: dict[str, Any] = {  # as Django takes them
        "type": TYPES.get(number.type, NumberType.UNKNOWN),
        "receives_sms": number.receives_sms,
        "sends_sms": number.sends_sms,
        "receives_calls": number.receives_calls,
        "makes_calls": number.makes_calls,
        "synced_at": now(),
    }
    kept, _made = PhoneNumber.objects.update_or_create(connection=connection, number=number.number, defaults=values)
    return kept

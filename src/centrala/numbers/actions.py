"""Bringing the resource's numbers here."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.azure import phone_numbers
from centrala.azure.phone_numbers import Number
from centrala.connection.models import Connection
from centrala.errors import Refused
from centrala.numbers.models import NumberType, PhoneNumber

TYPES = {"tollFree": NumberType.TOLL_FREE, "geographic": NumberType.GEOGRAPHIC, "mobile": NumberType.MOBILE}
KEPT = [
    *("carrier", "type", "receives_sms", "sends_sms", "receives_calls", "makes_calls"),
    *("country", "monthly_cost", "currency", "bought_at", "synced_at", "missing_since"),
]


def sync(*, connection: Connection) -> list[PhoneNumber]:
    """Fetches the resource's numbers and brings ours up to them, all or none. One that the resource owns no longer is
    marked, not deleted: conversations tell of it, and it may come back. Raises AzureError; Refused of a trial's, whose
    lender has numbers that are nobody's business."""
    if connection.is_trial:
        raise Refused(_("The numbers of a trial are lent one by one, and are not fetched from Azure."))
    return keep(phone_numbers.list_numbers(connection=connection.connection_string, cloud=settings.CLOUD), connection)


def hold(connection: Connection) -> None:
    """Nobody else adds numbers of this resource until the transaction ends. Events may: they take nothing over."""
    Connection.objects.select_for_update(no_key=True).only("pk").get(pk=connection.pk)


@transaction.atomic
def keep(found: list[Number], connection: Connection, *, whole: bool = True) -> list[PhoneNumber]:
    """`whole`: these are all that the resource owns."""
    hold(connection)
    at = now()
    # Each once, as an upsert needs it, and in the order in which arriving events lock them.
    by_number = {number.number: number for number in found}
    ours = [_ours(connection, number, at) for _, number in sorted(by_number.items())]
    kept = PhoneNumber.objects.bulk_create(
        ours, update_conflicts=True, unique_fields=["connection", "number"], update_fields=KEPT
    )
    if whole:
        # What was never synced is not Azure's to list: an own carrier's, and what only an event has told of so far.
        known = connection.numbers.exclude(synced_at=None).exclude(type=NumberType.SHORT_CODE)
        known.filter(missing_since=None).exclude(number__in=by_number).update(missing_since=at)
    return kept


def _ours(connection: Connection, number: Number, at: datetime) -> PhoneNumber:
    return PhoneNumber(
        connection=connection,
        number=number.number,
        type=TYPES.get(number.type, NumberType.UNKNOWN),
        receives_sms=number.receives_sms,
        sends_sms=number.sends_sms,
        receives_calls=number.receives_calls,
        makes_calls=number.makes_calls,
        country=number.country,
        monthly_cost=number.monthly_cost,
        currency=number.currency,
        bought_at=number.bought_at,
        synced_at=at,
    )

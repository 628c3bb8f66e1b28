"""An own carrier's numbers: added, changed, taken away. Azure keeps no list of them, so nothing is asked of it here."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

import phonenumbers
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.carriers.sip import refuse_lent
from centrala.connection.models import Connection
from centrala.errors import Refused
from centrala.numbers.actions import KEPT, hold
from centrala.numbers.models import Carrier, NumberType, PhoneNumber
from centrala.ordering.actions import refuse_where_called_by, refuse_where_used
from centrala.organization.audit import changed, record
from centrala.organization.models import User

TYPES = (NumberType.GEOGRAPHIC, NumberType.TOLL_FREE, NumberType.MOBILE)
MOST_DIGITS = 15
WRITTEN = frozenset(" \u00a0().-/")  # what may stand between the digits
SOME_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class OwnNumber:
    """`number` as `read` has it: E.164 with its plus. `country` is two letters."""

    number: str
    country: str
    type: NumberType
    receives_calls: bool
    makes_calls: bool


def read(text: str, *, country: str) -> str:
    """E.164 with its plus, which may be missing or 00. Raises Refused, with the field `number`, for what is no number
    of this country."""
    digits = "".join(letter for letter in text.strip() if letter not in WRITTEN)
    digits = digits.removeprefix("00").removeprefix("+")
    if not digits.isdecimal() or not digits.isascii():
        raise _refused(_("This is no telephone number. Write it with its country code, as +48 600 100 200."))
    if len(digits) > MOST_DIGITS:
        raise _refused(_("A number has at most %(most)s digits.") % {"most": MOST_DIGITS})
    try:
        parsed = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        raise _refused(_("No country has a code like this number's. Fix: begin with the country code.")) from None
    if phonenumbers.country_code_for_region(country) != parsed.country_code:
        raise _refused(
            _("This number is of another country than %(country)s. Fix: begin with +%(code)s.")
            % {"country": country, "code": phonenumbers.country_code_for_region(country)}
        )
    if not phonenumbers.is_valid_number(parsed):
        raise _refused(_("Nobody can have this number. Fix: look for a digit too many or too few."))
    if (region := phonenumbers.region_code_for_number(parsed)) not in {country, None, "001"}:
        raise _refused(
            _("This number is of the country %(region)s, not of %(country)s.") % {"region": region, "country": country}
        )
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def why_not(*, connection: Connection, numbers: Collection[str]) -> dict[str, str]:
    """Of those that cannot be added the reason: they are here already."""
    known = connection.numbers.filter(number__in=numbers, missing_since=None).select_related("carrier")
    return {one.number: _taken(one) for one in known if one.carrier or one.synced_at}


@transaction.atomic
def add(*, connection: Connection, carrier: Carrier, numbers: Sequence[OwnNumber], actor: User | None) -> None:
    """All of them or none; none where the resource is only lent. One that only a call has told of so far becomes the
    carrier's, as does one that the resource owned once. Raises Refused, with the field `number`, for what is here
    already."""
    hold(connection)
    if reasons := why_not(connection=connection, numbers=[one.number for one in numbers]):
        named = ", ".join(list(reasons)[:SOME_NAMED])
        raise _refused(next(iter(reasons.values())) if len(numbers) == 1 else _("Here already: %s.") % named)
    put(connection=connection, carrier=carrier, numbers=numbers)
    for one in numbers:
        record(actor=actor, act="add own number", target=one.number, after=_told(one, carrier))


def put(*, connection: Connection, carrier: Carrier, numbers: Sequence[OwnNumber]) -> None:
    """As `add`, without a word in the audit log, and for what `why_not` has nothing against since `hold`."""
    refuse_lent(connection)
    rows = [
        PhoneNumber(connection=connection, carrier=carrier, **asdict(one))
        for one in sorted(numbers, key=lambda each: each.number)  # the order in which arriving events lock them
    ]
    PhoneNumber.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["connection", "number"], update_fields=KEPT
    )


@transaction.atomic
def change(*, number: PhoneNumber, carrier: Carrier, to: OwnNumber, actor: User | None) -> None:
    """Raises Refused for a plan taken away that is in use."""
    number = _locked(number)
    assert to.number == number.number
    if number.receives_calls and not to.receives_calls:
        refuse_where_used(number)
    if number.makes_calls and not to.makes_calls:
        refuse_where_called_by(number)
    before = _told(_own(number), number.carrier)
    number.carrier = carrier
    for name, value in asdict(to).items():
        setattr(number, name, value)
    number.save()
    was, became = changed(before, _told(to, carrier))
    if became:
        record(actor=actor, act="change own number", target=number.number, before=was, after=became)


@transaction.atomic
def remove(*, number: PhoneNumber, actor: User | None) -> None:
    """What was said by it stays, and then the number stays in sight as inactive. Raises Refused while it is used."""
    number = _locked(number)
    refuse_where_used(number)
    refuse_where_called_by(number)
    record(actor=actor, act="delete own number", target=number.number, before=_told(_own(number), number.carrier))
    try:
        with transaction.atomic():
            number.delete()
    except ProtectedError:
        number.missing_since = now()
        number.save()


def _locked(number: PhoneNumber) -> PhoneNumber:
    number = PhoneNumber.objects.select_for_update(of=("self",)).select_related("carrier").get(pk=number.pk)
    if number.carrier is None:
        raise Refused(_("This number is Microsoft's, not an own carrier's."))
    return number


def _own(number: PhoneNumber) -> OwnNumber:
    return OwnNumber(
        number=number.number,
        country=number.country,
        type=NumberType(number.type),
        receives_calls=number.receives_calls,
        makes_calls=number.makes_calls,
    )


def _taken(number: PhoneNumber) -> str:
    if number.carrier:
        return _("This number is here already, of the carrier %(carrier)s.") % {"carrier": number.carrier}
    return _("The resource owns this number: it is Microsoft's. Fix: release it first, if it is to move to a carrier.")


def _told(one: OwnNumber, carrier: Carrier | None) -> dict[str, object]:
    told = asdict(one)
    del told["number"]
    return {"carrier": str(carrier), **told, "type": str(one.type)}


def _refused(message: str) -> Refused:
    return Refused(message, field="number")

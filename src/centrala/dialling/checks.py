"""What is refused before anything is dialled, each with its reason."""

from datetime import datetime, timedelta

import phonenumbers
from django.db.models import DurationField, ExpressionWrapper, F, Q, Sum
from django.db.models.expressions import Combinable
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from centrala.calls.blocking import blocked_among
from centrala.characters import storable
from centrala.dialling.access import usable_by
from centrala.dialling.countries import code_of, names
from centrala.dialling.models import Profile
from centrala.errors import Refused
from centrala.numbers.countries import COSTLY
from centrala.numbers.emergency import refuse_emergency
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User
from centrala.routing.duty import duty

PAUSES = set(",;")  # before an extension, as telephones write it


def callable_number(text: str, *, home: str = "") -> str:
    """In E.164, however it is written; one without its country's code is of the country `home`. Raises Refused."""
    text = text.strip()
    if storable(text) != text:
        raise _no_number()  # what cannot be kept is left out by nobody: the rest may be somebody's number
    refuse_emergency(text)
    parsed = _parsed(text, home)
    if parsed is None:
        raise _no_number()
    if parsed.extension or PAUSES & set(text):
        raise Refused(
            _(
                "Extensions are not dialled. Fix: call the number alone, and press the extension's keys once it "
                "answers."
            ),
            field="number",
        )
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    refuse_emergency(number)
    if phonenumbers.number_type(parsed) in COSTLY:
        raise Refused(_("This number costs more than a call: premium numbers are not dialled."), field="number")
    if PhoneNumber.objects.filter(number=number).exists():
        raise Refused(_("This is one of our own numbers."), field="number")
    if blocked_among([number]):
        raise Refused(_("This number is blocked. Fix: an administrator takes it off the list."), field="number")
    return number


def _no_number() -> Refused:
    return Refused(
        _("This is no telephone number. Write it with its country code, as +48 600 100 200."), field="number"
    )


def profile_for(number: str, *, user: User, chosen: Profile | None) -> Profile:
    """The one that was chosen, or else the first by which the person may call this country. Raises Refused."""
    usable = list(usable_by(user))
    if not usable:
        raise Refused(
            _("No outbound profile is yours, so you cannot call out. Fix: an administrator adds you to one."),
            field="number",
        )
    if chosen is not None:
        usable = [one for one in usable if one == chosen]
        if not usable:
            raise Refused(_("This outbound profile is not yours."), field="profile")
    country = code_of(number)
    leading = [one for one in usable if country in one.countries]
    if not leading:
        called = names(get_language() or "en").get(country, country or "—")
        raise Refused(
            _("%(country)s is not among the countries you may call. Fix: an administrator allows it in the profile.")
            % {"country": called},
            field="number",
        )
    return leading[0]


def refuse_unfit(profile: Profile) -> None:
    """What may have changed since the profile was set up."""
    if not profile.number.makes_calls or profile.number.connection.disconnected_at is not None:
        raise Refused(
            _("The number of this outbound profile cannot make calls any more. Fix: an administrator looks at it."),
            field="number",
        )


def refuse_full(user: User, profile: Profile, *, besides: int = 0) -> None:
    """Under the lock of the agent's row. `besides` is what work takes in whose place the call comes."""
    if duty(user).free + besides < profile.workstream.units:
        raise Refused(_("You have no capacity left for a call. Fix: end or close what you work on first."))


def seconds_left(profile: Profile, *, at: datetime | None = None) -> int:
    """How long a call may last that begins now; each that goes on counts with the longest that it may take. Under the
    lock of the profile's row: calls that begin at once are all counted. Raises Refused when a cap is reached."""
    at = at or now()
    today = profile.dialled.filter(at__gte=at.replace(hour=0, minute=0, second=0, microsecond=0))
    if today.count() >= profile.most_calls:
        raise Refused(_("This outbound profile has made its most calls for today. The day is that of UTC."))
    sums = today.aggregate(
        talked=Sum(_lasted("call__connected_at", "call__ended_at")),
        asked=Sum(_lasted("enquiry__answered_at", "enquiry__ended_at")),
        reserved=Sum("call__longest_seconds", filter=Q(call__ended_at__isnull=True)),
        asking=Sum("enquiry__longest_seconds", filter=Q(enquiry__ended_at__isnull=True)),
    )
    left = timedelta(minutes=profile.most_minutes) - (sums["talked"] or timedelta()) - (sums["asked"] or timedelta())
    if left < timedelta(seconds=1):
        raise Refused(_("This outbound profile has talked its most minutes for today. The day is that of UTC."))
    left -= timedelta(seconds=(sums["reserved"] or 0) + (sums["asking"] or 0))
    if left < timedelta(seconds=1):
        raise Refused(
            _("The calls under way may take all that is left of this outbound profile's minutes. Fix: try again later.")
        )
    return min(int(left.total_seconds()), profile.longest_minutes * 60)


def _lasted(begun: str, ended: str) -> Combinable:
    lasted: Combinable = ExpressionWrapper(F(ended) - F(begun), output_field=DurationField())
    return lasted


def _parsed(text: str, home: str) -> phonenumbers.PhoneNumber | None:
    """A number that begins with a country's code but no plus counts where it is none of the country `home`."""
    international = f"+{text.removeprefix('00')}" if text[:1].isdigit() else text
    for written, country in ((text, home), (international, "")):
        if not country and not written.startswith("+"):
            continue
        try:
            parsed = phonenumbers.parse(written, country or None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            return parsed
    return None

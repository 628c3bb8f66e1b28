"""Calls of a trial's numbers: who may call them, and for how long they are lent the trial's minutes."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from math import ceil
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.timezone import now
from django.utils.translation import gettext as _
from phonenumbers import NumberParseException, parse, region_code_for_number

from centrala.calls import prompts
from centrala.calls.enquiry import UNDER_WAY, Enquiry
from centrala.calls.incoming import Ring
from centrala.calls.live_call import LiveCall
from centrala.calls.models import Call, CallEnd, CallState
from centrala.calls.threads import in_thread
from centrala.connection.models import Connection
from centrala.errors import Refused
from centrala.numbers.models import NumberType
from centrala.trial import minutes
from centrala.trial.actions import COUNTRY
from centrala.trial.models import Trial

MORE_WITHIN = timedelta(seconds=15)  # of the end of what it was lent a call asks for more
DECLINED = (CallEnd.ABROAD, CallEnd.NOT_LENT, CallEnd.TRIAL_OVER)
LATEST = 5
TOLD_WITHIN = timedelta(seconds=10)  # and is told of the end
CONSULTED_SECONDS = 300  # what a number outside is asked for at most


def declined(rings: Collection[Ring], owners: Mapping[UUID, UUID]) -> dict[str, CallEnd]:
    """By their correlation ids, why these are not taken."""
    lender = Connection.objects.filter(pk__in=set(owners.values()), is_trial=True).select_related("trial").first()
    if lender is None:
        return {}
    lent = dict(lender.numbers.values_list("number", "type"))
    trial: Trial | None = getattr(lender, "trial", None)  # none yet while numbers are being lent
    talkable = trial is not None and minutes.is_talkable(trial)
    told = {
        one.correlation_id: _why_not(lent.get(one.number), one.customer, talkable)
        for one in rings
        if owners[one.endpoint] == lender.pk
    }
    return {id_: why for id_, why in told.items() if why is not None}


def _why_not(kind: str | None, customer: str, talkable: bool) -> CallEnd | None:
    if kind is None:
        return CallEnd.NOT_LENT
    if kind == NumberType.TOLL_FREE and _country(customer) != COUNTRY:
        return CallEnd.ABROAD
    return None if talkable else CallEnd.TRIAL_OVER


def _country(number: str) -> str | None:
    """None of a hidden one, too: whoever hides may be anywhere."""
    try:
        return region_code_for_number(parse(number))
    except NumberParseException:
        return None


def declined_calls(connection: Connection) -> list[Call]:
    """The last ones."""
    found = Call.objects.filter(connection=connection, ending__in=DECLINED, is_rejected=True)
    return list(found.order_by("-rang_at", "-id")[:LATEST])


def refuse_without_minutes(connection: Connection) -> None:
    """Before a customer is called by a trial's number. Raises Refused."""
    if connection.is_trial:
        trial = Trial.objects.filter(connection=connection).first()
        if trial is None or not minutes.is_talkable(trial):
            raise Refused(_("The trial has no minutes left."))


def begin(call: Call) -> None:
    """In the transaction in which the call stands, under the lock of its row; whoever called it."""
    if call.connection.is_trial:
        call.leased_seconds = minutes.lease(call.connection_id)


def end(call: Call) -> None:
    """In the transaction in which it ends."""
    if call.leased_seconds is not None:
        minutes.settle(call.connection_id, leased=call.leased_seconds, talked=call.lasted or timedelta())


@transaction.atomic
def extend(call_id: UUID) -> bool:
    """Whether there was any more."""
    call = Call.objects.select_for_update(of=("self",)).get(pk=call_id)
    if call.leased_seconds is None or call.connected_at is None or call.state == CallState.ENDED:
        return False
    overdue = (now() - call.connected_at).total_seconds() - call.leased_seconds  # of one that nobody looked after
    more = minutes.lease(call.connection_id, wish=minutes.LEASE + max(0, ceil(overdue)))
    call.leased_seconds += more
    call.save(update_fields=["leased_seconds"])
    return bool(more)


def begin_enquiry(enquiry: Enquiry, connection: Connection) -> None:
    """Before it is kept. A number outside is lent its minutes at once. Raises Refused where there are none."""
    if not connection.is_trial:
        return
    enquiry.leased_seconds = minutes.lease(connection.pk, wish=min(enquiry.longest_seconds, CONSULTED_SECONDS))
    if not enquiry.leased_seconds:
        raise Refused(_("The trial has no minutes left."), field="number")
    enquiry.longest_seconds = enquiry.leased_seconds


def end_enquiry(enquiry: Enquiry) -> None:
    if enquiry.leased_seconds is not None:
        ended, answered = enquiry.ended_at, enquiry.answered_at
        talked = ended - answered if ended and answered else timedelta()
        minutes.settle(enquiry.call.connection_id, leased=enquiry.leased_seconds, talked=talked)


@transaction.atomic
def sweep() -> None:
    """What was lent to a call that is gone from the database, with its customer, counts as talked."""
    trial = Trial.objects.select_for_update().filter(ended_at=None, leased__gt=0).first()
    if trial is None:
        return
    calls = Call.objects.filter(connection=trial.connection_id).exclude(state=CallState.ENDED)
    asked = Enquiry.objects.filter(call__connection=trial.connection_id, state__in=UNDER_WAY)
    lent = sum(found.aggregate(lent=Sum("leased_seconds"))["lent"] or 0 for found in (calls, asked))
    if (lost := trial.leased - lent) > 0:
        minutes.settle(trial.connection_id, leased=lost, talked=timedelta(seconds=lost))


async def look_after(live: LiveCall) -> CallEnd | None:
    """Asks for more in time; where there is none the caller is told, and then the call ends."""
    lent, begun = live.standing.lent, live.standing.connected_at
    if lent is None or begun is None or live.standing.over:
        return None
    left = lent - (now() - begun)
    if left < MORE_WITHIN and lent and await in_thread(extend, live.call):
        return None
    if left <= timedelta():
        return CallEnd.TRIAL_OVER
    if left < TOLD_WITHIN and not live.last_word:
        live.last_word = True
        live.insist(await in_thread(prompts.trial_ends, live.call))
    return None

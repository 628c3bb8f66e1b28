"""Ordering from Azure. Each verb keeps what is wanted and its job in one transaction; `carrying` asks Azure."""

from dataclasses import asdict

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from centrala.azure.number_market import Features
from centrala.connection.models import Connection
from centrala.dialling.models import Profile
from centrala.errors import Refused
from centrala.numbers.actions import TYPES
from centrala.numbers.models import NumberType, PhoneNumber
from centrala.ordering.models import Kind, Order, State
from centrala.organization.audit import record
from centrala.organization.models import User
from centrala.workstreams.models import Line

QUEUE = "numbers"
VENDOR = {ours: theirs for theirs, ours in TYPES.items()}  # the vendor's word for a type


@transaction.atomic
def find(
    *,
    connection: Connection,
    country: str,
    kind: NumberType,
    features: Features,
    place: str = "",
    area_code: str = "",
    actor: User | None,
) -> Order:
    """Has Azure look for a number and hold it back. Nothing is bought. Raises Refused."""
    refuse_lent(connection)
    if not any(asdict(features).values()):
        raise Refused(_("A number that can do nothing is of no use. Fix: choose a calling plan or an SMS plan."))
    return _begun(
        Order(
            connection=connection,
            kind=Kind.PURCHASE,
            state=State.SEARCHING,
            country=country,
            type=kind,
            place=place,
            area_code=area_code,
            asked_by=actor,
            **asdict(features),
        )
    )


@transaction.atomic
def purchase(*, order: Order, agreed: bool, actor: User | None) -> None:
    """Buys what was found; once, whoever asks again. Raises Refused where it is held no longer."""
    order = Order.objects.select_for_update().get(pk=order.pk)
    if order.state in {State.UNDER_WAY, State.DONE}:
        return  # a second click
    if order.state != State.FOUND or order.expired:
        raise Refused(_("The number is held for you no longer. Fix: find numbers again."))
    if order.no_resale and not agreed:
        raise Refused(_("Numbers of this country are sold only to who agrees not to sell them on. Fix: tick that."))
    order.state = State.UNDER_WAY
    order.save(update_fields=["state"])
    after = {"type": order.type, "monthly_cost": str(order.monthly_cost), "currency": order.currency}
    record(actor=actor, act="purchase number", target=order.number, after=after)
    _carry_out(order)


@transaction.atomic
def add_features(*, number: PhoneNumber, features: Features, actor: User | None) -> Order | None:
    """What the number can do besides; None where it can all of that already. Raises Refused."""
    number = _ours(number)
    has = features_of(number)
    if not has <= features:
        raise Refused(_("What a number can do can be added to, never taken away."))
    if features == has:
        return None
    refuse_where_used(number)
    before, after = asdict(has), asdict(features)
    record(actor=actor, act="add features", target=number.number, before=before, after=after)
    return _begun(_order(number, Kind.CHANGE, features, actor))


@transaction.atomic
def release(*, number: PhoneNumber, actor: User | None) -> Order:
    """Gives the number back, for good: anybody can have it then. Raises Refused while it is used for anything."""
    number = _ours(number)
    refuse_where_used(number)
    refuse_where_called_by(number)
    record(actor=actor, act="release number", target=number.number, before={"type": number.type})
    return _begun(_order(number, Kind.RELEASE, features_of(number), actor))


def refuse_lent(connection: Connection) -> None:
    """Raises Refused of a trial's, which are somebody else's."""
    if connection.is_trial:
        raise Refused(_("This number cannot be upgraded: it is lent to a trial. Fix: end the trial, and buy one."))


def features_of(number: PhoneNumber) -> Features:
    return Features(**{name: getattr(number, name) for name in asdict(Features())})


def refuse_where_used(number: PhoneNumber) -> None:
    names = [str(line.workstream) for line in Line.objects.filter(number=number).select_related("workstream")]
    if names:
        raise Refused(
            _("The number is on the workstream %(names)s. Fix: take it off there first.") % {"names": ", ".join(names)}
        )


def refuse_where_called_by(number: PhoneNumber) -> None:
    names = Profile.objects.filter(number=number).values_list("label", flat=True)
    if names:
        raise Refused(
            _("Calls go out by this number, in the outbound profiles %(names)s. Fix: give them another one first.")
            % {"names": ", ".join(names)}
        )


def _ours(number: PhoneNumber) -> PhoneNumber:
    """Locked, as it is now. Raises Refused for one that Azure does not sell."""
    number = PhoneNumber.objects.select_for_update(of=("self",)).select_related("connection").get(pk=number.pk)
    if number.carrier_id is not None:
        raise Refused(_("This number is of a carrier of your own: Azure can neither change it nor take it back."))
    refuse_lent(number.connection)
    if number.missing_since is not None:
        raise Refused(_("The resource owns this number no longer. Fix: sync from Azure if that is wrong."))
    if number.type not in VENDOR:
        raise Refused(_("Short codes are ordered from Microsoft by a form. Fix: Azure portal, Short Codes."))
    return number


def _order(number: PhoneNumber, kind: Kind, features: Features, actor: User | None) -> Order:
    return Order(
        connection=number.connection,
        kind=kind,
        state=State.UNDER_WAY,
        number=number.number,
        country=number.country,
        type=number.type,
        monthly_cost=number.monthly_cost,
        currency=number.currency,
        asked_by=actor,
        **asdict(features),
    )


def _begun(order: Order) -> Order:
    try:
        with transaction.atomic():
            order.save(force_insert=True)
    except IntegrityError:
        raise Refused(_("Azure is at work on this number already. Wait until that has ended.")) from None
    _carry_out(order)
    return order


def _carry_out(order: Order) -> None:
    task = app.configure_task("ordering.carry_out", queue=QUEUE, lock=f"order {order.pk}")
    task.defer(order_id=str(order.pk))

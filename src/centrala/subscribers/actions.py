"""What administrators do with outgoing webhooks."""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.errors import Refused
from centrala.organization.audit import changed, record
from centrala.organization.crypto import encrypt
from centrala.organization.fields import one_line
from centrala.organization.models import User
from centrala.subscribers import addresses, signing
from centrala.subscribers.deliveries import wake
from centrala.subscribers.models import TEST, Delivery, Kind, Outcome, State, Subscription

OLD_SECRET_LASTS = timedelta(hours=24)
MOST = 50


@transaction.atomic
def register(*, name: str, address: str, kinds: Collection[str], actor: User | None) -> tuple[Subscription, str]:
    """Returns what is kept and the secret, which is nowhere to be had again. Raises Refused."""
    if Subscription.objects.count() >= MOST:
        raise Refused(_("There are %(most)s webhooks already. Delete one first.") % {"most": MOST})
    values, secret = _checked(name, address, kinds), signing.new_secret()
    subscription = Subscription.objects.create(**values, encrypted_secret=encrypt(secret))
    record(actor=actor, act="add webhook", target=subscription.name, after=_told(subscription))
    return subscription, secret


@transaction.atomic
def change(
    *, subscription: Subscription, name: str, address: str, kinds: Collection[str], actor: User | None
) -> Subscription:
    """Raises Refused."""
    subscription = _locked(subscription)
    before = _told(subscription)
    for field, value in _checked(name, address, kinds).items():
        setattr(subscription, field, value)
    subscription.save(update_fields=["name", "address", "kinds"])
    was, became = changed(before, _told(subscription))
    if became:
        record(actor=actor, act="change webhook", target=subscription.name, before=was, after=became)
    return subscription


@transaction.atomic
def renew_secret(*, subscription: Subscription, actor: User | None) -> str:
    """The new secret, to be shown once. What was valid until now signs along for a day."""
    subscription, secret = _locked(subscription), signing.new_secret()
    subscription.encrypted_old_secret = subscription.encrypted_secret
    subscription.old_secret_until = now() + OLD_SECRET_LASTS
    subscription.encrypted_secret = encrypt(secret)
    subscription.save(update_fields=["encrypted_secret", "encrypted_old_secret", "old_secret_until"])
    record(actor=actor, act="renew webhook secret", target=subscription.name)
    return secret


@transaction.atomic
def pause(*, subscription: Subscription, actor: User | None) -> None:
    """What happens from now on is not told; what was waiting for its turn waits on."""
    _move(_locked(subscription), State.PAUSED, "pause webhook", actor)


@transaction.atomic
def resume(*, subscription: Subscription, actor: User | None) -> None:
    """From now on it is told again, first of all what was waiting. It may fail for five days anew."""
    subscription = _locked(subscription)
    subscription.failing_since, subscription.disabled_because = None, ""
    subscription.save(update_fields=["failing_since", "disabled_because"])
    _move(subscription, State.ACTIVE, "resume webhook", actor)
    wake()


@transaction.atomic
def delete(*, subscription: Subscription, actor: User | None) -> None:
    """With its log."""
    subscription = _locked(subscription)
    record(actor=actor, act="delete webhook", target=subscription.name, before=_told(subscription))
    subscription.delete()


@transaction.atomic
def send_test(*, subscription: Subscription, actor: User | None) -> Delivery:
    delivery = Delivery.objects.create(subscription=subscription, kind=TEST, happened_at=now(), due_at=now())
    record(actor=actor, act="test webhook", target=subscription.name)
    wake()
    return delivery


@transaction.atomic
def send_again(*, delivery: Delivery, actor: User | None) -> None:
    """At once, with the same webhook-id, and with all its retries. Raises Refused while nothing is sent there."""
    subscription = _locked(delivery.subscription)
    if subscription.state != State.ACTIVE and delivery.kind != TEST:
        raise Refused(_("Nothing is sent there now. Resume the webhook first."))
    again = Delivery.objects.filter(pk=delivery.pk)
    again.update(outcome=Outcome.PENDING, due_at=now(), step=0)
    record(actor=actor, act="send webhook again", target=f"{subscription.name}: {delivery.kind}")
    wake()


def _checked(name: str, address: str, kinds: Collection[str]) -> dict[str, object]:
    if not kinds:
        raise Refused(_("Choose at least one thing that the address is told."), field="kinds")
    line = one_line(address, model=Subscription, field="address")
    return {
        "name": one_line(name, model=Subscription, field="name"),
        "address": addresses.check(line),
        "kinds": [kind.value for kind in Kind if kind in kinds],
    }


def _move(subscription: Subscription, state: State, act: str, actor: User | None) -> None:
    before = subscription.state
    if before == state:
        return
    subscription.state = state
    subscription.save(update_fields=["state"])
    was, became = {"webhook_state": before}, {"webhook_state": state}
    record(actor=actor, act=act, target=subscription.name, before=was, after=became)


def _locked(subscription: Subscription) -> Subscription:
    return Subscription.objects.select_for_update().get(pk=subscription.pk)


def _told(subscription: Subscription) -> dict[str, object]:
    """For the audit log. Of the address its host alone: the rest is often what lets one in."""
    host = subscription.address.split("/")[2]
    return {"name": subscription.name, "host": host, "kinds": list(subscription.kinds)}

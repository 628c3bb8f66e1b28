"""Customers who want no more texts: the keywords they write, and the API over the list.

https://learn.microsoft.com/azure/communication-services/concepts/sms/sms-faq#opt-out-handling
"""

from typing import Annotated

import msgspec

from localazure.communication.senders import E164, Sender, sender
from localazure.records.resources import CommunicationService
from localazure.records.telephony import OptOut
from localazure.world import World

SINCE = "2024-12-10-preview"
STOP, START = frozenset({"STOP"}), frozenset({"START", "UNSTOP"})
STOPPED = (
    "NETWORK MSG: You replied with the word STOP, which blocks all texts sent from this number. "
    "Text back UNSTOP to receive messages again."
)
STARTED = "NETWORK MSG: You have replied UNSTOP and will begin receiving messages again from this number."


class OptOutRecipient(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    to: Annotated[str, msgspec.Meta(min_length=1)]


class OptOutBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    sender: Annotated[str, msgspec.Meta(min_length=1)] = msgspec.field(name="from")
    recipients: Annotated[list[OptOutRecipient], msgspec.Meta(min_length=1, max_length=100)]


class OptOutItem(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    to: str
    http_status_code: int
    is_opted_out: bool | None = None
    error_message: str | None = None


def is_blocked(world: World, one: Sender, customer: str) -> bool:
    return _key(one, customer) in world.opt_outs


def obey(world: World, one: Sender, customer: str, text: str) -> str | None:
    """What the platform answers to the customer, None where it leaves the word to the sender."""
    word = text.strip().upper()
    if not one.blocks_by_itself or word not in STOP | START:
        return None
    if word in STOP:
        _put(world, one, customer, by_customer=True)
        return STOPPED
    world.opt_outs.remove(_key(one, customer))
    return STARTED


def add(world: World, resource: CommunicationService, body: OptOutBody) -> list[OptOutItem]:
    one = sender(world, resource, body.sender)
    return [_added(world, one, each.to) for each in body.recipients]


def remove(world: World, resource: CommunicationService, body: OptOutBody) -> list[OptOutItem]:
    one = sender(world, resource, body.sender)
    return [_removed(world, one, each.to) for each in body.recipients]


def check(world: World, resource: CommunicationService, body: OptOutBody) -> list[OptOutItem]:
    one = sender(world, resource, body.sender)
    return [_checked(world, one, each.to) for each in body.recipients]


def _added(world: World, one: Sender, customer: str) -> OptOutItem:
    if not E164.fullmatch(customer):
        return _malformed(customer)
    if not is_blocked(world, one, customer):
        _put(world, one, customer, by_customer=False)
    return OptOutItem(to=customer, http_status_code=200)


def _removed(world: World, one: Sender, customer: str) -> OptOutItem:
    if not E164.fullmatch(customer):
        return _malformed(customer)
    known = world.opt_outs.get(_key(one, customer))
    if known and known.by_customer:
        reason = "The recipient opted out with STOP, which the carriers enforce: only the recipient can undo it."
        return OptOutItem(to=customer, http_status_code=400, error_message=reason)
    world.opt_outs.remove(_key(one, customer))
    return OptOutItem(to=customer, http_status_code=200)


def _checked(world: World, one: Sender, customer: str) -> OptOutItem:
    if not E164.fullmatch(customer):
        return _malformed(customer)
    return OptOutItem(to=customer, http_status_code=200, is_opted_out=is_blocked(world, one, customer))


def _malformed(customer: str) -> OptOutItem:
    return OptOutItem(to=customer, http_status_code=400, error_message="Invalid To phone number format.")


def _put(world: World, one: Sender, customer: str, *, by_customer: bool) -> None:
    fresh = OptOut(
        resource=one.resource,
        sender=one.name,
        customer=customer,
        by_customer=by_customer,
        made_at=world.clock.now(),
    )
    world.opt_outs.put(_key(one, customer), fresh)


def _key(one: Sender, customer: str) -> str:
    return f"{one.resource}/{one.name.lower()}/{customer}"

"""Sending a text: what is accepted, what is refused, what a repeated request answers.

https://learn.microsoft.com/rest/api/communication/sms/sms/send
"""

import hashlib
from datetime import timedelta
from uuid import UUID

import msgspec

from localazure.clock import http_date, real_time
from localazure.communication.limits import spend
from localazure.communication.outcomes import outcome
from localazure.communication.reports import report
from localazure.communication.segments import segments
from localazure.communication.senders import E164, LIMITS, Sender, sender
from localazure.communication.sms_shapes import (
    Item,
    NewerOptions,
    Recipient,
    SendBody,
    accepted,
    refused,
    rejected,
    report_timeout,
)
from localazure.errors import INVALID_SMS, PART_NOT_EMULATED
from localazure.loose import Check
from localazure.records.ids import new_id
from localazure.records.messages import Repeatable, Sms, SmsState
from localazure.records.resources import CommunicationService
from localazure.world import World

LONGEST_TEXT = 2048
REPEATABLE_FOR = timedelta(minutes=5)


def send(world: World, resource: CommunicationService, body: SendBody) -> list[Item]:
    """One result per recipient; texts, repeatability and due reports are on disk when it returns."""
    check_text(body.message)
    by = sender(world, resource, body.sender)
    if isinstance(body.sms_send_options, NewerOptions) and body.sms_send_options.messaging_connect:
        raise PART_NOT_EMULATED.of(what="Messaging Connect")
    _check_rate(world, by, len(body.sms_recipients) * segments(body.message))
    with world.store.transaction():
        return [_send_to(world, by, body, recipient) for recipient in body.sms_recipients]


def check_text(text: str) -> None:
    if not 1 <= len(text) <= LONGEST_TEXT:
        raise INVALID_SMS.of(reason=f"The message must have 1 to {LONGEST_TEXT} characters, this has {len(text)}.")
    if "\0" in text:
        raise INVALID_SMS.of(reason="The message contains a NUL character.")


def message_id(world: World, direction: str) -> str:
    """Incoming_… or Outgoing_…, the time and a GUID."""
    return f"{direction}_{world.clock.now():%Y%m%d%H%M%S}{new_id()}"


def _check_rate(world: World, by: Sender, units: int) -> None:
    limit = LIMITS.get(by.kind)
    if limit and Check.SMS_RATE not in world.loose:
        spend(world, by.pool, limit, units=units, of="message units")


def _send_to(world: World, by: Sender, body: SendBody, recipient: Recipient) -> Item:
    if not E164.fullmatch(recipient.to):
        return refused(recipient, "Invalid To phone number format.")
    if recipient.repeatability_request_id is None:
        return accepted(recipient.to, _new_message(world, by, body, recipient).id)
    return _send_repeatable(world, by, body, recipient, recipient.repeatability_request_id)


def _send_repeatable(world: World, by: Sender, body: SendBody, recipient: Recipient, request_id: str) -> Item:
    """https://docs.oasis-open.org/odata/repeatable-requests/v1.0/repeatable-requests-v1.0.html"""
    if not _is_guid(request_id):
        return refused(recipient, "The repeatabilityRequestId is not a GUID.")
    key, content = f"{by.resource}/{request_id.lower()}", _digest(body, recipient)
    known = world.repeatables.get(key)
    if known is None:
        if _too_old(recipient.repeatability_first_sent):
            return rejected(recipient, "The request was first sent too long ago to be repeatable.")
        message = _new_message(world, by, body, recipient)
        world.repeatables.put(key, Repeatable(content=content, message_id=message.id, made_at=world.clock.now()))
        return accepted(recipient.to, message.id, repeatable=True)
    if known.content != content:
        return rejected(recipient, "The same repeatabilityRequestId came with another content.")
    if known.made_at + REPEATABLE_FOR < world.clock.now():
        return rejected(recipient, "The request is too old to be repeated.")
    return accepted(recipient.to, known.message_id, repeatable=True)


def _new_message(world: World, by: Sender, body: SendBody, recipient: Recipient) -> Sms:
    options, now, timeout = body.sms_send_options, world.clock.now(), report_timeout(body)
    fate = outcome(world, by, recipient.to)
    message = Sms(
        id=message_id(world, "Outgoing"),
        resource=by.resource,
        customer=recipient.to,
        service=by.name,
        inbound=False,
        text=body.message,
        state=SmsState.ACCEPTED,
        at=now,
        report_at=now + timedelta(seconds=fate.after_seconds),
        reaches=fate.delivered,
        report_details=fate.details,
        timeout_at=now + timedelta(seconds=timeout) if timeout else None,
        report_wanted=bool(options and options.enable_delivery_report),
        tag=options.tag if options else None,
        repeatability_id=(recipient.repeatability_request_id or "").lower(),
    )
    world.messages.put(message.id, message)
    world.watchers.changed(message.customer)
    world.background.spawn(report(world, message.id))
    return message


def _digest(body: SendBody, recipient: Recipient) -> str:
    content = [body.sender, recipient.to, body.message, msgspec.json.encode(body.sms_send_options).decode()]
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()


def _too_old(first_sent: str | None) -> bool:
    """Clients write real time there, so real time it is compared with. A date we cannot read counts as now."""
    try:
        return first_sent is not None and real_time() - http_date(first_sent) > REPEATABLE_FOR
    except ValueError:
        return False


def _is_guid(text: str) -> bool:
    try:
        return len(text) == 36 and bool(UUID(text))
    except ValueError:
        return False

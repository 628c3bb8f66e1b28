"""Sending a text: what is accepted, what is refused, what a repeated request answers.

https://learn.microsoft.com/rest/api/communication/sms/sms/send
"""

import hashlib
import re
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated
from uuid import UUID

import msgspec

from localazure.clock import real_time
from localazure.communication.reports import report
from localazure.errors import INVALID_SMS, PART_NOT_EMULATED, ServiceError
from localazure.records.messages import Repeatable, Sms, SmsState
from localazure.records.resources import CommunicationService
from localazure.records.seed import new_id
from localazure.world import World

NUMBER = re.compile(r"\+[1-9]\d{6,14}")
LONGEST_TEXT = 2048
REPEATABLE_FOR = timedelta(minutes=5)
REPORT_AFTER_SECONDS = 0.05
WITH_TIMEOUT_SINCE = "2025-09-17"


class Recipient(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    to: str
    repeatability_request_id: str | None = None
    repeatability_first_sent: str | None = None


class Options(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    enable_delivery_report: bool
    tag: str | None = None


class MessagingConnect(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    api_key: str
    partner: str


class NewerOptions(Options, rename="camel", forbid_unknown_fields=True, kw_only=True):
    delivery_report_timeout_in_seconds: Annotated[int, msgspec.Meta(ge=60, le=43200)] | None = None
    messaging_connect: MessagingConnect | None = None


class SendBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """2021-03-07."""

    sender: str = msgspec.field(name="from")
    sms_recipients: Annotated[list[Recipient], msgspec.Meta(min_length=1, max_length=100)]
    message: str
    sms_send_options: Options | None = None


class NewerSendBody(SendBody, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """2025-09-17 and later."""

    sms_send_options: NewerOptions | None = None


class Item(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    to: str
    http_status_code: int
    successful: bool
    message_id: str | None = None
    repeatability_result: str | None = None
    error_message: str | None = None


def send(world: World, resource: CommunicationService, body: SendBody) -> list[Item]:
    """One result per recipient; texts, repeatability and due reports are on disk when it returns."""
    check_text(body.message)
    _check_sender(world, resource, body.sender)
    if isinstance(body.sms_send_options, NewerOptions) and body.sms_send_options.messaging_connect:
        raise PART_NOT_EMULATED.of(what="Messaging Connect")
    with world.store.transaction():
        return [_send_to(world, resource, body, recipient) for recipient in body.sms_recipients]


def check_text(text: str) -> None:
    if not 1 <= len(text) <= LONGEST_TEXT:
        raise INVALID_SMS.of(reason=f"The message must have 1 to {LONGEST_TEXT} characters, this has {len(text)}.")
    if "\0" in text:
        raise INVALID_SMS.of(reason="The message contains a NUL character.")


def message_id(world: World, direction: str) -> str:
    """Incoming_… or Outgoing_…, the time and a GUID."""
    return f"{direction}_{world.clock.now():%Y%m%d%H%M%S}{new_id()}"


def _check_sender(world: World, resource: CommunicationService, sender: str) -> None:
    if not NUMBER.fullmatch(sender):
        raise INVALID_SMS.of(reason="Invalid From phone number format.")
    number = world.numbers.get(sender)
    if number is None or number.resource != resource.key:
        raise ServiceError(401, "Unauthorized", "The From number does not belong to this resource.")
    if "outbound" not in number.sms:
        raise INVALID_SMS.of(reason="The From number cannot send SMS.")


def _send_to(world: World, resource: CommunicationService, body: SendBody, recipient: Recipient) -> Item:
    if not NUMBER.fullmatch(recipient.to):
        return _refused(recipient, "Invalid To phone number format.")
    if recipient.repeatability_request_id is None:
        return _accepted(_new_message(world, resource, body, recipient))
    return _send_repeatable(world, resource, body, recipient, recipient.repeatability_request_id)


def _send_repeatable(
    world: World, resource: CommunicationService, body: SendBody, recipient: Recipient, request_id: str
) -> Item:
    """https://docs.oasis-open.org/odata/repeatable-requests/v1.0/repeatable-requests-v1.0.html"""
    if not _is_guid(request_id):
        return _refused(recipient, "The repeatabilityRequestId is not a GUID.")
    key, content = f"{resource.key}/{request_id.lower()}", _digest(body, recipient)
    known = world.repeatables.get(key)
    if known is None:
        if _too_old(recipient.repeatability_first_sent):
            return _rejected(recipient, "The request was first sent too long ago to be repeatable.")
        message = _new_message(world, resource, body, recipient)
        world.repeatables.put(key, Repeatable(content=content, message_id=message.id, made_at=world.clock.now()))
        return _accepted(message, repeatable=True)
    if known.content != content:
        return _rejected(recipient, "The same repeatabilityRequestId came with another content.")
    if known.made_at + REPEATABLE_FOR < world.clock.now():
        return _rejected(recipient, "The request is too old to be repeated.")
    return Item(
        to=recipient.to,
        message_id=known.message_id,
        http_status_code=202,
        successful=True,
        repeatability_result="accepted",
    )


def _new_message(world: World, resource: CommunicationService, body: SendBody, recipient: Recipient) -> Sms:
    options = body.sms_send_options
    message = Sms(
        id=message_id(world, "Outgoing"),
        resource=resource.key,
        customer=recipient.to,
        service=body.sender,
        inbound=False,
        text=body.message,
        state=SmsState.ACCEPTED,
        at=world.clock.now(),
        report_at=world.clock.after(REPORT_AFTER_SECONDS),
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
        return first_sent is not None and real_time() - parsedate_to_datetime(first_sent) > REPEATABLE_FOR
    except (TypeError, ValueError):
        return False


def _is_guid(text: str) -> bool:
    try:
        return len(text) == 36 and bool(UUID(text))
    except ValueError:
        return False


def _accepted(message: Sms, *, repeatable: bool = False) -> Item:
    result = "accepted" if repeatable else None
    return Item(
        to=message.customer, message_id=message.id, http_status_code=202, successful=True, repeatability_result=result
    )


def _refused(recipient: Recipient, reason: str) -> Item:
    return Item(to=recipient.to, http_status_code=400, successful=False, error_message=reason)


def _rejected(recipient: Recipient, reason: str) -> Item:
    return Item(
        to=recipient.to,
        http_status_code=412,
        successful=False,
        repeatability_result="rejected",
        error_message=reason,
    )

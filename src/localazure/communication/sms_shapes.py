"""The JSON of sending a text, in both api-versions."""

from typing import Annotated

import msgspec

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


def body_type(version: str) -> type[SendBody]:
    return NewerSendBody if version >= WITH_TIMEOUT_SINCE else SendBody


def report_timeout(body: SendBody) -> int | None:
    """Seconds after which the service itself reports that no report came."""
    options = body.sms_send_options
    wanted = isinstance(options, NewerOptions) and options.enable_delivery_report
    return options.delivery_report_timeout_in_seconds if isinstance(options, NewerOptions) and wanted else None


def accepted(to: str, message_id: str, *, repeatable: bool = False) -> Item:
    result = "accepted" if repeatable else None
    return Item(to=to, message_id=message_id, http_status_code=202, successful=True, repeatability_result=result)


def refused(recipient: Recipient, reason: str) -> Item:
    return Item(to=recipient.to, http_status_code=400, successful=False, error_message=reason)


def rejected(recipient: Recipient, reason: str) -> Item:
    return Item(
        to=recipient.to,
        http_status_code=412,
        successful=False,
        repeatability_result="rejected",
        error_message=reason,
    )

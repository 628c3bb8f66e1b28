"""Sending an SMS: `POST /sms`.

Microsoft's client chooses its own repeatability id and the time of the first attempt on each call, so that a retry
after a crash would be a second message. Here both come from the caller; hence this module over azure-core's pipeline.
https://learn.microsoft.com/rest/api/communication/sms/send
"""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from azure.core import PipelineClient
from azure.core.exceptions import AzureError as SdkError
from azure.core.pipeline.policies import HeadersPolicy, UserAgentPolicy
from azure.core.rest import HttpRequest, HttpResponse

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError, Said, is_permanent
from centrala.azure.identifiers import ConnectionString
from centrala.azure.signing import AccessKeyPolicy

API_VERSION = "2021-03-07"
TIMEOUT_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    id: UUID  # the repeatability id, and the tag that its delivery report carries
    first_attempt_at: datetime  # aware; the same on every retry
    sender: str  # E.164 with the plus, or a short code
    recipient: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """What the service said of the one recipient. `provider_id` is its name for the message when it took it.

    Without one it took nothing this time. That says nothing of an earlier attempt whose answer was lost.
    """

    provider_id: str | None
    error: str


def send(message: Outgoing, *, connection: ConnectionString, cloud: Cloud) -> Result:
    """Sends, or, where this id was taken before, answers what was answered then.

    Raises AzureError: permanent for a request the service will never take, otherwise worth the same call again.
    """
    request = HttpRequest(
        "POST", f"{connection.endpoint}/sms", params={"api-version": API_VERSION}, json=_body(message)
    )
    with _client(connection, cloud) as client:
        try:
            response = client.send_request(request)
        except SdkError as error:
            raise AzureError.from_sdk(error) from None
    if response.status_code != 202:
        raise AzureError.from_response(response)
    try:
        return _result(response.json())
    except (ValueError, LookupError, TypeError, AttributeError):
        raise AzureError(Said.NO_RECEIPT, permanent=False) from None


def _client(connection: ConnectionString, cloud: Cloud) -> PipelineClient[HttpRequest, HttpResponse]:
    return PipelineClient(
        connection.endpoint,
        # No retry policy: the job retries, and knows the window within which it may.
        policies=[HeadersPolicy(), UserAgentPolicy("centrala"), AccessKeyPolicy(connection)],
        connection_verify=cloud.verify,
        connection_timeout=TIMEOUT_SECONDS,
        read_timeout=TIMEOUT_SECONDS,
    )


def _body(message: Outgoing) -> dict[str, Any]:  # JSON
    return {
        "from": message.sender,
        "message": message.text,
        "smsRecipients": [
            {
                "to": message.recipient,
                "repeatabilityRequestId": str(message.id),
                "repeatabilityFirstSent": format_datetime(message.first_attempt_at, usegmt=True),
            }
        ],
        "smsSendOptions": {"enableDeliveryReport": True, "tag": str(message.id)},
    }


def _result(answer: Any) -> Result:  # JSON
    item = answer["value"][0]
    if item.get("successful"):
        return Result(provider_id=item["messageId"], error="")
    status = int(item.get("httpStatusCode", 400))
    reason = item.get("errorMessage") or f"HTTP {status}"
    if str(item.get("repeatabilityResult", "")).lower() == "rejected" or is_permanent(status):
        return Result(provider_id=None, error=reason)
    raise AzureError(reason, permanent=False, status=status)

"""Entra's way to refuse."""

import re

from localazure.clock import real_time
from localazure.errors import ServiceError
from localazure.pipeline import Call
from localazure.records.ids import new_id

# Trouble on order has Resource Manager's words.
OAUTH = {
    "InternalServerError": "server_error",
    "ServiceUnavailable": "temporarily_unavailable",
    "TooManyRequests": "temporarily_unavailable",
    "Error": "server_error",
}


def envelope(error: ServiceError, call: Call) -> dict[str, object]:
    """https://learn.microsoft.com/entra/identity-platform/reference-error-codes"""
    number = re.match(r"AADSTS(\d+)", error.message)
    trace, correlation = call.request_id, call.headers.get("client-request-id") or new_id()
    at = f"{real_time():%Y-%m-%d %H:%M:%S}Z"
    body: dict[str, object] = {
        "error": OAUTH.get(error.code, error.code),
        "error_description": f"{error.message} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {at}",
        "error_codes": [int(number[1])] if number else [],
        "timestamp": at,
        "trace_id": trace,
        "correlation_id": correlation,
    }
    if number:
        body["error_uri"] = f"https://login.microsoftonline.com/error?code={number[1]}"
    return body

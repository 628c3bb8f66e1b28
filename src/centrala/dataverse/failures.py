"""Refusals in Dataverse's words: {"error": {"code", "message"}}.

https://learn.microsoft.com/power-apps/developer/data-platform/reference/web-service-error-codes
"""

from enum import Enum


class WebApiError(Exception):
    """A request that is not answered as asked. `headers` go with the answer."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


class Failure(Enum):
    """Status, code, and the message with its gaps."""

    SYNTAX = 400, "0x80060888", "{reason}"
    NO_PROPERTY = 400, "0x80060888", "Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{type}'."
    INCOMPATIBLE = (
        400,
        "0x80060888",
        "A binary operator with incompatible types was detected. Found operand types '{left}' and '{right}' for "
        "operator kind '{kind}'.",
    )
    NO_SKIP = 400, "0x80060888", "Skip Clause is not supported in CRM"
    NO_PARAMETER = 400, "0x80060888", "The query parameter {name} is not supported"
    BAD_TOP = (
        400,
        "0x80060888",
        "Invalid value '{value}' for $top query option found. The $top query option requires a non-negative integer "
        "value.",
    )
    NO_SEGMENT = 404, "0x80060888", "Resource not found for the segment '{segment}'."
    NO_ROW = 404, "0x80040217", "Entity '{table}' With Id = {id} Does Not Exist"
    NOT_IMPLEMENTED = 501, "0x80060888", "{what} is not supported by this service."
    READ_ONLY = 405, "0x80060888", "The tables of this service are read-only: {method} is not supported. Use GET."
    TOO_LONG = 414, "0x80060888", "The query is longer than {most} characters."
    NO_TOKEN = 401, "0x80072560", "Token validation failed: {reason}."
    AWAY = 503, "0x80072560", "Whether the token is good cannot be told now: {reason}. Try again."
    NOT_A_MEMBER = 403, "0x80072560", "The user is not a member of the organization."
    DISABLED = (
        403,
        "0x80040225",
        "The specified user (Id = {id}) is disabled. Consider enabling this user. Additional Details: the application "
        "user is disabled in the admin center.",
    )
    NO_PRIVILEGE = (
        403,
        "0x80040220",
        "Principal user (Id={id}, name={name}) is missing prvRead{table} privilege on entity '{table}'.",
    )
    SECURED = (
        403,
        "0x8004f504",
        "The user does not have read permissions to a secured field. The requested operation could not be completed. "
        "Field: {name}.",
    )

    def of(self, *, headers: dict[str, str] | None = None, **gaps: object) -> WebApiError:
        status, code, message = self.value
        return WebApiError(status, code, message.format(**gaps), headers)


def syntax(reason: str) -> WebApiError:
    return Failure.SYNTAX.of(reason=reason)

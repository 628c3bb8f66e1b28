"""What can be asked of phone numbers, in the service's words."""

from enum import StrEnum


class OperationKind(StrEnum):
    SEARCH = "search"
    PURCHASE = "purchase"
    RELEASE = "releasePhoneNumber"
    CAPABILITIES = "updatePhoneNumberCapabilities"
    RESERVATION = "reservationPurchase"

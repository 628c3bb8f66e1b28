"""What becomes of a text, by the number it goes to.

The codes and their words: https://learn.microsoft.com/azure/communication-services/resources/troubleshooting/
voice-video-calling/troubleshooting-codes (SMS).
"""

from dataclasses import dataclass

from localazure.communication import opt_outs
from localazure.communication.senders import Sender
from localazure.world import World

REPORT_AFTER_SECONDS = 0.005
SLOW_SECONDS = 90
FAILURES = {
    4000: "Message is rejected due to fraud detection",
    4001: "Message is rejected due to invalid Source/From number format",
    4002: "Message is rejected due to invalid Destination/To number format",
    4003: "Message failed to deliver due to unsupported destination",
    4004: "Message failed to deliver since Destination/To number doesn't exist",
    4005: "Message blocked by Destination carrier",
    4006: "The Destination/To number isn't reachable",
    4007: "The Destination/To number opted out from receiving messages from you",
    4008: "You exceeded the maximum number of messages allowed for your profile",
    4009: "Message rejected by Microsoft Entitlement System",
    4010: "Message was blocked due to the toll-free number not being verified",
    5000: "Message failed to deliver",
    5001: "Message failed to deliver due to temporary unavailability of application/system",
    5002: "Message Delivery Timeout",
    9999: "Message failed to deliver due to unknown error/failure",
}
NO_ERROR = "No error."
BLOCKED = "Sender blocked for given recipient."


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`details` is the report's `deliveryStatusDetails`; None: the carrier never reports."""

    delivered: bool = True
    details: str | None = NO_ERROR
    after_seconds: float = REPORT_AFTER_SECONDS


def failure(code: int) -> str:
    known = code if code in FAILURES else 9999
    return f"ErrorCode: {known}. ErrorMessage: {FAILURES[known]}"


# The magic recipients: numbers that begin so, which nobody has.
MAGIC = {
    "+1500555": Outcome(delivered=False, details=failure(4006)),
    "+1500556": Outcome(details=None),
    "+1500557": Outcome(after_seconds=SLOW_SECONDS),
    "+1500558": Outcome(delivered=False, details=BLOCKED),
}
BY_CODE = "+1500559"  # the last four digits are the code that the report gives


def outcome(world: World, one: Sender, customer: str) -> Outcome:
    if opt_outs.is_blocked(world, one, customer):
        return Outcome(delivered=False, details=BLOCKED)
    return of(customer)


def of(customer: str) -> Outcome:
    if customer.startswith(BY_CODE):
        return Outcome(delivered=False, details=failure(int(customer[-4:])))
    return MAGIC.get(customer[: len(BY_CODE)], Outcome())

"""What `--loose NAME` switches off or on. Everything else is always as strict as Azure."""

from enum import StrEnum

from localazure.failure import CannotStart


class Check(StrEnum):
    SMS_RATE = "sms-rate"  # message units a minute, by the kind of sender
    SIP_DOMAIN = "sip-domain"  # a trunk's domain must have been verified
    RECORD_INJECTED = "record-injected"  # recordings have what applications say through media streaming, too
    WRITER = "writer-must-own-app"  # of the application that an event subscription names


def check(name: str) -> Check:
    try:
        return Check(name)
    except ValueError:
        raise CannotStart(f"There is no check '{name}' to switch off. Fix: name one of {', '.join(Check)}.") from None

"""How a call moves on: what the service tells may come late, twice and in any order, and leads to the same end."""

from collections.abc import Mapping
from typing import Any

from centrala.calls.models import CallEnd, CallState
from centrala.conversations.models import Direction

ORDER = list(CallState)

# The service's word -> at least so far is the call then.
REACHED = {
    "CallConnected": CallState.CONNECTED,
    "ParticipantsUpdated": CallState.CONNECTED,
    "MediaStreamingStarted": CallState.CONNECTED,
    "CallDisconnected": CallState.ENDED,
    "CallTransferAccepted": CallState.ENDED,
    "AnswerFailed": CallState.ENDED,
    "CreateCallFailed": CallState.ENDED,
}
# What came of a call to a customer, by the code of SIP that the service tells.
# https://learn.microsoft.com/azure/communication-services/resources/troubleshooting/voice-video-calling/troubleshooting-codes
CODES = {
    404: CallEnd.INVALID,
    484: CallEnd.INVALID,
    604: CallEnd.INVALID,
    408: CallEnd.NO_ANSWER,
    480: CallEnd.NO_ANSWER,
    487: CallEnd.NO_ANSWER,
    486: CallEnd.BUSY,
    600: CallEnd.BUSY,
    603: CallEnd.DECLINED,
}
WHATEVER = {"AnswerFailed": CallEnd.FAILED, "CallTransferAccepted": CallEnd.TRANSFERRED}  # the call was before
UNANSWERED = {CallEnd.NOT_ANSWERED, CallEnd.NO_ANSWER}  # told by an end that overtook the beginning


def further(state: str, other: str) -> CallState:
    """Of two states the one that comes later."""
    return max(CallState(state), CallState(other), key=ORDER.index)


def ending_told(type_: str, data: Mapping[str, Any], *, direction: str, connected: bool) -> CallEnd:
    """How the call ended, by the event that says so."""
    if type_ in WHATEVER:
        return WHATEVER[type_]
    if direction == Direction.INBOUND or connected:
        return CallEnd.CUSTOMER if connected else CallEnd.NOT_ANSWERED
    otherwise = CallEnd.FAILED if type_ == "CreateCallFailed" else CallEnd.NO_ANSWER
    return CODES.get(code_told(data), otherwise)


def code_told(data: Mapping[str, Any]) -> int:
    """0 where none is told."""
    information = data.get("resultInformation")
    code = information.get("code") if isinstance(information, dict) else None
    return code if isinstance(code, int) else 0

"""How a call moves on: what the service tells may come late, twice and in any order, and leads to the same end."""

from centrala.calls.models import CallEnd, CallState

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
ENDINGS = {
    "AnswerFailed": CallEnd.FAILED,
    "CreateCallFailed": CallEnd.FAILED,
    "CallTransferAccepted": CallEnd.TRANSFERRED,
}


def further(state: str, other: str) -> CallState:
    """Of two states the one that comes later."""
    return max(CallState(state), CallState(other), key=ORDER.index)

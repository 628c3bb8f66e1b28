"""What Call Automation answers."""

from localazure.calling import identifiers
from localazure.calling.model import Call, Connection, Leg, Stream, Transcript
from localazure.pipeline import Reply

Json = dict[str, object]


def properties(one: Connection) -> Json:
    optional = {
        "sourceCallerIdNumber": {"value": one.source_number} if one.source_number else None,
        "sourceDisplayName": one.source_name or None,
        "source": identifiers.shape(one.source) if one.source else None,
        "answeredBy": {"id": one.answered_by} if one.answered_by else None,
        "answeredFor": {"value": one.answered_for} if one.answered_for else None,
        "mediaStreamingSubscription": _stream(one.stream) if one.stream else None,
        "transcriptionSubscription": _transcript(one.transcript) if one.transcript else None,
    }
    return {
        "callConnectionId": one.id,
        "serverCallId": one.call.server_call_id,
        "correlationId": one.call.correlation_id,
        "callConnectionState": one.state.value,
        "callbackUri": one.callback_uri,
        "targets": [identifiers.shape(target) for target in one.targets],
    } | {name: value for name, value in optional.items() if value is not None}


def _stream(one: Stream) -> Json:
    return {"id": one.id, "state": "active" if one.socket else "inactive", "subscribedContentTypes": ["audio"]}


def _transcript(one: Transcript) -> Json:
    kinds = ["intermediate", "final"] if one.intermediate else ["final"]
    return {
        "id": one.id,
        "state": "active" if one.on else "inactive",
        "subscribedResultTypes": kinds,
        "locale": one.locale,
    }


def participant(leg: Leg) -> Json:
    return {"identifier": identifiers.shape(leg.raw_id), "isMuted": leg.muted, "isOnHold": leg.held}


def participants(call: Call) -> list[Json]:
    """The parties, and applications that go by an identity of their own."""
    named = [one.answered_by for one in call.held_by() if one.answered_by]
    applications: list[Json] = [
        {"identifier": identifiers.shape(name), "isMuted": False, "isOnHold": False} for name in named
    ]
    return [participant(leg) for leg in call.talking()] + applications


def accepted(context: str | None, *, status: int = 202, **more: object) -> Reply:
    """What a mid-call operation answers at once; how it went is told later."""
    return Reply(status=status, body=more | ({"operationContext": context} if context is not None else {}))

"""How calls stand."""

from uuid import UUID

from centrala.calls.live_call import Standing
from centrala.calls.models import Call, CallState
from centrala.conversations.models import ENDED


def standing(call_id: UUID) -> Standing:
    """One that was erased meanwhile is over."""
    call = Call.objects.select_related("conversation__workstream").filter(pk=call_id).first()
    if call is None:
        return Standing(call_id, over=True, ended=True)
    talk, ended = call.conversation, call.state == CallState.ENDED
    return Standing(
        call=call_id,
        conversation=talk.pk if talk else None,
        over=ended or (talk is not None and talk.state in ENDED),
        ended=ended,
        agent=talk.agent_id if talk else None,
        connected_at=call.connected_at,
        recorded=call.recorded,
        pauses_on_hold=talk is not None and talk.workstream is not None and talk.workstream.pause_on_hold,
    )

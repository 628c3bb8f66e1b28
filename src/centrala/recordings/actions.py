"""The cloud's recording of a call follows what is wanted of it."""

import logging
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from centrala.azure.calls import Calls
from centrala.azure.errors import AzureError
from centrala.calls import taping
from centrala.calls.models import Call, CallState, Recorded
from centrala.conversations.live import announce
from centrala.hidden import is_hidden
from centrala.recordings.models import Recording, RecordingState, Trouble

log = logging.getLogger(__name__)


def follow(*, call_id: UUID) -> None:
    """Begins, pauses or goes on as the call says now; nothing where it is so, or where the call is over: then the
    recording is, too. May be done again after having been killed anywhere. Raises AzureError where it may succeed
    later."""
    call = Call.objects.select_related("connection").filter(pk=call_id).first()
    if call is None or call.state != CallState.CONNECTED or not call.call_connection_id:
        return
    recording = _own(call)
    if recording is None or recording.state in {RecordingState.ENDED, RecordingState.REFUSED}:
        return
    client = Calls(connection=call.connection.connection_string, cloud=settings.CLOUD)
    try:
        _bring(recording, call, client)
    except AzureError as error:
        if not error.permanent:
            raise
        log.warning("The recording of call %s is refused (%s).", call.pk, error.status)
        if recording.recording_id is None:
            _troubled(recording, call, Trouble.NOT_BEGUN, error, state=RecordingState.REFUSED)
        elif _wanted(call) == RecordingState.RUNNING:
            _troubled(recording, call, Trouble.NOT_RESUMED, error)
        else:
            _stop(recording, call, client, error)


@transaction.atomic
def _own(call: Call) -> Recording | None:
    """Its first attempt is committed before it is made: whoever comes after asks with the same id and moment."""
    found = Recording.objects.filter(call=call, first_attempt_at__isnull=False).first()
    if found is None and call.recorded != Recorded.NO:
        found, _made = Recording.objects.get_or_create(
            call=call, first_attempt_at__isnull=False, defaults={"first_attempt_at": now()}
        )
    return found


def _bring(recording: Recording, call: Call, client: Calls) -> None:
    wanted = _wanted(call)
    if recording.recording_id is None:
        assert recording.first_attempt_at is not None
        recording.recording_id = client.start_recording(
            call.call_connection_id,
            customer="" if is_hidden(call.customer) else call.customer,
            id_=recording.pk,
            first_attempt_at=recording.first_attempt_at,
            paused=wanted == RecordingState.PAUSED,
        )
        _reached(recording, wanted)
    elif recording.state != wanted:
        act = client.pause_recording if wanted == RecordingState.PAUSED else client.resume_recording
        act(recording.recording_id)
        _reached(recording, wanted)


def _wanted(call: Call) -> RecordingState:
    return RecordingState.RUNNING if call.recorded == Recorded.YES else RecordingState.PAUSED


def _stop(recording: Recording, call: Call, client: Calls, refusal: AzureError) -> None:
    """Of what cannot be paused: rather nothing is recorded than what nobody shall hear. Raises AzureError where it may
    succeed later; until then it is said that Azure goes on."""
    assert recording.recording_id is not None
    _troubled(recording, call, Trouble.RECORDED_ON, refusal)
    try:
        client.stop_recording(recording.recording_id)
    except AzureError as error:
        if not error.permanent:
            raise
        log.error("The recording of call %s can be neither paused nor stopped (%s).", call.pk, error.status)  # noqa: TRY400
        return
    with transaction.atomic():
        _troubled(recording, call, Trouble.STOPPED, refusal, state=RecordingState.ENDED)
        taping.stopped(call.pk)


def _troubled(
    recording: Recording, call: Call, trouble: Trouble, error: AzureError, *, state: RecordingState | None = None
) -> None:
    """Unless it is told otherwise meanwhile."""
    found = Recording.objects.filter(pk=recording.pk, state=recording.state)
    found.update(state=state or recording.state, trouble=trouble, error=error.message)
    if call.conversation_id:
        announce([call.conversation_id])


def _reached(recording: Recording, state: RecordingState) -> None:
    """Unless its end was told meanwhile."""
    found = Recording.objects.filter(pk=recording.pk).exclude(state=RecordingState.ENDED)
    found.update(recording_id=recording.recording_id, state=state, unmixed=True, trouble="", error="")

"""RecordingFileStatusUpdated: the only word of where a recording's files are.

https://learn.microsoft.com/azure/event-grid/communication-services-voice-video-events
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from centrala.calls.models import Call
from centrala.characters import storable
from centrala.database import run
from centrala.inbox.drain import Handler, Incomprehensible
from centrala.inbox.reading import data_of, subject_of
from centrala.inbox.waiting import Waiting
from centrala.moments import moment
from centrala.recordings import soon
from centrala.recordings.models import Chunk, Recording, RecordingState

TYPE = "Microsoft.Communication.RecordingFileStatusUpdated"
SUBJECT = re.compile(r"/recording/call/[^/]*/serverCallId/(?P<call>.+)/recordingId/(?P<recording>[^/]+)", re.IGNORECASE)
LONGEST_ID, LONGEST_ADDRESS, MOST_FILES = 200, 2_000, 1_000
LONGEST_RECORDING = 31 * 24 * 3600 * 1000  # milliseconds


class File(msgspec.Struct, frozen=True, kw_only=True):
    document_id: str
    index: int
    content: str
    metadata: str
    delete: str


class Told(msgspec.Struct, frozen=True, kw_only=True):
    recording_id: str
    server_call_id: str
    at: datetime
    started_at: datetime | None
    milliseconds: int | None
    unmixed: bool
    files: list[File]


def take_in(events: Sequence[Waiting]) -> None:
    """Each recording and each of its files once, whatever was told before. Raises Incomprehensible when one of the
    events cannot be read, or is of a call that is not known."""
    told = [_told(event) for event in events]
    recordings = _recordings(told)
    rows = {
        file.document_id: Chunk(
            recording=recordings[one.recording_id],
            document_id=file.document_id,
            index=file.index,
            content_location=file.content,
            metadata_location=file.metadata,
            delete_location=file.delete,
            told_at=one.at,
        )
        for one in told
        for file in one.files
    }
    known = set(Chunk.objects.filter(document_id__in=rows).values_list("document_id", flat=True))
    Chunk.objects.bulk_create([row for id_, row in rows.items() if id_ not in known], ignore_conflicts=True)
    for id_ in sorted(set(rows) - known):
        soon.fetch(id_)


def _recordings(told: list[Told]) -> dict[str, Recording]:
    """Those that are told of, by the service's id: known ones, ours whose start was not answered, or new ones."""
    newest = {one.recording_id: one for one in sorted(told, key=lambda one: one.at)}
    run("select pg_advisory_xact_lock(hashtext('recordings'))")  # they are few: who is second sees what the first made
    found = {one.recording_id: one for one in Recording.objects.filter(recording_id__in=newest)}
    calls = _calls(one for one in newest.values() if one.recording_id not in found)
    unanswered = {
        one.call_id: one
        for one in Recording.objects.filter(call__in=calls.values(), recording_id=None).select_for_update()
    }
    for id_, one in newest.items():
        if id_ not in found:
            call = calls.get(one.server_call_id)
            if call is None:
                raise Incomprehensible("No call is known that this recording is of.")
            found[id_] = unanswered.pop(call.pk) if call.pk in unanswered else Recording(call=call)
        found[id_].recording_id = id_
        _note(found[id_], one)
        found[id_].save()
    return {str(id_): one for id_, one in found.items()}


def _calls(told: Any) -> dict[str, Call]:
    ids = {one.server_call_id for one in told}
    return {one.server_call_id: one for one in Call.objects.filter(server_call_id__in=ids - {""})}


def _note(recording: Recording, told: Told) -> None:
    recording.state, recording.missing_since = RecordingState.ENDED, None
    recording.started_at = told.started_at or recording.started_at
    recording.milliseconds = told.milliseconds if told.milliseconds is not None else recording.milliseconds
    recording.unmixed = told.unmixed
    recording.told_at = min(told.at, recording.told_at or told.at)


def _told(event: Waiting) -> Told:
    data = data_of(event)
    subject = SUBJECT.fullmatch(subject_of(event))
    if subject is None or len(subject["recording"]) > LONGEST_ID:
        raise Incomprehensible("The event's subject names no recording.")
    files = _lowered(data.get("recordingstorageinfo")).get("recordingchunks")
    if not isinstance(files, list) or not 0 < len(files) <= MOST_FILES:
        raise Incomprehensible("The event's data has no usable recordingChunks.")
    length = data.get("recordingdurationms")
    return Told(
        recording_id=storable(subject["recording"]),
        server_call_id=storable(subject["call"]),
        at=min(event.event_time or event.received_at, event.received_at),
        started_at=_moment(data.get("recordingstarttime")),
        milliseconds=length if isinstance(length, int) and 0 <= length <= LONGEST_RECORDING else None,
        unmixed=str(data.get("recordingchanneltype") or "").lower() == "unmixed",
        files=[_file(one) for one in files],
    )


def _file(told: object) -> File:
    parts = _lowered(told)
    index = parts.get("index")
    if not isinstance(index, int) or not 0 <= index < 2**31:
        raise Incomprehensible("The event's data has a chunk without a usable index.")
    return File(
        document_id=_text(parts, "documentid", LONGEST_ID) or _missing("documentId"),
        index=index,
        content=_text(parts, "contentlocation", LONGEST_ADDRESS) or _missing("contentLocation"),
        metadata=_text(parts, "metadatalocation", LONGEST_ADDRESS),
        delete=_text(parts, "deletelocation", LONGEST_ADDRESS),
    )


def _text(parts: dict[str, Any], key: str, longest: int) -> str:
    value = parts.get(key)
    return storable(value.strip()) if isinstance(value, str) and len(value) <= longest else ""


def _missing(key: str) -> str:
    raise Incomprehensible(f"The event's data has a chunk without a usable {key}.")


def _moment(value: object) -> datetime | None:
    try:
        return moment(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _lowered(value: object) -> dict[str, Any]:
    return {str(key).lower(): inner for key, inner in value.items()} if isinstance(value, dict) else {}


HANDLERS: dict[str, Handler] = {TYPE: take_in}

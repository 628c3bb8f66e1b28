"""The files of a recording: told of by Event Grid, kept for a day of the cloud's clock, then gone."""

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from shutil import rmtree
from typing import TYPE_CHECKING

from localazure.calling.model import Recording
from localazure.clock import timestamp
from localazure.eventgrid.publishing import publish
from localazure.records.calling import RecordingFile
from localazure.records.ids import new_id
from localazure.world import World

if TYPE_CHECKING:
    from localazure.media.recorder import Chunk

log = logging.getLogger(__name__)

EVENT = "Microsoft.Communication.RecordingFileStatusUpdated"
KEPT = timedelta(hours=24)


async def keep(world: World, one: Recording, reason: str) -> None:
    """A disk that is full loses the recording, not the cloud."""
    from localazure.media.recorder import metadata  # numpy has been loaded by what was recorded

    try:
        chunks = await one.recorder.stop()
    except OSError as error:
        log.error("recording %s is lost: %s", one.id, error.strerror)  # noqa: TRY400  # the disk's fault, not ours
        return
    resource = world.communication.get(one.call.resource)
    if resource is None:
        rmtree(world.addresses.recordings / one.id, ignore_errors=True)
        return
    made = []
    for chunk in chunks:
        name = f"0-weu-d4-{token_hex(16)}"
        about = metadata(chunk, resource=resource.immutable_id, call=one.call.correlation_id, document=name)
        made.append(
            RecordingFile(
                document=name,
                resource=resource.key,
                path=str(chunk.path.relative_to(world.addresses.recordings)),
                metadata=about,
                made_at=world.clock.now(),
            )
        )
    with world.store.transaction():
        for file in made:
            world.recording_files.put(file.document, file)
        _publish(world, one, chunks, [file.document for file in made], reason)
    for file in made:
        world.background.spawn(expire(world, file.document))


def _publish(world: World, one: Recording, chunks: "tuple[Chunk, ...]", names: list[str], reason: str) -> None:
    lasted = sum((chunk.lasted for chunk in chunks), timedelta())
    publish(
        world,
        source=one.call.resource,
        event_id=new_id(),
        event_type=EVENT,
        subject=(
            f"/recording/call/{one.call.correlation_id}/serverCallId/{one.call.server_call_id}/recordingId/{one.id}"
        ),
        data={
            "recordingStorageInfo": {
                "recordingChunks": [_chunk(world, chunk, name) for chunk, name in zip(chunks, names, strict=True)]
            },
            "recordingStartTime": timestamp(one.started_at),
            "recordingDurationMs": lasted // timedelta(milliseconds=1),
            "recordingContentType": "Audio",
            "recordingChannelType": "Unmixed" if one.unmixed else "Mixed",
            "recordingFormatType": "Wav",
            "sessionEndReason": reason,
        },
    )


def _chunk(world: World, chunk: "Chunk", name: str) -> dict[str, object]:
    place = f"{world.addresses.url}/v1/objects/{name}"
    return {
        "documentId": name,
        "index": chunk.index,
        "endReason": chunk.reason.value,
        "contentLocation": f"{place}/content/audio",
        "metadataLocation": f"{place}/content/acsmetadata",
        "deleteLocation": place,
    }


def find(world: World, resource: str, name: str) -> RecordingFile | None:
    file = world.recording_files.get(name)
    return file if file and file.resource == resource and file.made_at + KEPT > world.clock.now() else None


def path(world: World, file: RecordingFile) -> Path:
    return world.addresses.recordings / file.path


def remove(world: World, file: RecordingFile) -> None:
    world.recording_files.remove(file.document)
    path(world, file).unlink(missing_ok=True)


async def expire(world: World, name: str) -> None:
    file = world.recording_files.get(name)
    if file:
        await world.clock.sleep_until(file.made_at + KEPT)
        if world.recording_files.get(name) is file:
            await asyncio.to_thread(path(world, file).unlink, missing_ok=True)
            world.recording_files.remove(name)


def sweep(world: World) -> None:
    """What no table knows: of recordings that a kill or a reset cut off."""
    folder = world.addresses.recordings
    known = {path(world, file) for file in world.recording_files.all()}
    for found in folder.glob("*/*") if folder.exists() else ():
        if found not in known:
            found.unlink(missing_ok=True)
    for place in folder.iterdir() if folder.exists() else ():
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()

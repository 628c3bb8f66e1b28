"""Answers about what is heard in a call."""

from localazure.calling import finding, holding, keys, playing, recognizing, streams, transcribing
from localazure.calling.media_bodies import (
    ContinuousDtmfBody,
    HoldBody,
    PlayBody,
    RecognizeBody,
    SendDtmfBody,
    StartTranscriptionBody,
    StopTranscriptionBody,
    StreamingBody,
    UnholdBody,
    UpdateTranscriptionBody,
)
from localazure.calling.operations import operations
from localazure.calling.repeating import repeatable
from localazure.calling.shapes import accepted
from localazure.pipeline import Call, Reply
from localazure.world import World


def play(world: World, call: Call) -> Reply:
    playing.play(world, finding.established(world, call), call.json(PlayBody))
    return Reply(status=202)


def cancel_all(world: World, call: Call) -> Reply:
    operations(finding.established(world, call)).cancel()
    return Reply(status=202)


def recognize(world: World, call: Call) -> Reply:
    recognizing.recognize(world, finding.established(world, call), call.json(RecognizeBody))
    return Reply(status=202)


def listen_to_keys(world: World, call: Call) -> Reply:
    keys.listen(world, finding.established(world, call), call.json(ContinuousDtmfBody))
    return Reply(status=200)


def stop_listening_to_keys(world: World, call: Call) -> Reply:
    keys.stop_listening(world, finding.established(world, call), call.json(ContinuousDtmfBody))
    return Reply(status=200)


@repeatable
def send_keys(world: World, call: Call) -> Reply:
    body = call.json(SendDtmfBody)
    keys.send(world, finding.established(world, call), body)
    return accepted(body.operation_context)


def hold(world: World, call: Call) -> Reply:
    holding.hold(world, finding.established(world, call), call.json(HoldBody))
    return Reply(status=200)


def unhold(world: World, call: Call) -> Reply:
    holding.unhold(world, finding.established(world, call), call.json(UnholdBody))
    return Reply(status=200)


def start_streaming(world: World, call: Call) -> Reply:
    streams.start(world, finding.established(world, call), call.json(StreamingBody))
    return Reply(status=202)


def stop_streaming(world: World, call: Call) -> Reply:
    streams.stop(finding.established(world, call), call.json(StreamingBody))
    return Reply(status=202)


def start_transcription(world: World, call: Call) -> Reply:
    transcribing.start(world, finding.established(world, call), call.json(StartTranscriptionBody))
    return Reply(status=202)


def stop_transcription(world: World, call: Call) -> Reply:
    transcribing.stop(world, finding.established(world, call), call.json(StopTranscriptionBody))
    return Reply(status=202)


def update_transcription(world: World, call: Call) -> Reply:
    transcribing.update(world, finding.established(world, call), call.json(UpdateTranscriptionBody))
    return Reply(status=202)

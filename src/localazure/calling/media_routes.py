"""The paths of what is heard in a call."""

from localazure.calling.paths import ONE
from localazure.pipeline import Call, Handler, Reply
from localazure.routing import Route
from localazure.world import World


def _later(name: str) -> Handler:
    """The handler of that name, loaded with the first request for any: it needs numpy."""

    def handle(world: World, call: Call) -> Reply:
        from localazure.calling import media_handlers

        answered: Reply = getattr(media_handlers, name)(world, call)
        return answered

    return handle


ROUTES = [
    Route("POST", f"{ONE}:play", _later("play")),
    Route("POST", f"{ONE}:cancelAllMediaOperations", _later("cancel_all")),
    Route("POST", f"{ONE}:recognize", _later("recognize")),
    Route("POST", f"{ONE}:startContinuousDtmfRecognition", _later("listen_to_keys")),
    Route("POST", f"{ONE}:stopContinuousDtmfRecognition", _later("stop_listening_to_keys")),
    Route("POST", f"{ONE}:sendDtmfTones", _later("send_keys")),
    Route("POST", f"{ONE}:hold", _later("hold")),
    Route("POST", f"{ONE}:unhold", _later("unhold")),
    Route("POST", f"{ONE}:startMediaStreaming", _later("start_streaming")),
    Route("POST", f"{ONE}:stopMediaStreaming", _later("stop_streaming")),
    Route("POST", f"{ONE}:startTranscription", _later("start_transcription")),
    Route("POST", f"{ONE}:stopTranscription", _later("stop_transcription")),
    Route("POST", f"{ONE}:updateTranscription", _later("update_transcription")),
]

"""Call Automation, through Microsoft's client: answering, hanging up.

https://learn.microsoft.com/azure/communication-services/concepts/call-automation/call-automation
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from azure.communication.callautomation import (
    AudioFormat,
    CallAutomationClient,
    MediaStreamingAudioChannelType,
    MediaStreamingContentType,
    MediaStreamingOptions,
    StreamingTransportType,
)
from azure.core.exceptions import AzureError as SdkError

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError
from centrala.azure.identifiers import ConnectionString

# Somebody hears it ring: the caller's telephone gives up after half a minute.
IMPATIENT = {"retry_total": 1, "connection_timeout": 3, "read_timeout": 8}
GONE = {404, 410}


@dataclass(frozen=True, kw_only=True)
class Answered:
    connection_id: str
    server_call_id: str


class Calls:
    """A resource's calls. One client for all of them: a connection that is open already saves a caller a second."""

    def __init__(self, *, connection: ConnectionString, cloud: Cloud) -> None:
        self._client = CallAutomationClient.from_connection_string(
            str(connection), connection_verify=cloud.verify, **IMPATIENT
        )

    def answer(self, context: str, *, callback_url: str, media_url: str) -> Answered:
        """The service dials `media_url` (wss) and sends there what is heard, 16 kHz mono. Raises AzureError."""
        sound = MediaStreamingOptions(
            transport_url=media_url,
            transport_type=StreamingTransportType.WEBSOCKET,
            content_type=MediaStreamingContentType.AUDIO,
            audio_channel_type=MediaStreamingAudioChannelType.MIXED,
            start_media_streaming=True,
            enable_bidirectional=True,
            audio_format=AudioFormat.PCM16_K_MONO,
            enable_dtmf_tones=True,
        )
        with _refusals():
            made = self._client.answer_call(context, callback_url, media_streaming=sound)
        return Answered(connection_id=str(made.call_connection_id), server_call_id=str(made.server_call_id or ""))

    def hang_up(self, connection_id: str) -> None:
        """For everybody; nothing where the call is over. Raises AzureError."""
        with _refusals(but=GONE):
            self._client.get_call_connection(connection_id).hang_up(is_for_everyone=True)

    def stream_again(self, connection_id: str) -> None:
        """The service dials the media address anew: a process took over. Raises AzureError."""
        with _refusals():
            self._client.get_call_connection(connection_id).start_media_streaming()


@contextmanager
def _refusals(but: set[int] | None = None) -> Iterator[None]:
    try:
        yield
    except SdkError as error:
        refusal = AzureError.from_sdk(error)
        if refusal.status not in (but or set()):
            raise refusal from None

"""Call Automation, through Microsoft's client: answering, calling, recording, hanging up.

https://learn.microsoft.com/azure/communication-services/concepts/call-automation/call-automation
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from azure.communication.callautomation import (
    AudioFormat,
    CallAutomationClient,
    CallRejectReason,
    DtmfTone,
    MediaStreamingAudioChannelType,
    MediaStreamingContentType,
    MediaStreamingOptions,
    PhoneNumberIdentifier,
    RecordingChannel,
    RecordingContent,
    RecordingFormat,
    StreamingTransportType,
    TranscriptionOptions,
)
from azure.core.exceptions import AzureError as SdkError

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError
from centrala.azure.identifiers import ConnectionString

# Somebody hears it ring: the caller's telephone gives up after half a minute.
# Who asks comes again by himself: Azure's client would sleep for as long as the service says.
IMPATIENT = {"retry_total": 0, "connection_timeout": 3, "read_timeout": 8}
GONE = {404, 410}
TONES = {
    **dict(
        zip(
            "0123456789",
            (
                DtmfTone.ZERO,
                DtmfTone.ONE,
                DtmfTone.TWO,
                DtmfTone.THREE,
                DtmfTone.FOUR,
                DtmfTone.FIVE,
                DtmfTone.SIX,
                DtmfTone.SEVEN,
                DtmfTone.EIGHT,
                DtmfTone.NINE,
            ),
            strict=True,
        )
    ),
    "*": DtmfTone.ASTERISK,
    "#": DtmfTone.POUND,
    "A": DtmfTone.A,
    "B": DtmfTone.B,
    "C": DtmfTone.C,
    "D": DtmfTone.D,
}


def _is_news(record: logging.LogRecord) -> bool:
    """Version 1.6 of Microsoft's client hands a name, whatever is asked for, to classes of its own that call it
    `speech_model_endpoint_id`, and warns of it in each call. It loses nothing of ours: we name no model."""
    return not (isinstance(record.args, tuple) and record.args[:1] == ("speech_recognition_model_endpoint_id",))


logging.getLogger("azure.communication.callautomation._generated._utils.serialization").addFilter(_is_news)


@dataclass(frozen=True, kw_only=True)
class Answered:
    connection_id: str
    server_call_id: str


@dataclass(frozen=True, kw_only=True)
class Listening:
    """How a call shall be written down: where the words come (wss), in which language, and the address of the AI
    resource that understands them."""

    url: str
    locale: str
    ai: str


class Calls:
    """A resource's calls. One client for all of them: a connection that is open already saves a caller a second."""

    def __init__(self, *, connection: ConnectionString, cloud: Cloud) -> None:
        self._client = CallAutomationClient.from_connection_string(
            str(connection), connection_verify=cloud.verify, **IMPATIENT
        )

    def answer(
        self,
        context: str,
        *,
        callback_url: str,
        media_url: str,
        id_: UUID,
        first_attempt_at: datetime,
        listening: Listening | None = None,
    ) -> Answered:
        """The service dials `media_url` (wss) and sends there what is heard, 16 kHz mono. Asked with the same id once
        more it answers what it answered before. With `listening` the call can be written down later: see
        `start_transcription`. Raises AzureError."""
        with _refusals():
            made = self._client.answer_call(
                context,
                callback_url,
                media_streaming=_sound(media_url),
                headers=_repeatable(id_, first_attempt_at),
                **(_transcribed(listening) if listening else {}),
            )
        return Answered(connection_id=str(made.call_connection_id), server_call_id=str(made.server_call_id or ""))

    def create(
        self, customer: str, *, number: str, callback_url: str, media_url: str, id_: UUID, first_attempt_at: datetime
    ) -> Answered:
        """Calls `customer`, who sees `number`. `media_url` is dialled once somebody answers. Asked with the same id
        and the same addresses once more it calls nobody again. Raises AzureError."""
        with _refusals():
            made = self._client.create_call(
                PhoneNumberIdentifier(customer),
                callback_url,
                source_caller_id_number=PhoneNumberIdentifier(number),
                media_streaming=_sound(media_url),
                headers=_repeatable(id_, first_attempt_at),
            )
        return Answered(connection_id=str(made.call_connection_id), server_call_id=str(made.server_call_id or ""))

    def reject(self, context: str, *, id_: UUID, first_attempt_at: datetime) -> None:
        """The caller hears that the call is not taken. Raises AzureError."""
        with _refusals():
            self._client.reject_call(
                context, call_reject_reason=CallRejectReason.FORBIDDEN, headers=_repeatable(id_, first_attempt_at)
            )

    def hang_up(self, connection_id: str) -> None:
        """For everybody; nothing where the call is over. Raises AzureError."""
        with _refusals(but=GONE):
            self._client.get_call_connection(connection_id).hang_up(is_for_everyone=True)

    def start_recording(
        self, connection_id: str, *, customer: str, id_: UUID, first_attempt_at: datetime, paused: bool
    ) -> str:
        """A WAV file with a channel for each who speaks, the customer's first. Asked with the same id once more it is
        the same recording. Returns the service's id of it. Raises AzureError."""
        with _refusals():
            made = self._client.start_recording(
                call_connection_id=connection_id,
                recording_content_type=RecordingContent.AUDIO,
                recording_channel_type=RecordingChannel.UNMIXED,
                recording_format_type=RecordingFormat.WAV,
                audio_channel_participant_ordering=[PhoneNumberIdentifier(customer)] if customer else None,
                pause_on_start=paused,
                headers=_repeatable(id_, first_attempt_at),
            )
        return str(made.recording_id)

    def pause_recording(self, recording_id: str) -> None:
        """Raises AzureError, as those below."""
        with _refusals():
            self._client.pause_recording(recording_id)

    def resume_recording(self, recording_id: str) -> None:
        with _refusals():
            self._client.resume_recording(recording_id)

    def stop_recording(self, recording_id: str) -> None:
        """Nothing where it is over."""
        with _refusals(but=GONE):
            self._client.stop_recording(recording_id)

    def transfer(
        self, connection_id: str, *, to: str, id_: UUID, first_attempt_at: datetime, user_to_user: str = ""
    ) -> None:
        """The one party of the call is sent on to a telephone; that it answered, or did not, is told by an event.
        `user_to_user` goes along as the header of that name: 256 characters at most."""
        with _refusals():
            self._client.get_call_connection(connection_id).transfer_call_to_participant(
                PhoneNumberIdentifier(to),
                sip_headers={"User-To-User": user_to_user} if user_to_user else None,
                headers=_repeatable(id_, first_attempt_at),
            )

    def press(self, connection_id: str, *, keys: str, customer: str) -> None:
        """Keys that the customer's side hears, one after the other: 0-9, *, #, A-D."""
        with _refusals():
            self._client.get_call_connection(connection_id).send_dtmf_tones(
                [TONES[key] for key in keys], PhoneNumberIdentifier(customer)
            )

    def start_transcription(self, connection_id: str) -> None:
        """The service dials the address that was named in the answer. Raises AzureError, with status 405 where no AI
        resource is linked."""
        with _refusals():
            self._client.get_call_connection(connection_id).start_transcription()

    def stop_transcription(self, connection_id: str) -> None:
        """Raises AzureError."""
        with _refusals():
            self._client.get_call_connection(connection_id).stop_transcription()

    def stream_again(self, connection_id: str) -> None:
        """The service dials the media address anew: a process took over. Raises AzureError."""
        with _refusals():
            self._client.get_call_connection(connection_id).start_media_streaming()


def _sound(media_url: str) -> MediaStreamingOptions:
    """Both ways, 16 kHz mono."""
    return MediaStreamingOptions(
        transport_url=media_url,
        transport_type=StreamingTransportType.WEBSOCKET,
        content_type=MediaStreamingContentType.AUDIO,
        audio_channel_type=MediaStreamingAudioChannelType.MIXED,
        start_media_streaming=True,
        enable_bidirectional=True,
        audio_format=AudioFormat.PCM16_K_MONO,
        enable_dtmf_tones=True,
    )


def _transcribed(listening: Listening) -> dict[str, Any]:
    """As arguments of Microsoft's client."""
    options = TranscriptionOptions(
        transport_url=listening.url,
        transport_type=StreamingTransportType.WEBSOCKET,
        locale=listening.locale,
        start_transcription=False,
        enable_intermediate_results=True,
    )
    return {"cognitive_services_endpoint": listening.ai, "transcription": options}


def _repeatable(id_: UUID, first_attempt_at: datetime) -> dict[str, str]:
    return {
        "Repeatability-Request-ID": str(id_),
        "Repeatability-First-Sent": format_datetime(first_attempt_at, usegmt=True),
    }


@contextmanager
def _refusals(but: set[int] | None = None) -> Iterator[None]:
    try:
        yield
    except SdkError as error:
        refusal = AzureError.from_sdk(error)
        if refusal.status not in (but or set()):
            raise refusal from None

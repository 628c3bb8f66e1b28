"""What Call Automation is asked of the sound of a call."""

from typing import Annotated, Literal

import msgspec

from localazure.calling.bodies import Body, Operation
from localazure.calling.identifiers import IdentifierModel

Tone = Literal[
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    "a", "b", "c", "d", "pound", "asterisk",
]  # fmt: skip


class FileSource(Body, kw_only=True):
    uri: Annotated[str, msgspec.Meta(max_length=8192)]


class TextSource(Body, kw_only=True):
    text: str
    source_locale: str | None = None
    voice_kind: Literal["male", "female"] | None = None
    voice_name: str | None = None
    custom_voice_endpoint_id: str | None = None


class SsmlSource(Body, kw_only=True):
    ssml_text: str
    custom_voice_endpoint_id: str | None = None


class PlaySource(Body, kw_only=True):
    kind: Literal["file", "text", "ssml"]
    play_source_cache_id: str | None = None
    file: FileSource | None = None
    text: TextSource | None = None
    ssml: SsmlSource | None = None


class PlayOptions(Body, kw_only=True):
    loop: bool


Sources = Annotated[list[PlaySource], msgspec.Meta(min_length=1, max_length=100)]


class PlayBody(Operation, kw_only=True):
    play_sources: Sources
    play_to: list[IdentifierModel] | None = None
    interrupt_call_media_operation: bool | None = None
    play_options: PlayOptions | None = None


class DtmfOptions(Body, kw_only=True):
    inter_tone_timeout_in_seconds: Annotated[int, msgspec.Meta(ge=1, le=60)] | None = None
    max_tones_to_collect: Annotated[int, msgspec.Meta(ge=1)] | None = None
    stop_tones: list[Tone] | None = None


class Choice(Body, kw_only=True):
    label: str
    phrases: list[str]
    tone: Tone | None = None


class SpeechOptions(Body, kw_only=True):
    end_silence_timeout_in_ms: Annotated[int, msgspec.Meta(ge=0, le=60_000)] | None = None


class RecognizeOptions(Body, kw_only=True):
    target_participant: IdentifierModel
    interrupt_prompt: bool | None = None
    initial_silence_timeout_in_seconds: Annotated[int, msgspec.Meta(ge=0, le=300)] | None = None
    speech_language: str | None = None
    speech_languages: list[str] | None = None
    speech_recognition_model_endpoint_id: str | None = None
    dtmf_options: DtmfOptions | None = None
    choices: list[Choice] | None = None
    speech_options: SpeechOptions | None = None


class RecognizeBody(Operation, kw_only=True):
    recognize_input_type: Literal["dtmf", "speech", "speechOrDtmf", "choices"]
    recognize_options: RecognizeOptions
    play_prompt: PlaySource | None = None
    play_prompts: list[PlaySource] | None = None
    interrupt_call_media_operation: bool | None = None


class ContinuousDtmfBody(Operation, kw_only=True):
    target_participant: IdentifierModel


class SendDtmfBody(Operation, kw_only=True):
    tones: Annotated[list[Tone], msgspec.Meta(min_length=1, max_length=1000)]
    target_participant: IdentifierModel


class HoldBody(Operation, kw_only=True):
    target_participant: IdentifierModel
    play_source_info: PlaySource | None = None


class UnholdBody(Operation, kw_only=True):
    target_participant: IdentifierModel


class StreamingBody(Operation, kw_only=True):
    """Starting or stopping the stream that was described when the application took the call."""


class StopTranscriptionBody(Operation, kw_only=True):
    """Of the transcription that was described when the application took the call, as for the others."""


class UpdateTranscriptionBody(Operation, kw_only=True):
    locale: str | None = None
    speech_model_endpoint_id: str | None = None


class StartTranscriptionBody(UpdateTranscriptionBody, kw_only=True):
    """The locale replaces the one that was given before."""

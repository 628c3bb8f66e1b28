"""What Call Automation is asked."""

from typing import Annotated, Literal

import msgspec

from localazure.calling.identifiers import IdentifierModel, PhoneNumberModel, UserModel

Context = Annotated[str, msgspec.Meta(max_length=5000)]


class Body(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Every request's."""


class CallIntelligence(Body, kw_only=True):
    cognitive_services_endpoint: str | None = None


class MediaStreamingOptions(Body, kw_only=True):
    transport_type: Literal["websocket"]
    audio_channel_type: Literal["mixed", "unmixed"]
    transport_url: str | None = None
    content_type: Literal["audio"] | None = None
    start_media_streaming: bool | None = None
    enable_bidirectional: bool | None = None
    audio_format: Literal["pcm16KMono", "pcm24KMono"] | None = None
    enable_dtmf_tones: bool | None = None


class TranscriptionOptions(Body, kw_only=True):
    transport_type: Literal["websocket"]
    locale: str
    transport_url: str | None = None
    speech_model_endpoint_id: str | None = None
    start_transcription: bool | None = None
    enable_intermediate_results: bool | None = None


class Begin(Body, kw_only=True):
    """What an application says whenever it takes hold of a call."""

    callback_uri: str
    operation_context: Context | None = None
    call_intelligence_options: CallIntelligence | None = None
    media_streaming_options: MediaStreamingOptions | None = None
    transcription_options: TranscriptionOptions | None = None


class AnswerBody(Begin, kw_only=True):
    incoming_call_context: str
    answered_by: UserModel | None = None


class CreateBody(Begin, kw_only=True):
    targets: Annotated[list[IdentifierModel], msgspec.Meta(min_length=1, max_length=100)]
    source_caller_id_number: PhoneNumberModel | None = None
    source_display_name: Annotated[str, msgspec.Meta(max_length=256)] | None = None
    source: UserModel | None = None
    teams_app_source: dict[str, object] | None = None


class CallLocator(Body, kw_only=True):
    kind: Literal["serverCallLocator", "groupCallLocator", "roomCallLocator"] | None = None
    server_call_id: str | None = None
    group_call_id: str | None = None
    room_id: str | None = None


class ConnectBody(Begin, kw_only=True):
    call_locator: CallLocator


class RejectBody(Body, kw_only=True):
    incoming_call_context: str
    call_reject_reason: Literal["none", "busy", "forbidden"] | None = None


class RedirectBody(Body, kw_only=True):
    incoming_call_context: str
    target: IdentifierModel


class CustomCallingContext(Body, kw_only=True):
    voip_headers: dict[str, str] | None = None
    sip_headers: dict[str, str] | None = None
    teams_phone_call_details: dict[str, object] | None = None


class Operation(Body, kw_only=True):
    """A mid-call operation: `operation_callback_uri` replaces the connection's address for what is told of it."""

    operation_context: Context | None = None
    operation_callback_uri: str | None = None


class TransferBody(Operation, kw_only=True):
    target_participant: IdentifierModel
    transferee: IdentifierModel | None = None
    custom_calling_context: CustomCallingContext | None = None
    source_caller_id_number: PhoneNumberModel | None = None


class AddBody(Operation, kw_only=True):
    participant_to_add: IdentifierModel
    source_caller_id_number: PhoneNumberModel | None = None
    source_display_name: str | None = None
    invitation_timeout_in_seconds: Annotated[int, msgspec.Meta(ge=0, le=180)] | None = None
    custom_calling_context: CustomCallingContext | None = None


class RemoveBody(Operation, kw_only=True):
    participant_to_remove: IdentifierModel


class CancelAddBody(Operation, kw_only=True):
    invitation_id: str


class MoveBody(Operation, kw_only=True):
    target_participants: Annotated[list[IdentifierModel], msgspec.Meta(min_length=1)]
    from_call: str


class MuteBody(Body, kw_only=True):
    target_participants: Annotated[list[IdentifierModel], msgspec.Meta(min_length=1, max_length=1)]
    operation_context: Context | None = None

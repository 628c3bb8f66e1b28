"""What Call Automation is asked of recordings."""

from typing import Annotated, Literal

import msgspec

from localazure.calling.bodies import Body, CallLocator
from localazure.calling.identifiers import IdentifierModel


class ChannelAffinity(Body, kw_only=True):
    participant: IdentifierModel
    channel: Annotated[int, msgspec.Meta(ge=0, le=4)] | None = None


class ExternalStorage(Body, kw_only=True):
    recording_storage_kind: Literal["azureCommunicationServices", "azureBlobStorage"]
    recording_destination_container_url: str | None = None


class StartBody(Body, kw_only=True):
    call_locator: CallLocator | None = None
    call_connection_id: str | None = None
    recording_state_callback_uri: str | None = None
    recording_content_type: Literal["audio", "audioVideo"] | None = None
    recording_channel_type: Literal["mixed", "unmixed"] | None = None
    recording_format_type: Literal["wav", "mp3", "mp4"] | None = None
    audio_channel_participant_ordering: list[IdentifierModel] | None = None
    channel_affinity: Annotated[list[ChannelAffinity], msgspec.Meta(max_length=5)] | None = None
    pause_on_start: bool | None = None
    external_storage: ExternalStorage | None = None

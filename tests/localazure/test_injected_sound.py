"""Whether a recording has what an application says through media streaming: nothing of Microsoft's says so. The local
cloud leaves it out, unless it runs with `--loose record-injected`; `make test-azure` says whether that is so."""

import io
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex
from urllib.parse import urlsplit

import numpy as np
import pytest
from azure.communication.callautomation import CallAutomationClient, MediaStreamingOptions, PhoneNumberIdentifier
from azure.mgmt.eventgrid import EventGridManagementClient
from media.tones import sine, strength

from centrala_sound.frames import bytes_of
from localazure.pytest_plugin import LocalAzure
from localazure_tests import real_azure
from localazure_tests.public_place import PublicPlace
from localazure_tests.real_azure import RealAzure

pytestmark = [pytest.mark.azure, pytest.mark.long]

HERTZ, LOUD, SECONDS = 1000, 10_000, 4
RATE = 16_000
ANSWERS = "+15005570001"  # the local cloud's
RINGS, FILE_COMES = 60, 300  # seconds


@dataclass(frozen=True)
class Line:
    """A number that may call, and a telephone that is picked up."""

    connection_string: str
    resource_id: str
    number: str
    telephone: str


@pytest.fixture
def line(azure: LocalAzure | RealAzure, communication) -> Line:
    if isinstance(azure, LocalAzure):
        acs = azure.acs
        return Line(acs.connection_string, acs.resource_id, acs.phone_numbers[0], ANSWERS)
    connection, number, telephone = real_azure.texts()
    host = connection.split("endpoint=https://", 1)[1].split("/", 1)[0]
    services = communication.communication_services.list_by_subscription()
    return Line(connection, next(one.id for one in services if one.host_name == host), number, telephone)


@pytest.fixture
def place(azure: LocalAzure | RealAzure, request: pytest.FixtureRequest) -> Iterator[PublicPlace]:
    if isinstance(azure, LocalAzure):
        made = PublicPlace(certificate=request.getfixturevalue("certificate"))
    else:
        made = PublicPlace(*real_azure.public_place())
    with made:
        yield made


@pytest.fixture
def fetched(
    azure: LocalAzure | RealAzure, request: pytest.FixtureRequest
) -> Callable[[CallAutomationClient, str], bytes]:
    """Microsoft's client fetches from Microsoft's hosts alone."""
    if isinstance(azure, LocalAzure):
        acs = request.getfixturevalue("acs")
        return lambda _client, address: acs.request("GET", urlsplit(address).path).content
    return lambda client, address: b"".join(client.download_recording(address))


@contextmanager
def files_told(event_grid: EventGridManagementClient, line: Line, place: PublicPlace) -> Iterator[None]:
    name = f"centrala-test-{token_hex(4)}"
    body = {
        "properties": {
            "destination": {"endpointType": "WebHook", "properties": {"endpointUrl": f"{place.url}/events"}},
            "filter": {"includedEventTypes": ["Microsoft.Communication.RecordingFileStatusUpdated"]},
        }
    }
    subscriptions = event_grid.event_subscriptions
    subscriptions.begin_create_or_update(line.resource_id, name, body).result()
    try:
        yield
    finally:
        subscriptions.begin_delete(line.resource_id, name).result()


def test_recording_has_nothing_of_what_is_said_through_media_streaming(
    azure: LocalAzure | RealAzure,
    line: Line,
    place: PublicPlace,
    event_grid: EventGridManagementClient,
    resources,
    fetched: Callable[[CallAutomationClient, str], bytes],
) -> None:
    resources.providers.register("Microsoft.EventGrid")
    sound = MediaStreamingOptions(
        transport_url=place.media_url,
        transport_type="websocket",
        content_type="audio",
        audio_channel_type="mixed",
        start_media_streaming=True,
        enable_bidirectional=True,
        audio_format="pcm16KMono",
    )
    with (
        CallAutomationClient.from_connection_string(
            line.connection_string, connection_verify=azure.ca_bundle
        ) as client,
        files_told(event_grid, line, place),
    ):
        made = client.create_call(
            PhoneNumberIdentifier(line.telephone),
            f"{place.url}/events",
            source_caller_id_number=PhoneNumberIdentifier(line.number),
            media_streaming=sound,
        )
        try:
            place.told("CallConnected", within=RINGS)
            assert place.dialled.wait(RINGS)
            client.start_recording(
                call_connection_id=made.call_connection_id,
                recording_content_type="audio",
                recording_channel_type="mixed",
                recording_format_type="wav",
                recording_state_callback_url=f"{place.url}/events",
            )
            place.told("RecordingStateChanged", within=RINGS)
            place.frame = bytes_of(sine(HERTZ, 0.02, peak=LOUD, rate=RATE))
            time.sleep(SECONDS)
        finally:
            client.get_call_connection(str(made.call_connection_id)).hang_up(is_for_everyone=True)
        told = place.told("RecordingFileStatusUpdated", within=FILE_COMES)
        address = told["recordingStorageInfo"]["recordingChunks"][0]["contentLocation"]
        heard = loudest(fetched(client, address))

    assert heard < LOUD / 100, "this cloud records it: see --loose record-injected"


def loudest(content: bytes) -> float:
    """Of the tone, in any second of the recording."""
    with wave.open(io.BytesIO(content)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")[:: file.getnchannels()]
    seconds = [samples[start : start + rate] for start in range(0, len(samples) - rate + 1, rate)]
    assert len(seconds) >= SECONDS - 1
    return max(strength(one, HERTZ, rate=rate) for one in seconds)

"""A call is recorded: its state is told, its files come by Event Grid, are fetched, deleted, and gone after a day."""

import io
import wave
from base64 import b64encode
from urllib.parse import urlsplit

import numpy as np
import pytest
from azure.communication.callautomation import ChannelAffinity, PhoneNumberIdentifier
from azure.core.exceptions import HttpResponseError

from centrala_sound.hearing import dominant
from centrala_sound.sounds import tone
from centrala_sound.wav import written
from localazure_tests.acs import CUSTOMER, signed

FILES = "Microsoft.Communication.RecordingFileStatusUpdated"
ALA = "+14255550101"
AUDIO = {"recording_content_type": "audio", "recording_format_type": "wav"}


def sound(hertz: float, seconds: float = 1) -> dict:
    return {"play": b64encode(written(tone(hertz, seconds=seconds).samples)).decode()}


@pytest.fixture
def told(webhooks, receiver):
    hook = receiver()
    webhooks.put("recordings", hook.url, filter={"includedEventTypes": [FILES]}).result()
    return hook


@pytest.fixture
def call(outside) -> str:
    return outside.calls()


@pytest.fixture
def talk(application, call):
    return application.answers()


@pytest.fixture
def start(application, talk):
    """Starts a recording of the talk."""

    def start(**options):
        server_call_id = talk.get_call_properties().server_call_id
        return application.client.start_recording(server_call_id=server_call_id, **(AUDIO | options)).recording_id

    return start


def files(told) -> dict:
    [event] = told.next().events
    return event["data"] | {"subject": event["subject"]}


def path(address: str) -> str:
    return urlsplit(address).path


def channels(content: bytes) -> list[np.ndarray]:
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getframerate(), file.getsampwidth()) == (16_000, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return [samples[number :: file.getnchannels()] for number in range(file.getnchannels())]


def test_recording_has_what_was_said_and_is_told_of(application, talk, call, outside, start, told, acs, advance):
    name = start(recording_state_callback_url=application.callbacks.url)
    begun = application.callbacks.next().events[0]
    assert begun["type"].endswith("RecordingStateChanged")
    assert (begun["data"]["recordingId"], begun["data"]["state"]) == (name, "active")
    assert application.client.get_recording_properties(name).recording_state == "active"

    outside.does(call, sound(440))
    advance(1.5)
    application.client.stop_recording(name)

    assert application.callbacks.next().events[0]["data"]["state"] == "inactive"
    data = files(told)
    assert data["subject"].endswith(f"/recordingId/{name}")
    assert data["sessionEndReason"] == "InitiatorLeft"
    kinds = [data[f"recording{kind}Type"] for kind in ("Content", "Channel", "Format")]
    assert kinds == ["Audio", "Mixed", "Wav"]
    [chunk] = data["recordingStorageInfo"]["recordingChunks"]
    assert (chunk["index"], chunk["endReason"]) == (0, "SessionEnded")
    answer = acs.request("GET", path(chunk["contentLocation"]))
    [samples] = channels(answer.content)
    assert data["recordingDurationMs"] == pytest.approx(len(samples) / 16, abs=20)
    assert dominant(samples[8000:12000]) == pytest.approx(440, abs=5)
    about = acs.request("GET", path(chunk["metadataLocation"])).json()
    assert about["participants"] == [{"participantId": f"4:{CUSTOMER}"}]
    assert about["chunkDocumentId"] == chunk["documentId"]
    with pytest.raises(HttpResponseError) as gone:
        application.client.get_recording_properties(name)
    assert gone.value.status_code == 404


def test_call_that_ends_ends_its_recording(talk, start, told, advance):
    start()
    advance(0.5)

    talk.hang_up(is_for_everyone=True)

    assert files(told)["sessionEndReason"] == "CallEnded"


def test_unmixed_recording_has_a_channel_for_each(azure, application, talk, call, outside, start, told, acs, advance):
    outside.telephone(ALA)
    own = PhoneNumberIdentifier(azure.acs.phone_numbers[0])
    talk.add_participant(PhoneNumberIdentifier(ALA), source_caller_id_number=own)
    application.told(2)
    affinity = [ChannelAffinity(PhoneNumberIdentifier(ALA), 0), ChannelAffinity(PhoneNumberIdentifier(CUSTOMER), 1)]
    name = start(recording_channel_type="unmixed", channel_affinity=affinity)

    outside.does(call, sound(440))
    outside.does(call, sound(1000), party=f"4:{ALA}")
    advance(1)
    application.client.stop_recording(name)

    [chunk] = files(told)["recordingStorageInfo"]["recordingChunks"]
    ala, customer = channels(acs.request("GET", path(chunk["contentLocation"])).content)
    assert dominant(ala[4000:8000]) == pytest.approx(1000, abs=5)
    assert dominant(customer[4000:8000]) == pytest.approx(440, abs=5)


def test_paused_recording_leaves_out_what_is_said_and_says_so(application, call, outside, start, told, acs, advance):
    name = start(pause_on_start=True)
    assert application.client.get_recording_properties(name).recording_state == "inactive"
    outside.does(call, sound(440), sound(1000))

    advance(1)
    application.client.resume_recording(name)
    advance(0.8)
    application.client.pause_recording(name)
    advance(1)
    application.client.stop_recording(name)

    [chunk] = files(told)["recordingStorageInfo"]["recordingChunks"]
    [samples] = channels(acs.request("GET", path(chunk["contentLocation"])).content)
    assert dominant(samples[4000:8000]) == pytest.approx(1000, abs=5)
    about = acs.request("GET", path(chunk["metadataLocation"])).json()
    assert [one["duration"] >= 1000 for one in about["pauseResumeIntervals"]] == [True, True]


@pytest.fixture
def chunk(application, talk, start, told, advance) -> dict:
    name = start()
    advance(1)
    application.client.stop_recording(name)
    [chunk] = files(told)["recordingStorageInfo"]["recordingChunks"]
    return chunk


def test_recording_is_fetched_in_parts(azure, http, acs, chunk):

    place = path(chunk["contentLocation"])
    whole = acs.request("GET", place).content
    part = http.get(place, headers=signed(azure, "GET", place) | {"range": "bytes=10-19"})
    rest = http.get(place, headers=signed(azure, "GET", place) | {"range": f"bytes={len(whole) - 5}-"})
    beyond = http.get(place, headers=signed(azure, "GET", place) | {"range": f"bytes={len(whole)}-"})

    assert (part.status_code, part.content) == (206, whole[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole)}"
    assert (rest.status_code, rest.content) == (206, whole[-5:])
    assert beyond.status_code == 416


def test_recording_is_for_its_resource_alone(http, chunk):
    answer = http.get(path(chunk["contentLocation"]))

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "Denied")


def test_recording_is_deleted_once(azure, acs, chunk):
    deleted = [acs.request("DELETE", path(chunk["deleteLocation"])).status_code for _ in range(2)]

    assert deleted == [200, 404]
    assert acs.request("GET", path(chunk["contentLocation"])).status_code == 404
    assert [one for one in (azure.data / "recordings").rglob("*") if one.is_file()] == []


def test_recording_is_gone_after_a_day(acs, talk, chunk, advance):
    talk.hang_up(is_for_everyone=True)
    advance(86_300)
    assert acs.request("GET", path(chunk["contentLocation"])).status_code == 200

    advance(100)

    assert acs.request("GET", path(chunk["contentLocation"])).status_code == 404


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"recording_format_type": "mp4", "recording_content_type": "audioVideo"}, 501),
        ({"recording_format_type": "mp3"}, 501),
        ({"channel_affinity": [ChannelAffinity(PhoneNumberIdentifier(ALA), 0)]}, 400),
        ({"recording_state_callback_url": "http://localhost/"}, 400),
    ],
)
def test_recording_that_cannot_be_made_is_refused(start, options, status):
    with pytest.raises(HttpResponseError) as refused:
        start(**options)

    assert refused.value.status_code == status


def test_call_that_is_not_there_is_not_recorded(application):
    with pytest.raises(HttpResponseError) as refused:
        application.client.start_recording(server_call_id="nothing", **AUDIO)

    assert (refused.value.status_code, refused.value.error.code) == (404, "8522")


def test_recording_by_connection_is_told_with_it(application, talk):
    connection = talk.get_call_properties().call_connection_id
    application.client.start_recording(
        call_connection_id=connection, recording_state_callback_url=application.callbacks.url, **AUDIO
    )

    assert application.callbacks.next().events[0]["data"]["callConnectionId"] == connection

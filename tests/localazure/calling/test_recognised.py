"""What no script says is understood by a recogniser, where the extra `speech` has brought one."""

import base64
import json
import time
from urllib.parse import quote

import numpy as np
import pytest
from azure.communication.callautomation import CallAutomationClient, PhoneNumberIdentifier, TranscriptionOptions
from websockets.sync.client import ClientConnection, connect

from centrala_sound.frames import RATE, SECONDS, Samples, bytes_of, split
from centrala_sound.speech import say
from centrala_sound.wav import written
from localazure.media import recogniser
from localazure_tests.acs import CUSTOMER
from localazure_tests.recogniser import needs_recogniser

TEXT = "yes please, yes please, yes please"  # understood well of this voice, however it begins
SURE = {"yes", "please"}  # of which one is there wherever the sound arrives with a gap


def spoken(text: str = TEXT) -> Samples:
    """With a pause before it, and one after it by which a listener knows its end."""
    return np.concatenate([np.zeros(RATE // 2, np.int16), say(text).samples, np.zeros(2 * RATE, np.int16)])


def text(url: str, locale: str = "en-US", **more) -> TranscriptionOptions:
    return TranscriptionOptions(
        transport_url=url, transport_type="websocket", locale=locale, start_transcription=True, **more
    )


def speak(telephone: ClientConnection, samples: Samples) -> None:
    """As a microphone gives it: a frame every 20 ms."""
    due = time.monotonic()
    for frame in split(samples):
        telephone.send(bytes_of(frame))
        due += SECONDS
        time.sleep(max(due - time.monotonic(), 0))


def final(listener) -> dict:
    while True:
        data = listener.next("TranscriptionData")["transcriptionData"]
        if data["resultStatus"] == "Final":
            return data


def play(samples: Samples) -> dict:
    return {"play": base64.b64encode(written(samples)).decode()}


@needs_recogniser
@pytest.mark.long
@needs_recogniser
def test_what_is_spoken_into_a_telephone_of_the_portal_is_understood(azure, application, listener, ai):
    address = f"{azure.portal.replace('http', 'ws', 1)}/telephone/line?number={quote(CUSTOMER)}"
    with connect(address, origin=azure.portal, max_queue=None) as telephone:
        telephone.send(json.dumps({"do": "call", "to": azure.acs.phone_numbers[0]}))
        application.answers(
            transcription=text(listener.url, enable_intermediate_results=True), cognitive_services_endpoint=ai
        )
        application.hears("TranscriptionStarted")

        told = []
        for _ in range(4):  # where the machine is busy a frame comes too late, and a word is lost
            speak(telephone, spoken())
            while not told or told[-1]["resultStatus"] != "Final":
                told.append(listener.next("TranscriptionData")["transcriptionData"])
            if set(told[-1]["text"].split()) & SURE:
                break
            told.append({"resultStatus": "", "text": ""})
        data = told[-1]

    assert "Intermediate" in {one["resultStatus"] for one in told}
    assert set(data["text"].split()) & SURE
    assert [word["text"] for word in data["words"]] == data["text"].split()
    assert (data["participantRawID"], data["format"]) == (f"4:{CUSTOMER}", "display")
    assert 0 < data["confidence"] <= 1
    first, last = data["words"][0], data["words"][-1]
    assert (data["offset"], data["duration"]) == (first["offset"], last["offset"] + last["duration"] - first["offset"])
    assert 0 < data["duration"] < 10 * 10_000_000


@needs_recogniser
@pytest.mark.long
@needs_recogniser
def test_script_that_speaks_and_plays_is_understood_word_for_word_and_by_the_recogniser(
    azure, application, outside, listener, ai
):
    call = outside.calls()
    application.answers(transcription=text(listener.url), cognitive_services_endpoint=ai)
    application.hears("TranscriptionStarted")
    outside.does(call, {"say": "Where is my parcel"}, play(spoken()))
    assert "is guessed by a small recogniser of English" in azure.control.get(f"/calls/{call}").text

    exact, guessed = final(listener), final(listener)

    assert (exact["text"], exact["confidence"]) == ("Where is my parcel", 1)
    assert set(guessed["text"].split()) & SURE
    assert guessed["offset"] >= exact["offset"] + exact["duration"]


@needs_recogniser
@pytest.mark.long
@needs_recogniser
def test_script_that_began_before_transcription_is_not_guessed(application, outside, listener, ai):
    outside.calls({"say": " ".join([TEXT] * 3)}, {"wait": 0.5}, {"say": "Where is my parcel"})
    talk = application.answers(cognitive_services_endpoint=ai, transcription=text(listener.url))

    application.hears("TranscriptionStarted")

    assert final(listener)["text"] in {" ".join([TEXT] * 3), "Where is my parcel"}
    talk.hang_up(is_for_everyone=True)


@needs_recogniser
def test_last_words_come_before_transcription_has_stopped(application, outside, listener, ai):
    """The caller is in the middle of it, and no pause has come yet."""
    outside.calls(play(np.concatenate([spoken()[: -2 * RATE], say(" ".join([TEXT] * 9)).samples])))
    talk = application.answers(
        transcription=text(listener.url, enable_intermediate_results=True), cognitive_services_endpoint=ai
    )
    application.hears("TranscriptionStarted")
    assert listener.next("TranscriptionData")["transcriptionData"]["resultStatus"] == "Intermediate"

    talk.stop_transcription()

    assert final(listener)["text"]
    application.hears("TranscriptionStopped")


@needs_recogniser
@pytest.mark.long
@needs_recogniser
def test_language_without_a_model_is_named_on_the_page_of_the_call(azure, application, outside, listener, ai):
    call = outside.calls()

    application.answers(transcription=text(listener.url, "pl-PL"), cognitive_services_endpoint=ai)

    application.hears("TranscriptionStarted")
    outside.does(call, play(spoken()), {"say": "Where is my parcel"})
    page = azure.control.get(f"/calls/{call}").text
    assert "the recogniser here knows English only, and not pl-PL." in page
    assert final(listener)["text"] == "Where is my parcel"


def test_without_the_extra_the_page_of_the_call_says_so(new_local_azure, monkeypatch, receiver):
    monkeypatch.setattr(recogniser, "find_spec", lambda name: None)
    azure = new_local_azure()
    with CallAutomationClient.from_connection_string(
        azure.acs.connection_string, connection_verify=azure.ca_bundle
    ) as client:
        client.create_call(
            [PhoneNumberIdentifier(CUSTOMER)],
            receiver().url,
            source_caller_id_number=PhoneNumberIdentifier(azure.acs.phone_numbers[0]),
            transcription=text("wss://localhost:1/"),
        )

    call = azure.control.get("/_local/calls").json()["items"][-1]["id"]

    assert "there is no speech recogniser here" in azure.control.get(f"/calls/{call}").text

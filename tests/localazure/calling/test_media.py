"""What an application lets people hear, and what it hears of their keys."""

from base64 import b64encode

import pytest
from azure.communication.callautomation import (
    DtmfTone,
    FileSource,
    PhoneNumberIdentifier,
    RecognitionChoice,
    SsmlSource,
    TextSource,
)
from azure.core.exceptions import HttpResponseError

from centrala_sound.sounds import tone
from centrala_sound.wav import written
from localazure_tests.acs import CUSTOMER

CALLER = PhoneNumberIdentifier(CUSTOMER)
AI = "https://speech.cognitiveservices.azure.com/"


@pytest.fixture
def song(application) -> FileSource:
    """Half a second of 440 Hz."""
    application.callbacks.files["/song.wav"] = written(tone(440, seconds=0.5).samples)
    return FileSource(url=application.callbacks.address("/song.wav"))


@pytest.fixture
def call(outside) -> str:
    return outside.calls()


@pytest.fixture
def talk(application, call):
    return application.answers()


def hertz(heard: dict) -> set[int]:
    """The tones that it heard, to ten of them."""
    return {round(one["hertz"], -1) for one in heard["windows"] if one["hertz"]}


def ended(application, kind: str) -> tuple[int, int]:
    result = application.hears(kind)["resultInformation"]
    return result["code"], result["subCode"]


def test_file_is_played_to_everybody_to_its_end(application, talk, call, song, outside, advance):
    talk.play_media(song, operation_context="greeting")

    assert application.hears("PlayStarted")["operationContext"] == "greeting"
    advance(0.6)

    completed = application.hears("PlayCompleted")
    assert (completed["operationContext"], completed["resultInformation"]["subCode"]) == ("greeting", 0)
    assert hertz(outside.hears(call)) == {440}


def test_loop_goes_on_until_everything_is_cancelled(application, talk, call, song, outside, advance):
    talk.play_media(song, [CALLER], loop=True)
    application.hears("PlayStarted")
    advance(10)
    assert outside.hears(call)["silent_seconds"] == 0

    talk.cancel_all_media_operations()

    assert ended(application, "PlayCanceled") == (400, 8508)
    advance(1)
    assert outside.hears(call)["silent_seconds"] > 0.5


def test_second_play_waits_for_the_first_unless_it_interrupts(application, talk, song, advance):
    talk.play_media(song, loop=True, operation_context="music")
    application.hears("PlayStarted")
    talk.play_media(song, operation_context="waits")

    talk.play_media(song, operation_context="news", interrupt_call_media_operation=True)

    canceled = [application.hears("PlayCanceled")["operationContext"] for _ in range(2)]
    assert canceled == ["music", "waits"]
    assert application.hears("PlayStarted")["operationContext"] == "news"
    advance(0.6)
    assert application.hears("PlayCompleted")["operationContext"] == "news"


@pytest.mark.parametrize(("path", "code"), [("/noise.wav", 8535), ("/nothing.wav", 8536)])
def test_source_that_cannot_be_played_fails_by_its_number(application, talk, song, path, code):
    application.callbacks.files["/noise.wav"] = b"noise"

    talk.play_media([song, FileSource(url=application.callbacks.address(path))])

    failed = application.hears("PlayFailed")
    assert (failed["resultInformation"]["subCode"], failed["failedPlaySourceIndex"]) == (code, 1)


@pytest.mark.parametrize("source", [TextSource(text="Hello"), SsmlSource(ssml_text="<speak>Hello</speak>")])
def test_text_is_refused_where_no_ai_resource_is_linked(talk, source):
    with pytest.raises(HttpResponseError) as refused:
        talk.play_media(source)

    assert (refused.value.status_code, refused.value.error.code) == (405, "8522")


@pytest.mark.parametrize(
    "source",
    [
        TextSource(text="Hello", voice_name="pl-PL-ZofiaNeural"),
        SsmlSource(ssml_text='<speak xml:lang="en-US">Hi</speak>'),
    ],
)
def test_text_is_said_where_an_ai_resource_is_linked(azure, application, call, outside, advance, source):
    azure.control.post("/_local/calls/ai", json={"endpoint": AI}).raise_for_status()
    talk = application.answers(cognitive_services_endpoint=AI)

    talk.play_media(source)

    application.hears("PlayStarted")
    advance(5)
    application.hears("PlayCompleted")
    assert outside.hears(call)["loudest"] > -40


def test_text_that_is_no_ssml_fails(azure, application, call):
    azure.control.post("/_local/calls/ai", json={"endpoint": AI}).raise_for_status()
    talk = application.answers(cognitive_services_endpoint=AI)

    talk.play_media(SsmlSource(ssml_text="<speak>"))

    assert ended(application, "PlayFailed") == (400, 8565)


def test_sound_is_played_only_to_who_is_in_the_call(talk, song):
    with pytest.raises(HttpResponseError) as refused:
        talk.play_media(song, [PhoneNumberIdentifier("+14255550199")])

    assert refused.value.status_code == 404


def recognize(talk, **options):
    talk.start_recognizing_media("dtmf", CALLER, operation_context="menu", **options)


def test_keys_are_recognized_up_to_the_most(application, talk, call, outside, advance):
    recognize(talk, dtmf_max_tones_to_collect=2)

    outside.does(call, {"press": "17"})
    advance(1)

    completed = application.hears("RecognizeCompleted")
    assert completed["operationContext"] == "menu"
    assert (completed["recognitionType"], completed["dtmfResult"]) == ("dtmf", {"tones": ["one", "seven"]})
    assert completed["resultInformation"]["subCode"] == 8531


def test_keys_are_recognized_up_to_the_stop_tone(application, talk, call, outside, advance):
    recognize(talk, dtmf_stop_tones=[DtmfTone.POUND])

    outside.does(call, {"press": "1*#9"})
    advance(2)

    completed = application.hears("RecognizeCompleted")
    assert completed["dtmfResult"]["tones"] == ["one", "asterisk"]
    assert completed["resultInformation"]["subCode"] == 8514


def test_keys_end_with_a_long_pause(application, talk, call, outside, advance):
    recognize(talk, dtmf_max_tones_to_collect=9, dtmf_inter_tone_timeout=3)

    outside.does(call, {"press": "1"}, {"wait": 2}, {"press": "2"}, {"wait": 4}, {"press": "3"})
    advance(10)

    completed = application.hears("RecognizeCompleted")
    assert completed["dtmfResult"]["tones"] == ["one", "two"]
    assert completed["resultInformation"]["subCode"] == 8532


def test_nobody_who_presses_a_key_is_told(application, talk, advance):
    recognize(talk, initial_silence_timeout=4)

    advance(4.1)

    assert ended(application, "RecognizeFailed") == (400, 8510)


@pytest.mark.parametrize(("interrupts", "tones"), [(True, ["five"]), (False, ["six"])])
def test_key_during_the_prompt_interrupts_it_or_is_not_heard(
    application, talk, call, song, outside, advance, interrupts, tones
):
    recognize(talk, play_prompt=song, interrupt_prompt=interrupts, dtmf_max_tones_to_collect=1)
    outside.does(call, {"until_sound": True}, {"press": "5"}, {"wait": 1}, {"press": "6"})

    advance(4)
    heard = application.hears("RecognizeCompleted")

    assert heard["dtmfResult"]["tones"] == tones


def test_recognition_is_cancelled(application, talk):
    recognize(talk)

    talk.cancel_all_media_operations()

    assert ended(application, "RecognizeCanceled") == (400, 8508)


def test_prompt_that_cannot_be_played_fails_the_recognition(application, talk):
    recognize(talk, play_prompt=FileSource(url=application.callbacks.address("/nothing.wav")))

    assert ended(application, "RecognizeFailed") == (500, 8511)


def test_speech_is_refused_where_no_ai_resource_is_linked(talk):
    with pytest.raises(HttpResponseError) as refused:
        talk.start_recognizing_media("speech", CALLER)

    assert refused.value.error.code == "8522"


@pytest.mark.parametrize(
    ("kind", "step", "result"),
    [
        ("speech", {"say": "Good morning"}, ("speechResult", {"speech": "Good morning", "confidence": 1.0})),
        (
            "choices",
            {"say": "I want to pay"},
            ("choiceResult", {"label": "bill", "recognizedPhrase": "pay", "confidence": 1.0}),
        ),
        ("choices", {"press": "2"}, ("choiceResult", {"label": "bill"})),
    ],
)
def test_scripted_speech_and_choices_are_understood(azure, application, call, outside, advance, kind, step, result):
    azure.control.post("/_local/calls/ai", json={"endpoint": AI}).raise_for_status()
    talk = application.answers(cognitive_services_endpoint=AI)
    choices = [
        RecognitionChoice(label="other", phrases=["else"]),
        RecognitionChoice(label="bill", phrases=["pay"], tone=DtmfTone.TWO),
    ]

    talk.start_recognizing_media(kind, CALLER, choices=choices, initial_silence_timeout=10)
    outside.does(call, step)
    advance(5)

    completed = application.hears("RecognizeCompleted")
    assert completed["recognitionType"] == kind
    assert completed[result[0]] == result[1]


def test_keys_are_told_one_by_one_until_that_is_stopped(application, talk, call, outside, advance):
    talk.start_continuous_dtmf_recognition(CALLER, operation_context="keys")

    outside.does(call, {"press": "1#"})
    advance(1)
    first, second = [application.hears("ContinuousDtmfRecognitionToneReceived") for _ in range(2)]
    talk.stop_continuous_dtmf_recognition(CALLER)
    application.hears("ContinuousDtmfRecognitionStopped")
    outside.does(call, {"press": "2"}, {"hang_up": True})
    advance(1)

    assert [(one["sequenceId"], one["tone"]) for one in (first, second)] == [(1, "one"), (2, "pound")]
    assert first["operationContext"] == "keys"
    assert application.told(1) == ["CallDisconnected"]


def test_keys_of_the_application_are_heard(application, talk, call, outside, advance):
    sent = talk.send_dtmf_tones([DtmfTone.ONE, DtmfTone.POUND, DtmfTone.ASTERISK], CALLER, operation_context="code")
    advance(2)

    assert sent.operation_context == "code"
    assert application.hears("SendDtmfTonesCompleted")["operationContext"] == "code"
    assert outside.hears(call)["keys"] == "1#*"


def test_party_on_hold_hears_music_and_is_heard_by_nobody(application, talk, call, song, outside, advance):
    ala = "+14255550101"
    outside.telephone(ala)
    own = PhoneNumberIdentifier(outside.last()["to"].removeprefix("4:"))
    talk.add_participant(PhoneNumberIdentifier(ala), source_caller_id_number=own)
    application.told(2)

    talk.hold(CALLER, play_source=song)
    assert application.hears("ParticipantsUpdated")["participants"][0]["isOnHold"] is True
    play = {"play": b64encode(written(tone(1000, seconds=1).samples)).decode()}
    outside.does(call, play)
    outside.does(call, play, party=f"4:{ala}")
    advance(1)

    assert outside.hears(call, party=f"4:{ala}")["loudest"] < -90
    assert 1000 not in hertz(outside.hears(call))
    talk.unhold(CALLER)
    assert application.hears("ParticipantsUpdated")["participants"][0]["isOnHold"] is False
    outside.does(call, play)
    advance(2)
    assert hertz(outside.hears(call, party=f"4:{ala}")) == {1000}


def test_music_that_is_no_sound_fails_the_hold(application, talk):
    talk.hold(CALLER, play_source=FileSource(url=application.callbacks.address("/nothing.wav")))

    assert sorted(application.told(2)) == ["HoldFailed", "ParticipantsUpdated"]

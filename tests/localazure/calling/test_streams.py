"""The sound of a call goes to its application, and back."""

import base64

import jwt
import pytest
from azure.communication.callautomation import MediaStreamingOptions, TranscriptionOptions
from azure.core.exceptions import HttpResponseError

from centrala_sound.frames import LENGTH, samples_of
from centrala_sound.hearing import dominant
from centrala_sound.sounds import tone
from centrala_sound.wav import written
from localazure_tests.acs import CUSTOMER


def options(url, **more):
    return MediaStreamingOptions(
        transport_url=url,
        transport_type="websocket",
        content_type="audio",
        audio_channel_type="mixed",
        **more,
    )


def test_caller_is_heard_by_the_application_and_hears_it(azure, application, outside, listener, http):
    call = outside.calls()
    talk = application.answers(
        media_streaming=options(
            listener.url, start_media_streaming=True, enable_bidirectional=True, enable_dtmf_tones=True
        )
    )

    started = application.hears("MediaStreamingStarted")
    assert started["mediaStreamingUpdate"] == {
        "contentType": "audio",
        "mediaStreamingStatus": "mediaStreamingStarted",
        "mediaStreamingStatusDetails": "subscriptionStarted",
    }
    headers = listener.headers.get(timeout=10)
    assert headers["x-ms-call-connection-id"] == started["callConnectionId"]
    assert headers["x-ms-call-correlation-id"] == started["correlationId"]
    keys = jwt.PyJWKSet.from_dict(http.get("/calling/keys").json())
    token = headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(
        token,
        keys[jwt.get_unverified_header(token)["kid"]],
        ["RS256"],
        audience=azure.control.get("/_local/state").json()["communication_services"][0]["immutable_resource_id"],
    )
    assert claims["exp"] - claims["iat"] == 24 * 3600
    metadata = listener.next("AudioMetadata")["audioMetadata"]
    assert metadata["subscriptionId"] == talk.get_call_properties().media_streaming_subscription.id
    assert talk.get_call_properties().media_streaming_subscription.state == "active"

    sound = base64.b64encode(written(tone(440, seconds=2).samples)).decode()
    outside.does(call, {"press": "7"}, {"play": sound})
    assert listener.next("DtmfData")["dtmfData"] == {"data": "7"}
    heard = b""
    while len(heard) < 2 * 16 * LENGTH:
        data = listener.next("AudioData")["audioData"]
        heard += b"" if data["silent"] else base64.b64decode(data["data"])
    assert dominant(samples_of(heard)[-8 * LENGTH :]) == pytest.approx(440, abs=5)

    voice = tone(1000, seconds=0.2).samples
    for place in range(0, len(voice), LENGTH):
        frame = base64.b64encode(voice[place : place + LENGTH].tobytes()).decode()
        listener.send({"kind": "AudioData", "audioData": {"data": frame}})
    listener.next("AudioData")
    talk.stop_media_streaming(operation_context="enough")
    stopped = application.hears("MediaStreamingStopped")
    assert stopped["operationContext"] == "enough"
    assert listener.ended.wait(10)
    assert talk.get_call_properties().media_streaming_subscription.state == "inactive"


def test_stream_is_started_when_the_application_wants_it(application, outside, listener):
    outside.calls()
    talk = application.answers(media_streaming=options(listener.url, start_media_streaming=False))
    with pytest.raises(HttpResponseError) as refused:
        talk.stop_media_streaming()
    assert refused.value.status_code == 400

    talk.start_media_streaming(operation_context="now")

    assert application.hears("MediaStreamingStarted")["operationContext"] == "now"
    with pytest.raises(HttpResponseError) as refused:
        talk.start_media_streaming()
    assert "already started" in refused.value.message
    talk.hang_up(is_for_everyone=True)
    assert listener.ended.wait(10)


def test_stream_that_nobody_takes_is_told_of(application, outside):
    outside.calls()
    application.answers(media_streaming=options("wss://localhost:1/", start_media_streaming=True))

    failed = application.hears("MediaStreamingFailed")

    assert failed["mediaStreamingUpdate"]["mediaStreamingStatusDetails"] == "initialWebSocketConnectionFailed"
    assert failed["resultInformation"]["subCode"] == 8578


def test_stream_without_an_address_is_refused(application, outside):
    outside.calls()
    data = application.rings()
    with pytest.raises(HttpResponseError) as refused:
        application.client.answer_call(
            data["incomingCallContext"], application.callbacks.url, media_streaming=options("https://localhost/")
        )
    assert "wss address" in refused.value.message

    talk = application.answers(data)
    with pytest.raises(HttpResponseError) as refused:
        talk.start_media_streaming()
    assert (refused.value.status_code, refused.value.error.code) == (405, "8522")


def text(url, **more):
    return TranscriptionOptions(transport_url=url, transport_type="websocket", locale="en-US", **more)


def test_what_a_script_says_is_transcribed(application, outside, listener, ai, advance):
    call = outside.calls()
    talk = application.answers(
        transcription=text(listener.url, start_transcription=True, enable_intermediate_results=True),
        cognitive_services_endpoint=ai,
    )
    started = application.hears("TranscriptionStarted")
    assert started["transcriptionUpdate"]["transcriptionStatus"] == "transcriptionStarted"
    metadata = listener.next("TranscriptionMetadata")["transcriptionMetadata"]
    assert (metadata["locale"], metadata["callConnectionId"]) == ("en-US", started["callConnectionId"])
    assert talk.get_call_properties().transcription_subscription.state == "active"

    outside.does(call, {"say": "Where is my parcel"})
    advance(5)

    early, final = [listener.next("TranscriptionData")["transcriptionData"] for _ in range(2)]
    assert [early["resultStatus"], final["resultStatus"]] == ["Intermediate", "Final"]
    assert (final["text"], final["participantRawID"]) == ("Where is my parcel", f"4:{CUSTOMER}")
    assert [word["text"] for word in final["words"]] == ["Where", "is", "my", "parcel"]
    assert sum(word["duration"] for word in final["words"]) == pytest.approx(final["duration"], abs=10)
    talk.update_transcription(locale="pl-PL", operation_context="Polish")
    assert application.hears("TranscriptionUpdated")["operationContext"] == "Polish"
    assert talk.get_call_properties().transcription_subscription.locale == "pl-PL"
    talk.stop_transcription()
    application.hears("TranscriptionStopped")
    assert listener.ended.wait(10)


def test_portal_says_whose_words_are_transcribed(azure, application, outside, listener, ai):
    call = outside.calls()
    talk = application.answers(
        transcription=text(listener.url, start_transcription=True), cognitive_services_endpoint=ai
    )
    application.hears("TranscriptionStarted")
    assert "What is said is transcribed. Scripted telephones" in azure.control.get(f"/calls/{call}").text

    talk.stop_transcription()
    application.hears("TranscriptionStopped")

    assert "What is said is not transcribed at the moment." in azure.control.get(f"/calls/{call}").text


def test_transcription_is_started_later_in_another_language(application, outside, listener, ai):
    outside.calls()
    talk = application.answers(
        transcription=text(listener.url, start_transcription=False), cognitive_services_endpoint=ai
    )
    with pytest.raises(HttpResponseError) as refused:
        talk.start_transcription(locale="polish")
    assert refused.value.error.code == "8523"

    talk.start_transcription(locale="pl-PL", operation_context="now")

    assert application.hears("TranscriptionStarted")["operationContext"] == "now"
    assert listener.next("TranscriptionMetadata")["transcriptionMetadata"]["locale"] == "pl-PL"


def test_transcription_at_once_fails_without_an_ai_resource(application, outside, listener):
    outside.calls()
    application.answers(transcription=text(listener.url, start_transcription=True))

    assert application.hears("TranscriptionFailed")["resultInformation"]["subCode"] == 8522


def test_transcription_that_nobody_takes_is_told_of(application, outside, ai):
    outside.calls()
    application.answers(
        transcription=text("wss://localhost:1/", start_transcription=True), cognitive_services_endpoint=ai
    )

    failed = application.hears("TranscriptionFailed")

    assert failed["transcriptionUpdate"]["transcriptionStatusDetails"] == "streamConnectionUnsuccessful"


def test_transcription_needs_an_ai_resource_and_an_address(application, outside, listener):
    outside.calls()
    talk = application.answers()
    outside.calls(**{"from": "+14255550101"})
    other = application.answers(transcription=text(listener.url, start_transcription=False))

    for one in (talk, other):
        with pytest.raises(HttpResponseError) as refused:
            one.start_transcription()
        assert (refused.value.status_code, refused.value.error.code) == (405, "8522")

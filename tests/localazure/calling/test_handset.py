"""A telephone in a browser, by the socket that its page holds: it calls, rings, hears, speaks and presses."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import quote, urlsplit

import numpy as np
import pytest
from azure.communication.callautomation import PhoneNumberIdentifier
from media.tones import frames, strength
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from centrala_sound.frames import bytes_of, frame_of
from localazure_tests.acs import CUSTOMER

OTHER = "+14255550188"
PATIENCE = 5


class Handset:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def do(self, **asked) -> None:
        self.socket.send(json.dumps(asked))

    def say(self, frame) -> None:
        self.socket.send(bytes_of(frame))

    def told(self) -> dict:
        """The next words, whatever is heard before."""
        while isinstance(message := self.socket.recv(PATIENCE), bytes):
            pass
        return json.loads(message)

    def hear(self) -> np.ndarray:
        message = self.socket.recv(PATIENCE)
        assert isinstance(message, bytes), message
        return frame_of(message)

    def hears_tone(self) -> np.ndarray:
        """After whatever silence, 100 ms from the middle of a sound."""
        while not self.hear().any():
            pass
        return np.concatenate([self.hear() for _ in range(5)])


@pytest.fixture
def handset(azure) -> Iterator:
    with ExitStack() as stack:

        def opened(number: str = CUSTOMER) -> Handset:
            url = f"{azure.portal.replace('http', 'ws', 1)}/telephone/line?number={quote(number)}"
            made = Handset(stack.enter_context(connect(url, origin=azure.portal, max_queue=None)))
            assert made.told() == {"state": "free"}
            return made

        yield opened


def legs(azure) -> list[str]:
    [call] = azure.control.get("/_local/calls").json()["items"]
    return [leg["state"] for leg in call["parties"]]


def test_telephone_calls_and_is_hung_up_by_the_application(azure, application, handset):
    telephone, number = handset(), azure.acs.phone_numbers[0]
    telephone.do(do="call", to=number)
    assert telephone.told() == {"state": "calling", "with": number}

    connection = application.answers()
    assert telephone.told() == {"state": "talks", "with": number}

    connection.hang_up(is_for_everyone=True)
    assert telephone.told() == {"state": "over", "why": "ended"}


def test_two_telephones_in_a_call_hear_each_other(azure, application, handset):
    one, other, number = handset(), handset(OTHER), azure.acs.phone_numbers[0]
    one.do(do="call", to=number)
    connection = application.answers()
    connection.add_participant(PhoneNumberIdentifier(OTHER), source_caller_id_number=PhoneNumberIdentifier(number))
    assert other.told() == {"state": "rings", "with": number}
    other.do(do="answer")
    assert other.told()["state"] == "talks"
    assert [one.told()["state"] for _ in range(2)] == ["calling", "talks"]

    for low, high in zip(frames(440, 0.4), frames(1000, 0.4), strict=True):
        one.say(low)
        other.say(high)

    assert strength(other.hears_tone(), 440) == pytest.approx(10_000, rel=0.05)
    assert strength(one.hears_tone(), 1000) == pytest.approx(10_000, rel=0.05)


def test_key_is_pressed_in_the_call(azure, application, handset):
    telephone = handset()
    telephone.do(do="call", to=azure.acs.phone_numbers[0])
    connection = application.answers()
    connection.start_continuous_dtmf_recognition(PhoneNumberIdentifier(CUSTOMER))

    telephone.do(do="press", key="x")
    telephone.do(do="press", key="5")

    assert application.hears("ContinuousDtmfRecognitionToneReceived")["tone"] == "five"


def test_caller_gives_up_before_anybody_answers(azure, application, handset):
    telephone = handset()
    telephone.do(do="call", to=azure.acs.phone_numbers[0])
    telephone.told()

    telephone.do(do="hang_up")

    assert telephone.told() == {"state": "over", "why": "ended"}
    assert legs(azure) == ["gone"]


def test_nobody_answers(azure, handset):
    telephone = handset()
    telephone.do(do="call", to=azure.acs.phone_numbers[0])
    telephone.told()

    azure.control.post("/_local/clock", json={"advance_seconds": 31}).raise_for_status()

    assert telephone.told() == {"state": "over", "why": "nobody"}


@pytest.mark.parametrize("act", ["answer", "hang_up"])
def test_telephone_that_is_called_rings_and_is_answered_or_declined(azure, application, handset, act):
    telephone = handset(OTHER)
    application.creates(OTHER)
    assert telephone.told() == {"state": "rings", "with": azure.acs.phone_numbers[0]}

    telephone.do(do=act)

    if act == "answer":
        assert telephone.told()["state"] == "talks"
        assert application.told() == ["CallConnected", "ParticipantsUpdated"]
    else:
        assert telephone.told() == {"state": "over", "why": "declined"}
        assert application.hears("CreateCallFailed")["resultInformation"]["code"] == 603


def test_telephone_in_a_call_is_busy(azure, application, handset):
    telephone = handset(OTHER)
    telephone.do(do="call", to=azure.acs.phone_numbers[0])
    application.answers()

    application.creates(OTHER, number=1)

    assert application.hears("CreateCallFailed")["resultInformation"]["code"] == 486


def test_page_that_opens_while_its_telephone_rings_rings_too(azure, application, handset):
    application.creates(OTHER)
    assert legs(azure) == ["ringing"]

    assert handset(OTHER).told()["state"] == "rings"


def test_page_that_goes_hangs_up(azure, application, handset):
    telephone = handset()
    telephone.do(do="call", to=azure.acs.phone_numbers[0])
    application.answers()

    telephone.socket.close()

    assert application.hears("CallDisconnected")


def test_second_page_of_a_number_takes_it_over(handset):
    first = handset()

    handset()

    assert first.told() == {"state": "closed"}
    with pytest.raises(ConnectionClosed):
        first.told()


def test_reset_ends_the_call(azure, handset):
    telephone = handset()
    telephone.do(do="call", to=azure.acs.phone_numbers[0])
    telephone.told()

    azure.control.post("/_local/reset", json={}).raise_for_status()

    assert telephone.told() == {"state": "over", "why": "ended"}


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ('{"do":"call","to":"+14255550199"}', "to"),
        ('{"do":"dance"}', "not understood"),
        ("[" * 5_000, "not understood"),
        ("", "not understood"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(handset, message, why):
    telephone = handset()

    telephone.socket.send(message)

    assert why in telephone.told()["refused"]
    telephone.do(do="hang_up")  # there is none: nothing happens
    telephone.do(do="answer")
    telephone.do(do="press", key="1")


def test_sound_of_another_size_is_refused_and_the_call_goes_on(azure, application, handset):
    telephone = handset()
    telephone.do(do="call", to=azure.acs.phone_numbers[0])
    application.answers()
    assert [telephone.told()["state"] for _ in range(2)] == ["calling", "talks"]

    telephone.socket.send(bytes(639))

    assert telephone.told() == {"refused": "a frame has 640 bytes, not 639"}
    assert len(telephone.hear()) == 320


@pytest.mark.parametrize("number", ["", "12", "own"])
def test_number_that_is_no_customers_has_no_line(azure, number):
    number = azure.acs.phone_numbers[0] if number == "own" else number
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{azure.portal.replace('http', 'ws', 1)}/telephone/line?number={quote(number)}")

    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(("host", "origin"), [("localhost", "https://evil.example"), ("evil.example", None)])
def test_page_of_another_origin_gets_no_line(azure, host, origin):
    port = urlsplit(azure.portal).port
    url = f"ws://{host}:{port}/telephone/line?number={quote(CUSTOMER)}"
    with socket.create_connection(("localhost", port)) as plain, pytest.raises(InvalidStatus) as refused:
        connect(url, origin=origin, sock=plain)

    assert refused.value.response.status_code == 403

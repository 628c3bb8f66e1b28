"""A line writes its web-socket frames itself: read here by the library that did so before."""

import pytest
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from localazure.media.line import MASKS, text_frame


def read(*frames: bytes) -> list[Frame]:
    server = ServerProtocol(state=OPEN, max_size=None)
    for frame in frames:
        server.receive_data(frame)
    return [event for event in server.events_received() if isinstance(event, Frame)]


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536, 70_001])
def test_text_of_any_length_arrives_as_one_whole_message(length):
    text = bytes(ord("a") + number % 26 for number in range(length))

    [frame] = read(text_frame(text))

    assert (frame.opcode, frame.fin, bytes(frame.data)) == (Opcode.TEXT, True, text)


def test_masks_are_never_the_same_for_long():
    frames = [text_frame(b"same") for _ in range(3 * MASKS)]

    assert len(set(frames)) > 2.9 * MASKS
    assert {bytes(one.data) for one in read(*frames)} == {b"same"}

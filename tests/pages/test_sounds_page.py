"""A workstream's own sounds: what is taken, what is refused with which reason, and what callers hear of it."""

import struct

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from calling import call
from calls.test_live_call import ALA, Recorded
from centrala.calls import prompts, sounds
from centrala.calls.browsers import Agent
from centrala.calls.frames import BYTES
from centrala.calls.live_call import LiveCall
from centrala.calls.queries import standing
from centrala.connection.models import Connection
from centrala.organization.models import AuditEntry
from centrala.workstreams import actions as workstreams
from centrala.workstreams.models import Channel, Workstream
from centrala.workstreams.sounds import Sound
from centrala_sound import wav as written
from centrala_sound.frames import samples_of
from centrala_sound.hearing import dominant
from pages.reading import read


@pytest.fixture
def voice(connection: Connection) -> Workstream:
    return workstreams.set_up(name="Voice", channel=Channel.VOICE, numbers=list(connection.numbers.all()))


def wav(*, rate: int = 16_000, channels: int = 1, seconds: float = 0.5, bits: int = 16, hertz: int = 500) -> bytes:
    time = np.arange(int(rate * seconds)) / rate
    tone = (8_000 * np.sin(2 * np.pi * hertz * time)).astype("<i2")
    data = np.repeat(tone, channels).tobytes()
    step = channels * bits // 8
    described = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * step, step, bits)
    body = described + struct.pack("<4sI", b"data", len(data)) + data
    return struct.pack("<4sI4s", b"RIFF", 4 + len(body), b"WAVE") + body


CUT_OFF = "The file is cut off: there is less in it than its header says. Fix: save or copy it again."
DAMAGED = "The header of this file is damaged. Fix: save it again as a WAV file (PCM, 16 bits)."


def changed(content: bytes, place: int, by: bytes) -> bytes:
    return content[:place] + by + content[place + len(by) :]


def upload(client: Client, voice: Workstream, content: bytes, purpose: str = "wait_music") -> tuple[int, list[str]]:
    file = SimpleUploadedFile("our music.wav", content, "audio/wav")
    sent = {"workstream": str(voice.pk), "purpose": purpose, "file": file}
    answer = client.post("/center/sounds/upload/", sent)
    found = [] if answer.status_code == 302 else [one.text() for one in read(answer).all("p", class_="error")]
    return answer.status_code, found


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_sound_of_every_usual_kind_is_taken_and_played_as_calls_are(
    administrator: Client, voice: Workstream, rate: int, channels: int
) -> None:
    assert upload(administrator, voice, wav(rate=rate, channels=channels)) == (302, [])

    sound = Sound.objects.get()
    samples = samples_of(bytes(sound.samples))
    assert len(samples) == pytest.approx(8_000, abs=1)
    assert dominant(samples[1000:5000]) == pytest.approx(500, abs=3)
    page = read(administrator.get(f"/center/workstreams/{voice.pk}/sounds/"))
    address = str(page.one("audio").attributes["src"])
    played = administrator.get(address)
    assert (played["Content-Type"], written.read(played.content).rate) == ("audio/wav", 16_000)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The submitted file is empty."),
        (b"ID3 this is no sound", "This is no sound. Fix: save it as a WAV file (PCM, 16 bits)."),
        (wav(seconds=0), "There is nothing to be heard in this file."),
        (wav(rate=8_000, seconds=601), "The sound is longer than 10 minutes."),
        (wav() + bytes(20_000_000), "The file is larger than 20 MB. Fix: save it with one channel and 16 kHz."),
        (
            wav(bits=24),
            "This kind of WAV file cannot be played. Fix: save it as PCM of 16 bits, mono or stereo, with 8, 11.025, "
            "16, 22.05, 24, 32, 44.1 or 48 kHz.",
        ),
        (wav()[:1000], CUT_OFF),
        (changed(wav(), 32, bytes(2)), DAMAGED),
        (changed(wav(), 4, bytes(4)), DAMAGED),
    ],
    ids=["empty", "no sound", "silent", "long", "large", "24 bits", "cut off", "no block", "no length"],
)
def test_what_cannot_be_played_is_refused_with_its_reason(
    administrator: Client, voice: Workstream, content: bytes, reason: str
) -> None:
    assert upload(administrator, voice, content) == (422, [reason])
    assert not Sound.objects.exists()


def test_file_that_was_written_into_a_pipe_is_taken(administrator: Client, voice: Workstream) -> None:
    unknown = b"\xff" * 4

    assert upload(administrator, voice, changed(changed(wav(), 4, unknown), 40, unknown)) == (302, [])


def test_callers_hear_it_in_the_place_of_the_hubs_own(
    administrator: Client, voice: Workstream, connection: Connection
) -> None:
    for purpose, hertz in (("wait_music", 500), ("hold_music", 700), ("greeting", 900)):
        upload(administrator, voice, wav(hertz=hertz), purpose)
    one = call(connection)
    stands = standing(one.pk)
    assert stands.wait_music is not None
    assert stands.hold_music is not None
    live, line = LiveCall(one.pk), Recorded()
    live.found(line)
    live.tunes = {pk: sounds.frames(pk) for pk in (stands.wait_music, stands.hold_music)}
    live.refresh(stands)

    greeted = b"".join(prompts.greeting(one.pk))
    for _frame in range(30):
        live.tick()
    waited = b"".join(line.frames)

    assert dominant(samples_of(greeted)[1000:5000]) == pytest.approx(900, abs=3)
    assert len(waited) == 30 * BYTES  # round and round: the sound has 25 frames
    assert dominant(samples_of(waited)[1000:5000]) == pytest.approx(500, abs=3)
    agent = Agent(ALA, Recorded())
    live.standing = stands.__class__(**{**vars(stands), "agent": ALA})
    live.join(agent)
    live.hold(agent, on=True)
    line.frames.clear()
    for _frame in range(25):
        live.tick()
    assert dominant(samples_of(b"".join(line.frames))[1000:5000]) == pytest.approx(700, abs=3)


def test_sound_is_replaced_and_deleted_and_the_audit_log_says_so(administrator: Client, voice: Workstream) -> None:
    upload(administrator, voice, wav())
    first = Sound.objects.get()
    upload(administrator, voice, wav(hertz=700))
    second = Sound.objects.get()
    assert first.pk != second.pk

    administrator.post(f"/center/sounds/{second.pk}/delete/")

    assert not Sound.objects.exists()
    acts = AuditEntry.objects.filter(act__endswith="sound").order_by("at", "pk").values_list("act", flat=True)
    assert list(acts) == ["change sound", "change sound", "delete sound"]


def test_nobody_else_finds_sounds(agent: Client, administrator: Client, voice: Workstream) -> None:
    upload(administrator, voice, wav())
    pk = Sound.objects.get().pk

    answers = [
        agent.get(path).status_code for path in (f"/center/workstreams/{voice.pk}/sounds/", f"/center/sounds/{pk}/")
    ]

    assert answers == [404, 404]
    assert upload(agent, voice, wav())[0] == 404

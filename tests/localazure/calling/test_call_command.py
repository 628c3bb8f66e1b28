"""`localazure call FILE`: a scripted call from a file."""

import pytest

from centrala_sound.sounds import tone
from centrala_sound.wav import written
from localazure.cli import main
from localazure_tests.acs import CUSTOMER


@pytest.fixture
def file(azure, tmp_path):
    def write(text: str):
        path = tmp_path / "call.yaml"
        path.write_text(text.replace("NUMBER", azure.acs.phone_numbers[0]).replace("CUSTOMER", CUSTOMER))
        return str(path)

    return write


def run(azure, *arguments) -> int:
    return main(["call", "--data", str(azure.data), *arguments])


def test_call_of_a_file_rings_and_does_what_it_says(azure, application, outside, file, tmp_path, capsys, advance):
    (tmp_path / "tone.wav").write_bytes(written(tone(440, seconds=0.1).samples))
    path = file("from: 'CUSTOMER'\nto: 'NUMBER'\nscript:\n- play: tone.wav\n- press: '1'\n- hang_up: true\n")

    assert run(azure, path) == 0

    assert "rings" in capsys.readouterr().out
    data = application.rings()
    application.client.answer_call(data["incomingCallContext"], application.callbacks.url)
    assert application.told(3) == ["CallConnected", "ParticipantsUpdated", "CallDisconnected"]


def test_call_that_is_watched_tells_how_it_ended(azure, file, capsys):
    path = file("from: 'CUSTOMER'\nto: 'NUMBER'\ngives_up_after_seconds: 0.1\n")

    assert run(azure, "--wait", path) == 1

    assert "The caller hung up before anybody answered." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("- 1", "has no call"),
        ("from: [", "is no YAML"),
        ("from: 'CUSTOMER'\nto: 'NUMBER'\nscript:\n- play: nothing.wav\n", "nothing.wav cannot be read"),
        ("from: 'CUSTOMER'\nto: '+12065550199'\n", "No resource here owns the number"),
        ("from: 'CUSTOMER'\nto: 'NUMBER'\nscript:\n- press: x\n", "is no key of a telephone"),
        ("from: 'CUSTOMER'\nto: 'NUMBER'\nscript:\n- say: hi\n  language: tlh\n", "There is no voice for"),
    ],
)
def test_file_that_is_no_call_is_refused_with_the_reason(azure, file, capsys, text, reason):
    assert run(azure, file(text)) == 1

    assert reason in capsys.readouterr().err


def test_file_that_is_not_there_and_cloud_that_never_ran_are_told(azure, file, tmp_path, capsys):
    assert run(azure, str(tmp_path / "nothing.yaml")) == 1
    assert main(["call", "--data", str(tmp_path), file("a: b")]) == 1

    told = capsys.readouterr().err
    assert "nothing.yaml cannot be read" in told
    assert "No local cloud has run" in told

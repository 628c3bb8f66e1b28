"""The step between the supervisor and its child's program."""

import signal
import subprocess
import sys

import pytest

from centrala.supervisor import child


def test_program_without_a_wish_is_started_directly() -> None:
    assert child.command(["program", "word"], signal=0) == ["program", "word"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_child_of_a_parent_that_is_gone_does_not_start() -> None:
    command = child.command(["echo", "started"], signal=signal.SIGKILL)
    command[command.index("--parent") + 1] = "1"

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (1, "", "the supervisor is gone\n")


def test_program_gets_its_words_unchanged() -> None:
    words = ["--", "two words", "", "--signal", "9"]
    echo = [sys.executable, "-c", "import sys; print(sys.argv[1:])", *words]

    done = subprocess.run(child.command(echo, signal=signal.SIGKILL), capture_output=True, text=True, check=True)

    assert done.stdout.strip() == str(words)

"""The start of the cloud does not wait for what only calls need."""

import subprocess
import sys

import pytest

LOADED = "import sys, localazure.cli, localazure.running; print([name for name in sys.argv[1:] if name in sys.modules])"


@pytest.mark.long
def test_numpy_is_not_loaded_before_the_first_call():
    command = [sys.executable, "-c", LOADED, "numpy", "localazure.calling", "centrala_sound.frames"]

    ran = subprocess.run(command, capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "['localazure.calling']"

"""kill -9 in the middle of a download: what has arrived stays, and the rest alone is asked for."""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from centrala.connection.models import Connection
from centrala.database import dsn
from centrala.recordings import fetching
from centrala.recordings.models import Chunk, ChunkState
from recordings.files import Files
from recordings.scene import call, come, told, tone, wav
from running_demo import until

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
SOUND = wav(tone(440, 60))
FETCH = """
import django
django.setup()
from centrala.recordings import fetching
fetching.fetch(document_id="document-0")
"""


def begun(files: Files, data: Path, kept: Path) -> "subprocess.Popen[bytes]":
    """The same download in a process of its own, set up by its environment as any installation is."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "centrala.settings",
        "DATABASE_URL": dsn(),
        "CENTRALA_DATA": str(data),
        "CENTRALA_RECORDINGS_FOLDER": str(kept),
        "CENTRALA_CLOUD_RECORDING_HOSTS": files.host,
        "CENTRALA_CA_BUNDLE": str(django_settings.CLOUD.ca_bundle),
    }
    return subprocess.Popen([sys.executable, "-c", FETCH], env=environment)


@pytest.mark.parametrize("arrived", [300_000, 1_000_000])
def test_download_of_a_killed_process_goes_on(
    files: Files, connection: Connection, settings: Settings, tmp_path: Path, kept: Path, arrived: int
) -> None:
    settings.CALLS_FOLDER = tmp_path / "data" / "calls"
    call(connection)
    files.put("document-0", SOUND)
    come(told(files.locations("document-0")))
    files.stall_at = arrived
    files.stalled.clear()
    files.go_on.clear()
    process = begun(files, tmp_path / "data", kept)
    assert files.stalled.wait(60)
    until(lambda: [part for part in settings.CALLS_FOLDER.rglob("*.part") if part.stat().st_size])
    process.send_signal(signal.SIGKILL)
    process.wait()
    files.go_on.set()

    fetching.fetch(document_id="document-0")

    chunk = Chunk.objects.get()
    assert (chunk.state, chunk.sha256) == (ChunkState.STORED, hashlib.sha256(SOUND).hexdigest())
    assert (kept / chunk.name).read_bytes() == SOUND
    last = int(files.asked[-1][2].removeprefix("bytes=").rstrip("-"))
    assert 0 < last <= arrived

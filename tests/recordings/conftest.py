from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from centrala.azure.cloud import Cloud
from centrala.connection.models import Connection
from hub import connected
from recordings.files import Files, serving


@pytest.fixture(scope="session")
def file_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Files, str]]:
    with serving(tmp_path_factory.mktemp("authority")) as host:
        yield host


@pytest.fixture
def files(file_host: tuple[Files, str], settings: Settings, tmp_path: Path) -> Files:
    """The host where the cloud keeps recordings; what the hub keeps lies in a folder of the test's own."""
    server, bundle = file_host
    server.files, server.statuses, server.asked = {}, {}, []
    server.told, server.bodies, server.begun = [], [], {}
    server.cut_at, server.ranges = None, True
    server.before = lambda _path: None
    settings.CLOUD = Cloud(recording_hosts=server.host, ca_bundle=bundle)
    return server


@pytest.fixture(autouse=True)
def kept(settings: Settings, tmp_path: Path) -> Path:
    """Where recordings are kept."""
    settings.STORAGES = settings.STORAGES | {
        "recordings": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "recordings")},
        }
    }
    settings.CALLS_FOLDER = tmp_path / "calls"
    return tmp_path / "recordings"


@pytest.fixture
def connection(db: None) -> Connection:
    return connected()


@pytest.fixture
def at_host(files: Files, db: None) -> Connection:
    """A resource that answers where the files are."""
    return connected(f"endpoint=https://{files.host}/;accesskey=bm9ib2R5IGFuc3dlcnMgaGVyZSBhdCBhbGw=")

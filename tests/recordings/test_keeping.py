"""Where recordings are kept: a folder, or a storage elsewhere, by the settings."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.files.storage.handler import StorageHandler
from pytest_django import Settings
from storages.backends.azure_storage import AzureStorage

from centrala.configuration import read
from centrala.errors import WrongSetting
from centrala.installation import Installation
from centrala.recordings import keeping, ranges

ACCOUNT = "DefaultEndpointsProtocol=https;AccountName=centrala;AccountKey=bm9ib2R5;EndpointSuffix=core.windows.net"
FILE = Path("centrala.toml")


def kept_in(tmp_path: Path, **keys: str) -> Any:
    installation = Installation(tmp_path, read({"recordings": keys}, {}, file=FILE))
    return StorageHandler({"recordings": installation.recordings})["recordings"]


@pytest.fixture
def elsewhere(settings: Settings) -> None:
    """A storage that has no files of this machine."""
    backend = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = settings.STORAGES | {"recordings": backend}


def test_folder_is_the_installations_own_unless_told(tmp_path: Path) -> None:
    place = kept_in(tmp_path)

    assert isinstance(place, FileSystemStorage)
    assert Path(place.location) == tmp_path / "recordings"
    name = place.save("2026/08/call.wav", ContentFile(b"sound"))
    assert Path(place.path(name)).stat().st_mode & 0o777 == 0o600
    assert Path(place.path(name)).parent.stat().st_mode & 0o777 == 0o700


def test_container_of_azure_is_named_by_the_settings(tmp_path: Path) -> None:
    place = kept_in(tmp_path, storage="azure", container="recordings", connection_string=ACCOUNT)

    assert isinstance(place, AzureStorage)
    assert (place.azure_container, place.connection_string) == ("recordings", ACCOUNT)


def test_bucket_is_named_by_the_settings(tmp_path: Path) -> None:
    keys = {"storage": "s3", "container": "recordings", "endpoint": "https://s3.example.org", "region": "eu-1"}

    found = Installation(tmp_path, read({"recordings": keys}, {}, file=FILE)).recordings

    assert found["BACKEND"] == "storages.backends.s3.S3Storage"
    expected = {"bucket_name": "recordings", "endpoint_url": "https://s3.example.org", "region_name": "eu-1"}
    assert found["OPTIONS"] == expected | {"default_acl": None}


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ({"storage": "s3"}, 'Fix: container = "recordings"'),
        ({"storage": "ftp"}, 'is not "folder", "azure" or "s3"'),
        ({"endpoint": "s3.example.org"}, "is not an https address"),
    ],
)
def test_settings_that_name_no_place_are_refused(keys: dict[str, str], complaint: str) -> None:
    with pytest.raises(WrongSetting) as refused:
        read({"recordings": keys}, {}, file=FILE)

    assert complaint in str(refused.value)


def test_pieces_of_a_file_elsewhere_are_read_from_one_copy(elsewhere: None, monkeypatch: pytest.MonkeyPatch) -> None:
    name = keeping.storage().save("call.wav", ContentFile(b"0123456789"))
    first = ranges.answer(name, size=10, asked="bytes=2-4", as_name="call.wav")
    monkeypatch.setattr(type(keeping.storage()), "open", None)  # it is not asked again

    second = ranges.answer(name, size=10, asked="bytes=-1", as_name="call.wav")

    assert (first.content, second.content) == (b"234", b"9")  # type: ignore[attr-defined]


def test_copy_that_nobody_asks_for_goes(elsewhere: None) -> None:
    name = keeping.storage().save("call.wav", ContentFile(b"sound"))
    copy = keeping.at_hand(name)
    keeping.put_away()
    assert copy.exists()
    long_ago = time.time() - keeping.AT_HAND_SECONDS - 1
    os.utime(copy, (long_ago, long_ago))

    keeping.put_away()

    assert list((Path(django_settings.CALLS_FOLDER) / "heard").iterdir()) == []
    with keeping.readable(name) as path:
        assert path.read_bytes() == b"sound"
    assert not path.exists()

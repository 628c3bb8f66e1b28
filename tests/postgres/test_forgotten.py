"""What a test run removes of earlier ones that were killed: nothing that a test did not make."""

import os
import tempfile
import time
from pathlib import Path

import pytest

import centrala_plugin


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The machine's folder for temporary files, as a test run sees it."""
    (tmp_path / "library").mkdir()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(centrala_plugin, "LIBRARY", tmp_path / "library")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path / "temporary"


def old(path: Path) -> Path:
    long_ago = time.time() - 2 * centrala_plugin.FORGOTTEN
    os.utime(path, (long_ago, long_ago))
    return path


def home(data: Path) -> Path:
    """A cluster's home whose data folder is gone."""
    made = centrala_plugin.LIBRARY / data.name
    made.mkdir()
    (made / "data-folder").write_bytes(os.fsencode(data) + b"\n")
    old(made / "data-folder")
    return made


def test_database_whose_data_folder_is_gone_is_removed_only_when_pytest_made_that(temporary: Path) -> None:
    tests = home(temporary / "pytest-of-ala" / "pytest-7" / "test_thing0" / "data")
    persons = home(temporary / "demo")

    centrala_plugin._remove_forgotten()

    assert (tests.exists(), persons.exists()) == (False, True)


def test_folder_that_is_only_named_like_a_run_s_is_left(temporary: Path) -> None:
    ours, persons = temporary / "centrala-tests-ours", temporary / "centrala-tests-of-a-person"
    for folder in (ours, persons):
        folder.mkdir()
    (ours / centrala_plugin.MARK).touch()
    for folder in (ours, persons):
        old(folder)

    centrala_plugin._remove_forgotten()

    assert (ours.exists(), persons.exists()) == (False, True)

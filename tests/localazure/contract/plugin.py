"""Records what every local cloud of the run answers, and judges it at the end."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

FOLDER = "LOCALAZURE_RECORD"


def pytest_configure(config: pytest.Config) -> None:
    if FOLDER in os.environ:  # a worker, or somebody who wants to look at the lines
        return
    folder = Path(tempfile.mkdtemp(prefix="localazure-answers-"))
    os.environ[FOLDER] = str(folder)
    config.add_cleanup(lambda: _forget(folder))


def _forget(folder: Path) -> None:
    os.environ.pop(FOLDER, None)
    shutil.rmtree(folder, ignore_errors=True)

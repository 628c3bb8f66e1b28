"""What others install holds everything that a clone does."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built from the files git knows, as from a clone."""
    clone, target = tmp_path_factory.mktemp("clone"), tmp_path_factory.mktemp("wheel")
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--disable-pip-version-check", "-w", str(target), str(clone)], check=True)
    return zipfile.ZipFile(next(target.glob("centrala-*.whl")))


@pytest.mark.parametrize(
    "file",
    [
        "centrala/locale/pl/LC_MESSAGES/django.mo",
        "localazure/locale/pl/LC_MESSAGES/messages.mo",
        "centrala/py.typed",
        "localazure/py.typed",
    ],
)
def test_wheel_has_what_is_made_at_build(wheel: zipfile.ZipFile, file: str) -> None:
    assert wheel.getinfo(file)


@pytest.mark.parametrize("seed", ["full", "bare", "example"])
def test_wheel_has_the_seeds(wheel: zipfile.ZipFile, seed: str) -> None:
    assert wheel.getinfo(f"localazure/seeding/{seed}.yaml")


@pytest.mark.parametrize("package", ["centrala", "localazure"])
def test_wheel_has_every_template_and_static_file(wheel: zipfile.ZipFile, package: str) -> None:
    folders = [f"src/{package}/templates", f"src/{package}/static", f"src/{package}/**/migrations/*.py"]
    known = subprocess.run(["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True, check=True)
    wanted = {name.removeprefix("src/") for name in known.stdout.splitlines()}

    assert wanted
    assert wanted - set(wheel.namelist()) == set()

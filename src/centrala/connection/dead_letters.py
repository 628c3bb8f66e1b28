"""What Event Grid could not deliver, read back from a folder that holds the blobs of its container.

The path of a blob is documented nowhere as a promise, so whatever JSON lies below the folder is read. The blobs stay.
"""

import logging
from heapq import nlargest
from pathlib import Path

from django.utils.translation import gettext as _

from centrala.connection.letters import LARGEST, Letters, ReadBack, endpoints_of, parse, take_in
from centrala.errors import Refused
from centrala.organization.audit import record
from centrala.organization.models import User

log = logging.getLogger(__name__)
MOST_FILES = 10_000  # the newest; Event Grid puts many events into one


def read_back(*, folder: Path, actor: User | None) -> ReadBack:
    """Each event that the inbox does not have joins it as failed, with the reason, to be replayed or deleted there.

    May be done again at any time: what is there already is left as it is. Raises Refused.
    """
    endpoints, found = endpoints_of(), ReadBack()
    for path in _newest(folder):
        letters = _read(path)
        if letters is None:
            log.warning("%s holds no dead letters that can be read", path.name)
            found += ReadBack(unreadable=1)
        else:
            found += take_in(letters, path.as_posix(), endpoints)
    if found.new:
        record(actor=actor, act="read dead letters", target="", after={"events": found.new})
    return found


def _newest(folder: Path) -> list[Path]:
    try:
        next(folder.iterdir(), None)
        dated = ((path.stat().st_mtime, path) for path in folder.rglob("*.json") if path.is_file())
        return [path for _at, path in nlargest(MOST_FILES, dated)]
    except OSError as error:
        raise Refused(
            _("The folder of dead letters cannot be read (%(reason)s): %(folder)s")
            % {"reason": error.strerror, "folder": folder}
        ) from None


def _read(path: Path) -> Letters | None:
    try:
        return parse(path.read_bytes()) if path.stat().st_size <= LARGEST else None
    except OSError:
        return None

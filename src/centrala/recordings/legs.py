"""What nodes wrote of their agents comes into the storage: see `calls.leg`. A file that nobody holds open is finished,
whether its node closed it or died."""

import fcntl
import logging
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from centrala.calls import leg
from centrala.calls.attending import nothing_said
from centrala.calls.models import Call
from centrala.recordings import soon, wav
from centrala.recordings.keeping import digest, keep
from centrala.recordings.models import Leg, Side
from centrala.recordings.spoken import is_spoken
from centrala.routing import instead
from centrala.routing.models import Instead

log = logging.getLogger(__name__)


def keep_all() -> int:
    """Those of this machine; how many were kept. May be killed anywhere: what is not in the storage is still here. One
    that fails holds up no other; what the first of them raised is raised at the end."""
    count, failures = 0, []
    for side, path in _finished():
        try:
            count += _keep(path, side)
        except FileNotFoundError:
            continue  # another process has kept it
        except Exception as error:  # noqa: BLE001
            log.warning("What was recorded of a call waits for its storage (%s): %s", type(error).__name__, path.name)
            failures.append(error)
    if failures:
        raise failures[0]
    return count


def _finished() -> list[tuple[Side, Path]]:
    below = Path(settings.CALLS_FOLDER)
    return [(side, path) for side in Side for path in sorted(leg.folder(below, side).glob("*.wav"))]


def _keep(path: Path, side: Side) -> bool:
    told = leg.named(path)
    with path.open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False  # somebody speaks, or another process keeps it
        if not path.exists():
            return False
        leg.finish(file)
        file.seek(0)
        sha256, size = digest(file), path.stat().st_size
        call = Call.objects.filter(pk=told.call).first() if told else None
        if told is None or call is None or size <= wav.HEADER_BYTES:
            path.unlink()  # of a call that was erased, or nothing was said
            return False
        if side == Side.CUSTOMER and not is_spoken(path):
            if call.ended_at is not None:  # else its process died, and the caller is asked to speak once more
                nothing_said(call.pk)  # first: whoever dies in between does both again
            path.unlink()
            return False
        name = keep(path, name=f"{call.rang_at:%Y/%m}/{call.pk}/{side}-{path.name.partition('~')[2]}", sha256=sha256)
        if not _note(call.pk, Leg(call=call, side=side, began_at=told.began, name=name, size=size, sha256=sha256)):
            soon.remove([name])
        path.unlink()
        return True


@transaction.atomic
def _note(call_id: UUID, made: Leg) -> bool:
    """False where the call was erased meanwhile."""
    if not Call.objects.select_for_update(no_key=True).filter(pk=call_id).exists():
        return False
    values = {"side": made.side, "name": made.name, "size": made.size, "sha256": made.sha256}
    Leg.objects.update_or_create(call_id=call_id, began_at=made.began_at, defaults=values)
    soon.join(call_id)
    if made.side == Side.CUSTOMER and made.call.conversation is not None:
        instead.settle(made.call.conversation, Instead.VOICEMAIL)
    return True

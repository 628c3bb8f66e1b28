"""Background jobs of the inbox."""

import logging
from collections.abc import Sequence

from procrastinate.contrib.django import app

from centrala.inbox.queries import Wanted
from centrala.inbox.replaying import put_all_back
from centrala.moments import moment

AFTER_TEXTS = -10
log = logging.getLogger(__name__)


@app.task(name="inbox.replay_all", queue="inbox", priority=AFTER_TEXTS)
def replay_all(*, state: str, types: Sequence[str], search: str, until: str) -> None:
    """May run twice: what was put back before is not found again."""
    count = put_all_back(Wanted(state=state, types=tuple(types), search=search), until=moment(until))
    log.info("%d events were put back to be handled again", count)

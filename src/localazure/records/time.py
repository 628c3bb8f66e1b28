"""How the services' time differs from real time."""

from datetime import UTC, datetime

import msgspec

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ClockOffset(msgspec.Struct, frozen=True):
    """The services were `seconds` ahead at the real time `since`; from then on `scale` seconds pass in a real one."""

    seconds: float = 0
    scale: float = 1
    since: datetime = EPOCH

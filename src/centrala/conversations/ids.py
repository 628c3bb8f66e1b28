"""Ids that follow one another, so that rows of a moment lie together in the index."""

import os
import time
from uuid import UUID

VERSION_7, VARIANT = 0x7 << 76, 0b10 << 62
RANDOM = ~(0xF << 76 | 0b11 << 62) & (1 << 80) - 1


def in_order(many: int) -> list[UUID]:
    """So many UUIDs of version 7 (RFC 9562), each greater than the one before: milliseconds, then chance."""
    moment = (time.time_ns() // 1_000_000) << 80 | VERSION_7 | VARIANT
    chance = os.urandom(10 * many)
    tails = sorted(int.from_bytes(chance[place : place + 10]) & RANDOM for place in range(0, 10 * many, 10))
    return [UUID(int=moment | tail) for tail in tails]

"""The claims of a refused token beside what was expected of them: for a person, never for a decision.

Nothing here is proven: anybody may have written the token. The token and its signature go no further than this module.
"""

import contextlib
import json
import math
import unicodedata
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from centrala.connection.sightings import Claim
from centrala.entra.refusals import Refusal
from centrala.entra.tokens import ALGORITHM, LEEWAY, TRUSTED_CLOCK_DIFFERENCE, bearer
from centrala.hooks.tokens import ROLE, Expected

LONGEST = 200  # characters of a value that is kept


def compare(authorization: Sequence[str], expected: Expected) -> list[Claim]:
    """Takes the values of all Authorization headers. Empty for what is not even the shape of a token."""
    try:
        header, payload = map(_members, bearer(authorization).split(".")[:2])
    except (Refusal, ValueError):
        return []
    if header is None or payload is None:
        return []
    return [
        Claim(name=name, expected=_clean(wanted), seen=_clean(seen), differs=differs)
        for name, wanted, seen, differs in _rows(header, payload, expected)
    ]


def _rows(
    header: Mapping[str, object], claims: Mapping[str, object], expected: Expected
) -> Iterator[tuple[str, str, str, bool]]:
    trust = expected.trust
    yield _one_of("alg", [ALGORITHM], _text(header.get("alg")))
    issuer = _text(claims.get("iss"))
    issuers = expected.keys.issuers if expected.keys else {}
    yield _one_of("kid", list(issuers.get(issuer, {})), _text(header.get("kid")))
    yield _one_of("iss", list(issuers), issuer)
    yield _one_of("aud", [trust.client_id, f"api://{trust.client_id}"], _text(claims.get("aud")), any_case=True)
    yield _one_of("tid", [trust.tenant_id], _text(claims.get("tid")), any_case=True)
    for name in [name for name in ("appid", "azp") if name in claims] or ["appid"]:
        yield _one_of(name, [expected.application_id], _text(claims.get(name)), any_case=True)
    roles = claims.get("roles")
    held = [_text(role) for role in roles] if isinstance(roles, list) else []
    yield "roles", ROLE if trust.require_role else "", ", ".join(held), trust.require_role and ROLE not in held
    yield from _times(claims, expected)


def _times(claims: Mapping[str, object], expected: Expected) -> Iterator[tuple[str, str, str, bool]]:
    now, exp, nbf = expected.now, _moment(claims.get("exp")), _moment(claims.get("nbf"))
    clock = now.isoformat(timespec="seconds")
    yield "exp", clock, _shown(exp, claims.get("exp")), exp is None or (now - exp).total_seconds() >= LEEWAY
    yield "nbf", clock, _shown(nbf, claims.get("nbf")), nbf is not None and (nbf - now).total_seconds() > LEEWAY
    difference = expected.keys.clock_difference if expected.keys else None
    if difference is not None:
        theirs = (now - difference).isoformat(timespec="seconds")
        yield "clock", theirs, clock, abs(difference) > TRUSTED_CLOCK_DIFFERENCE


def _one_of(name: str, allowed: list[str], seen: str, *, any_case: bool = False) -> tuple[str, str, str, bool]:
    """Nothing allowed means that nothing is known of it."""
    differs = bool(allowed) and (seen.lower() if any_case else seen) not in allowed
    return name, " | ".join(allowed), seen, differs


def _members(part: str) -> Mapping[str, object] | None:
    with contextlib.suppress(ValueError, RecursionError):
        members = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        if isinstance(members, dict):
            return members
    return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _moment(value: object) -> datetime | None:
    with contextlib.suppress(ValueError, OverflowError, OSError):
        if isinstance(value, int | float) and math.isfinite(value):
            return datetime.fromtimestamp(value, UTC)
    return None


def _shown(moment: datetime | None, value: object) -> str:
    return moment.isoformat(timespec="seconds") if moment else _text(value)


def _clean(text: str) -> str:
    """Without line breaks, control and direction characters, and not longer than a page can bear."""
    shown = "".join(" " if unicodedata.category(one).startswith(("C", "Z")) else one for one in text[: LONGEST + 1])
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"

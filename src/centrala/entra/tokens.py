"""Bearer tokens of Microsoft Entra ID, read and verified.

https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from centrala.entra.keys import Clock, TenantKeys
from centrala.entra.refusals import Refusal, TokenCode

ALGORITHM = "RS256"
LEEWAY = 300  # seconds
TRUSTED_CLOCK_DIFFERENCE = timedelta(minutes=5)
LONGEST = 16_384  # characters; Entra's are about 2,000
CALLERS = 64  # whose last token is at hand
REMEMBERED = 4_096  # verified tokens
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
AN_ID = re.compile(r"[A-Za-z0-9:/._-]{1,100}")


class Claims(msgspec.Struct, frozen=True):
    """`appid` is v1's name for the caller's application, `azp` v2's. Times are seconds since 1970.

    Only a token on a person's behalf has `scp`; an application's own says what it may do in `roles`.
    """

    ver: str = ""
    tid: str = ""
    aud: str = ""
    iss: str = ""
    appid: str = ""
    azp: str = ""
    scp: str = ""
    exp: float | None = None
    nbf: float | None = None
    roles: tuple[str, ...] = ()

    @property
    def applications(self) -> set[str]:
        """The calling application's id in lower case: one, none, or more where somebody tries it on."""
        return {caller.lower() for caller in (self.appid, self.azp) if caller}


@dataclass(frozen=True)
class Unverified:
    text: str
    key_id: str
    claims: Claims


@dataclass(frozen=True, slots=True)
class Last:
    """A verified token as its header told it."""

    authorization: str
    exp: float
    claims: Claims

    def is_told_by(self, authorization: Sequence[str]) -> bool:
        """In a time that does not tell how much of a guess is right."""
        if len(authorization) != 1 or not authorization[0].isascii():
            return False
        return compare_digest(self.authorization, authorization[0])


class Verifier:
    """Remembers every verified token until it expires, so that a caller's one token a day is checked once.

    Most requests bring the very token of the one before: that is seen before anything is taken apart or hashed.
    """

    def __init__(self, *, keys: Callable[[str], TenantKeys], clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._last: dict[Hashable, Last] = {}
        self._verified: OrderedDict[tuple[Hashable, bytes], tuple[float, Claims]] = OrderedDict()  # -> exp, claims

    async def check(
        self, authorization: Sequence[str], *, tenant_id: str, trust: Hashable, rule: Callable[[Claims], None]
    ) -> Claims:
        """Takes the values of all Authorization headers. `rule` raises Refusal for claims that do not fit; what it
        found good is remembered for `trust`, which must say all that the rule goes by. Raises Refusal."""
        if (last := self._last.get(trust)) is not None and last.exp > self._now and last.is_told_by(authorization):
            return last.claims
        claims, exp = await self._check(bearer(authorization), tenant_id=tenant_id, trust=trust, rule=rule)
        if len(self._last) >= CALLERS:
            self._last.clear()
        self._last[trust] = Last(authorization[0], exp, claims)
        return claims

    async def _check(
        self, token: str, *, tenant_id: str, trust: Hashable, rule: Callable[[Claims], None]
    ) -> tuple[Claims, float]:
        memory = (trust, hashlib.sha256(token.encode()).digest())
        exp, claims = self._verified.get(memory, (0.0, Claims()))
        if exp > self._now:
            self._verified.move_to_end(memory)
            return claims, exp
        self._verified[memory] = exp, claims = await self._verify(read(token), tenant_id, rule)
        while len(self._verified) > REMEMBERED:
            self._verified.popitem(last=False)
        return claims, exp

    async def _verify(self, token: Unverified, tenant_id: str, rule: Callable[[Claims], None]) -> tuple[float, Claims]:
        """Refuses first what no key could make right: that costs no fetch."""
        rule(token.claims)
        _check_version(token.claims)
        keys = self._keys(tenant_id)
        _check_signature(token.text, await keys.find(issuer=token.claims.iss, key_id=token.key_id))
        if token.claims.exp is None:
            raise Refusal(TokenCode.NO_EXPIRY)
        if (untimely := self._untimely(token.claims)) is not None:
            await self._check_clock(keys)
            raise Refusal(untimely)
        return token.claims.exp, token.claims

    def _untimely(self, claims: Claims) -> TokenCode | None:
        if claims.exp is not None and claims.exp + LEEWAY <= self._now:
            return TokenCode.EXPIRED
        if claims.nbf is not None and claims.nbf - LEEWAY > self._now:
            return TokenCode.NOT_YET_VALID
        return None

    async def _check_clock(self, keys: TenantKeys) -> None:
        difference = await keys.clock_difference()
        if difference is not None and abs(difference) > TRUSTED_CLOCK_DIFFERENCE:
            off = abs(difference).total_seconds()
            raise Refusal(TokenCode.CLOCK_DIFFERS, f"this machine's clock is {off:.0f} s off")

    @property
    def _now(self) -> float:
        return self._clock().timestamp()


def bearer(authorization: Sequence[str]) -> str:
    """The token of the one Authorization header. Raises Refusal."""
    if len(authorization) > 1:
        raise Refusal(TokenCode.SEVERAL_TOKENS)
    scheme, _, token = (authorization[0] if authorization else "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refusal(TokenCode.NO_TOKEN)
    if len(token) > LONGEST:
        raise Refusal(TokenCode.TOKEN_TOO_LONG)
    return token.strip()


def read(token: str) -> Unverified:
    """Header and claims of a token of which nothing is proven yet. Raises Refusal."""
    if not COMPACT.fullmatch(token):
        raise Refusal(TokenCode.MALFORMED)
    try:
        parts = jwt.PyJWS().decode_complete(token, options={"verify_signature": False})
        claims = msgspec.json.decode(parts["payload"], type=Claims)
    except (jwt.InvalidTokenError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Refusal(TokenCode.MALFORMED) from None
    if parts["header"].get("alg") != ALGORITHM:
        raise Refusal(TokenCode.WRONG_ALGORITHM)
    key_id = parts["header"].get("kid")
    if not isinstance(key_id, str) or not key_id:
        raise Refusal(TokenCode.NO_KEY_ID)
    return Unverified(token, key_id, claims)


def mismatch(code: TokenCode, claim: str, expected: str, seen: str) -> Refusal:
    shown = seen if AN_ID.fullmatch(seen) else "(none)" if not seen else "(not an id)"
    return Refusal(code, f"claim={claim} expected={expected} seen={shown}")


def _check_version(claims: Claims) -> None:
    """The issuer of v2 ends in /v2.0, that of v1 does not: a token of one under the other's is nobody's."""
    issued = "2.0" if claims.iss.endswith("/v2.0") else "1.0"
    if claims.ver not in {"", issued}:
        raise Refusal(TokenCode.WRONG_ISSUER, f"claim=ver expected={issued}")


def _check_signature(token: str, key: RSAPublicKey) -> None:
    try:
        jwt.PyJWS(algorithms=[ALGORITHM]).decode_complete(token, key, algorithms=[ALGORITHM])
    except jwt.InvalidTokenError:
        raise Refusal(TokenCode.BAD_SIGNATURE) from None

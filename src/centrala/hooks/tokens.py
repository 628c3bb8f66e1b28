"""Who may call a webhook: the bearer token that Event Grid gets from Microsoft Entra ID for it.

https://learn.microsoft.com/azure/event-grid/secure-webhook-delivery
https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from centrala.hooks.keys import Clock, TenantKeys
from centrala.hooks.refusals import Code, Refusal

ALGORITHM = "RS256"
LEEWAY = 300  # seconds
TRUSTED_CLOCK_DIFFERENCE = timedelta(minutes=5)
ROLE = "AzureEventGridSecureWebhookSubscriber"
LONGEST = 16_384  # characters; Entra's are about 2,000
REMEMBERED = 4_096  # verified tokens
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
AN_ID = re.compile(r"[A-Za-z0-9:/._-]{1,100}")


@dataclass(frozen=True)
class Trust:
    """What the connection's two entries say; ids in lower case."""

    tenant_id: str
    client_id: str
    require_role: bool


class Claims(msgspec.Struct, frozen=True):
    """`appid` is v1's name for the caller's application, `azp` v2's. Times are seconds since 1970."""

    tid: str = ""
    aud: str = ""
    iss: str = ""
    appid: str = ""
    azp: str = ""
    exp: float | None = None
    nbf: float | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unverified:
    text: str
    key_id: str
    claims: Claims


class Tokens:
    """Remembers every verified token until it expires, so that Event Grid's one token a day is checked once."""

    def __init__(self, *, application_id: str, keys: Callable[[str], TenantKeys], clock: Clock) -> None:
        self._application_id = application_id.lower()
        self._keys = keys
        self._clock = clock
        self._verified: OrderedDict[tuple[Trust, bytes], float] = OrderedDict()  # -> exp

    async def check(self, authorization: Sequence[str], trust: Trust) -> None:
        """Takes the values of all Authorization headers. Raises Refusal."""
        token = bearer(authorization)
        memory = (trust, hashlib.sha256(token.encode()).digest())
        if self._verified.get(memory, 0.0) > self._now:
            self._verified.move_to_end(memory)
            return
        exp = await self._verify(read(token), trust)
        self._verified[memory] = exp
        while len(self._verified) > REMEMBERED:
            self._verified.popitem(last=False)

    async def _verify(self, token: Unverified, trust: Trust) -> float:
        """Refuses first what no key could make right: that costs no fetch."""
        check_claims(token.claims, trust, self._application_id)
        keys = self._keys(trust.tenant_id)
        _check_signature(token.text, await keys.find(issuer=token.claims.iss, key_id=token.key_id))
        if token.claims.exp is None:
            raise Refusal(Code.NO_EXPIRY)
        if (untimely := self._untimely(token.claims)) is not None:
            await self._check_clock(keys)
            raise Refusal(untimely)
        return token.claims.exp

    def _untimely(self, claims: Claims) -> Code | None:
        if claims.exp is not None and claims.exp + LEEWAY <= self._now:
            return Code.EXPIRED
        if claims.nbf is not None and claims.nbf - LEEWAY > self._now:
            return Code.NOT_YET_VALID
        return None

    async def _check_clock(self, keys: TenantKeys) -> None:
        difference = await keys.clock_difference()
        if difference is not None and difference > TRUSTED_CLOCK_DIFFERENCE:
            raise Refusal(Code.CLOCK_DIFFERS, f"this machine's clock is {difference.total_seconds():.0f} s off")

    @property
    def _now(self) -> float:
        return self._clock().timestamp()


def bearer(authorization: Sequence[str]) -> str:
    """The token of the one Authorization header. Raises Refusal."""
    if len(authorization) > 1:
        raise Refusal(Code.SEVERAL_TOKENS)
    scheme, _, token = (authorization[0] if authorization else "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refusal(Code.NO_TOKEN)
    if len(token) > LONGEST:
        raise Refusal(Code.TOKEN_TOO_LONG)
    return token.strip()


def read(token: str) -> Unverified:
    """Header and claims of a token of which nothing is proven yet. Raises Refusal."""
    if not COMPACT.fullmatch(token):
        raise Refusal(Code.MALFORMED)
    try:
        parts = jwt.PyJWS().decode_complete(token, options={"verify_signature": False})
        claims = msgspec.json.decode(parts["payload"], type=Claims)
    except (jwt.InvalidTokenError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Refusal(Code.MALFORMED) from None
    if parts["header"].get("alg") != ALGORITHM:
        raise Refusal(Code.WRONG_ALGORITHM)
    key_id = parts["header"].get("kid")
    if not isinstance(key_id, str) or not key_id:
        raise Refusal(Code.NO_KEY_ID)
    return Unverified(token, key_id, claims)


def check_claims(claims: Claims, trust: Trust, application_id: str) -> None:
    """The rules that need neither key nor clock. Raises Refusal with what was expected and what was seen."""
    if claims.tid.lower() != trust.tenant_id:
        raise _mismatch(Code.WRONG_TENANT, "tid", trust.tenant_id, claims.tid)
    if claims.aud.lower() not in {trust.client_id, f"api://{trust.client_id}"}:
        raise _mismatch(Code.WRONG_AUDIENCE, "aud", trust.client_id, claims.aud)
    callers = {caller.lower() for caller in (claims.appid, claims.azp) if caller}
    if callers != {application_id}:
        raise _mismatch(Code.WRONG_APPLICATION, "appid", application_id, claims.appid or claims.azp)
    if trust.require_role and ROLE not in claims.roles:
        raise Refusal(Code.ROLE_MISSING, f"expected={ROLE}")


def _mismatch(code: Code, claim: str, expected: str, seen: str) -> Refusal:
    shown = seen if AN_ID.fullmatch(seen) else "(none)" if not seen else "(not an id)"
    return Refusal(code, f"claim={claim} expected={expected} seen={shown}")


def _check_signature(token: str, key: RSAPublicKey) -> None:
    try:
        jwt.PyJWS(algorithms=[ALGORITHM]).decode_complete(token, key, algorithms=[ALGORITHM])
    except jwt.InvalidTokenError:
        raise Refusal(Code.BAD_SIGNATURE) from None

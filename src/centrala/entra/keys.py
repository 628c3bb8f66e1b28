"""The public keys with which Microsoft Entra ID signs the tokens of one tenant.

Keys roll without notice, so an unknown one is worth a fetch; forgers make up unknown ones, so fetches are rare.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm
from jwt.exceptions import InvalidKeyError

from centrala.entra.refusals import Refusal, TokenCode

DOCUMENTS = ("/.well-known/openid-configuration", "/v2.0/.well-known/openid-configuration")  # v1, v2
# https://learn.microsoft.com/entra/identity-platform/access-tokens: keys are to be read again once a day
LIFE = timedelta(hours=24)
REST = timedelta(seconds=10)  # between two fetches
REST_AFTER_FAILURE = timedelta(seconds=2)
SMALLEST_KEY = 2048  # bits

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Fetched:
    body: bytes
    date: datetime | None  # the server's clock, from its Date header


class FetchFailed(Exception):
    """A document cannot be had. The message names the host and the cause."""


Fetch = Callable[[str], Awaitable[Fetched]]


@dataclass(frozen=True)
class KeySet:
    """`issuers`: issuer -> key id -> key. `clock_difference`: how far our clock was ahead of the key server's."""

    issuers: Mapping[str, Mapping[str, RSAPublicKey]]
    fetched_at: datetime
    clock_difference: timedelta | None


class _Discovery(msgspec.Struct, frozen=True):
    issuer: str
    jwks_uri: str


class _Jwk(msgspec.Struct, frozen=True):
    kty: str = ""
    kid: str = ""
    n: str = ""
    e: str = ""
    use: str = "sig"
    issuer: str = ""


class _Jwks(msgspec.Struct, frozen=True):
    keys: list[_Jwk]


class TenantKeys:
    """The keys of one tenant, fetched when they are asked for. At most one fetch is under way."""

    documents: tuple[str, ...] = DOCUMENTS

    def __init__(self, *, authority: str, tenant_id: str, fetch: Fetch, clock: Clock) -> None:
        self._base = f"{authority}/{tenant_id}"
        self._tenant_id = tenant_id
        self._fetch = fetch
        self._clock = clock
        self._current: KeySet | None = None
        self._begun = 0  # fetches so far
        self._succeeded = 0  # the number of the fetch that brought the current keys
        self._last_began: datetime | None = None
        self._rest = REST
        self._running: asyncio.Task[str] | None = None

    @property
    def current(self) -> KeySet | None:
        return self._current

    async def find(self, *, issuer: str, key_id: str) -> RSAPublicKey:
        """Raises Refusal: 401 when a fetch begun after this call does not know the key either, 503 when none could be.

        An issuer that is not the tenant's is refused by the documents at hand.
        """
        arrived = self._begun
        while (key := self._known(issuer, key_id)) is None:
            if self._succeeded > arrived:
                raise Refusal(TokenCode.UNKNOWN_KEY)
            await self._fetched()
        return key

    async def clock_difference(self) -> timedelta | None:
        """Measured now, or less than REST ago. None where the key server does not tell the time."""
        if self._running is not None or not self._resting:
            await self._fetched()
        return self._current.clock_difference if self._current else None

    def _known(self, issuer: str, key_id: str) -> RSAPublicKey | None:
        if self._current is None or abs(self._clock() - self._current.fetched_at) > LIFE:
            return None
        if issuer not in self._current.issuers:
            raise Refusal(TokenCode.WRONG_ISSUER)
        return self._current.issuers[issuer].get(key_id)

    @property
    def _resting(self) -> bool:
        # abs: a clock that was set back must not silence us until it has caught up.
        return self._last_began is not None and abs(self._clock() - self._last_began) < self._rest

    async def _fetched(self) -> None:
        """Waits for the fetch under way, else for a new one."""
        if self._running is None:
            if self._resting:
                raise Refusal(TokenCode.KEYS_UNAVAILABLE, "the last fetch of keys was a moment ago")
            self._begun += 1
            self._last_began = self._clock()
            self._running = asyncio.create_task(self._run(self._begun), name="token keys")
        # Shielded: a request that goes away must not take the others' fetch with it.
        if failure := await asyncio.shield(self._running):
            raise Refusal(TokenCode.KEYS_UNAVAILABLE, failure)

    async def _run(self, number: int) -> str:
        """Returns what went wrong, in words; empty for success."""
        try:
            self._current = await self._read()
        except FetchFailed as failure:
            self._rest = REST_AFTER_FAILURE
            return str(failure)
        finally:
            self._running = None
        self._rest = REST
        self._succeeded = number
        return ""

    async def _read(self) -> KeySet:
        parts = await asyncio.gather(*(self._issuer(self._base + path) for path in self.documents))
        now = self._clock()
        issuers: dict[str, dict[str, RSAPublicKey]] = {}
        for issuer, keys, _ in parts:
            issuers.setdefault(issuer, {}).update(keys)
        dates = [date for _, _, date in parts if date is not None]
        return KeySet(issuers, now, min((now - date for date in dates), key=abs, default=None))

    async def _issuer(self, url: str) -> tuple[str, dict[str, RSAPublicKey], datetime | None]:
        document = await self._fetch(url)
        try:
            discovery = msgspec.json.decode(document.body, type=_Discovery)
            if not discovery.jwks_uri.startswith("https://"):
                raise FetchFailed(f"{url} names keys that are not behind https")
            jwks = await self._fetch(discovery.jwks_uri)
            keys = msgspec.json.decode(jwks.body, type=_Jwks).keys
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise FetchFailed(f"{url} or its keys are not what Entra ID answers") from None
        usable = {jwk.kid: key for jwk in keys if self._is_ours(jwk) and (key := _rsa(jwk)) is not None}
        return discovery.issuer, usable, jwks.date

    def _is_ours(self, jwk: _Jwk) -> bool:
        """A key may name the issuer it signs for: a template for every tenant, or one tenant, which must be ours."""
        named = jwk.issuer.lower()
        return not named or "{tenantid}" in named or self._tenant_id in named


class CallKeys(TenantKeys):
    """Those with which Call Automation signs what it tells of calls: one issuer for all tenants.

    https://learn.microsoft.com/azure/communication-services/how-tos/call-automation/secure-webhook-endpoint
    """

    documents = ("/.well-known/acsopenidconfiguration",)

    def __init__(self, *, authority: str, fetch: Fetch, clock: Clock) -> None:
        super().__init__(authority=authority, tenant_id="calling", fetch=fetch, clock=clock)

    def _is_ours(self, jwk: _Jwk) -> bool:
        return True


def keys_of(*, authority: str, fetch: Fetch, clock: Clock) -> Callable[[str], TenantKeys]:
    """The keys of any tenant, each made when it is first asked for and kept."""
    made: dict[str, TenantKeys] = {}

    def keys(tenant_id: str) -> TenantKeys:
        if tenant_id not in made:
            made[tenant_id] = TenantKeys(authority=authority, tenant_id=tenant_id, fetch=fetch, clock=clock)
        return made[tenant_id]

    return keys


def _rsa(jwk: _Jwk) -> RSAPublicKey | None:
    if jwk.kty != "RSA" or jwk.use != "sig" or not jwk.kid:
        return None
    try:
        key = RSAAlgorithm.from_jwk({"kty": "RSA", "n": jwk.n, "e": jwk.e})
    except (InvalidKeyError, ValueError):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= SMALLEST_KEY else None

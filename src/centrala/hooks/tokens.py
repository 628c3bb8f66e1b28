"""Who may call a webhook: the bearer token that Event Grid gets from Microsoft Entra ID for it.

https://learn.microsoft.com/azure/event-grid/secure-webhook-delivery
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from centrala.entra.keys import Clock, KeySet, TenantKeys
from centrala.entra.refusals import Refusal, TokenCode
from centrala.entra.tokens import Claims, Verifier, mismatch
from centrala.hooks.refusals import Code

NOBODY: frozenset[str] = frozenset()
ROLE = "AzureEventGridSecureWebhookSubscriber"


@dataclass(frozen=True)
class Trust:
    """What the connection's two entries say; ids in lower case. `former` are the applications that were replaced, and
    until when their tokens may be in use."""

    tenant_id: str
    client_id: str
    require_role: bool
    former: tuple[tuple[str, datetime], ...] = ()

    @cached_property
    def words(self) -> str:
        """All of it but the former ones: a text, which is compared and hashed thousands of times a second."""
        return f"{self.tenant_id} {self.client_id} {self.require_role}"

    def former_at(self, moment: datetime) -> frozenset[str]:
        return frozenset(one for one, until in self.former if until > moment) if self.former else NOBODY


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a token is measured by at this moment. `keys` is what is known of them without a fetch."""

    trust: Trust
    application_id: str
    keys: KeySet | None
    now: datetime


class Tokens:
    def __init__(self, *, application_id: str, keys: Callable[[str], TenantKeys], clock: Clock) -> None:
        self._application_id = application_id.lower()
        self._keys = keys
        self._clock = clock
        self._verifier = Verifier(keys=keys, clock=clock)

    async def check(self, authorization: Sequence[str], trust: Trust) -> None:
        """Takes the values of all Authorization headers. Raises Refusal.

        A genuine token for an application that was replaced is 503: the event is ours, and Event Grid would drop it for
        good at 401. It comes again until its subscription names the new application.
        """
        former = trust.former_at(self._clock())
        claims = await self._verifier.check(
            authorization,
            tenant_id=trust.tenant_id,
            trust=(trust.words, former),
            rule=lambda claims: check_claims(claims, trust, self._application_id, former=former),
        )
        if former and _audience(claims) in former:
            raise Refusal(Code.FORMER_APPLICATION, f"claim=aud expected={trust.client_id} seen={_audience(claims)}")

    def expected(self, trust: Trust) -> Expected:
        """For explaining a refusal."""
        keys = self._keys(trust.tenant_id).current
        return Expected(trust=trust, application_id=self._application_id, keys=keys, now=self._clock())


def check_claims(claims: Claims, trust: Trust, application_id: str, *, former: frozenset[str]) -> None:
    """The rules that need neither key nor clock. Raises Refusal with what was expected and what was seen."""
    if claims.tid.lower() != trust.tenant_id:
        raise mismatch(TokenCode.WRONG_TENANT, "tid", trust.tenant_id, claims.tid)
    if _audience(claims) not in {trust.client_id} | former:
        raise mismatch(TokenCode.WRONG_AUDIENCE, "aud", trust.client_id, claims.aud)
    if claims.applications != {application_id}:
        raise mismatch(TokenCode.WRONG_APPLICATION, "appid", application_id, claims.appid or claims.azp)
    if trust.require_role and ROLE not in claims.roles and _audience(claims) not in former:
        raise Refusal(TokenCode.ROLE_MISSING, f"expected={ROLE}")


def _audience(claims: Claims) -> str:
    """The application that the token is for, by either of its spellings."""
    return claims.aud.lower().removeprefix("api://")

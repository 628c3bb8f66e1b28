"""Whose word about a call counts: tokens that Call Automation signs for the one resource.

https://learn.microsoft.com/azure/communication-services/how-tos/call-automation/secure-webhook-endpoint
"""

from collections.abc import Sequence

from centrala.calls.models import Call
from centrala.connection.models import Connection
from centrala.entra.keys import CallKeys, Clock, Fetch
from centrala.entra.refusals import TokenCode
from centrala.entra.tokens import Claims, Verifier, mismatch


class CallTokens:
    """The resource is known by its immutable id. Where that has never been told, the first genuine token that comes to
    a call's address, which nobody can guess, tells it; from then on no other is good."""

    def __init__(self, *, authority: str, fetch: Fetch, clock: Clock) -> None:
        keys = CallKeys(authority=authority, fetch=fetch, clock=clock)
        self._verifier = Verifier(keys=lambda _tenant: keys, clock=clock)

    async def check(self, authorization: Sequence[str], call: Call) -> str:
        """Takes the values of all Authorization headers; returns the resource's immutable id. Raises Refusal."""
        known = call.connection.immutable_resource_id.lower()

        def rule(claims: Claims) -> None:
            if not claims.aud or (known and claims.aud.lower() != known):
                raise mismatch(TokenCode.WRONG_AUDIENCE, "aud", known, claims.aud)

        claims = await self._verifier.check(authorization, tenant_id="calling", trust=("calls", known), rule=rule)
        return claims.aud


def learn(connection: Connection, immutable_resource_id: str) -> None:
    if not connection.immutable_resource_id:
        Connection.objects.filter(pk=connection.pk, immutable_resource_id="").update(
            immutable_resource_id=immutable_resource_id
        )

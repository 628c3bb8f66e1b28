"""Bearer tokens: looked up by hash, so that the table of them opens nothing; and what each may do."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.timezone import now
from ninja.errors import AuthenticationError, AuthorizationError
from ninja.security import HttpBearer

from centrala.api.models import ADMINISTRATORS, ApiToken, Scope, digest

LAST_USE_COUNTS_AFTER = timedelta(minutes=1)  # a write for every read would cost more than the read
OVER = {
    "revoked": "This token was taken back. Use another one.",
    "expired": "This token expired on {expires_at:%Y-%m-%d}. Use another one.",
    "disabled": "This token is refused while its owner's account is disabled.",
}


class ApiRequest(HttpRequest):
    """A request that came with a valid token."""

    auth: ApiToken


class ScopeMissing(AuthorizationError):
    def __init__(self, scope: Scope) -> None:
        super().__init__(message=f"This token lacks the scope {scope.value}. Use one that was made with it.")
        self.scope = scope


class Bearer(HttpBearer):
    """A token that has the scope; with None, any."""

    def __init__(self, scope: Scope | None = None) -> None:
        super().__init__()
        self._scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """Raises AuthenticationError for a token that is over, AuthorizationError for one that may not do this."""
        at = now()
        found = ApiToken.objects.select_related("owner").filter(hash=digest(token)).first()
        if found is None:
            return None
        if (state := found.state) != "active":
            raise AuthenticationError(message=OVER[state].format(expires_at=found.expires_at))
        _touch(found, at)
        if self._scope is not None:
            _require(found, self._scope)
        return found


def needs(scope: Scope) -> dict[str, Any]:  # as an operation of ninja takes it
    """The scope an operation asks for, in the OpenAPI document, too."""
    return {"auth": Bearer(scope), "openapi_extra": {"security": [{"Bearer": [scope.value]}]}}


def _require(token: ApiToken, scope: Scope) -> None:
    if scope not in token.scopes:
        raise ScopeMissing(scope)
    if scope in ADMINISTRATORS and not token.owner.is_administrator:
        raise AuthorizationError(message=f"Only an administrator's token may use the scope {scope.value}.")


def _touch(token: ApiToken, at: datetime) -> None:
    before = at - LAST_USE_COUNTS_AFTER
    if token.last_used_at is None or token.last_used_at <= before:
        stale = Q(last_used_at=None) | Q(last_used_at__lte=before)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=at)

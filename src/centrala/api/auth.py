"""Bearer tokens: looked up by hash, so that the table of them opens nothing."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.http import HttpRequest
from django.utils.timezone import now
from ninja.errors import AuthorizationError
from ninja.security import HttpBearer

from centrala.api.models import ApiToken, digest

LAST_USE_COUNTS_AFTER = timedelta(minutes=1)  # a write for every read would cost more than the read


class ApiRequest(HttpRequest):
    """A request that came with a valid token."""

    auth: ApiToken


class Bearer(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        at = now()
        valid = ApiToken.objects.select_related("owner").filter(expires_at__gt=at, owner__is_active=True)
        found = valid.filter(hash=digest(token)).first()
        if found is not None:
            _touch(found, at)
        return found


def _touch(token: ApiToken, at: datetime) -> None:
    before = at - LAST_USE_COUNTS_AFTER
    if token.last_used_at is None or token.last_used_at <= before:
        stale = Q(last_used_at=None) | Q(last_used_at__lte=before)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=at)


def require_write(request: ApiRequest) -> None:
    """Raises AuthorizationError."""
    if not request.auth.may_write:
        raise AuthorizationError(message="This token may only read. Use one that was made for writing.")


def require_administrator(request: ApiRequest) -> None:
    """Raises AuthorizationError."""
    if not request.auth.owner.is_administrator:
        raise AuthorizationError(message="Only the token of an administrator reads this.")

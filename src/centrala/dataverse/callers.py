"""Who calls: an application with a token of Microsoft Entra ID, or an administrator who is signed in here.

https://learn.microsoft.com/power-apps/developer/data-platform/use-single-tenant-server-server-authentication
"""

import logging
from datetime import timedelta
from functools import cache
from uuid import UUID

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils.timezone import now

from centrala.dataverse.access import ALL, Caller
from centrala.dataverse.failures import Failure
from centrala.dataverse.models import READS, ApplicationUser
from centrala.dataverse.standard import organization_id
from centrala.dataverse.table import metadata_id
from centrala.entra.fetch import fetching_alone
from centrala.entra.keys import keys_of
from centrala.entra.refusals import Refusal, TokenCode
from centrala.entra.tokens import Claims, Verifier, mismatch
from centrala.organization.models import User

log = logging.getLogger(__name__)
RETRY_AFTER = "10"  # seconds: keys are fetched again after at most that
LAST_USE_COUNTS_AFTER = timedelta(minutes=1)


def caller_of(request: HttpRequest) -> Caller:
    """A token that is there decides, whoever is signed in. Raises WebApiError."""
    authorization = request.headers.get("authorization")
    return _person(request) if authorization is None else _application(authorization)


def person(administrator: User) -> Caller:
    return Caller(metadata_id(f"user {administrator.pk}"), administrator.get_username(), ALL)


def _person(request: HttpRequest) -> Caller:
    user = request.user
    if not isinstance(user, User):
        raise Failure.NO_TOKEN.of(reason=TokenCode.NO_TOKEN.word, headers=_challenge(str(organization_id())))
    if not user.is_administrator:
        raise Failure.NOT_A_MEMBER.of()
    return person(user)


def _application(authorization: str) -> Caller:
    claims = _claims(authorization, str(organization_id()))
    found = ApplicationUser.objects.filter(application_id=_application_id(claims)).first()
    if claims.scp or found is None:  # on behalf of a person: that person is no user of the tables
        raise Failure.NOT_A_MEMBER.of()
    if not found.enabled:
        raise Failure.DISABLED.of(id=found.id)
    _touch(found)
    return Caller(found.id, found.name, READS.get(found.role, frozenset()))


def _claims(authorization: str, tenant_id: str) -> Claims:
    trust = (tenant_id, settings.PUBLIC_URL, settings.DATAVERSE_APP_ID)
    try:
        return async_to_sync(_verifier().check)(
            [authorization], tenant_id=tenant_id, trust=trust, rule=lambda claims: _check(claims, tenant_id)
        )
    except Refusal as refusal:
        log.warning("refused %s: %s", refusal.code.word, refusal.detail or "-")
        if refusal.code.status == TokenCode.KEYS_UNAVAILABLE.status:
            raise Failure.AWAY.of(reason=refusal.code.word, headers={"Retry-After": RETRY_AFTER}) from None
        raise Failure.NO_TOKEN.of(reason=refusal.code.word, headers=_challenge(tenant_id)) from None


def _check(claims: Claims, tenant_id: str) -> None:
    """The rules that need neither key nor clock. Raises Refusal."""
    if claims.tid.lower() != tenant_id:
        raise mismatch(TokenCode.WRONG_TENANT, "tid", tenant_id, claims.tid)
    if claims.aud.lower().rstrip("/") not in _audiences():
        raise mismatch(TokenCode.WRONG_AUDIENCE, "aud", settings.PUBLIC_URL, claims.aud)
    if len(claims.applications) != 1:
        raise Refusal(TokenCode.WRONG_APPLICATION)


def _audiences() -> set[str]:
    """A token of version 1 names its audience as it was asked for, one of version 2 by the registration's id."""
    own = settings.DATAVERSE_APP_ID
    return {settings.PUBLIC_URL.lower()} | ({own, f"api://{own}"} if own else set())


def _application_id(claims: Claims) -> UUID:
    try:
        return UUID(claims.appid or claims.azp)
    except ValueError:
        raise Failure.NOT_A_MEMBER.of() from None


def _challenge(tenant_id: str) -> dict[str, str]:
    """Where to get a token, and for what: clients of Dataverse find both out from here."""
    authority = f"{settings.CLOUD.authority}/{tenant_id}/oauth2/authorize"
    return {"WWW-Authenticate": f'Bearer authorization_uri="{authority}", resource_id="{settings.PUBLIC_URL}/"'}


def _touch(user: ApplicationUser) -> None:
    before = now() - LAST_USE_COUNTS_AFTER
    if user.last_used_at is None or user.last_used_at <= before:
        stale = Q(last_used_at=None) | Q(last_used_at__lte=before)
        ApplicationUser.objects.filter(stale, pk=user.pk).update(last_used_at=now())


@cache  # remembers tokens and keys for as long as the process lives: Django's views have no app of their own to keep it
def _verifier() -> Verifier:
    cloud = settings.CLOUD
    return Verifier(keys=keys_of(authority=cloud.authority, fetch=fetching_alone(cloud), clock=now), clock=now)

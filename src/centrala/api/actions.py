"""Making and taking back the keys of the REST API."""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.api.models import ADMINISTRATORS, ApiToken, Scope, digest, new_token
from centrala.errors import Refused
from centrala.organization.audit import record
from centrala.organization.fields import one_line
from centrala.organization.models import User

LONGEST_DAYS = 3650
FORGOTTEN_AFTER = timedelta(days=90)


def grantable(owner: User) -> list[Scope]:
    """The scopes a token of this person can have."""
    return [scope for scope in Scope if owner.is_administrator or scope not in ADMINISTRATORS]


@transaction.atomic
def issue(
    *, owner: User, name: str, scopes: Collection[Scope], actor: User | None, days: int = 90
) -> tuple[ApiToken, str]:
    """Returns what is kept and the token itself, which is nowhere to be had again. It acts in its owner's name.

    Raises Refused.
    """
    name = one_line(name, model=ApiToken, field="name")
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused(_("A token lasts 1 to %(days)s days.") % {"days": LONGEST_DAYS}, field="days")
    if not scopes:
        raise Refused(_("Choose at least one thing that the token may do."), field="scopes")
    if beyond := sorted(set(scopes) - set(grantable(owner))):
        raise Refused(_("Only an administrator's token may have: %(scopes)s.") % {"scopes": ", ".join(beyond)})
    token = new_token()
    kept = ApiToken.objects.create(
        name=name,
        hash=digest(token),
        owner=owner,
        scopes=[scope.value for scope in Scope if scope in scopes],
        expires_at=now() + timedelta(days=days),
    )
    after = {"owner": str(owner), "scopes": kept.scopes, "expires_at": kept.expires_at}
    record(actor=actor, act="issue api token", target=name, after=after)
    return kept, token


@transaction.atomic
def revoke(*, token: ApiToken, actor: User | None) -> None:
    """It is refused from the next request on. One that is revoked already stays as it is."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now()):
        before = {"owner": str(token.owner), "scopes": token.scopes, "expires_at": token.expires_at}
        record(actor=actor, act="revoke api token", target=token.name, before=before)


def forget() -> int:
    """Deletes the tokens that were over long ago. Answers how many."""
    long_ago = now() - FORGOTTEN_AFTER
    over = ApiToken.objects.filter(expires_at__lt=long_ago) | ApiToken.objects.filter(revoked_at__lt=long_ago)
    return over.delete()[0]

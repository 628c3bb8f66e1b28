"""Making and taking back the keys of the REST API."""

from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now

from centrala.api.models import ApiToken, digest, new_token
from centrala.organization.audit import record
from centrala.organization.models import User


@transaction.atomic
def issue(*, owner: User, name: str, may_write: bool, days: int = 90) -> tuple[ApiToken, str]:
    """Returns what is kept and the token itself, which is nowhere to be had again. It acts in its owner's name."""
    token = new_token()
    kept = ApiToken.objects.create(
        name=name, hash=digest(token), owner=owner, may_write=may_write, expires_at=now() + timedelta(days=days)
    )
    after = {"may_write": may_write, "expires_at": kept.expires_at}
    record(actor=owner, act="issue api token", target=name, after=after)
    return kept, token


@transaction.atomic
def revoke(*, token: ApiToken) -> None:
    """It is refused from the next request on."""
    before = {"owner": str(token.owner), "may_write": token.may_write, "expires_at": token.expires_at}
    record(actor=token.owner, act="revoke api token", target=token.name, before=before)
    token.delete()

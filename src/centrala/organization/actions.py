"""What can be done to the organisation and its people."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from centrala.errors import Refused
from centrala.organization.models import AuditEntry, Kind, Organization, Role, User


@transaction.atomic
def set_up(*, name: str, tenant_id: UUID, kind: Kind = Kind.PRODUCTION, licensed: bool = True) -> Organization:
    """Makes the organisation, or brings the one there is to these values."""
    organization, _ = Organization.objects.update_or_create(
        only=True, defaults={"name": name, "tenant_id": tenant_id, "kind": kind, "licensed": licensed}
    )
    return organization


@transaction.atomic
def add_user(*, username: str, password: str, role: Role, first_name: str = "", language: str = "") -> User:
    """Makes a person's account, or brings the one with this name to these values; an empty one leaves what there is.

    Raises Refused for a username that is none.
    """
    _check_username(username)
    user, _ = User.objects.get_or_create(username=username)
    user.role = role
    user.first_name = first_name or user.first_name
    user.language = language or user.language
    user.set_password(password)
    user.save()
    return user


def _check_username(username: str) -> None:
    try:
        User._meta.get_field("username").clean(username, None)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), field="username") from None


def record(*, actor: User | None, act: str, target: str, detail: dict[str, object] | None = None) -> AuditEntry:
    """Adds to the audit log, in the caller's transaction. `detail` holds no secret."""
    name = actor.get_username() if actor else "system"
    return AuditEntry.objects.create(actor=actor, actor_name=name, act=act, target=target, detail=detail or {})

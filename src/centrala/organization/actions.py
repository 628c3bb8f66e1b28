"""What can be done to the organisation and its people."""

from uuid import UUID

from django.db import transaction

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
    """Makes a person's account, or sets the role and the password of the one with this name."""
    user, _ = User.objects.get_or_create(username=username, defaults={"first_name": first_name, "language": language})
    user.role = role
    user.set_password(password)
    user.save()
    return user


def record(*, actor: User | None, act: str, target: str, detail: dict[str, object] | None = None) -> AuditEntry:
    """Adds to the audit log, in the caller's transaction. `detail` holds no secret."""
    name = actor.get_username() if actor else "system"
    return AuditEntry.objects.create(actor=actor, actor_name=name, act=act, target=target, detail=detail or {})

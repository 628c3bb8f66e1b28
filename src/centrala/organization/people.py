"""What can be done to people's accounts."""

from django.db import transaction

from centrala.organization.audit import changed, record
from centrala.organization.fields import one_line
from centrala.organization.models import Role, User

TOLD = ("role", "first_name", "language", "is_active")


@transaction.atomic
def add_user(
    *,
    username: str,
    password: str,
    role: Role,
    first_name: str = "",
    language: str = "",
    actor: User | None = None,
) -> User:
    """Makes a person's account, or brings the one with this name to these values; an empty one leaves what there is.

    Raises Refused for a username that is none.
    """
    username = one_line(username, model=User, field="username")
    user, made = User.objects.get_or_create(username=username)
    before = {} if made else told(user)
    user.role = role
    user.first_name = first_name or user.first_name
    user.language = language or user.language
    user.set_password(password)
    user.save()
    was, became = changed(before, told(user))
    act = "add user" if made else "change user"
    record(actor=actor, act=act, target=user.username, before=was if before else {}, after=became | {"password": True})
    return user


def told(user: User) -> dict[str, object]:
    """What the audit log tells of an account."""
    return {name: getattr(user, name) for name in TOLD}

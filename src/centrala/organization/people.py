"""What can be done to people's accounts. Nobody is deleted: what they did keeps their name."""

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.errors import Refused
from centrala.organization import links
from centrala.organization.audit import changed, record
from centrala.organization.fields import one_line
from centrala.organization.models import Link, Purpose, Role, Session, User

TOLD = ("role", "first_name", "email", "language", "is_active")
LONGEST_PASSWORD = 1000  # letters; hashing much more would keep a process busy


def told(user: User) -> dict[str, object]:
    """What the audit log tells of an account."""
    return {name: getattr(user, name) for name in TOLD}


def check_password(password: str, *, user: User) -> None:
    """Raises Refused for one that Django's validators do not take."""
    if len(password) > LONGEST_PASSWORD or "\0" in password:
        raise Refused(_("This password is too long, or holds a NUL character."), field="password")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), field="password") from None


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

    Raises Refused for a username that is none, and for taking the last administrator's role.
    """
    username = _username(username)
    found, made = User.objects.get_or_create(username__iexact=username, defaults={"username": username})
    user = _locked(found)
    before = {} if made else told(user)
    if role != Role.ADMINISTRATOR:
        _keep_an_administrator(user)
    user.role = role
    user.first_name = one_line(first_name, model=User, field="first_name") or user.first_name
    user.language = language or user.language
    user.set_password(password)
    user.save()
    was, became = changed(before, told(user))
    act = "add user" if made else "change user"
    record(actor=actor, act=act, target=user.username, before=was if before else {}, after=became | {"password": True})
    return user


def set_up_token() -> str | None:
    """A new token for the first administrator, which voids the one before; None when somebody is here already."""
    return None if User.objects.exists() else links.make(purpose=Purpose.SET_UP)


def set_up_token_once() -> str | None:
    """As above, but None as well while an earlier token is good."""
    return None if User.objects.exists() else links.make_set_up_once()


@transaction.atomic
def add_first_administrator(
    *, token: str, username: str, password: str, first_name: str = "", language: str = ""
) -> User | None:
    """None when the link leads nowhere any more, or somebody is here already. Raises Refused, with the field."""
    if links.take(token, Purpose.SET_UP) is None or User.objects.exists():
        return None
    user = User(username=_username(username), role=Role.ADMINISTRATOR, language=language)
    user.first_name = one_line(first_name, model=User, field="first_name")
    check_password(password, user=user)
    user.set_password(password)
    user.save()
    record(actor=user, act="add first administrator", target=user.username, after=told(user))
    return user


@transaction.atomic
def invite(
    *, username: str, role: Role, first_name: str = "", email: str = "", language: str = "", actor: User | None
) -> tuple[User, str]:
    """The account, and the token with which its person chooses a password. Raises Refused, with the field."""
    username = _username(username)
    user = User(username=username, role=role, language=language)
    user.first_name = one_line(first_name, model=User, field="first_name")
    user.email = one_line(email, model=User, field="email")
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        taken = _("There is a user “%(name)s” already.") % {"name": username}
        raise Refused(taken, field="username") from None
    record(actor=actor, act="invite user", target=username, after=told(user))
    return user, links.make(purpose=Purpose.INVITE, user=user)


@transaction.atomic
def reset_link(*, user: User, actor: User | None) -> str:
    """The token with which a person sets a new password; of somebody who was invited, a new invitation.

    The old password works until then. Raises Refused for a disabled account.
    """
    user = _locked(user)
    if not user.is_active:
        raise Refused(_("“%(name)s” is disabled. Fix: enable the account first.") % {"name": user.username})
    purpose = Purpose.RESET if user.has_usable_password() else Purpose.INVITE
    record(actor=actor, act="make link", target=user.username, after={"purpose": purpose})
    return links.make(purpose=purpose, user=user)


@transaction.atomic
def follow_link(*, token: str, password: str) -> User | None:
    """Sets the password of the link's person, and signs them out everywhere. None when it leads nowhere any more."""
    found = links.find(token, Purpose.INVITE, Purpose.RESET)
    if found is None or found.user is None:
        return None
    user = _locked(found.user)  # before the link, as whoever disables an account or makes it another link
    link = links.take(token, Purpose.INVITE, Purpose.RESET)
    if link is None:
        return None
    check_password(password, user=user)
    _set_password(user, password)
    act = "accept invitation" if link.purpose == Purpose.INVITE else "reset password"
    record(actor=user, act=act, target=user.username)
    return user


@transaction.atomic
def reset_password(*, user: User, password: str) -> None:
    """By who showed a mailed token; signs them out everywhere."""
    check_password(password, user=user)
    _set_password(user, password)
    record(actor=user, act="reset password", target=user.username)


@transaction.atomic
def change_password(*, user: User, password: str) -> None:
    """By themselves; signs them out everywhere."""
    check_password(password, user=user)
    _set_password(user, password)
    record(actor=user, act="change password", target=user.username)


@transaction.atomic
def change_user(
    *,
    user: User,
    actor: User | None,
    role: Role | None = None,
    first_name: str | None = None,
    email: str | None = None,
    language: str | None = None,
) -> User:
    """None leaves what there is. Raises Refused, with the field, and for the last administrator's role."""
    user = _locked(user)
    before = told(user)
    if role is not None and role != Role.ADMINISTRATOR:
        _keep_an_administrator(user)
    user.role = user.role if role is None else role
    for name, value in (("first_name", first_name), ("email", email)):
        if value is not None:
            setattr(user, name, one_line(value, model=User, field=name))
    user.language = user.language if language is None else language
    was, became = changed(before, told(user))
    if became:
        user.save(update_fields=list(TOLD))
        record(actor=actor, act="change user", target=user.username, before=was, after=became)
    return user


@transaction.atomic
def disable(*, user: User, actor: User | None) -> None:
    """Signs the person out everywhere and voids their links. Raises Refused for the last administrator."""
    user = _locked(user)
    if not user.is_active:
        return
    _keep_an_administrator(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    links.void(user)
    ended = _end_sessions(user)
    before, after = {"is_active": True, "sessions": ended}, {"is_active": False, "sessions": 0}
    record(actor=actor, act="disable user", target=user.username, before=before, after=after)


@transaction.atomic
def enable(*, user: User, actor: User | None) -> None:
    user = _locked(user)
    if user.is_active:
        return
    user.is_active = True
    user.save(update_fields=["is_active"])
    before, after = {"is_active": False}, {"is_active": True}
    record(actor=actor, act="enable user", target=user.username, before=before, after=after)


@transaction.atomic
def end_sessions(*, user: User, actor: User | None) -> int:
    """Signs the person out everywhere; an open desk loses its stream within seconds. Answers how many ended."""
    ended = _end_sessions(user)
    record(actor=actor, act="end sessions", target=user.username, before={"sessions": ended}, after={"sessions": 0})
    return ended


def forget_expired() -> None:
    """Deletes what ran out by itself: sessions, links."""
    Session.objects.filter(expire_date__lt=now()).delete()
    Link.objects.filter(expires_at__lt=now()).delete()


def _username(text: str) -> str:
    return one_line(User.normalize_username(text), model=User, field="username")


def _locked(user: User) -> User:
    """The account as it is now, which nobody else changes until the transaction ends; every administrator with it, in
    one order, so that two who take each other's role wait for one another."""
    rows = User.objects.select_for_update().filter(Q(pk=user.pk) | Q(role=Role.ADMINISTRATOR)).order_by("pk")
    return next(row for row in rows if row.pk == user.pk)


def _keep_an_administrator(user: User) -> None:
    """Raises Refused when nobody else could administer. Who was invited and has no password yet does not count."""
    if not user.is_administrator:
        return
    able = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=user.pk)
    if not able.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).exists():
        raise Refused(
            _("“%(name)s” is the last administrator. Fix: make somebody else an administrator first.")
            % {"name": user.username},
            field="role",
        )


def _set_password(user: User, password: str) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])
    links.void(user)
    _end_sessions(user)


def _end_sessions(user: User) -> int:
    count, _each = Session.objects.filter(user=user).delete()
    return count

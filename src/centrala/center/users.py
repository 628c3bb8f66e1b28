"""People: who works here, in which role, and who may sign in."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from centrala.characters import storable
from centrala.errors import Refused
from centrala.keyset import CursorField, page, serial
from centrala.organization import links, lockout, people
from centrala.organization.access import StaffRequest, administrators_only, users_of
from centrala.organization.forms import WORDS, ProfileForm, changes, explain
from centrala.organization.models import Purpose, Role, User
from centrala.organization.posting import post_only

PAGE = 50
UNPROCESSABLE = 422
ACTS = ("link", "disable", "enable", "unlock", "end-sessions")
FIELDS = ("first_name", "email", "role", "language")


class UsersForm(forms.Form):
    search = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=150)
    after = CursorField(key=serial)


class UserForm(ProfileForm):
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[("", gettext_lazy("No role")), *Role.choices],
        show_hidden_initial=True,
    )

    field_order = ["first_name", "email", "role", "language"]


class NewUserForm(UserForm):
    username = forms.CharField(
        label=gettext_lazy("Username"),
        help_text=gettext_lazy("For signing in: letters, digits and @ . + - _"),
        max_length=150,
        widget=forms.TextInput(WORDS | {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices, initial=Role.AGENT)

    field_order = ["username", "first_name", "email", "role", "language"]


@dataclass(frozen=True)
class Row:
    user: User
    state: str  # active | invited | disabled | locked
    sessions: int

    @property
    def label(self) -> str:
        return str(STATES[self.state])


STATES = {
    "active": pgettext_lazy("account", "Active"),
    "invited": pgettext_lazy("account", "Invited"),
    "locked": pgettext_lazy("account", "Locked out"),
    "disabled": pgettext_lazy("account", "Disabled"),
}


def rows_of(users: list[User], sessions: dict[int, int]) -> list[Row]:
    resting = lockout.locked(users)

    def state(user: User) -> str:
        if not user.is_active:
            return "disabled"
        if lockout.key_of(user) in resting:
            return "locked"
        return "active" if user.has_usable_password() else "invited"

    return [Row(user, state(user), sessions.get(user.pk, 0)) for user in users]


def read_users(asking: User, form: UsersForm, *, limit: int = PAGE) -> dict[str, Any]:
    """The newest first, as the page's template takes them."""
    form.is_valid()
    search, after = form.cleaned_data.get("search", ""), form.cleaned_data.get("after")
    found: QuerySet[User] = users_of(asking)
    if search:
        words = storable(search)
        found = found.filter(Q(username__icontains=words) | Q(first_name__icontains=words) | Q(email__icontains=words))
    shown, following = page(found, by="date_joined", after=after, limit=limit)
    counted = users_of(asking).filter(pk__in=[user.pk for user in shown]).annotate(count=Count("sessions"))
    asked = {"search": search} if search else {}
    return {
        "form": form,
        "rows": rows_of(shown, dict(counted.values_list("pk", "count"))),
        "following": urlencode(asked | {"after": following}) if following else "",
        "later": after is not None,
        "search": search,
    }


@administrators_only
@require_safe
def listing(request: StaffRequest) -> HttpResponse:
    return render(request, "center/users.html", read_users(request.user, UsersForm(request.GET)))


@never_cache
@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: StaffRequest) -> HttpResponse:
    """The link is shown by the answer to the form, and never again."""
    form = NewUserForm(request.POST or None)
    if form.is_valid():
        asked = dict(form.cleaned_data)
        try:
            user, token = people.invite(**asked | {"role": Role(asked["role"])}, actor=request.user)
            return _link(request, user, token, Purpose.INVITE)
        except Refused as refused:
            explain(form, refused)
    return render(request, "center/invite.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: StaffRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(users_of(request.user), pk=user_id)
    form = UserForm(request.POST or None, initial={name: getattr(user, name) for name in FIELDS})
    form.fields["role"].required = bool(user.role)
    if form.is_valid():
        asked = changes(form)
        if role := asked.pop("role", ""):
            asked["role"] = Role(role)
        try:
            people.change_user(user=user, actor=request.user, **asked)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": user.username})
            return redirect("center:user", user_id)
    [row] = rows_of([user], {user.pk: user.sessions.count()})
    context = {"form": form, "row": row, "person": user}
    return render(request, "center/user.html", context, status=UNPROCESSABLE if form.errors else 200)


@never_cache
@administrators_only
@post_only
def act(request: StaffRequest, user_id: int, name: str) -> HttpResponse:
    """The address knows no other acts than these."""
    user = get_object_or_404(users_of(request.user), pk=user_id)
    try:
        if name == "link":
            token = people.reset_link(user=user, actor=request.user)
            return _link(request, user, token, Purpose.RESET if user.has_usable_password() else Purpose.INVITE)
        messages.success(request, _done(name, user, request.user))
    except Refused as refused:
        messages.warning(request, refused.message)
    return redirect("center:user", user_id)


def _done(name: str, user: User, actor: User) -> str:
    if name == "end-sessions":
        count = people.end_sessions(user=user, actor=actor)
        return ngettext("%(count)s session ended.", "%(count)s sessions ended.", count) % {"count": count}
    acts = {"disable": people.disable, "enable": people.enable, "unlock": lockout.unlock}
    acts[name](user=user, actor=actor)
    said = {
        "disable": _("“%(name)s” is disabled and signed out everywhere."),
        "enable": _("“%(name)s” may sign in again."),
        "unlock": _("“%(name)s” may try to sign in again."),
    }
    return said[name] % {"name": user.username}


def _link(request: StaffRequest, user: User, token: str, purpose: Purpose) -> HttpResponse:
    address = request.build_absolute_uri(links.path(token, purpose))
    context = {
        "person": user,
        "address": address,
        "days": links.LASTS[purpose].days,
        "invited": purpose == Purpose.INVITE,
    }
    return render(request, "center/link.html", context)

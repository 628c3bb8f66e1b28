"""The pages of tokens: everybody's own in the profile, all of them in the admin center."""

from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from centrala.api import actions
from centrala.api.access import own_tokens_of, tokens_of
from centrala.api.models import READING, ApiToken, Scope
from centrala.errors import Refused
from centrala.keyset import CursorField, page
from centrala.organization.access import StaffRequest, administrators_only, staff_only
from centrala.organization.forms import WORDS, explain
from centrala.organization.models import User
from centrala.organization.posting import post_only

PAGE = 50
UNPROCESSABLE = 422
LASTS = [
    (30, gettext_lazy("30 days")),
    (90, gettext_lazy("90 days")),
    (180, gettext_lazy("180 days")),
    (365, gettext_lazy("One year")),
]
STATES = {
    "active": pgettext_lazy("token", "In force"),
    "expired": pgettext_lazy("token", "Expired"),
    "revoked": pgettext_lazy("token", "Revoked"),
    "disabled": pgettext_lazy("token", "Owner disabled"),
}


class PlaceForm(forms.Form):
    after = CursorField()


class TokenForm(forms.Form):
    """Offers what the person's role allows."""

    name = forms.CharField(
        label=pgettext_lazy("token", "Name"),
        help_text=gettext_lazy("What the program is for."),
        max_length=100,
        widget=forms.TextInput(WORDS | {"autocomplete": "off"}),
    )
    days = forms.TypedChoiceField(label=gettext_lazy("Lasts"), choices=LASTS, coerce=int, initial=90)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one thing that the token may do.")},
    )

    def __init__(self, data: object, *, owner: User) -> None:
        offered = actions.grantable(owner)
        super().__init__(data, initial={"scopes": [scope for scope in offered if scope in READING]})  # type: ignore[arg-type] # as Django takes it
        self.fields["scopes"].choices = [(scope.value, f"{scope.label} ({scope.value})") for scope in offered]  # type: ignore[attr-defined] # of this field


@administrators_only
@require_safe
def everybodys(request: StaffRequest) -> HttpResponse:
    return _listing(request, "api/tokens.html", tokens_of(request.user))


@staff_only
@require_safe
def mine(request: StaffRequest) -> HttpResponse:
    return _listing(request, "api/own_tokens.html", own_tokens_of(request.user))


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: StaffRequest) -> HttpResponse:
    """The token is shown by the answer to the form, and never again."""
    form = TokenForm(request.POST or None, owner=request.user)
    if form.is_valid():
        asked = form.cleaned_data
        scopes = [Scope(scope) for scope in asked["scopes"]]
        try:
            kept, token = actions.issue(
                owner=request.user, name=asked["name"], scopes=scopes, days=asked["days"], actor=request.user
            )
        except Refused as refused:
            explain(form, refused)
        else:
            return render(request, "api/made_token.html", {"kept": kept, "token": token})
    return render(request, "api/make_token.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200)


@administrators_only
@post_only
def revoke_any(request: StaffRequest, token_id: UUID) -> HttpResponse:
    _revoke(request, get_object_or_404(tokens_of(request.user), pk=token_id))
    return redirect("tokens:all")


@staff_only
@post_only
def revoke_mine(request: StaffRequest, token_id: UUID) -> HttpResponse:
    _revoke(request, get_object_or_404(own_tokens_of(request.user), pk=token_id))
    return redirect("own-tokens:mine")


def _revoke(request: StaffRequest, token: ApiToken) -> None:
    actions.revoke(token=token, actor=request.user)
    messages.success(request, _("“%(name)s” is revoked.") % {"name": token.name})


def _listing(request: StaffRequest, template: str, tokens: QuerySet[ApiToken]) -> HttpResponse:
    form = PlaceForm(request.GET)
    form.is_valid()
    after = form.cleaned_data.get("after")
    shown, following = page(tokens, by="created_at", after=after, limit=PAGE)
    context = {
        "rows": [(token, token.state, STATES[token.state]) for token in shown],
        "following": urlencode({"after": following}) if following else "",
        "later": after is not None,
        "all": template == "api/tokens.html",
    }
    return render(request, template, context)

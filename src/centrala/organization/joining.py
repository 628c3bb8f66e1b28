"""Pages behind one-time links: the first administrator, an invitation, a new password. A link that leads nowhere is
404, whether it was used, ran out, or never was."""

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from centrala.errors import Refused
from centrala.organization import links, people
from centrala.organization.forms import NewPasswordForm, SetUpForm, explain
from centrala.organization.models import Purpose, User
from centrala.organization.views import remember

UNPROCESSABLE = 422
BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """The first administrator."""
    if links.find(token, Purpose.SET_UP) is None or User.objects.exists():
        raise Http404
    form = SetUpForm(request.POST or None, initial={"language": get_language()})
    if form.is_valid():
        asked = {name: form.cleaned_data[name] for name in ("username", "password", "first_name", "language")}
        try:
            return signed_in(request, people.add_first_administrator(token=token, **asked))
        except Refused as refused:
            explain(form, refused)
    return render(request, "organization/set_up.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody who was invited, or who has a new password to choose."""
    link = links.find(token, Purpose.INVITE, Purpose.RESET)
    if link is None:
        raise Http404
    form = NewPasswordForm(request.POST or None)
    if form.is_valid():
        try:
            return signed_in(request, people.follow_link(token=token, password=form.cleaned_data["password"]))
        except Refused as refused:
            explain(form, refused)
    context = {"form": form, "person": link.user, "invited": link.purpose == Purpose.INVITE}
    return render(request, "organization/link.html", context, status=UNPROCESSABLE if form.errors else 200)


def signed_in(request: HttpRequest, user: User | None) -> HttpResponse:
    if user is None:  # somebody else was faster
        raise Http404
    login(request, user, backend=BACKEND)
    response = redirect("home")
    if user.language:
        remember(request, response, user.language)
    return response

"""Who may open a page: what one may not see does not exist (404); who is not signed in is asked to."""

from collections.abc import Callable
from datetime import tzinfo
from functools import update_wrapper
from typing import Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from centrala.look.place import page_at
from centrala.organization.models import AuditEntry, User


class StaffRequest(HttpRequest):
    """A request that passed one of the decorators below."""

    user: User
    htmx: HtmxDetails


P = ParamSpec("P")
View = Callable[Concatenate[StaffRequest, P], HttpResponse]
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponse]


def staff_only(view: View[P]) -> Guarded[P]:
    """Everybody with a role."""
    return _guarded(view, lambda user: user.works_here)


def supervisors_only(view: View[P]) -> Guarded[P]:
    """Supervisors, and administrators."""
    return _guarded(view, lambda user: user.supervises)


def administrators_only(view: View[P]) -> Guarded[P]:
    return _guarded(view, lambda user: user.is_administrator)


def audit_entries_of(user: User) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.all() if user.is_administrator else AuditEntry.objects.none()


def users_of(user: User) -> QuerySet[User]:
    return User.objects.all() if user.is_administrator else User.objects.none()


def colleagues_of(user: User) -> QuerySet[User]:
    """Everybody with a role, for everybody with one."""
    return User.objects.filter(is_active=True).exclude(role="") if user.works_here else User.objects.none()


def _guarded(view: View[P], may: Callable[[User], bool]) -> Guarded[P]:
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if not may(request.user):
            raise Http404
        with timezone.override(_zone(request)):
            response = view(request, *args, **kwargs)  # type: ignore[arg-type]  # a StaffRequest, as just checked
        # A customer's words are kept in no cache; a page and its part share one address.
        add_never_cache_headers(response)
        patch_vary_headers(response, ["HX-Request"])
        return response

    return update_wrapper(guarded, view)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """A part of a page cannot show the sign-in form, so there the whole page goes."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # set by django-htmx's middleware
    if htmx:
        return HttpResponseClientRedirect(redirect_to_login(htmx.current_url_abs_path or "/").url)
    return redirect_to_login(page_at(request))


def _zone(request: HttpRequest) -> tzinfo:
    """The browser's time zone, told by a cookie (see page.js); the server's until it is known."""
    try:
        return ZoneInfo(request.COOKIES.get("timezone", ""))
    except (ValueError, OSError, KeyError):  # not a key; a folder of keys; no such zone
        return timezone.get_default_timezone()

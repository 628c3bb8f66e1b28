"""The site map's pages about channels and phone numbers."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from centrala.carriers.access import imports_under_way
from centrala.center.numbers import NumbersForm, columns, numbers_found, orders_to_tell
from centrala.center.prerequisites import panel_of
from centrala.center.trial import shown_trial
from centrala.connection.access import connections_of
from centrala.numbers.access import numbers_of
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.standing import standing
from centrala.subscribers.access import subscriptions_of
from centrala.subscribers.models import State


@administrators_only
@require_safe
def home(_request: StaffRequest) -> HttpResponse:
    return redirect("center:channels")


@administrators_only
@require_safe
def channels(request: StaffRequest) -> HttpResponse:
    """Without voice and its terms there is no entry Phone numbers, unless something is connected already."""
    connection = connections_of(request.user).filter(disconnected_at=None).first()
    context = {
        "connection": connection,
        "numbers": numbers_of(request.user).count(),
        "disabled_webhooks": subscriptions_of(request.user).filter(state=State.DISABLED),
        "offered": connection is not None or standing().voice_ready,
    }
    return render(request, "center/channels.html", context)


@administrators_only
@require_safe
def phone_numbers(request: StaffRequest) -> HttpResponse:
    return numbers_page(request)


@administrators_only
@require_safe
def old_phone_numbers(request: StaffRequest) -> HttpResponse:
    """General settings > Phone numbers: the Omnichannel admin center's way there, with a word about the new one."""
    return numbers_page(request, old=True)


def numbers_page(request: StaffRequest, *, old: bool = False, status: int = 200) -> HttpResponse:
    """The numbers of the connected resource; while there is none, what connecting takes."""
    connection = connections_of(request.user).filter(disconnected_at=None).first()
    context: dict[str, object] = {"connection": connection, "public_url": settings.PUBLIC_URL, "old": old}
    if connection is None:
        context |= {"panel": panel_of(request), "shown": shown_trial(request.user)}
    else:
        form = NumbersForm(request.GET, user=request.user)
        found = numbers_found(
            request.user, form, sort=request.GET.get("sort", "number"), page=request.GET.get("page", "1")
        )
        context |= {
            "form": form,
            "found": found,
            "orders": orders_to_tell(request.user),
            "imports": imports_under_way(request.user),
            "columns": columns(form, found),
        }
    return render(request, "center/phone_numbers.html", context, status=status)

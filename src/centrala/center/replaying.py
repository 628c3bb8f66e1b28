"""Handling events once more, those that were chosen or all that a filter wants; and deleting chosen ones."""

import re
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centrala.center.forms import EventsForm
from centrala.inbox import actions
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.posting import post_only

MOST = 1_000  # events chosen at once
IS_KEY = re.compile(r"[0-9]{1,18}", re.ASCII)


@administrators_only
@post_only
def replay(request: StaffRequest) -> HttpResponse:
    """The chosen events at once, or all that the filter wants in the background."""
    form = EventsForm(request.POST)
    if not request.POST.get("all"):
        _replay_chosen(request)
    elif not form.is_valid():  # on the page such a filter is as none: here it would mean everything
        messages.warning(request, _("Nothing is replayed: the filter makes no sense."))
    else:
        actions.ask_to_replay(wanted=form.wanted, actor=request.user)
        messages.success(request, _("All failed and unknown events of this filter are put back in the background."))
    return _back(form)


@administrators_only
@post_only
def delete(request: StaffRequest) -> HttpResponse:
    chosen = _chosen(request)
    count = actions.delete(events=chosen, actor=request.user)
    told = ngettext("%(count)s event is deleted.", "%(count)s events are deleted.", count) % {"count": count}
    _tell(request, chosen, count, told)
    return _back(EventsForm(request.POST))


def _replay_chosen(request: StaffRequest) -> None:
    chosen = _chosen(request)
    count = actions.replay(events=chosen, actor=request.user)
    told = ngettext("%(count)s event is handled again.", "%(count)s events are handled again.", count)
    _tell(request, chosen, count, told % {"count": count})


def _chosen(request: StaffRequest) -> list[int]:
    return [int(text) for text in request.POST.getlist("event")[:MOST] if IS_KEY.fullmatch(text)]


def _tell(request: StaffRequest, chosen: list[int], count: int, told: str) -> None:
    if not chosen:
        messages.warning(request, _("Choose at least one event."))
    elif count < len(set(chosen)):
        messages.warning(request, told + " " + _("The others are not failed or unknown any more."))
    else:
        messages.success(request, told)


def _back(form: EventsForm) -> HttpResponse:
    return redirect(f"{reverse('center:events')}?{urlencode(form.asked)}".rstrip("?"))

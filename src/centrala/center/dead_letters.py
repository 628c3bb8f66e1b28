"""Reading dead letters back from the page Events, where they are then replayed."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centrala.connection.dead_letters import ReadBack, read_back
from centrala.errors import Refused
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.posting import post_only


@administrators_only
@post_only
def read(request: StaffRequest) -> HttpResponse:
    if settings.DEAD_LETTERS is None:  # the page does not offer it then
        raise Http404
    try:
        found = read_back(folder=settings.DEAD_LETTERS, actor=request.user)
    except Refused as refused:
        messages.warning(request, refused.message)
        return redirect("center:events")
    (messages.warning if found.foreign or found.unreadable else messages.success)(request, " ".join(_told(found)))
    return redirect("center:events")


def _told(found: ReadBack) -> list[str]:
    told = [
        ngettext("%(count)s dead letter was read back.", "%(count)s dead letters were read back.", found.new)
        % {"count": found.new}
    ]
    if found.known:
        told.append(_("Here already: %(count)s.") % {"count": found.known})
    if found.foreign:
        told.append(_("Of a resource that was never connected here: %(count)s.") % {"count": found.foreign})
    if found.unreadable:
        told.append(_("Files that cannot be read: %(count)s; the log names them.") % {"count": found.unreadable})
    return told

"""Connect to Azure Communication Services, by "Use existing resource"."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from centrala.azure.errors import AzureError
from centrala.center.forms import ConnectForm
from centrala.center.prerequisites import panel_of
from centrala.center.views import numbers_page
from centrala.connection import actions
from centrala.connection.access import connections_of
from centrala.errors import Refused
from centrala.installation import Installation
from centrala.numbers import actions as numbers
from centrala.organization.access import StaffRequest, administrators_only
from centrala.workstreams.actions import put_to_work

UNPROCESSABLE, FORBIDDEN = 422, 403


@require_safe
@administrators_only
def choose(request: StaffRequest) -> HttpResponse:
    if _connected(request):
        return redirect("center:advanced")
    if not panel_of(request).found.enabled:
        return numbers_page(request, status=FORBIDDEN)
    return render(request, "center/connect.html")


@sensitive_post_parameters("connection_string")
@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def existing(request: StaffRequest) -> HttpResponse:
    if _connected(request):
        return redirect("center:advanced")
    if not panel_of(request).found.enabled:
        return numbers_page(request, status=FORBIDDEN)
    form = ConnectForm(request.POST or None)
    if not form.is_valid():
        return render(request, "center/existing.html", {"form": form})
    try:
        connection = actions.connect(
            fields=form.connect_fields, actor=request.user, credential=Installation.here().own_credential()
        )
        put_to_work(numbers=numbers.sync(connection=connection))
    except Refused as refused:
        _explain(form, refused)
        return render(request, "center/existing.html", {"form": form}, status=UNPROCESSABLE)
    except AzureError as error:  # connected, but the numbers did not come
        messages.warning(request, _("The phone numbers could not be fetched: %(reason)s") % {"reason": error.message})
        return redirect("center:advanced")
    messages.success(request, _("“%(name)s” is connected.") % {"name": connection.resource_name})
    return redirect("center:advanced")


def _connected(request: StaffRequest) -> bool:
    return connections_of(request.user).filter(disconnected_at=None).exists()


def _explain(form: ConnectForm, refused: Refused) -> None:
    if not isinstance(refused, actions.FieldsRefused):
        form.add_error(None, refused.message)
        return
    for field, text in refused.errors.items():
        form.add_error(field, text)

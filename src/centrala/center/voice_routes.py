"""A voice route: made, changed, moved, deleted, in Azure. Its name is how Azure knows it."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from centrala.azure.direct_routing import SipRouting, VoiceRoute
from centrala.azure.errors import AzureError
from centrala.carriers import patterns, sip, voice_routes
from centrala.carriers.voice_routes import LONGEST_DESCRIPTION, LONGEST_NAME, RouteChange
from centrala.center.carriers import HOST, as_refused, connected
from centrala.errors import Misconfigured, Refused
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import WORDS, explain
from centrala.organization.posting import post_only

UNPROCESSABLE, BAD_GATEWAY = 422, 502
EXAMPLES = ((r"^\+\d+$", gettext_lazy("every number")), (r"^\+48\d{9}$", gettext_lazy("numbers of Poland")),
            (r"^\+1(425|206)\d{7}$", gettext_lazy("two area codes of the United States")))  # fmt: skip


class RouteForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(WORDS | {"autocomplete": "off"}),
    )
    pattern = forms.CharField(
        label=gettext_lazy("Number pattern"),
        max_length=patterns.LONGEST,
        help_text=gettext_lazy("A regular expression for numbers with their plus, as .NET reads it."),
        widget=forms.TextInput(HOST),
    )
    controllers = forms.MultipleChoiceField(
        label=gettext_lazy("Border controllers"),
        required=False,
        help_text=gettext_lazy(
            "Of several, one is taken at random; the next when it answers 408, 503 or 504 or is inactive."
        ),
        widget=forms.CheckboxSelectMultiple,
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=LONGEST_DESCRIPTION,
        widget=forms.Textarea({"rows": 2}),
    )
    version = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, data: QueryDict | None, *, routing: SipRouting, known: VoiceRoute | None) -> None:
        initial: dict[str, object] = {"version": routing.version}
        if known is not None:
            initial |= {"name": known.name, "pattern": known.pattern, "description": known.description}
            initial["controllers"] = list(known.controllers)
        super().__init__(data, initial=initial)
        choices = [(one.fqdn, one.fqdn) for one in routing.controllers]
        self.fields["controllers"].choices = choices  # type: ignore[attr-defined]

    @property
    def change(self) -> VoiceRoute:
        told = self.cleaned_data
        return VoiceRoute(
            name=told["name"],
            pattern=told["pattern"],
            description=told["description"],
            controllers=tuple(told["controllers"]),
        )


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StaffRequest) -> HttpResponse:
    """The route whose name stands in the address; without one a new route."""
    connection, name = connected(request), request.GET.get("name", "")
    try:
        routing = sip.of(connection)
    except (AzureError, Misconfigured) as error:
        messages.warning(request, as_refused(error).message)
        return redirect("center:carriers")
    known = next((route for route in routing.routes if route.name == name), None)
    if name and known is None:
        raise Http404
    form = RouteForm(request.POST if request.method == "POST" else None, routing=routing, known=known)
    if form.is_valid():
        change = RouteChange(route=form.change, known=name, version=form.cleaned_data["version"])
        try:
            voice_routes.save_route(connection=connection, change=change, actor=request.user)
        except (Refused, AzureError, Misconfigured) as error:
            explain(form, as_refused(error))
        else:
            messages.success(request, _("“%(name)s” is saved in Azure.") % {"name": change.route.name})
            return redirect("center:carriers")
    context = {"form": form, "known": known, "routing": routing, "examples": EXAMPLES}
    return render(request, "center/voice_route.html", context, status=UNPROCESSABLE if form.errors else 200)


@administrators_only
@post_only
def move(request: StaffRequest) -> HttpResponse:
    name, version = request.POST.get("name", ""), request.POST.get("version", "")
    up = request.POST.get("to") == "up"
    try:
        voice_routes.move_route(connection=connected(request), name=name, up=up, version=version, actor=request.user)
    except (Refused, AzureError, Misconfigured) as error:
        messages.warning(request, as_refused(error).message)
    return redirect("center:carriers")


@administrators_only
@post_only
def remove(request: StaffRequest) -> HttpResponse:
    name, version = request.POST.get("name", ""), request.POST.get("version", "")
    try:
        voice_routes.remove_route(connection=connected(request), name=name, version=version, actor=request.user)
    except (Refused, AzureError, Misconfigured) as error:
        messages.warning(request, as_refused(error).message)
    else:
        messages.success(request, _("“%(name)s” is deleted.") % {"name": name})
    return redirect("center:carriers")

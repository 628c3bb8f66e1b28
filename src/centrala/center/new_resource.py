"""Connect with a new resource: it is made in Azure with the administrator's rights, and set up like any other then."""

from azure.core.credentials import TokenCredential
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from centrala.azure.errors import AzureError
from centrala.azure.new_resource import DATA_LOCATIONS, Maker
from centrala.azure.places import Subscription, list_groups, list_subscriptions
from centrala.center.before_connecting import led_away
from centrala.center.forms import PLAIN, SetupForm
from centrala.connection.azure_words import in_words
from centrala.connection.creating import Wanted, create, reason_against
from centrala.connection.sign_in import azure_credential_of
from centrala.errors import Refused
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import explain
from centrala.organization.standing import standing

PAGE = "center/new_resource.html"
UNPROCESSABLE = 422
LONGEST_NAME, LONGEST_GROUP = 63, 90


class NewResourceForm(forms.Form):
    """What the original's *Create new resource* asks for; the application may be left to the hub."""

    group = forms.CharField(
        label=gettext_lazy("Resource group"),
        max_length=LONGEST_GROUP,
        help_text=gettext_lazy("One from the list, or a new name: the group is made then."),
        widget=forms.TextInput(PLAIN | {"list": "groups"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Resource name"),
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("1 to 63 letters from A to Z, digits and hyphens; nobody else in Azure may have it."),
        widget=forms.TextInput(PLAIN | {"maxlength": LONGEST_NAME}),
    )
    data_location = forms.ChoiceField(
        label=gettext_lazy("Data location"),
        choices=[("", gettext_lazy("Choose…")), *((one, one) for one in DATA_LOCATIONS)],
        help_text=gettext_lazy("Where Microsoft keeps the resource's data. It cannot be changed later."),
    )
    application_id = forms.CharField(
        label=gettext_lazy("Event grid app id"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Application (client) ID. Empty: one is registered for this hub."),
        widget=forms.TextInput(PLAIN | {"aria-required": "false"}),
    )

    def clean_application_id(self) -> str:
        """By the rule of the page that goes on with it."""
        form = SetupForm({"application_id": self.cleaned_data["application_id"]})
        if not form.is_valid():
            raise forms.ValidationError(list(form.errors["application_id"]))
        return str(form.cleaned_data["application_id"])


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: StaffRequest) -> HttpResponse:
    if (answer := led_away(request, back="center:connect-new")) is not None:
        return answer
    credential = azure_credential_of(request)
    assert credential is not None  # else led away
    try:
        return _shown(request, credential)
    except AzureError as error:
        return render(request, PAGE, {"reason": in_words(error)})


def _shown(request: StaffRequest, credential: TokenCredential) -> HttpResponse:
    subscriptions = _subscriptions(credential)
    asked = request.GET.get("subscription", "")
    fit = [one.id for one in subscriptions]
    chosen = asked if asked in fit else fit[0] if len(fit) == 1 else ""
    context: dict[str, object] = {"subscriptions": subscriptions, "chosen": chosen}
    if not chosen:
        return render(request, PAGE, context)
    form = NewResourceForm(request.POST or None)
    if form.is_valid():
        try:
            return _made(request, form, chosen, credential)
        except Refused as refused:
            explain(form, refused)
        except AzureError as error:
            form.add_error(None, in_words(error))
    context |= {"form": form, "groups": list_groups(chosen, credential=credential, cloud=settings.CLOUD)}
    return render(request, PAGE, context, status=UNPROCESSABLE if form.errors else 200)


def _made(request: StaffRequest, form: NewResourceForm, subscription: str, credential: TokenCredential) -> HttpResponse:
    """To the plan that links an application and makes the event subscriptions: without it nothing would arrive."""
    told = form.cleaned_data
    wanted = Wanted(
        subscription_id=subscription, group=told["group"], name=told["name"], data_location=told["data_location"]
    )
    resource = create(wanted=wanted, credential=credential, actor=request.user)
    messages.success(
        request,
        _("“%(name)s” is made in Azure. Look at the plan: it makes the events arrive here, and connects it.")
        % {"name": resource.name},
    )
    query = {"resource": str(resource)} | ({"application_id": told["application_id"]} if told["application_id"] else {})
    return redirect(reverse("center:azure-setup", query=query))


@administrators_only
@require_safe
def name_state(request: StaffRequest) -> HttpResponse:
    """Whether the resource may be called so, while it is written."""
    credential, name = azure_credential_of(request), request.GET.get("name", "").strip()
    context: dict[str, object] = {"name": name}
    if credential is not None and name:
        maker = Maker(subscription_id=request.GET.get("subscription", ""), credential=credential, cloud=settings.CLOUD)
        try:
            context["trouble"] = reason_against(name[: LONGEST_NAME + 1], maker)
        except AzureError as error:
            context["unknown"] = in_words(error)
    return render(request, "center/_name_state.html", context)


def _subscriptions(credential: TokenCredential) -> list[Subscription]:
    """Those of the organisation's tenant in which something can be made."""
    organization = standing().organization
    tenant = str(organization.tenant_id) if organization else ""
    every = list_subscriptions(credential=credential, cloud=settings.CLOUD)
    return [one for one in every if one.is_active and one.tenant_id == tenant]

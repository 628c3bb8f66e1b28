"""Pick the resource in Azure: subscription, group, resource, application, each from what the administrator may see.

A form of lists that leads to itself by GET; each choice makes the next list. At the end it leads to the five fields.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from azure.core.credentials import TokenCredential
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from centrala.azure.errors import AzureError
from centrala.azure.graph import Application, directory
from centrala.azure.identifiers import ResourceId
from centrala.azure.places import list_resources, list_subscriptions
from centrala.center.before_connecting import led_away
from centrala.connection.azure_words import in_words
from centrala.connection.sign_in import azure_credential_of
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.standing import standing


@dataclass(frozen=True, kw_only=True)
class Option:
    value: str
    label: str
    unfit: bool = False  # shown, so that nobody looks for it elsewhere, but not to be chosen


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One list. `trouble` says why it is empty."""

    name: str
    label: str
    options: Sequence[Option]
    chosen: str
    trouble: str = ""


@administrators_only
@require_safe
def pick(request: StaffRequest) -> HttpResponse:
    if (answer := led_away(request, back="center:connect-pick")) is not None:
        return answer
    credential = azure_credential_of(request)
    assert credential is not None  # else led away
    picking = Picking(request, credential)
    return render(request, "center/pick.html", {"choices": picking.choices, "leads_to": picking.leads_to})


class Picking:
    """The lists as far as they are chosen; `leads_to` is the filled form, "" until all of it is known."""

    def __init__(self, request: StaffRequest, credential: TokenCredential) -> None:
        self._asked, self._credential = request.GET, credential
        organization = standing().organization
        self._tenant = str(organization.tenant_id) if organization else ""
        self.choices: list[Choice] = []
        self.leads_to = ""
        self._walk()

    def _walk(self) -> None:
        subscription = self._choose("subscription", _("Subscription"), self._subscriptions)
        if not subscription:
            return
        resources: list[ResourceId] = []
        group = self._choose("group", _("Resource group"), lambda: self._groups(subscription, resources))
        if not group:
            return
        resource = self._choose("resource", _("Resource"), lambda: _in_group(resources, group))
        if not resource:
            return
        application = self._choose("application", _("App registration"), self._applications, needed=False)
        self.leads_to = self._form(resource, application)

    def _choose(self, name: str, label: str, read: Callable[[], list[Option]], *, needed: bool = True) -> str:
        """What was asked for if it is in the list; else, of a list of one that is needed, that one."""
        try:
            options, trouble = read(), ""
        except AzureError as error:
            options, trouble = [], in_words(error)
        fit = [one.value for one in options if not one.unfit]
        asked = self._asked.get(name, "")
        chosen = asked if asked in fit else fit[0] if needed and len(fit) == 1 else ""
        self.choices.append(Choice(name=name, label=label, options=options, chosen=chosen, trouble=trouble))
        return chosen

    def _subscriptions(self) -> list[Option]:
        return [
            Option(
                value=one.id,
                label=one.name if one.is_active else f"{one.name} ({one.state})",
                unfit=not one.is_active or one.tenant_id != self._tenant,
            )
            for one in list_subscriptions(credential=self._credential, cloud=settings.CLOUD)
        ]

    def _groups(self, subscription: str, resources: list[ResourceId]) -> list[Option]:
        """Those that hold a resource; the resources are told on the way."""
        resources += list_resources(subscription, credential=self._credential, cloud=settings.CLOUD)
        return [Option(value=name, label=name) for name in dict.fromkeys(one.resource_group for one in resources)]

    def _applications(self) -> list[Option]:
        with directory(credential=self._credential, cloud=settings.CLOUD) as graph:
            own = sorted(graph.own_applications(), key=lambda one: (one.display_name.lower(), one.client_id))
        return [Option(value=one.client_id, label=_name_of(one)) for one in own]

    def _form(self, resource: str, application: str) -> str:
        filled = {
            "resource_name": ResourceId.parse(resource).name,
            "resource_id": resource,
            "event_grid_app_id": application,
            "event_grid_app_tenant_id": self._tenant,
        }
        return reverse("center:connect-existing", query={name: value for name, value in filled.items() if value})


def _in_group(resources: list[ResourceId], group: str) -> list[Option]:
    return [Option(value=str(one), label=one.name) for one in resources if one.resource_group == group]


def _name_of(application: Application) -> str:
    if application.multi_tenant:
        return application.display_name
    return _("%(name)s (accounts in this directory only)") % {"name": application.display_name}

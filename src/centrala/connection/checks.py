"""The five fields of "Use existing resource", each checked as far as the credentials reach.

Every check answers with the text for its field, or nothing. Nothing is stored here.
"""

import re
from dataclasses import dataclass, field, replace
from uuid import UUID

from azure.core.credentials import TokenCredential
from django.utils.translation import gettext as _

from centrala.azure import phone_numbers, resources
from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError
from centrala.azure.identifiers import ConnectionString, ResourceId, type_named_by
from centrala.connection.azure_words import in_words
from centrala.connection.leftovers import other_installation
from centrala.connection.steps import Step, Tell, nobody
from centrala.errors import Refused
from centrala.organization.models import Organization
from centrala.organization.standing import standing

GUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
# Whoever is not let in, or cannot even sign in, has not seen the resource; the key is asked all the same.
NOT_SHOWN = {None, 401, 403}
SECONDS = 5.0  # somebody waits for the page, and an Azure that does not answer has not refused
PUBLIC_DOMAINS = (".communication.azure.com", ".communication.azure.us")


@dataclass(frozen=True, kw_only=True)
class ConnectFields:
    """What the administrator typed, as typed."""

    resource_name: str
    resource_id: str
    connection_string: str = field(repr=False)
    event_grid_app_id: str
    event_grid_app_tenant_id: str
    confirmed: bool = False
    taken_over: bool = False  # another installation may have used it, and does not any more

    @property
    def parsed_resource(self) -> ResourceId | None:
        try:
            return ResourceId.parse(self.resource_id)
        except ValueError:
            return None


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What the checks may ask: the cloud, and Resource Manager where there is a credential for it."""

    cloud: Cloud
    credential: TokenCredential | None = None
    tell: Tell = nobody


def eligible(*, lent: bool = False) -> Organization:
    """The organisation, if it may connect at all, or have numbers `lent`. Raises Refused with what is missing."""
    there = standing()
    organization = there.organization
    if organization is None:
        raise Refused(_("The organisation is not set up yet. Fix: centrala organization --name NAME --tenant ID."))
    if lent and not there.trial_running:
        raise Refused(_("No trial is running. Fix: centrala organization --kind trial."))
    if there.trial_running and not lent:
        raise Refused(_("A trial organisation cannot connect a resource of its own. End the trial first."))
    if not there.licensed:
        raise Refused(_("The organisation has no licence for channels. Fix: centrala organization --licence yes."))
    if not there.voice_ready:
        raise Refused(_("Voice is not added, or its terms are not accepted. Fix: on the page Organisation, do both."))
    return organization


def errors_in(fields: ConnectFields, *, tenant_id: UUID, reach: Reach) -> dict[str, str]:
    """The text for each field that is wrong. The cloud is asked only when the forms are right."""
    reach.tell(Step.FORM)
    errors = {
        "resource_id": _resource_id(fields),
        "resource_name": _resource_name(fields),
        "connection_string": _connection_string(fields, reach.cloud),
        "event_grid_app_id": _application_id(fields, tenant_id),
        "event_grid_app_tenant_id": wrong_tenant(fields, tenant_id),
        "confirmed": None if fields.confirmed else _("Confirm that this resource serves this installation only."),
    }
    if not any(errors.values()):
        errors["resource_id"], errors["connection_string"], reach = _ask_the_cloud(fields, reach)
    if not any(errors.values()) and not fields.taken_over:
        errors["taken_over"] = _used_elsewhere(fields, reach)
    return {name: text for name, text in errors.items() if text}


def string_errors_in(fields: ConnectFields, *, reach: Reach) -> str | None:
    """The text for a connection string that is to replace the one of a connected resource."""
    if text := _connection_string(fields, reach.cloud):
        return text
    unreadable, wrong, _reach = _ask_the_cloud(fields, reach)
    return wrong or unreadable


def _resource_id(fields: ConnectFields) -> str | None:
    if fields.parsed_resource is not None:
        return None
    if not fields.resource_id.strip():
        return _("Enter the resource id: in the Azure portal, Settings > Properties of the resource, copy Resource ID.")
    if other := type_named_by(fields.resource_id):
        return _(
            "This is the id of another kind of resource, %(type)s. Open the Communication Services resource itself, "
            "Settings > Properties, and copy Resource ID."
        ) % {"type": other}
    return _(
        "This is not the id of a Communication Services resource. In the Azure portal open the resource, "
        "Settings > Properties, and copy Resource ID: it begins with /subscriptions/ and holds "
        "/providers/Microsoft.Communication/CommunicationServices/."
    )


def _resource_name(fields: ConnectFields) -> str | None:
    name, resource = fields.resource_name.strip(), fields.parsed_resource
    if not name:
        return _("Enter the name of the resource, as Settings > Properties shows it.")
    if resource is not None and resource.name.lower() != name.lower():
        return _("The resource id ends with “%(last)s”, not with this name. Copy both from the same resource.") % {
            "last": resource.name
        }
    return None


def _connection_string(fields: ConnectFields, cloud: Cloud) -> str | None:
    try:
        parsed = ConnectionString.parse(fields.connection_string)
    except ValueError:
        if not fields.connection_string.strip():
            return _("Enter the connection string: in the resource, Tools > Keys, under Primary key.")
        if ConnectionString.is_swapped(fields.connection_string):
            return _("Address and key are swapped: endpoint= is the address, accesskey= the key. Copy it again whole.")
        return _(
            "This is not a connection string. In the Azure portal open the resource, Tools > Keys, and copy "
            "Connection string under Primary key: endpoint=https://…;accesskey=…"
        )
    host, resource = parsed.host.partition(":")[0], fields.parsed_resource
    if cloud.is_public and not host.endswith(PUBLIC_DOMAINS):
        return _("%(host)s is not an address of Azure Communication Services. Copy the connection string again.") % {
            "host": host
        }
    if resource and host.endswith(PUBLIC_DOMAINS) and host.partition(".")[0] != resource.name.lower():
        return _other_host(host, resource)
    return None


def _guid(text: str, what: str) -> str | None:
    if not text.strip():
        return _("Enter an id: copy %(what)s.") % {"what": what}
    if _as_guid(text) is None:
        return _("This is not an id of the form 00000000-0000-0000-0000-000000000000. Copy %(what)s.") % {"what": what}
    return None


def _application_id(fields: ConnectFields, tenant_id: UUID) -> str | None:
    if wrong := _guid(fields.event_grid_app_id, _("Application (client) ID")):
        return wrong
    if _as_guid(fields.event_grid_app_id) == tenant_id:
        return _("This is the tenant's id. On the application's page copy Application (client) ID.")
    return None


def wrong_tenant(fields: ConnectFields, tenant_id: UUID) -> str | None:
    wrong = _guid(fields.event_grid_app_tenant_id, _("Directory (tenant) ID"))
    if wrong:
        return wrong
    if _as_guid(fields.event_grid_app_tenant_id) != tenant_id:
        return _(
            "This is another tenant than the organisation's, %(tenant)s. Register the application there, "
            "or correct the organisation's tenant."
        ) % {"tenant": tenant_id}
    return None


def _as_guid(text: str) -> UUID | None:
    text = text.strip()
    return UUID(text) if GUID.fullmatch(text) else None


def _ask_the_cloud(fields: ConnectFields, reach: Reach) -> tuple[str | None, str | None, Reach]:
    """The texts for resource_id and connection_string after asking Resource Manager and the resource itself; and what
    is left to be asked, without the credential where nobody answered it."""
    resource, parsed = fields.parsed_resource, ConnectionString.parse(fields.connection_string)
    assert resource is not None
    if reach.credential is not None:
        reach.tell(Step.RESOURCE)
        try:
            cloud = reach.cloud.within(SECONDS)
            host = resources.read_resource(resource, credential=reach.credential, cloud=cloud).host
        except AzureError as error:
            if error.permanent and error.status not in NOT_SHOWN:
                return _unreadable(error), None, reach
            host, reach = "", reach if error.status else replace(reach, credential=None)
        if host and host != parsed.host:
            return None, _other_host(parsed.host, resource), reach
    return None, _key_refused(parsed, reach), reach


def _key_refused(parsed: ConnectionString, reach: Reach) -> str | None:
    reach.tell(Step.KEY)
    try:
        phone_numbers.list_numbers(connection=parsed, cloud=reach.cloud)
    except AzureError as error:
        if error.status in {401, 403}:
            return _(
                "The service does not accept this key. Copy the connection string again: keys change when rotated."
            )
        return _(
            "The service at %(host)s could not be asked (%(reason)s). Check the host and the network, then retry."
        ) % {
            "host": parsed.host,
            "reason": in_words(error),
        }
    return None


def _used_elsewhere(fields: ConnectFields, reach: Reach) -> str | None:
    """Whether an event subscription of the resource sends to another installation; who may not look, does not know."""
    if reach.credential is None or fields.parsed_resource is None:
        return None
    try:
        other = other_installation(
            fields.parsed_resource, credential=reach.credential, cloud=reach.cloud.within(SECONDS)
        )
    except AzureError:
        return None
    return None if other is None else elsewhere(*other)


def elsewhere(name: str, hub: str) -> str:
    return _(
        "Its event subscription “%(name)s” sends to another installation, %(hub)s, and one resource serves one "
        "installation. Disconnect it there first, or confirm that it is used there no more (at the command line "
        "--taken-over)."
    ) % {"name": name, "hub": hub}


def _unreadable(error: AzureError) -> str:
    if error.status == 404:
        return _("Azure knows no resource with this id. Copy it again from Settings > Properties.")
    return _("Azure does not show this resource: %(reason)s") % {"reason": in_words(error)}


def _other_host(host: str, resource: ResourceId) -> str:
    return _("This connection string belongs to %(host)s, not to the resource “%(name)s”.") % {
        "host": host,
        "name": resource.name,
    }

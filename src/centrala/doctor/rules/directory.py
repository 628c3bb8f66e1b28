"""The application that Event Grid's tokens are made for, and the three places in which its id may be wrong."""

from datetime import timedelta

from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centrala.connection.provisioning.blueprint import ROLE
from centrala.doctor.context import Context
from centrala.doctor.finding import Action, Fix, NotChecked, Outcome, State
from centrala.doctor.in_azure import Registration
from centrala.doctor.ours import our_subscriptions
from centrala.doctor.rule import Needs, Rule

SPREADING = timedelta(minutes=15)
MEMBERS = {"Application", "User"}
PROVISION = Fix(text=gettext_lazy("Have it set up:"), command="centrala provision", action=Action.PROVISION)
# The organisation's tenant stays while a resource is connected, and so does the connected one.
CONNECT_ANEW = Fix(
    text=gettext_lazy("Disconnect the resource, correct the organisation's tenant, and connect it again."),
    command="centrala disconnect",
    action=Action.MANAGE,
)


def application_exists(context: Context) -> str:
    found = context.azure.registration()
    if found is None:
        return _("The directory has no application with the connected id %(id)s.") % {"id": context.connected.app_id}
    if found.principal is None:
        return _("The application %(id)s has no service principal in this tenant.") % {"id": context.connected.app_id}
    return ""


def multi_tenant(context: Context) -> str:
    application = _registration(context).application
    if application.multi_tenant:
        return ""
    return _("The application “%(name)s” is for accounts of one directory only (single tenant).") % {
        "name": application.display_name
    }


def application_ids(context: Context) -> str:
    ours = context.connected.app_id
    for one in our_subscriptions(context):
        named = one.application_id.lower().removeprefix("api://")
        if named and named != ours:
            return _(
                "The event subscription “%(name)s” uses the application %(theirs)s; the connected one is %(ours)s."
            ) % {
                "name": one.name,
                "theirs": named,
                "ours": ours,
            }
    return ""


def tenants(context: Context) -> str | Outcome:
    organization, ours = context.hub.organization, context.connected.tenant_id
    if organization is not None and str(organization.tenant_id) != ours:
        cause = _("The connected tenant is %(ours)s, the organisation's is %(theirs)s.") % {
            "ours": ours,
            "theirs": organization.tenant_id,
        }
        return Outcome(state=State.ERROR, cause=cause, fix=CONNECT_ANEW)
    try:
        subscriptions = our_subscriptions(context)
    except NotChecked:
        return ""
    for one in subscriptions:
        if one.tenant_id and one.tenant_id != ours:
            return _("The event subscription “%(name)s” uses the tenant %(theirs)s; the connected one is %(ours)s.") % {
                "name": one.name,
                "theirs": one.tenant_id,
                "ours": ours,
            }
    return ""


def event_grid(context: Context) -> str:
    if context.azure.event_grid() is not None:
        return ""
    return _("The tenant does not know Event Grid's own application %(id)s: it can get no token.") % {
        "id": context.cloud.event_grid_app_id
    }


def app_role(context: Context) -> str:
    role = _registration(context).application.role(ROLE)
    if role is None:
        return _missing(context, _("The application offers no role %(role)s.") % {"role": ROLE})
    if not role.enabled:
        return _missing(context, _("The role %(role)s is switched off.") % {"role": ROLE})
    if lacking := sorted(MEMBERS - set(role.members)):
        return _("The role %(role)s does not allow %(kinds)s.") % {"role": ROLE, "kinds": ", ".join(lacking)}
    return ""


def role_assigned(context: Context) -> str:
    found, grid = _registration(context), context.azure.event_grid()
    role = found.application.role(ROLE)
    if role is None or grid is None:
        raise NotChecked(_("There is no role, or nobody to give it to."))
    if any((one.role_id, one.principal_id) == (role.id, grid.object_id) for one in found.assignments):
        return ""
    return _missing(context, _("Event Grid does not hold the role %(role)s.") % {"role": ROLE})


def writer(context: Context) -> str:
    caller, found = context.azure.caller(), _registration(context)
    role = found.application.role(ROLE)
    holders = {one.principal_id for one in found.assignments if role is not None and one.role_id == role.id}
    if caller.object_id in found.owners | holders:
        return ""
    return _("%(who)s neither owns the application nor holds its role, and could change no event subscription.") % {
        "who": caller.name
    }


def propagation(context: Context) -> str:
    made = _registration(context).application.created_at
    if made is None or context.now >= made + SPREADING:
        return ""
    handshakes = [one.seen.handshake for one in context.connected.endpoints.values()]
    if any(one is not None and one.at >= made for one in handshakes):
        return ""
    return _("The application is new: until %(time)s not all of Azure knows it, and handshakes may fail.") % {
        "time": time_format(localtime(made + SPREADING), "H:i")
    }


def _registration(context: Context) -> Registration:
    found = context.azure.registration()
    if found is None:
        raise NotChecked(_("The directory has no such application."))
    return found


def _missing(context: Context, cause: str) -> str:
    """By hand the role is not needed: it is missed only where the connection asks for it."""
    return cause if context.connected.connection.require_role else ""


RULES = (
    Rule(
        id="application-exists",
        title=gettext_lazy("The connected application is registered"),
        severity=State.ERROR,
        needs=Needs.DIRECTORY,
        check=application_exists,
        fix=Fix(
            text=gettext_lazy("Connect with the Application (client) ID of App registrations, or have one made:"),
            command="centrala provision",
            action=Action.PROVISION,
        ),
        looks_at="App registrations, for the connected Event grid app id, and its service principal",
        because="Event Grid gets no token for an application that is not there.",
        pitfalls=(7,),
    ),
    Rule(
        id="multi-tenant",
        title=gettext_lazy("The application is for accounts in any organizational directory"),
        severity=State.WARNING,
        needs=Needs.DIRECTORY,
        check=multi_tenant,
        fix=Fix(
            text=gettext_lazy(
                "In App registrations, Authentication, choose Accounts in any organizational directory under Supported "
                "account types."
            )
        ),
        looks_at="the Supported account types of the connected application",
        because="Microsoft's page about connecting asks for a multi-tenant application, and knows no other to work.",
        pitfalls=(),
    ),
    Rule(
        id="application-ids",
        title=gettext_lazy("Event subscriptions and connection name the same application"),
        severity=State.ERROR,
        needs=Needs.AZURE,
        check=application_ids,
        fix=Fix(
            text=gettext_lazy("Enter the connected id in the event subscription, or have it set:"),
            command="centrala provision",
            action=Action.PROVISION,
        ),
        looks_at="the AAD Application ID of each event subscription, beside the connected one",
        because="Tokens are made for the other application, and every delivery is refused and dropped.",
        pitfalls=(7,),
    ),
    Rule(
        id="tenants",
        title=gettext_lazy("Organisation, connection and event subscriptions name the same tenant"),
        severity=State.ERROR,
        needs=Needs.DATABASE,
        check=tenants,
        fix=Fix(
            text=gettext_lazy("Enter the connected tenant in the event subscription, or have it set:"),
            command="centrala provision",
            action=Action.PROVISION,
        ),
        looks_at="the organisation's tenant, the connected one and, where Azure shows them, those of the subscriptions",
        because="Tokens of another tenant are refused; across tenants only an application may set up deliveries.",
        pitfalls=(6,),
    ),
    Rule(
        id="event-grid-principal",
        title=gettext_lazy("The tenant knows Event Grid"),
        severity=State.ERROR,
        needs=Needs.DIRECTORY,
        check=event_grid,
        fix=Fix(
            text=gettext_lazy("Add its service principal:"),
            command="az ad sp create --id EVENT_GRID_ID",
            action=Action.PROVISION,
        ),
        looks_at="the service principal of Event Grid's own application",
        because="Event Grid cannot sign in here, so deliveries carry no token.",
        pitfalls=(4,),
    ),
    Rule(
        id="app-role",
        title=gettext_lazy("The application offers Event Grid's role to applications and users"),
        severity=State.ERROR,
        needs=Needs.DIRECTORY,
        check=app_role,
        fix=PROVISION,
        looks_at="the role AzureEventGridSecureWebhookSubscriber, where there is one or the connection asks for it",
        because="Tokens come without the claim `roles`, and where it is asked for they are refused.",
        pitfalls=(5,),
    ),
    Rule(
        id="role-assigned",
        title=gettext_lazy("Event Grid holds the role that the connection asks for"),
        severity=State.ERROR,
        needs=Needs.DIRECTORY,
        check=role_assigned,
        fix=PROVISION,
        looks_at="the role's assignments, where the connection asks for it",
        because="Tokens come without the role and are refused.",
        pitfalls=(4, 17),
    ),
    Rule(
        id="writer",
        title=gettext_lazy("You may point event subscriptions at the application"),
        severity=State.WARNING,
        needs=Needs.DIRECTORY,
        check=writer,
        fix=Fix(
            text=gettext_lazy("Let an owner of the application make you one, or have it done:"),
            command="centrala provision",
            action=Action.PROVISION,
        ),
        looks_at="the owners of application and service principal, and who holds the role",
        because="Since 2021 Event Grid lets nobody else create or change a subscription with this application.",
        pitfalls=(3,),
    ),
    Rule(
        id="propagation",
        title=gettext_lazy("All of Azure knows the application"),
        severity=State.WARNING,
        needs=Needs.DIRECTORY,
        check=propagation,
        fix=Fix(text=gettext_lazy("Wait until then, and try again. `centrala provision` waits by itself.")),
        looks_at="when the application was made, and the handshakes since",
        because="New ids take up to 15 minutes to spread. A handshake that fails meanwhile is no error of yours.",
        pitfalls=(17, 27),
    ),
)

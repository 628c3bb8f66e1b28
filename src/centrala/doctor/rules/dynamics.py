"""A Dynamics 365 organisation on the same resource: what it has stored, beside what Event Grid uses."""

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centrala.azure.eventgrid import Subscription
from centrala.doctor.context import Context
from centrala.doctor.dynamics import StoredIds
from centrala.doctor.finding import Fix, NotChecked, State
from centrala.doctor.rule import Needs, Rule

HOW = Fix(
    text=gettext_lazy("Name the organisation:"), command="centrala doctor --dataverse-url https://ORG.crm.dynamics.com"
)


def entries(context: Context) -> str:
    stored = _stored(context)
    if not stored:
        return _("The organisation has no provider setting entries: no resource is connected there.")
    for one in stored:
        for key, value in (("EventGridAppID", one.application), ("EventGripAppTenantID", one.tenant)):
            if not value:
                return _("The provider setting “%(setting)s” has no entry %(key)s.") % {
                    "setting": one.setting,
                    "key": key,
                }
            if not _is_id(value):
                return _("The entry %(key)s of “%(setting)s” is not an id: %(value)s.") % {
                    "setting": one.setting,
                    "key": key,
                    "value": value,
                }
    return ""


def subscriptions(context: Context) -> str:
    """Those that do not deliver to this hub are the organisation's."""
    stored = _stored(context)
    pairs = {(one.application, one.tenant) for one in stored}
    known = ", ".join(sorted(f"{application} ({tenant})" for application, tenant in pairs))
    for one in _theirs(context):
        named = (one.application_id.lower().removeprefix("api://"), one.tenant_id)
        if named not in pairs:
            return _("The event subscription “%(name)s” uses %(theirs)s; the organisation has stored %(ours)s.") % {
                "name": one.name,
                "theirs": f"{named[0] or '—'} ({named[1] or '—'})",
                "ours": known or "—",
            }
    return ""


def _theirs(context: Context) -> list[Subscription]:
    hub = context.hub.connected
    paths = {*(one.path for one in hub.endpoints.values()), *hub.retired} if hub else set()
    return [one for one in context.azure.subscriptions() if not any(path in one.url for path in paths)]


def _stored(context: Context) -> tuple[StoredIds, ...]:
    if context.dynamics is None:
        raise NotChecked(_("No Dynamics 365 organisation was named."), HOW)
    return context.dynamics.stored()


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


RULES = (
    Rule(
        id="dynamics-entries",
        title=gettext_lazy("Dynamics 365 has stored both ids"),
        severity=State.ERROR,
        needs=Needs.DIRECTORY,
        check=entries,
        fix=Fix(text=gettext_lazy("Connect the resource again in its admin center: Phone numbers > Advanced.")),
        looks_at="the active rows of Communication Provider Setting Entry, by either spelling of the tenant's key",
        because="Without both ids Dynamics 365 refuses what Event Grid delivers.",
        pitfalls=(7,),
    ),
    Rule(
        id="dynamics-subscriptions",
        title=gettext_lazy("Event subscriptions name what Dynamics 365 has stored"),
        severity=State.ERROR,
        needs=Needs.DIRECTORY,
        check=subscriptions,
        fix=Fix(
            text=gettext_lazy(
                "Enter the stored ids in the event subscription in the Azure portal, or connect the resource again in "
                "Dynamics 365 with the application that the subscription names."
            )
        ),
        looks_at="the event subscriptions of the resource that do not deliver to this hub",
        because="Dynamics 365 takes tokens for the stored application alone. It shows no reason when it refuses one.",
        pitfalls=(6, 7),
    ),
)

"""The connected resource and the Azure subscription it lies in."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from centrala.azure.errors import AzureError
from centrala.azure.providers import REGISTERED
from centrala.connection.azure_words import in_words
from centrala.doctor.context import Context
from centrala.doctor.finding import Action, Fix, NotChecked, Outcome, State, fine
from centrala.doctor.rule import Needs, Rule

WRITABLE = {"Enabled", "Warned", "PastDue"}
SUCCEEDED = "succeeded"
REGISTER = "az provider register --subscription SUBSCRIPTION_ID --namespace {}"


def azure_subscription(context: Context) -> str:
    state = context.azure.subscription_state()
    if state in WRITABLE:
        return ""
    return _("The Azure subscription is %(state)s: nothing in it can be changed, and services stop.") % {"state": state}


def resource(context: Context) -> str:
    found, connection = context.azure.resource(), context.connected.connection
    if found is None:
        return _("Azure knows no resource with the id %(id)s.") % {"id": connection.resource_id}
    if found.state.lower() != SUCCEEDED:
        return _("Azure says of the resource: %(state)s.") % {"state": found.state}
    host = context.connected.connection_string.host
    if found.host and found.host != host:
        return _("The stored connection string belongs to %(host)s, the resource is %(own)s.") % {
            "host": host,
            "own": found.host,
        }
    return ""


def local_auth(context: Context) -> str:
    found = context.azure.resource()
    if found is None:
        raise NotChecked(_("Azure knows no such resource."))
    return "" if found.keys_allowed else _("The resource takes no access keys any more (disableLocalAuth).")


def access_key(context: Context) -> str:
    """Asks the service itself, which needs no sign-in to Azure."""
    try:
        context.azure.numbers()
    except AzureError as error:
        if error.status not in {401, 403}:
            raise
        if _keys_are_off(context):
            raise NotChecked(_("The resource takes no access keys.")) from None
        return _("The service does not accept the stored access key: it was rotated.")
    return ""


def _keys_are_off(context: Context) -> bool:
    try:
        found = context.azure.resource()
    except (NotChecked, AzureError):
        return False
    return found is not None and not found.keys_allowed


def providers(context: Context) -> str | Outcome:
    missing = [name for name, state in context.azure.providers().items() if state != REGISTERED]
    if not missing:
        return ""
    command = " && ".join(REGISTER.format(name) for name in missing)
    return Outcome(
        state=State.ERROR,
        cause=_("Not registered: %(names)s.") % {"names": ", ".join(missing)},
        fix=Fix(text=_("Register them:"), command=command, action=Action.PROVISION),
    )


def managed_identity(context: Context) -> str:
    found = context.azure.resource()
    if found is None:
        raise NotChecked(_("Azure knows no such resource."))
    if found.identity:
        return ""
    return _(
        "The resource has no managed identity. Texts and calls do not need one; Azure AI in calls does (error 8567)."
    )


def numbers(context: Context) -> str | Outcome:
    try:
        count = len(context.azure.numbers())
    except AzureError as error:
        raise NotChecked(_("The numbers could not be read: %(reason)s") % {"reason": in_words(error)}) from None
    if not count:
        return _("The resource owns no number. A new tenant may buy one, and search five times a week.")
    return fine(
        ngettext(
            "The resource owns %(count)s number. A new tenant may buy one, and search five times a week.",
            "The resource owns %(count)s numbers. A new tenant may buy one, and search five times a week.",
            count,
        )
        % {"count": count}
    )


def outbound_numbers(context: Context) -> str:
    callers = context.hub.caller_numbers
    if not callers:
        return ""
    try:
        owned = {one.number: one.makes_calls for one in context.azure.numbers()}
    except AzureError as error:
        raise NotChecked(_("The numbers could not be read: %(reason)s") % {"reason": in_words(error)}) from None
    gone = [one.profile for one in callers if one.number not in owned]
    mute = [one.profile for one in callers if one.number in owned and not owned[one.number]]
    unread = [one.profile for one in callers if owned.get(one.number) and not one.makes_calls]
    told = (
        (gone, _("The resource does not own the number of these outbound profiles any more: %(names)s.")),
        (mute, _("The number of these outbound profiles may not make calls: %(names)s.")),
        (unread, _("The hub does not know yet that the number of these outbound profiles may make calls: %(names)s.")),
    )
    return " ".join(words % {"names": ", ".join(names)} for names, words in told if names)


RULES = (
    Rule(
        id="azure-subscription",
        title=gettext_lazy("The Azure subscription is active"),
        severity=State.ERROR,
        needs=Needs.AZURE,
        check=azure_subscription,
        fix=Fix(text=gettext_lazy("Let its owner activate it again under Subscriptions in the Azure portal.")),
        looks_at="the state of the subscription that the resource lies in",
        because="A disabled subscription is read-only, and its services stop.",
    ),
    Rule(
        id="resource",
        title=gettext_lazy("The resource is there and is the connected one"),
        severity=State.ERROR,
        needs=Needs.AZURE,
        check=resource,
        fix=Fix(text=gettext_lazy("Disconnect, and connect the resource whose numbers you use."), action=Action.MANAGE),
        looks_at="the resource's state and host name, beside the stored connection string",
        because="A resource that was deleted or replaced delivers nothing, whatever else is right.",
        pitfalls=(16,),
    ),
    Rule(
        id="local-auth",
        title=gettext_lazy("The resource takes access keys"),
        severity=State.ERROR,
        needs=Needs.AZURE,
        check=local_auth,
        fix=Fix(
            text=gettext_lazy("Allow them again:"),
            command="az resource update --ids RESOURCE_ID --set properties.disableLocalAuth=false",
        ),
        looks_at="disableLocalAuth of the resource",
        because="The hub sends texts with the connection string's key.",
        pitfalls=(25,),
    ),
    Rule(
        id="access-key",
        title=gettext_lazy("The stored access key is accepted"),
        severity=State.ERROR,
        needs=Needs.NETWORK,
        check=access_key,
        fix=Fix(
            text=gettext_lazy("Repair the connection string; in a terminal it is read anew by:"),
            command="centrala doctor --fix",
            action=Action.MANAGE,
        ),
        looks_at="a list of the numbers, asked for with the stored connection string",
        because="After a key was rotated no text can be sent.",
        pitfalls=(25,),
    ),
    Rule(
        id="providers",
        title=gettext_lazy("Azure's providers are registered"),
        severity=State.ERROR,
        needs=Needs.AZURE,
        check=providers,
        fix=Fix(
            text=gettext_lazy("Register them:"),
            command=REGISTER.format("Microsoft.EventGrid"),
            action=Action.PROVISION,
        ),
        looks_at="Microsoft.Communication and Microsoft.EventGrid in the resource's subscription",
        because="Without Microsoft.EventGrid no system topic and no event subscription can be made.",
        pitfalls=(8,),
    ),
    Rule(
        id="managed-identity",
        title=gettext_lazy("Azure AI could be linked to the resource"),
        severity=State.WARNING,
        needs=Needs.AZURE,
        check=managed_identity,
        fix=Fix(
            text=gettext_lazy("Only for Azure AI in calls: switch the identity on."),
            command="az communication identity assign --system-assigned --subscription SUBSCRIPTION_ID"
            " --resource-group GROUP --name NAME",
        ),
        looks_at="the system-assigned identity of the resource; whether an AI resource is linked Azure does not tell",
        because="Speech and AI in calls fail with 8567. Nothing of this hub needs them.",
        pitfalls=(18,),
    ),
    Rule(
        id="numbers",
        title=gettext_lazy("The resource has a telephone number"),
        severity=State.WARNING,
        needs=Needs.NETWORK,
        check=numbers,
        fix=Fix(
            text=gettext_lazy("Buy one in the Azure portal, and fetch it:"),
            command="centrala numbers --sync",
            action=Action.NUMBERS,
        ),
        looks_at="the numbers the resource owns, beside what a new tenant may buy",
        because="Without a number no customer can write or call. Searches and purchases are few: plan them.",
        pitfalls=(26,),
    ),
    Rule(
        id="outbound-numbers",
        title=gettext_lazy("The numbers of outbound profiles make calls"),
        severity=State.ERROR,
        needs=Needs.NETWORK,
        check=outbound_numbers,
        fix=Fix(
            text=gettext_lazy(
                "Choose another number in the profile (Admin center > Outbound profiles), or allow this one to make "
                "calls in the Azure portal (Telephony and SMS > Phone numbers), and fetch the numbers:"
            ),
            command="centrala numbers --sync",
            action=Action.NUMBERS,
        ),
        looks_at="the number of each outbound profile, beside the numbers the resource owns and what they may do",
        because="Agents cannot call anybody by the profile: Azure, or the hub before it, refuses each call.",
    ),
)

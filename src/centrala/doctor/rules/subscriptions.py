"""System topic and event subscriptions: whether the right events set out for the right place."""

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from centrala.azure.eventgrid import SCHEMA, SUCCEEDED, Subscription
from centrala.connection.models import EVENT_TYPES, Service
from centrala.doctor.context import Context
from centrala.doctor.finding import Action, Fix, NotChecked, NotShown, State
from centrala.doctor.ours import feeding, our_subscriptions, path_of
from centrala.doctor.rule import Needs, Rule

CALL_MINUTES, CALL_ATTEMPTS = 5, 5  # beyond, nobody is on the line any more
MESSAGE_MINUTES, MESSAGE_ATTEMPTS = 720, 10  # below, one night without the hub loses texts
MANUAL = "AwaitingManualAction"
PROVISION = Fix(text=gettext_lazy("Have it set up:"), command="centrala provision", action=Action.PROVISION)
BY_HAND = Fix(
    text=gettext_lazy("Correct the event subscription in the Azure portal with the values of the endpoints' page, or:"),
    command="centrala provision",
    action=Action.PROVISION,
)


def system_topic(context: Context) -> str:
    return (
        "" if context.azure.topic() is not None else _("The resource has no system topic, so nobody hears its events.")
    )


def service_subscribed(context: Context) -> str:
    """By Azure's list; where that is not shown, by the endpoint's own memory of a subscription that was deleted."""
    try:
        context.azure.topic()
    except NotShown:
        gone = [service for service, one in context.connected.endpoints.items() if one.seen.deserted]
        if not gone:
            raise
    else:
        gone = _unsubscribed(context)
    if not gone:
        return ""
    return _("No event subscription delivers to: %(services)s.") % {
        "services": ", ".join(str(one.label) for one in gone)
    }


def _unsubscribed(context: Context) -> list[Service]:
    """A subscription that delivers to a replaced endpoint counts: another rule tells of it."""
    paths = {path_of(one) for one in our_subscriptions(context)}
    known = {service: {one.path} for service, one in context.connected.endpoints.items()}
    for path, service in context.connected.retired.items():
        known.setdefault(service, set()).add(path)
    return [service for service, own in known.items() if not own & paths]


def endpoint_current(context: Context) -> str:
    """Addresses of replaced endpoints, and our paths under another host."""
    if not context.address.usable:
        raise NotChecked(_("PUBLIC_URL is not an https address."))
    live = {one.path: one.url for one in context.connected.endpoints.values()}
    for one in our_subscriptions(context):
        if path_of(one) not in live:
            return _("The event subscription “%(name)s” delivers to an address that was replaced.") % {"name": one.name}
        if one.url.rstrip("/") != live[path_of(one)]:
            return _("The event subscription “%(name)s” delivers to %(host)s, this hub is at %(ours)s.") % {
                "name": one.name,
                "host": one.url.partition("/hooks/")[0],
                "ours": context.address.url,
            }
    return ""


def subscription_state(context: Context) -> str:
    for one in our_subscriptions(context):
        if one.state in {SUCCEEDED, ""} or _explained(one):
            continue
        if one.state == MANUAL:
            return _("The event subscription “%(name)s” waits for a handshake that this hub has not answered.") % {
                "name": one.name
            }
        return _("Azure says of the event subscription “%(name)s”: %(state)s.") % {"name": one.name, "state": one.state}
    return ""


def _explained(one: Subscription) -> bool:
    """A rule of its own says why this one does not come about."""
    return one.schema != SCHEMA or not one.application_id


def event_schema(context: Context) -> str:
    """By Azure's list; where that is not shown, by what was offered to the endpoints."""
    try:
        wrong = [one.name for one in our_subscriptions(context) if one.schema != SCHEMA]
    except NotShown:
        for service, endpoint in context.connected.endpoints.items():
            offered, good = endpoint.seen.cloud_events, endpoint.seen.handshake
            if offered is not None and (good is None or good.at < offered.at):
                return _("An event subscription offered CloudEvents to the endpoint for %(service)s.") % {
                    "service": service.label
                }
        raise
    return _("CloudEvents was chosen for: %(names)s.") % {"names": ", ".join(wrong)} if wrong else ""


def authentication(context: Context) -> str:
    wrong = [one.name for one in our_subscriptions(context) if not one.application_id or not one.tenant_id]
    return _("Entra authentication is off for: %(names)s.") % {"names": ", ".join(wrong)} if wrong else ""


def event_types(context: Context) -> str:
    for service, wanted in EVENT_TYPES.items():
        subscriptions = feeding(context, service)
        if not subscriptions:
            continue
        if everything := next((one for one in subscriptions if not one.event_types), None):
            return _("The event subscription “%(name)s” sends every type of event.") % {"name": everything.name}
        chosen = {kind for one in subscriptions for kind in one.event_types}
        if missing := [kind for kind in wanted if kind not in chosen]:
            return _("Nobody sends %(types)s to the endpoint for %(service)s.") % {
                "types": ", ".join(missing),
                "service": service.label,
            }
        if foreign := sorted(chosen - set(wanted)):
            return _("The endpoint for %(service)s is also sent %(types)s, which do not belong there.") % {
                "types": ", ".join(foreign),
                "service": service.label,
            }
    return ""


def filters(context: Context) -> str:
    for one in our_subscriptions(context):
        if one.filters:
            return _("The event subscription “%(name)s” lets only some events through: %(filters)s.") % {
                "name": one.name,
                "filters": one.filters,
            }
    return ""


def duplicates(context: Context) -> str:
    counted = Counter(kind for one in our_subscriptions(context) for kind in set(one.event_types))
    twice = sorted(kind for kind, count in counted.items() if count > 1)
    return _("Several event subscriptions deliver %(types)s here.") % {"types": ", ".join(twice)} if twice else ""


def dead_letters(context: Context) -> str:
    lacking = [one.name for one in our_subscriptions(context) if one.dead_letters is None]
    if not lacking:
        return ""
    return ngettext(
        "%(names)s has no place for events that could not be delivered: what is refused is lost.",
        "%(names)s have no place for events that could not be delivered: what is refused is lost.",
        len(lacking),
    ) % {"names": ", ".join(lacking)}


def call_retries(context: Context) -> str:
    for one in feeding(context, Service.INCOMING_CALL):
        if one.minutes > CALL_MINUTES or one.attempts > CALL_ATTEMPTS:
            return ngettext(
                "“%(name)s” tries for %(minutes)s minute: calls ring here whose callers have long hung up.",
                "“%(name)s” tries for %(minutes)s minutes: calls ring here whose callers have long hung up.",
                one.minutes,
            ) % {"name": one.name, "minutes": one.minutes}
    return ""


def message_retries(context: Context) -> str:
    for one in [*feeding(context, Service.SMS), *feeding(context, Service.RECORDING)]:
        if one.minutes < MESSAGE_MINUTES or one.attempts < MESSAGE_ATTEMPTS:
            return ngettext(
                "“%(name)s” gives up after %(minutes)s minute or %(attempts)s attempts.",
                "“%(name)s” gives up after %(minutes)s minutes or %(attempts)s attempts.",
                one.minutes,
            ) % {"name": one.name, "minutes": one.minutes, "attempts": one.attempts}
    return ""


RULES = (
    Rule(
        id="system-topic",
        title=gettext_lazy("The resource has a system topic"),
        severity=State.ERROR,
        needs=Needs.AZURE,
        check=system_topic,
        fix=PROVISION,
        looks_at="the system topics of the subscription, for the one whose source is the resource",
        because="Event subscriptions hang on it. Azure allows one per resource, so a second cannot be made either.",
        pitfalls=(9,),
    ),
    Rule(
        id="service-subscribed",
        title=gettext_lazy("Each service has an event subscription"),
        severity=State.ERROR,
        needs=Needs.AZURE,
        check=service_subscribed,
        fix=PROVISION,
        looks_at="the event subscriptions that deliver to this hub's endpoints; else whether one told of its end",
        because="What nobody subscribed to never comes.",
        pitfalls=(9, 12),
    ),
    Rule(
        id="endpoint-current",
        title=gettext_lazy("Event subscriptions deliver to the endpoints in force"),
        severity=State.ERROR,
        needs=Needs.AZURE,
        check=endpoint_current,
        fix=BY_HAND,
        looks_at="the address of each event subscription, beside the endpoints in force",
        because="A replaced address answers for one more day. Azure hides addresses: a mix-up is not seen there.",
        pitfalls=(12,),
    ),
    Rule(
        id="subscription-state",
        title=gettext_lazy("Azure has accepted every event subscription"),
        severity=State.ERROR,
        needs=Needs.AZURE,
        check=subscription_state,
        fix=Fix(
            text=gettext_lazy("See above whether the endpoints answer, then set it up again:"),
            command="centrala provision",
            action=Action.PROVISION,
        ),
        looks_at="provisioningState of each event subscription that delivers here",
        because="A subscription that is Failed, or waits for its handshake, delivers nothing.",
        pitfalls=(1, 16),
    ),
    Rule(
        id="event-schema",
        title=gettext_lazy("Event subscriptions use the Event Grid Schema"),
        severity=State.ERROR,
        needs=Needs.AZURE,
        check=event_schema,
        fix=Fix(
            text=gettext_lazy(
                "Delete the event subscription and make it anew with Event Schema: Event Grid Schema, or:"
            ),
            command="centrala provision",
            action=Action.PROVISION,
        ),
        looks_at="the schema of each event subscription; else whether CloudEvents was offered to an endpoint",
        because="CloudEvents asks for consent by OPTIONS. This hub gives none, as the original does not.",
        pitfalls=(2,),
    ),
    Rule(
        id="authentication",
        title=gettext_lazy("Deliveries carry a token"),
        severity=State.ERROR,
        needs=Needs.AZURE,
        check=authentication,
        fix=BY_HAND,
        looks_at="whether Use AAD authentication is ticked, with both ids",
        because="A delivery without a token is refused, and Event Grid drops it.",
        pitfalls=(4, 19),
    ),
    Rule(
        id="event-types",
        title=gettext_lazy("Each endpoint is sent its own types of event"),
        severity=State.ERROR,
        needs=Needs.AZURE,
        check=event_types,
        fix=BY_HAND,
        looks_at="Filter to Event Types of each event subscription: both types for SMS, full names, and no others",
        because="With SMS Received alone no text is ever known to be delivered; a short name fits no event at all.",
        pitfalls=(10,),
    ),
    Rule(
        id="filters",
        title=gettext_lazy("No filter keeps events back"),
        severity=State.WARNING,
        needs=Needs.AZURE,
        check=filters,
        fix=BY_HAND,
        looks_at="subject and advanced filters of each event subscription",
        because="Events of the numbers left out never come.",
        pitfalls=(10, 24),
    ),
    Rule(
        id="duplicates",
        title=gettext_lazy("Each event is delivered by one subscription"),
        severity=State.WARNING,
        needs=Needs.AZURE,
        check=duplicates,
        fix=Fix(text=gettext_lazy("Delete the event subscriptions that are too many: Events in the Azure portal.")),
        looks_at="the types of event of all subscriptions that deliver here",
        because="Events come twice. They are kept once, but each costs, and nobody knows which one is meant.",
        pitfalls=(9, 21),
    ),
    Rule(
        id="dead-letter",
        title=gettext_lazy("Nothing that cannot be delivered is lost"),
        severity=State.WARNING,
        needs=Needs.AZURE,
        check=dead_letters,
        fix=Fix(
            text=gettext_lazy("Name a storage account and container for it:"),
            command="centrala provision --dead-letter STORAGE_ID/CONTAINER",
        ),
        looks_at="the dead-letter destination of each event subscription",
        because="What is answered 400, 401, 403 or 413 is never tried again.",
        pitfalls=(19,),
    ),
    Rule(
        id="call-retries",
        title=gettext_lazy("Old calls do not ring"),
        severity=State.WARNING,
        needs=Needs.AZURE,
        check=call_retries,
        fix=PROVISION,
        looks_at="retry policy of the subscription for incoming calls",
        because="A call that is delivered late rings at an agent, and nobody is there.",
        pitfalls=(23,),
    ),
    Rule(
        id="message-retries",
        title=gettext_lazy("Texts and recordings are tried for long enough"),
        severity=State.WARNING,
        needs=Needs.AZURE,
        check=message_retries,
        fix=PROVISION,
        looks_at="retry policies of the subscriptions for SMS and recordings",
        because="While the hub is down for an hour, what came in is lost.",
        pitfalls=(20, 22, 23),
    ),
)

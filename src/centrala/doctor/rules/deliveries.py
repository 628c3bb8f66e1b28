"""What really arrived at the endpoints."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centrala.connection.letter_box import why_unreadable
from centrala.doctor.context import Context
from centrala.doctor.finding import Action, Fix, NotChecked, State
from centrala.doctor.ours import feeding
from centrala.doctor.rule import Needs, Rule
from centrala.doctor.token_doctor import advice

RECENT = timedelta(days=1)


def handshake_seen(context: Context) -> str:
    """Of endpoints that something should come to: all, where Azure does not say which those are."""
    waiting = [
        str(service.label)
        for service, endpoint in context.connected.endpoints.items()
        if endpoint.seen.handshake is None and endpoint.seen.event is None
    ]
    try:
        expected = {str(service.label) for service in context.connected.endpoints if feeding(context, service)}
    except NotChecked:
        expected = set(waiting)
    never = [name for name in waiting if name in expected]
    return _("Azure has never been heard of at: %(services)s.") % {"services": ", ".join(never)} if never else ""


def last_delivery(context: Context) -> str:
    for service, endpoint in context.connected.endpoints.items():
        refusal = endpoint.seen.refusal
        if refusal is None or not endpoint.seen.troubled:
            continue
        token = endpoint.seen.token_refusal
        why = advice(token if token is not None and token.at == refusal.at else refusal)
        return _("The last delivery to the endpoint for %(service)s was refused (%(word)s). %(why)s") % {
            "service": service.label,
            "word": refusal.word,
            "why": why,
        }
    return ""


def misdirected(context: Context) -> str:
    for service, endpoint in context.connected.endpoints.items():
        stray, renewed = endpoint.seen.misdirected, endpoint.seen.handshake
        if stray is None or context.now - stray.at > RECENT or (renewed is not None and renewed.at > stray.at):
            continue
        return _("%(type)s came to the endpoint for %(service)s, from the event subscription “%(name)s”.") % {
            "type": stray.word,
            "service": service.label,
            "name": stray.subscription,
        }
    return ""


def dead_letters_readable(context: Context) -> str:
    container = context.hub.dead_letters
    return why_unreadable(container) if container else ""


RULES = (
    Rule(
        id="handshake-seen",
        title=gettext_lazy("Azure has reached each endpoint"),
        severity=State.WARNING,
        needs=Needs.DATABASE,
        check=handshake_seen,
        fix=Fix(
            text=gettext_lazy(
                "Create the event subscriptions with the values of the endpoints' page, or have it done:"
            ),
            command="centrala provision",
            action=Action.MANAGE,
        ),
        looks_at="the last handshake and the last event of each endpoint to which something should come",
        because="No handshake means that Azure was never told, or does not get through.",
        pitfalls=(1, 14),
    ),
    Rule(
        id="last-delivery",
        title=gettext_lazy("The last delivery to each endpoint was accepted"),
        severity=State.ERROR,
        needs=Needs.DATABASE,
        check=last_delivery,
        fix=Fix(
            text=gettext_lazy("See the token's claims beside what was expected, correct it, and send anything."),
            action=Action.MANAGE,
        ),
        looks_at="the last refusal of each endpoint, unless an event or a handshake has come since",
        because="After 400, 401 and 413 Event Grid drops the event.",
        pitfalls=(5, 7, 19),
    ),
    Rule(
        id="misdirected",
        title=gettext_lazy("Events come to their own endpoint"),
        severity=State.WARNING,
        needs=Needs.DATABASE,
        check=misdirected,
        fix=Fix(
            text=gettext_lazy("Let each service's event subscription deliver to its own endpoint:"),
            command="centrala provision",
            action=Action.MANAGE,
        ),
        looks_at="events of the last day that belong to another service's endpoint",
        because="They are taken in all the same. But calls and texts then share one retry policy.",
        pitfalls=(12,),
    ),
    Rule(
        id="dead-letters-readable",
        title=gettext_lazy("The container of dead letters can be read"),
        severity=State.WARNING,
        needs=Needs.DATABASE,
        check=dead_letters_readable,
        fix=Fix(
            text=gettext_lazy("Correct the address of the container or what opens it: Events > Dead letters…"),
            action=Action.EVENTS,
        ),
        looks_at="the named container, by listing one blob",
        because="A key that was regenerated, or a signature that has expired, is noticed on the day when it is needed.",
        pitfalls=(19,),
    ),
)

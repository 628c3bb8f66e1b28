"""The address under which Azure reaches this hub."""

import ipaddress
from datetime import datetime, timedelta
from secrets import token_urlsafe

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centrala.doctor.context import Context
from centrala.doctor.finding import Fix, Outcome, State
from centrala.doctor.rule import Needs, Rule
from centrala.organization.proof import proof_of

OK = 200
SOON = timedelta(days=14)
TUNNELS = (".devtunnels.ms", ".loca.lt", ".localtunnel.me")  # known to fail Event Grid's handshake
UNKNOWN = 404, "unknown_endpoint"  # this hub's answer at an endpoint that is none

ANOTHER_HUB = Fix(
    text=gettext_lazy(
        "Point PUBLIC_URL at this installation, and bring its version there. Where several machines serve it, give all "
        "of them, and this command, the same CENTRALA_SECRET_KEY."
    )
)


def public_url(context: Context) -> str:
    address = context.address
    if not address.usable:
        return _("“%(url)s” is not of the form https://host: Event Grid delivers to nothing else.") % {
            "url": address.url
        }
    if context.cloud.is_public and _only_here(address.host):
        return _("“%(url)s” is an address of this machine or network alone: Azure cannot reach it.") % {
            "url": address.url
        }
    return ""


def tunnel(context: Context) -> str:
    if not context.address.host.endswith(TUNNELS):
        return ""
    return _("“%(host)s” is a tunnel that shows a page of its own before it lets Event Grid through.") % {
        "host": context.address.host
    }


def reachable(context: Context) -> str:
    found = context.address.health()
    if isinstance(found, str):
        return _("The hub does not answer at %(url)s: %(reason)s.") % {"url": context.address.url, "reason": found}
    if (found.status, found.text) != (OK, "ok"):
        return _("Something else answers at %(url)s, with the status %(status)s.") % {
            "url": context.address.url,
            "status": found.status,
        }
    return ""


def certificate(context: Context) -> str:
    found = context.address.certificate()
    if not isinstance(found, datetime):
        return _("The certificate of %(url)s is not trusted: %(reason)s.") % {
            "url": context.address.url,
            "reason": found,
        }
    if found - context.now < SOON:
        return _("The certificate of %(url)s ends on %(day)s.") % {
            "url": context.address.url,
            "day": date_format(found, "j E Y"),
        }
    return ""


def endpoints_answer(context: Context) -> str | Outcome:
    """Asked with a secret made up for it: whoever answers here in the hub's place must not learn a real one."""
    for service, endpoint in context.connected.endpoints.items():
        found = context.address.ask(f"/hooks/{token_urlsafe(32)}/{endpoint.path.rpartition('/')[2]}")
        if isinstance(found, str):
            return _("The endpoint for %(service)s does not answer: %(reason)s.") % {
                "service": service.label,
                "reason": found,
            }
        if (found.status, found.text.strip()) != UNKNOWN:
            return _(
                "Something before this hub answers for the endpoint for %(service)s, with the status %(status)s."
            ) % {
                "service": service.label,
                "status": found.status,
            }
    return _another_hub(context)


def _another_hub(context: Context) -> str | Outcome:
    """Every hub says at a made-up address that it does not know it; only this one can answer the challenge."""
    challenge = token_urlsafe(24)
    found = context.address.ask(f"/healthz?challenge={challenge}")
    if isinstance(found, str) or found.status != OK or found.text == proof_of(challenge):
        return ""  # what does not answer at all is told by `reachable`
    cause = _("It is not this installation of Centrala that answers at %(url)s: events would go to another one.") % {
        "url": context.address.url
    }
    return Outcome(state=State.ERROR, cause=cause, fix=ANOTHER_HUB)


def content_length(context: Context) -> str:
    found = context.address.health()
    if isinstance(found, str) or found.has_length:
        return ""
    return _("A proxy before this hub sends answers in pieces, without Content-Length.")


def _only_here(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")) or "." not in host:
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


RULES = (
    Rule(
        id="public-url",
        title=gettext_lazy("PUBLIC_URL is an address that Azure can use"),
        severity=State.ERROR,
        needs=Needs.NOTHING,
        check=public_url,
        fix=Fix(text=gettext_lazy("Set PUBLIC_URL to the https address under which the internet reaches this hub.")),
        looks_at="PUBLIC_URL: its scheme, that nothing follows the host, and whether the host is a public one",
        because="Event Grid delivers to https alone, and from the internet. A query would be eaten by the first shell.",
        pitfalls=(11, 14),
    ),
    Rule(
        id="tunnel",
        title=gettext_lazy("No tunnel stands in Event Grid's way"),
        severity=State.WARNING,
        needs=Needs.NOTHING,
        check=tunnel,
        fix=Fix(text=gettext_lazy("Use a tunnel that passes requests on unchanged, such as ngrok or cloudflared.")),
        looks_at="the host name of PUBLIC_URL",
        because="The handshake gets the tunnel's page in place of the answer, and fails.",
        pitfalls=(15,),
    ),
    Rule(
        id="reachable",
        title=gettext_lazy("The hub answers at its public address"),
        severity=State.ERROR,
        needs=Needs.NETWORK,
        check=reachable,
        fix=Fix(text=gettext_lazy("Check name, port, proxy and firewall between this address and the hub.")),
        looks_at="PUBLIC_URL/healthz, asked from here. Whether Azure gets through is shown by the first handshake",
        because="Every delivery fails, and comes later and later.",
        pitfalls=(1, 14, 20),
    ),
    Rule(
        id="certificate",
        title=gettext_lazy("The certificate is trusted and does not end soon"),
        severity=State.ERROR,
        needs=Needs.NETWORK,
        check=certificate,
        fix=Fix(
            text=gettext_lazy("Install a certificate of a public authority with its whole chain, and renew it in time.")
        ),
        looks_at="the chain that PUBLIC_URL presents, and its end (warned of 14 days ahead)",
        because="Event Grid refuses self-signed and incomplete chains.",
        pitfalls=(14,),
    ),
    Rule(
        id="endpoints-answer",
        title=gettext_lazy("The webhook endpoints answer from outside"),
        severity=State.ERROR,
        needs=Needs.NETWORK,
        check=endpoints_answer,
        fix=Fix(
            text=gettext_lazy(
                "Let the proxy or firewall before the hub pass /hooks/ on unchanged, POST and OPTIONS, too."
            )
        ),
        looks_at="whether a hub answers by GET through PUBLIC_URL at an endpoint of each service that is made up, and "
        "whether it is this one",
        because="A gateway or firewall that lets pages through may still stop webhooks, and another hub does not know "
        "them: the handshake fails.",
        pitfalls=(1, 14),
    ),
    Rule(
        id="content-length",
        title=gettext_lazy("Answers arrive whole"),
        severity=State.WARNING,
        needs=Needs.NETWORK,
        check=content_length,
        fix=Fix(text=gettext_lazy("Switch off chunked answers (buffering, compression) for /hooks/ in the proxy.")),
        looks_at="the Content-Length of an answer that comes through PUBLIC_URL",
        because="Event Grid's handshake fails on chunked answers.",
        pitfalls=(13,),
    ),
)

"""What Azure says of a border controller, in words: its state, and where it is not online the cause and the fix."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from centrala.azure.direct_routing import Controller, Health

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CERTIFICATES: dict[str, "StrOrPromise"] = {
    "ok": pgettext_lazy("certificate", "Valid"),
    "certExpiring": pgettext_lazy("certificate", "Expires soon"),
    "certExpired": pgettext_lazy("certificate", "Has expired"),
}
PINGS: dict[str, "StrOrPromise"] = {
    "ok": pgettext_lazy("OPTIONS", "Come in"),
    "expired": pgettext_lazy("OPTIONS", "None for some time"),
    "error": pgettext_lazy("OPTIONS", "Refused"),
}
STATES: dict[Health, "StrOrPromise"] = {
    Health.ONLINE: pgettext_lazy("border controller", "Online"),
    Health.INACTIVE: pgettext_lazy("border controller", "Inactive"),
    Health.UNKNOWN: pgettext_lazy("border controller", "Unknown"),
}
UNKNOWN = gettext_lazy("Not known")


@dataclass(frozen=True, kw_only=True)
class ControllerWords:
    """`advice` is "" where there is nothing to do."""

    state: "StrOrPromise"
    certificate: "StrOrPromise"
    ping: "StrOrPromise"
    advice: str


def controller_words(one: Controller) -> ControllerWords:
    return ControllerWords(
        state=STATES[one.health] if one.enabled else pgettext_lazy("border controller", "Switched off"),
        certificate=CERTIFICATES.get(one.certificate, UNKNOWN),
        ping=PINGS.get(one.ping, UNKNOWN),
        advice=_advice(one),
    )


def _advice(one: Controller) -> str:
    if not one.enabled:
        return _("It takes no calls. Fix: Azure portal, the resource, Direct routing: switch it on.")
    if one.certificate == "certExpired":
        return _("Azure accepts its certificate no longer. Fix: give the controller a new one for this name.")
    if one.ping in {"expired", "error"} or one.reason in {"noRecentPings", "noRecentCallsAndPings"}:
        return _(
            "Its OPTIONS do not reach Azure. Fix: let it send them to sip.pstnhub.microsoft.com, port 5061, and look "
            "at its certificate and the firewall."
        )
    if one.certificate == "certExpiring":
        return _("Renew its certificate before it expires.")
    if one.health == Health.INACTIVE:
        return _("No call has come by it lately. Fix: make one for a test.")
    return ""

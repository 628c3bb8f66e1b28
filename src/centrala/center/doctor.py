"""Operations > Doctor: what is wrong between this hub and Azure, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from centrala.center.endpoints import LABELS
from centrala.connection.access import connections_of
from centrala.connection.models import Sighting
from centrala.connection.sightings import Claim, claims_of, seen_by
from centrala.connection.sign_in import azure_credential_of, azure_person_of
from centrala.doctor.context import gather
from centrala.doctor.finding import Action, Finding, State
from centrala.doctor.mending import protect
from centrala.doctor.running import by_gravity, run
from centrala.doctor.token_doctor import advice
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.audit import record
from centrala.organization.models import User
from centrala.organization.posting import post_only

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

HEADINGS: dict[State, "StrOrPromise"] = {
    State.ERROR: gettext_lazy("Does not work"),
    State.WARNING: gettext_lazy("Needs attention"),
    State.NOT_CHECKED: gettext_lazy("Not checked"),
    State.OK: gettext_lazy("In order"),
}
WORDS: dict[State, "StrOrPromise"] = {
    State.ERROR: gettext_lazy("Error"),
    State.WARNING: gettext_lazy("Warning"),
    State.NOT_CHECKED: gettext_lazy("Not checked"),
    State.OK: gettext_lazy("In order"),
}
ICONS = {State.ERROR: "cross", State.WARNING: "alert", State.NOT_CHECKED: "question", State.OK: "check"}
# Where a button leads, and what it says.
PLACES: dict[Action, tuple[str, str, "StrOrPromise"]] = {
    Action.SIGN_IN: ("center:azure", "?next=/center/doctor/", gettext_lazy("Sign in to Azure")),
    Action.PROVISION: ("center:azure-setup", "", gettext_lazy("Set up Azure for me")),
    Action.CONNECT: ("center:phone-numbers", "", gettext_lazy("Phone numbers")),
    Action.MANAGE: ("center:advanced", "", gettext_lazy("Advanced")),
    Action.NUMBERS: ("center:phone-numbers", "", gettext_lazy("Phone numbers")),
    Action.EVENTS: ("center:events", "?state=failed", gettext_lazy("Events")),
    Action.ORGANIZATION: ("center:organization", "", gettext_lazy("Organisation")),
}
CLAIMS: dict[str, "StrOrPromise"] = {
    "alg": gettext_lazy("Algorithm of the signature"),
    "kid": gettext_lazy("Key of the signature"),
    "iss": gettext_lazy("Issuer"),
    "aud": gettext_lazy("Application that the token is for"),
    "tid": gettext_lazy("Tenant"),
    "appid": gettext_lazy("Application that asked for the token"),
    "azp": gettext_lazy("Application that asked for the token"),
    "roles": gettext_lazy("Roles"),
    "exp": gettext_lazy("Good until, seen from now"),
    "nbf": gettext_lazy("Good from, seen from now"),
    "clock": gettext_lazy("This machine's clock, beside Microsoft's"),
}


@dataclass(frozen=True)
class Row:
    finding: Finding
    icon: str
    word: "StrOrPromise"
    button: tuple[str, "StrOrPromise"] | None  # address, label


@dataclass(frozen=True)
class RefusedToken:
    """A refused delivery whose token is explained."""

    label: "StrOrPromise"
    sighting: Sighting
    claims: list[tuple["StrOrPromise", Claim]]
    advice: str


@administrators_only
@require_safe
def page(request: StaffRequest) -> HttpResponse:
    """The rules take some seconds, so the page comes first and asks for them."""
    return render(request, "center/doctor.html", _beside(request))


@administrators_only
@require_safe
def result(request: StaffRequest) -> HttpResponse:
    findings = run(
        gather(
            credential=azure_credential_of(request),
            own=settings.INSTALLATION.own_credential(),
            installation=settings.INSTALLATION,
        )
    )
    context = {"groups": _groups(findings), "at": now(), **_beside(request)}
    return render(request, "center/_doctor.html" if request.htmx else "center/doctor.html", context)


@administrators_only
@post_only
def protect_files(request: StaffRequest) -> HttpResponse:
    context = gather(credential=None, own=None, installation=settings.INSTALLATION)
    if changed := protect(context):
        record(actor=request.user, act="protect files", target=", ".join(changed))
        messages.success(request, _("Only their owner can read the files with keys now."))
    else:
        messages.warning(request, _("No file was changed: see below what this hub may not change itself."))
    return redirect("center:doctor")


def _beside(request: StaffRequest) -> dict[str, object]:
    return {"refused": refused_tokens(request.user), "person": azure_person_of(request)}


def _groups(findings: Sequence[Finding]) -> list[tuple[State, "StrOrPromise", list[Row]]]:
    return [(state, HEADINGS[state], [_row(one) for one in found]) for state, found in by_gravity(findings)]


def _row(finding: Finding) -> Row:
    place = PLACES.get(finding.fix.action) if finding.fix.action else None
    button = (reverse(place[0]) + place[1], place[2]) if place else None
    return Row(finding, ICONS[finding.state], WORDS[finding.state], button)


def refused_tokens(user: User) -> list[RefusedToken]:
    """Of each endpoint in force the last token that was refused, unless something good has come since."""
    connection = connections_of(user).filter(disconnected_at=None).first()
    live = {one.service: one for one in connection.endpoints.filter(retires_at=None)} if connection else {}
    seen = seen_by(live.values())
    found = [(label, seen[live[service].pk]) for service, label in LABELS.items() if service in live]
    return [_explained(label, one.token_refusal) for label, one in found if one.token_refusal and one.troubled]


def _explained(label: "StrOrPromise", sighting: Sighting) -> RefusedToken:
    claims = [(CLAIMS.get(claim.name, claim.name), claim) for claim in claims_of(sighting)]
    return RefusedToken(label, sighting, claims, advice(sighting))

"""The audit log in words: what acts and values are called where people read of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from centrala.campaigns import models as campaigns
from centrala.inbox.models import State
from centrala.moments import moment
from centrala.organization.audit import SYSTEM
from centrala.organization.models import AuditEntry, Kind, Purpose, Role
from centrala.subscribers import models as subscribers
from centrala.workstreams.models import Consent, Recorded, Transcribed

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

COMMAND_LINE = "command line ("

# An act that stands in no list here is shown as it was recorded.
ACTS: dict[str, "StrOrPromise"] = {
    "protect files": _("Protect files with keys"),
    "connect": pgettext_lazy("audit", "Connected"),
    "disconnect": pgettext_lazy("audit", "Disconnected"),
    "create resource": pgettext_lazy("audit", "Resource made in Azure"),
    "purchase number": pgettext_lazy("audit", "Phone number bought"),
    "add features": pgettext_lazy("audit", "Features added to a phone number"),
    "release number": pgettext_lazy("audit", "Phone number released"),
    "add carrier": pgettext_lazy("audit", "Carrier added"),
    "change carrier": pgettext_lazy("audit", "Carrier renamed"),
    "delete carrier": pgettext_lazy("audit", "Carrier deleted"),
    "add own number": pgettext_lazy("audit", "Number of an own carrier added"),
    "change own number": pgettext_lazy("audit", "Number of an own carrier changed"),
    "delete own number": pgettext_lazy("audit", "Number of an own carrier deleted"),
    "import numbers": pgettext_lazy("audit", "Import of numbers begun"),
    "import of numbers ended": pgettext_lazy("audit", "Import of numbers ended"),
    "add border controller": pgettext_lazy("audit", "Border controller added in Azure"),
    "change border controller": pgettext_lazy("audit", "Border controller changed in Azure"),
    "delete border controller": pgettext_lazy("audit", "Border controller deleted in Azure"),
    "add voice route": pgettext_lazy("audit", "Voice route added in Azure"),
    "change voice route": pgettext_lazy("audit", "Voice route changed in Azure"),
    "move voice route": pgettext_lazy("audit", "Voice route moved in Azure"),
    "delete voice route": pgettext_lazy("audit", "Voice route deleted in Azure"),
    "repair connection string": pgettext_lazy("audit", "Connection string repaired"),
    "new endpoints": pgettext_lazy("audit", "New endpoints made"),
    "delete event subscription": pgettext_lazy("audit", "Event subscription deleted in Azure"),
    "provision": pgettext_lazy("audit", "Set up in Azure"),
    "require role": pgettext_lazy("audit", "Role required in deliveries"),
    "set up organization": pgettext_lazy("audit", "Organisation set up"),
    "change organization": pgettext_lazy("audit", "Organisation changed"),
    "start trial": pgettext_lazy("audit", "Number lent to the trial"),
    "add trial number": pgettext_lazy("audit", "Second number of the trial"),
    "grant minutes": pgettext_lazy("audit", "Minutes granted to the trial"),
    "end trial": pgettext_lazy("audit", "Trial ended"),
    "trial numbers gone": pgettext_lazy("audit", "Numbers of the trial gone"),
    "add user": pgettext_lazy("audit", "User added"),
    "change user": pgettext_lazy("audit", "User changed"),
    "add first administrator": pgettext_lazy("audit", "First administrator set up"),
    "invite user": pgettext_lazy("audit", "User invited"),
    "accept invitation": pgettext_lazy("audit", "Invitation accepted"),
    "make link": pgettext_lazy("audit", "One-time link made"),
    "reset password": pgettext_lazy("audit", "Password reset"),
    "change password": pgettext_lazy("audit", "Password changed"),
    "disable user": pgettext_lazy("audit", "User disabled"),
    "enable user": pgettext_lazy("audit", "User enabled"),
    "end sessions": pgettext_lazy("audit", "Sessions ended"),
    "lock out": pgettext_lazy("audit", "Locked out after failures to sign in"),
    "unlock user": pgettext_lazy("audit", "User unlocked"),
    "add application user": pgettext_lazy("audit", "Application user added"),
    "change application user": pgettext_lazy("audit", "Application user changed"),
    "remove application user": pgettext_lazy("audit", "Application user removed"),
    "issue api token": pgettext_lazy("audit", "API token made"),
    "revoke api token": pgettext_lazy("audit", "API token revoked"),
    "add webhook": pgettext_lazy("audit", "Webhook added"),
    "change webhook": pgettext_lazy("audit", "Webhook changed"),
    "renew webhook secret": pgettext_lazy("audit", "New secret of a webhook made"),
    "pause webhook": pgettext_lazy("audit", "Webhook paused"),
    "resume webhook": pgettext_lazy("audit", "Webhook resumed"),
    "disable webhook": pgettext_lazy("audit", "Webhook disabled"),
    "delete webhook": pgettext_lazy("audit", "Webhook deleted"),
    "test webhook": pgettext_lazy("audit", "Test sent to a webhook"),
    "send webhook again": pgettext_lazy("audit", "Webhook's message sent again"),
    "sign in to Azure": pgettext_lazy("audit", "Signed in to Azure"),
    "register provider": pgettext_lazy("audit", "Resource provider registered"),
    "replay events": pgettext_lazy("audit", "Events replayed"),
    "delete events": pgettext_lazy("audit", "Events deleted"),
    "read dead letters": pgettext_lazy("audit", "Dead letters read back"),
    "name dead-letter container": pgettext_lazy("audit", "Container of dead letters named"),
    "forget dead-letter container": pgettext_lazy("audit", "Container of dead letters forgotten"),
    "erase contact": pgettext_lazy("audit", "Customer's data erased"),
    "hold contact": pgettext_lazy("audit", "Customer's data held"),
    "release contact": pgettext_lazy("audit", "Hold of a customer's data lifted"),
    "link contact": pgettext_lazy("audit", "Customer's numbers linked"),
    "unlink contact": pgettext_lazy("audit", "Customer's number unlinked"),
    "name contact": pgettext_lazy("audit", "Customer named"),
    "export contact": pgettext_lazy("audit", "Customer's data exported"),
    "add queue": pgettext_lazy("audit", "Queue added"),
    "change queue": pgettext_lazy("audit", "Queue changed"),
    "delete queue": pgettext_lazy("audit", "Queue deleted"),
    "change overflow": pgettext_lazy("audit", "Overflow changed"),
    "add context variable": pgettext_lazy("audit", "Context variable added"),
    "delete context variable": pgettext_lazy("audit", "Context variable deleted"),
    "add routing rule": pgettext_lazy("audit", "Routing rule added"),
    "change routing rule": pgettext_lazy("audit", "Routing rule changed"),
    "delete routing rule": pgettext_lazy("audit", "Routing rule deleted"),
    "add operating hours": pgettext_lazy("audit", "Operating hours added"),
    "change operating hours": pgettext_lazy("audit", "Operating hours changed"),
    "delete operating hours": pgettext_lazy("audit", "Operating hours deleted"),
    "change automated messages": pgettext_lazy("audit", "Automated messages changed"),
    "change sound": pgettext_lazy("audit", "Own sound changed"),
    "delete sound": pgettext_lazy("audit", "Own sound deleted"),
    "add quick reply": pgettext_lazy("audit", "Quick reply added"),
    "change quick reply": pgettext_lazy("audit", "Quick reply changed"),
    "delete quick reply": pgettext_lazy("audit", "Quick reply deleted"),
    "add wrap-up code": pgettext_lazy("audit", "Wrap-up code added"),
    "change wrap-up code": pgettext_lazy("audit", "Wrap-up code changed"),
    "delete wrap-up code": pgettext_lazy("audit", "Wrap-up code deleted"),
    "add workstream": pgettext_lazy("audit", "Workstream added"),
    "change workstream": pgettext_lazy("audit", "Workstream changed"),
    "delete workstream": pgettext_lazy("audit", "Workstream deleted"),
    "add outbound profile": pgettext_lazy("audit", "Outbound profile added"),
    "change outbound profile": pgettext_lazy("audit", "Outbound profile changed"),
    "delete outbound profile": pgettext_lazy("audit", "Outbound profile deleted"),
    "add campaign": pgettext_lazy("audit", "Campaign drafted"),
    "start campaign": pgettext_lazy("audit", "Campaign started"),
    "pause campaign": pgettext_lazy("audit", "Campaign paused"),
    "resume campaign": pgettext_lazy("audit", "Campaign resumed"),
    "cancel campaign": pgettext_lazy("audit", "Campaign cancelled"),
    "discard campaign": pgettext_lazy("audit", "Campaign discarded"),
    "export campaign": pgettext_lazy("audit", "Campaign's results downloaded"),
    "add template": pgettext_lazy("audit", "Template added"),
    "change template": pgettext_lazy("audit", "Template changed"),
    "delete template": pgettext_lazy("audit", "Template deleted"),
    "listen to call": pgettext_lazy("audit", "Call listened in on"),
    "coach in call": pgettext_lazy("audit", "Agent coached in a call"),
    "join call": pgettext_lazy("audit", "Call joined"),
    "listen to recording": pgettext_lazy("audit", "Recording listened to"),
    "read transcript": pgettext_lazy("audit", "Transcript read"),
    "delete recordings": pgettext_lazy("audit", "Old recordings deleted"),
    "forget audit entries": pgettext_lazy("audit", "Audit entries deleted"),
}
FIELDS: dict[str, "StrOrPromise"] = {
    "connected": gettext_lazy("Connected"),
    "connection_string": gettext_lazy("Connection string"),
    "require_role": gettext_lazy("Application role"),
    "old_answer_until": gettext_lazy("The old endpoints answer until"),
    "resource_name": gettext_lazy("ACS Resource Name"),
    "name": gettext_lazy("Name"),
    "tenant_id": gettext_lazy("Directory (tenant) ID"),
    "kind": gettext_lazy("Kind"),
    "licensed": gettext_lazy("Digital messaging licence"),
    "voice": gettext_lazy("Add voice"),
    "terms_accepted_at": gettext_lazy("Voice and SMS Terms accepted"),
    "trial_ends_at": gettext_lazy("End of the trial"),
    "why": gettext_lazy("Reason"),
    "keep_events_days": gettext_lazy("Days that a processed event is kept"),
    "role": gettext_lazy("Role"),
    "first_name": pgettext_lazy("person", "Name"),
    "email": gettext_lazy("E-mail"),
    "language": gettext_lazy("Language"),
    "sessions": gettext_lazy("Sessions"),
    "purpose": gettext_lazy("Purpose"),
    "address": gettext_lazy("Address"),
    "minutes": gettext_lazy("Minutes"),
    "is_active": pgettext_lazy("account", "Active"),
    "password": gettext_lazy("Password"),
    "owner": gettext_lazy("Owner"),
    "may_write": gettext_lazy("May send messages"),
    "scopes": gettext_lazy("Scopes"),
    "host": gettext_lazy("Host"),
    "kinds": gettext_lazy("Told of"),
    "webhook_state": gettext_lazy("State"),
    "disabled_because": gettext_lazy("Reason"),
    "expires_at": gettext_lazy("Valid until"),
    "entries": gettext_lazy("Entries"),
    "events": gettext_lazy("Events"),
    "deleted": gettext_lazy("Deleted"),
    "conversations": gettext_lazy("Conversations"),
    "messages": gettext_lazy("Messages"),
    "state": gettext_lazy("State"),
    "types": gettext_lazy("Type"),
    "priority": gettext_lazy("Queue priority"),
    "method": gettext_lazy("Assignment method"),
    "members": gettext_lazy("Members"),
    "overflow": gettext_lazy("Overflow"),
    "channel": gettext_lazy("Channel"),
    "queue": gettext_lazy("Queue"),
    "numbers": gettext_lazy("Phone numbers"),
    "reason": gettext_lazy("Reason"),
    "linked": gettext_lazy("Linked with"),
    "hours": gettext_lazy("Operating hours"),
    "time_zone": gettext_lazy("Time zone"),
    "holidays": gettext_lazy("Public holidays of"),
    "closed_on": gettext_lazy("Days off besides"),
    "openings": pgettext_lazy("hours", "Open"),
    "units": gettext_lazy("Capacity in units"),
    "allowed_presences": gettext_lazy("Allowed presences"),
    "keep_same_agent": gettext_lazy("Keep the same agent for the whole conversation"),
    "auto_close_minutes": gettext_lazy("Close after so many minutes of silence"),
    "wrap_up_seconds": gettext_lazy("The wrap-up takes capacity"),
    "offer_seconds": gettext_lazy("Seconds to accept an offer"),
    "stop_words": gettext_lazy("No more texts"),
    "start_words": gettext_lazy("Texts again"),
    "help_words": gettext_lazy("Help"),
    "code_required": gettext_lazy("Agents choose a wrap-up code before they close"),
    "hidden_callers": gettext_lazy("Callers who hide their number"),
    "tells_position": gettext_lazy("Callers hear their position in the queue"),
    "tells_wait": gettext_lazy("Callers hear the average wait"),
    "recording": gettext_lazy("Calls are recorded"),
    "consent": gettext_lazy("Before the recording callers hear"),
    "transcription": gettext_lazy("What is said in calls is written down"),
    "ai_endpoint": gettext_lazy("Address of the AI resource"),
    "pause_on_hold": gettext_lazy("The recording pauses while the customer is on hold"),
    "keep_recordings_days": gettext_lazy("Recordings are kept for so many days"),
    "transfer_countries": gettext_lazy("Callers may be transferred to numbers in"),
    "most_transfers": gettext_lazy("Most transfers outside in a day"),
    "recordings": gettext_lazy("Recordings"),
    "type": gettext_lazy("Number type"),
    "monthly_cost": gettext_lazy("A month"),
    "carrier": gettext_lazy("Carrier"),
    "country": gettext_lazy("Country/Region"),
    "port": gettext_lazy("Port"),
    "pattern": gettext_lazy("Number pattern"),
    "controllers": gettext_lazy("Border controllers"),
    "description": gettext_lazy("Description"),
    "order": pgettext_lazy("routes", "Order"),
    "routes": gettext_lazy("Voice routes"),
    "data_location": gettext_lazy("Data location"),
    "currency": gettext_lazy("Currency"),
    "receives_calls": gettext_lazy("Receive calls"),
    "makes_calls": gettext_lazy("Make calls"),
    "receives_sms": gettext_lazy("Receive SMS"),
    "sends_sms": gettext_lazy("Send SMS"),
    "workstream": gettext_lazy("Workstream"),
    "place": gettext_lazy("Place in the list"),
    "shortcut": gettext_lazy("Shortcut"),
    "text": gettext_lazy("Text"),
    "label": gettext_lazy("Label"),
    "number": gettext_lazy("Caller number"),
    "people": gettext_lazy("Who may use it"),
    "queues": gettext_lazy("And the members of these queues"),
    "countries": gettext_lazy("Allowed countries"),
    "most_calls": gettext_lazy("Most calls a day"),
    "most_minutes": gettext_lazy("Most minutes a day"),
    "longest_minutes": gettext_lazy("Longest call in minutes"),
    "rows": gettext_lazy("Lines of the file"),
    "going": gettext_lazy("Get a text"),
    "campaign_state": gettext_lazy("State"),
    "search": gettext_lazy("Event id or part of the subject"),
}
CHOICES: dict[str, dict[str, "StrOrPromise"]] = {
    "role": dict(Role.choices),
    "kind": dict(Kind.choices),
    "language": dict(settings.LANGUAGES),
    "purpose": dict(Purpose.choices),
    "state": dict(State.choices),
    "webhook_state": dict(subscribers.State.choices),
    "campaign_state": dict(campaigns.State.choices),
    "disabled_because": dict(subscribers.Cause.choices),
    "recording": dict(Recorded.choices),
    "consent": dict(Consent.choices),
    "transcription": dict(Transcribed.choices),
}


@dataclass(frozen=True)
class Change:
    field: "StrOrPromise"
    before: str  # empty: there was nothing
    after: str


@dataclass(frozen=True)
class Row:
    entry: AuditEntry
    who: str
    act: "StrOrPromise"
    changes: list[Change]


def row(entry: AuditEntry) -> Row:
    names = dict.fromkeys([*entry.after, *entry.before])
    changes = [
        Change(FIELDS.get(name, name), _worded(name, entry.before.get(name)), _worded(name, entry.after.get(name)))
        for name in names
    ]
    told = [change for change in changes if change.before or change.after]
    return Row(entry, _who(entry.actor_name), ACTS.get(entry.act, entry.act), told)


def _who(name: str) -> str:
    if name == SYSTEM:
        return _("The system itself")
    if name.startswith(COMMAND_LINE):
        return _("Command line (%(account)s)") % {"account": name.removeprefix(COMMAND_LINE).removesuffix(")")}
    return name


def _worded(name: str, value: object) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(_worded(name, each) for each in value)
    if name.endswith("_at") and (at := _moment(str(value))):
        return date_format(localtime(at), "j E Y, H:i")
    return str(CHOICES.get(name, {}).get(str(value), value))


def _moment(text: str) -> datetime | None:
    try:
        return moment(text)
    except ValueError:
        return None

"""A trial whose first number is lent, without asking any cloud."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import now

from centrala.azure.phone_numbers import Number
from centrala.calls.models import Call
from centrala.calls.ringing import HANDLERS
from centrala.connection.models import Connection, Endpoint, Service
from centrala.inbox.drain import drain
from centrala.inbox.models import Event, State
from centrala.organization import actions as organization
from centrala.organization.actions import Wanted
from centrala.organization.crypto import encrypt
from centrala.organization.models import Kind
from centrala.trial import actions
from centrala.trial.models import Trial
from centrala.workstreams import actions as workstreams
from centrala.workstreams.models import Channel
from hub import NOWHERE, OURS, TENANT, arrive, event

LENDER = (
    "/subscriptions/0d6b1c3a-0000-4000-8000-000000000001/resourceGroups/rg-centrala"
    "/providers/Microsoft.Communication/CommunicationServices/acs-lender"
)
GEOGRAPHIC = "+14255550199"


def number(number: str = OURS, type_: str = "tollFree", **more: Any) -> Number:
    able = {"receives_sms": True, "sends_sms": True, "receives_calls": True, "makes_calls": True, "country": "US"}
    return Number(number=number, type=type_, **able | more)


def trial_organization() -> None:
    organization.set_up(name="Centrala", tenant_id=TENANT, kind=Kind.TRIAL)


def lender(connection_string: str = NOWHERE) -> Connection:
    made = Connection.objects.create(
        resource_name="acs-lender",
        resource_id=LENDER,
        is_trial=True,
        encrypted_connection_string=encrypt(connection_string),
        connected_at=now(),
    )
    Endpoint.objects.create(connection=made, service=Service.INCOMING_CALL)
    return made


def lent(connection_string: str = NOWHERE, *, minutes: int = 60) -> Trial:
    trial_organization()
    given = actions.start(connection=lender(connection_string), number=number(), lendable=[], minutes=minutes)
    workstreams.set_up(name="Voice", channel=Channel.VOICE, numbers=[given])
    return Trial.objects.select_related("connection").get()


def ring(customer: str, *, to: str = OURS) -> Call:
    body = event("incoming_call")
    body["data"] |= {
        "from": {"phoneNumber": {"value": customer}},
        "to": {"phoneNumber": {"value": to}},
        "correlationId": body["id"],
    }
    found = arrive(body, at=Service.INCOMING_CALL)
    drain(HANDLERS)
    assert Event.objects.get(pk=found.pk).state == State.PROCESSED
    return Call.objects.get(correlation_id=body["id"])


def began(call: Call, *, ago: timedelta) -> datetime:
    """As if it had been connected so long ago."""
    at = now() - ago
    Call.objects.filter(pk=call.pk).update(connected_at=at)
    return at


def turned_production() -> None:
    organization.change(wanted=Wanted(kind=Kind.PRODUCTION), actor=None)

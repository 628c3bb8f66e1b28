"""Callers who hide their number are taken, told why they are not, or rejected, as the workstream says."""

from typing import Any

import pytest
from django.test import Client

from calling import call, talk_of
from centrala.calls import prompts
from centrala.calls.actions import ended, why_over
from centrala.calls.models import Call, CallEnd
from centrala.calls.ringing import HANDLERS
from centrala.inbox.drain import drain
from centrala.organization.models import Role, User
from centrala.workstreams.actions import set_up
from centrala.workstreams.models import Channel, HiddenCallers, Workstream
from hub import arrive, connected, event
from pages.reading import read

pytestmark = pytest.mark.django_db
HIDDEN: dict[str, Any] = {"from": {"kind": "unknown", "rawId": "4:anonymous"}}


def voice(hidden: HiddenCallers) -> Workstream:
    """It answers our number."""
    return set_up_with(hidden)[0]


def set_up_with(hidden: HiddenCallers) -> tuple[Workstream, Any]:
    connection = connected()
    made = set_up(name="Voice", channel=Channel.VOICE, numbers=list(connection.numbers.all()))
    made.hidden_callers = hidden
    made.save()
    return made, connection


def rings(**data: Any) -> Call:
    arrive(event("incoming_call", **data))
    drain(HANDLERS)
    return Call.objects.latest("pk")


@pytest.mark.parametrize("hidden", list(HiddenCallers))
def test_only_where_the_workstream_rejects_them_hidden_callers_are_not_answered(hidden: HiddenCallers) -> None:
    voice(hidden)

    assert rings(**HIDDEN).is_rejected == (hidden == HiddenCallers.REJECTED)


def test_others_ring_where_hidden_callers_are_rejected() -> None:
    voice(HiddenCallers.REJECTED)

    assert not rings().is_rejected


def test_hidden_caller_is_told_why_and_the_call_ends() -> None:
    _workstream, connection = set_up_with(HiddenCallers.TOLD)

    one = call(connection, customer="anonymous")

    assert (talk_of(one).state, talk_of(one).closing_reason) == ("closed", "hidden")
    assert prompts.farewell(one.pk) != []
    assert why_over(Call.objects.select_related("conversation").get(pk=one.pk)) == CallEnd.HIDDEN


@pytest.mark.parametrize(("hidden", "customer"), [("taken", "anonymous"), ("told", "+14255550123")])
def test_who_is_taken_waits(hidden: HiddenCallers, customer: str) -> None:
    _workstream, connection = set_up_with(hidden)

    assert talk_of(call(connection, customer=customer)).state == "open"


def test_who_was_answered_before_the_switch_is_told_as_well() -> None:
    _workstream, connection = set_up_with(HiddenCallers.REJECTED)

    assert talk_of(call(connection, customer="anonymous")).closing_reason == "hidden"


def test_word_anonymous_stands_nowhere_on_the_desk() -> None:
    _workstream, connection = set_up_with(HiddenCallers.TAKEN)
    one = call(connection, customer="anonymous")
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(User.objects.create(username="beata", role=Role.SUPERVISOR))

    ended(one.pk, CallEnd.CUSTOMER)
    page = read(browser.get(f"/desk/{talk_of(one).pk}/"))

    assert "nonymous" not in page.text()
    assert page.one("section", id="call-facts").text().count("The customer hid the number") == 1
    assert page.one("h1", id="thread-title").text() == "The customer hid the number"

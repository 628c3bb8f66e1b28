"""Who signs out is out of the calls that the session was in, whatever the browser does."""

import asyncio

import pytest
from django.test import Client

from calls.test_letting_go import Told
from calls.test_live_call import CALL, standing
from centrala.calls.browsers import Agent
from centrala.calls.company import cut_signed_out
from centrala.calls.live_call import LiveCall
from centrala.organization.sessions import mark
from hub import ala

pytestmark = pytest.mark.django_db(transaction=True)


def test_socket_of_a_session_that_ended_is_cut_and_no_other() -> None:
    who, here, there = ala(), Client(), Client()
    for browser in (here, there):
        browser.force_login(who)
    outlets = {}
    calls = []
    for browser in (here, there):
        live, outlets[browser] = LiveCall(CALL), Told()
        live.refresh(standing(agent=who.pk))
        live.join(Agent(who.pk, outlets[browser], session=mark(browser.session.session_key or "")))
        calls.append(live)

    asyncio.run(cut_signed_out(calls))
    before = [outlet.ended for outlet in outlets.values()]
    here.post("/sign-out")
    asyncio.run(cut_signed_out(calls))

    assert (before, [outlet.ended for outlet in outlets.values()]) == ([False, False], [True, False])

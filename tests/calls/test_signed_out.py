"""Who signs out is out of the calls that the session was in, whatever the browser does; and nobody else is."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.timezone import now

from calls.test_letting_go import Told
from calls.test_live_call import CALL, standing
from centrala.calls.browsers import Agent, Outsider
from centrala.calls.company import cut_signed_out, look_after
from centrala.calls.live_call import LiveCall
from centrala.calls.mixing import Role
from centrala.calls.standing import Advice
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


def test_who_comes_while_it_is_looked_who_may_stay_is_not_shown_out() -> None:
    who, enquiry = ala(), uuid4()
    live, first, beside, expert = LiveCall(CALL), Told(), Told(), Told()
    live.refresh(replace(standing(agent=None), advice=Advice(enquiry, now(), timedelta(hours=1), answered_at=now())))
    live.accompany(Agent(-1, first, Role.LISTENING))  # nobody who works here

    async def come_meanwhile() -> None:
        looked = asyncio.create_task(look_after(live))
        await asyncio.sleep(0)  # the database is being asked
        live.accompany(Agent(who.pk, beside, Role.LISTENING))
        live.accompany(Outsider(enquiry, expert, Role.OUTSIDE))
        await looked

    asyncio.run(come_meanwhile())

    assert (first.ended, beside.ended, expert.ended) == (True, False, False)

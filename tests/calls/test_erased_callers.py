"""What is kept of a customer's calls goes with the customer, and is handed over before."""

from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.utils.timezone import now

from centrala.calls import actions, blocking
from centrala.calls.models import BlockedNumber, BlockState, Call, CallEnd, CallState, Told
from centrala.conversations.models import Contact, Conversation
from centrala.customers import dossier, erasing
from centrala.errors import Refused
from centrala.organization.models import Role, User
from hub import CUSTOMER, OURS, ala, connected

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk() -> Call:
    """Of two calls the one that was answered: it is connected; nobody took the other."""
    connection = connected()
    common = {"connection": connection, "customer": CUSTOMER, "number": OURS, "rang_at": now()}
    Call.objects.create(correlation_id="missed", state=CallState.ENDED, ending=CallEnd.NOT_ANSWERED, **common)
    call = Call.objects.create(correlation_id="taken", state=CallState.ANSWERING, **common)
    actions.heard(call, id_="1", type_="CallConnected", at=now(), data={})
    return call


def test_nobody_is_erased_while_they_are_on_the_line(talk: Call) -> None:
    with pytest.raises(Refused, match="call with this customer is under way"):
        erasing.erase(contact=Contact.objects.get(), actor=None)

    assert Call.objects.count() == 2


def test_calls_are_handed_over_and_erased_with_the_customer(talk: Call) -> None:
    actions.ended(talk.pk, CallEnd.CUSTOMER)

    told = dossier.export(contact=Contact.objects.get(), actor=None)
    erasing.erase(contact=Contact.objects.get(), actor=None)

    assert {one["ending"] for one in told["calls"]} == {CallEnd.NOT_ANSWERED, CallEnd.CUSTOMER}
    assert [model.objects.count() for model in (Call, Told, Conversation)] == [0, 0, 0]


def test_who_calls_while_they_are_erased_keeps_everything(talk: Call) -> None:
    actions.ended(talk.pk, CallEnd.CUSTOMER)
    calling = Call(connection=talk.connection, customer=CUSTOMER, number=OURS, correlation_id="now", rang_at=now())

    def rings(execute: Any, sql: str, *rest: Any) -> Any:
        """As another connection would commit it, between the check and what is deleted."""
        if sql.startswith('DELETE FROM "conversations_conversation"') and calling._state.adding:
            calling.save()
        return execute(sql, *rest)

    with database.execute_wrapper(rings), pytest.raises(Refused, match="call with this customer is under way"):
        erasing.erase(contact=Contact.objects.get(), actor=None)

    assert not calling._state.adding
    assert (Call.objects.count(), Conversation.objects.count()) == (2, 1)


def test_number_of_an_erased_customer_stays_blocked_and_is_not_kept_in_clear(talk: Call) -> None:
    actions.ended(talk.pk, CallEnd.CUSTOMER)
    adam = User.objects.create(username="adam", role=Role.ADMINISTRATOR)
    blocking.block(number=CUSTOMER, actor=adam)

    erasing.erase(contact=Contact.objects.get(), actor=None)

    [kept] = BlockedNumber.objects.all()
    assert (kept.is_erased, CUSTOMER[1:] in kept.number, kept.steps.count()) == (True, False, 1)
    assert blocking.blocked_among([CUSTOMER, "+14255550199"]) == {CUSTOMER}
    assert blocking.state_of(CUSTOMER) == BlockState.BLOCKED
    browser = Client()
    browser.force_login(adam)
    assert "The number of an erased customer" in browser.get("/center/blocked-numbers/").content.decode()

    browser.post(f"/center/blocked-numbers/{kept.pk}/remove/")

    assert (blocking.state_of(CUSTOMER), BlockedNumber.objects.count()) == (None, 0)


def test_number_that_is_decided_about_again_is_known_again(talk: Call) -> None:
    actions.ended(talk.pk, CallEnd.CUSTOMER)
    adam = User.objects.create(username="adam", role=Role.ADMINISTRATOR)
    blocking.block(number=CUSTOMER, actor=adam)
    erasing.erase(contact=Contact.objects.get(), actor=None)

    blocking.block(number=CUSTOMER, actor=adam)
    assert [one.number for one in BlockedNumber.objects.all()] == [CUSTOMER]
    blocking.unblock(number=CUSTOMER, actor=adam)

    assert blocking.blocked_among([CUSTOMER]) == set()


def test_mark_that_nobody_decided_about_is_erased_with_the_customer(talk: Call) -> None:
    actions.ended(talk.pk, CallEnd.CUSTOMER)
    blocking.mark_as_spam(conversation=Conversation.objects.get(), user=ala())

    erasing.erase(contact=Contact.objects.get(), actor=None)

    assert not BlockedNumber.objects.exists()

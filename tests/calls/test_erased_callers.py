"""What is kept of a customer's calls goes with the customer, and is handed over before."""

from typing import Any

import pytest
from django.db import connection as database
from django.utils.timezone import now

from centrala.calls import actions
from centrala.calls.models import Call, CallEnd, CallState, Told
from centrala.conversations.models import Contact, Conversation
from centrala.customers import dossier, erasing
from centrala.errors import Refused
from hub import CUSTOMER, OURS, connected

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

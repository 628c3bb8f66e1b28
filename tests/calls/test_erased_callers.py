"""What is kept of a customer's calls goes with the customer, and is handed over before."""

import pytest
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

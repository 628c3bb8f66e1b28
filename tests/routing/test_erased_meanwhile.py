"""A customer is erased while somebody has the conversation on screen: whatever they press is refused in words."""

from collections.abc import Callable

import pytest
from django.db import transaction

from centrala.conversations import wrapping
from centrala.conversations.models import Contact, Conversation
from centrala.conversations.noting import write_note
from centrala.customers import dossier, erasing
from centrala.errors import Refused
from centrala.routing import actions
from centrala.routing.models import Offer
from centrala.routing.router import route
from routing.conftest import OnDuty, Waiting

Act = Callable[[Offer], object]
ENDING = wrapping.Ending([], "", ["paczka"])
ACTS: dict[str, Act] = {
    "accept": lambda offer: actions.accept(offer=offer, user=offer.agent),
    "decline": lambda offer: actions.decline(offer=offer, user=offer.agent),
    "pick": lambda offer: actions.pick(conversation=offer.conversation, user=offer.agent),
    "answer": lambda offer: actions.answer(conversation=offer.conversation, author=offer.agent, text="Już"),
    "end": lambda offer: actions.end(conversation=offer.conversation, user=offer.agent),
    "close": lambda offer: actions.close(conversation=offer.conversation, user=offer.agent, ending=ENDING),
    "note": lambda offer: write_note(conversation=offer.conversation, author=offer.agent, text="Już"),
    "erase": lambda offer: erasing.erase(contact=offer.conversation.contact, actor=None),
    "hold": lambda offer: erasing.hold(contact=offer.conversation.contact, reason="The court", actor=None),
    "name": lambda offer: erasing.name(contact=offer.conversation.contact, name="Celina", actor=None),
    "export": lambda offer: dossier.export(contact=offer.conversation.contact, actor=None),
}


@pytest.fixture
def offer(on_duty: OnDuty, waiting: Waiting) -> Offer:
    """As a page has it that was asked for before."""
    on_duty()
    waiting()
    route()
    return Offer.objects.select_related("agent", "conversation__contact").get()


@pytest.mark.parametrize("act", ACTS)
def test_whatever_is_done_to_an_erased_customer_is_refused(offer: Offer, act: str) -> None:
    erasing.erase(contact=Contact.objects.get(), actor=None)

    with pytest.raises(Refused, match="has been erased meanwhile"), transaction.atomic():
        ACTS[act](offer)

    assert not Conversation.objects.exists()

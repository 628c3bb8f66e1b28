"""Everything at once, at two customers: agents, the drain, the sweeps, an administrator who links and erases.

Each act works, or is refused in words.
"""

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connections
from django.utils.timezone import now

from centrala.conversations import wrapping
from centrala.conversations.handlers import HANDLERS
from centrala.conversations.models import Contact, Conversation
from centrala.conversations.noting import write_note
from centrala.customers import dossier, erasing, linking
from centrala.errors import Refused
from centrala.inbox.drain import Collision, drain
from centrala.inbox.models import Event, State
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User
from centrala.routing import actions
from centrala.routing.models import Offer, Outcome
from centrala.routing.router import route
from centrala.routing.sweeps import sweep
from centrala.workstreams.models import Workstream
from hub import arrive, text
from routing.conftest import OnDuty

Acts = list[Callable[[], object]]
CUSTOMERS = ("+14255550181", "+14255550182")
PEOPLE, ACTS = 4, 120

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]


def of_nobody(chance: random.Random, user: User) -> Acts:
    words, customer = chance.choice(["Dzień dobry", "Dzień dobry", "STOP", "START"]), chance.choice(CUSTOMERS)
    late = now() + timedelta(seconds=chance.choice([0, 90, 200]))
    return [
        lambda: arrive(text(words, **{"from": customer.lstrip("+")})),
        partial(drain, HANDLERS, limit=chance.choice([1, 100])),
        route,
        partial(actions.expire_offers, at=late),
        partial(sweep, begun=late - timedelta(hours=1), at=late),
        partial(actions.seen, user=user),
        partial(actions.leave, user=user),
        partial(actions.start, customer=customer, number=PhoneNumber.objects.get(), author=user, text="Już"),
    ]


def with_an_offer(offer: Offer) -> Acts:
    return [partial(act, offer=offer, user=offer.agent) for act in (actions.accept, actions.decline)]


def in_a_conversation(chance: random.Random, talk: Conversation, user: User) -> Acts:
    holder = talk.agent or user
    ending = wrapping.Ending([], "", chance.sample(["paczka", "zwrot", "faktura"], 2))
    moves = (actions.set_aside, actions.release, actions.end, actions.close)
    return [
        *(partial(act, conversation=talk, user=holder) for act in moves),
        partial(actions.pick, conversation=talk, user=user),
        partial(actions.answer, conversation=talk, author=user, text="Już"),
        partial(wrapping.save, conversation=talk, user=holder, ending=ending),
        partial(actions.transfer_to_agent, conversation=talk, user=holder, to=user),
        partial(actions.transfer_to_queue, conversation=talk, user=holder, queue=Workstream.objects.get().queue),
        partial(write_note, conversation=talk, author=user, text="Zna nas."),
    ]


def about_a_customer(contact: Contact, other: Contact) -> Acts:
    acts = (erasing.erase, erasing.erase_person, dossier.export_person, linking.unlink)
    return [
        *(partial(act, contact=contact, actor=None) for act in acts),
        partial(linking.link, contact=contact, other=other, actor=None),
        partial(erasing.name, contact=contact, name="Celina", actor=None),
    ]


def some_act(chance: random.Random) -> Callable[[], object]:
    user = chance.choice(list(User.objects.all()))
    acts = of_nobody(chance, user)
    if offer := Offer.objects.filter(outcome=Outcome.PENDING).order_by("?").first():
        acts += with_an_offer(offer)
    if talk := Conversation.objects.select_related("agent").order_by("?").first():
        acts += in_a_conversation(chance, talk, user)
    if contacts := list(Contact.objects.all()):
        acts += about_a_customer(chance.choice(contacts), chance.choice(contacts))
    return chance.choice(acts)


def person(seed: int, faults: list[BaseException]) -> None:
    chance = random.Random(seed)
    try:
        for _ in range(ACTS):
            try:
                some_act(chance)()
            except (Refused, Collision):
                continue
            except Exception as fault:  # noqa: BLE001 - looked at in the test's own thread
                faults.append(fault)
    finally:
        connections.close_all()


def test_everything_at_once_works_or_is_refused(on_duty: OnDuty) -> None:
    for username in ("ala", "beata", "adam"):
        on_duty(username)
    Workstream.objects.update(keep_same_agent=True, auto_close_minutes=1)
    faults: list[BaseException] = []

    threads = [threading.Thread(target=person, args=[seed, faults]) for seed in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    assert faults == []
    while drain(HANDLERS):
        continue
    assert not Event.objects.exclude(state=State.PROCESSED).exists()

"""Whatever happens to work is told in the same transaction: to every open desk, to the router where somebody may have
become free, to other people's programs, and to whoever asks later why it went there."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import psycopg
import pytest
from django.db import connection
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from centrala.conversations.models import Conversation
from centrala.database import session
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User
from centrala.routing import actions
from centrala.routing.models import Agent, Offer, Trace
from centrala.routing.router import route
from centrala.routing.sweeps import sweep
from centrala.subscribers.models import Kind, Subscription
from centrala.workstreams.models import Presence, Queue, Workstream
from routing.conftest import OnDuty, Waiting

pytestmark = pytest.mark.django_db(transaction=True)
LATER = timedelta(seconds=151)
PEOPLE, END = "people", "that is all"

Act = Callable[[Conversation, User, User], object]
# What is done, by Ala and Beata one after the other, and then the step, whom it names, what programs are told, and
# whether the router is woken. The desks are told of each.
LIFE: list[tuple[Act, str, str, set[str], bool]] = [
    (lambda talk, ala, beata: route(), "offered", "ala", set(), False),
    (lambda talk, ala, beata: actions.decline(offer=pending(), user=ala), "declined", "ala", set(), True),
    (
        lambda talk, ala, beata: actions.pick(conversation=talk, user=ala),
        "picked",
        "ala",
        {"conversation.assigned"},
        True,
    ),
    (lambda talk, ala, beata: actions.release(conversation=talk, user=ala), "released", "ala", set(), True),
    (lambda talk, ala, beata: present(ala) and route(), "offered", "ala", set(), False),
    (lambda talk, ala, beata: actions.expire_offers(at=pending().expires_at), "missed", "ala", set(), True),
    (lambda talk, ala, beata: present(ala) and route(), "offered", "ala", set(), False),
    (lambda talk, ala, beata: actions.leave(user=ala), "left", "ala", set(), True),
    (lambda talk, ala, beata: present(ala) and route(), "offered", "ala", set(), False),
    (
        lambda talk, ala, beata: actions.accept(offer=pending(), user=ala),
        "accepted",
        "ala",
        {"conversation.assigned"},
        True,
    ),
    (
        lambda talk, ala, beata: actions.transfer_to_agent(conversation=talk, user=ala, to=beata),
        "to_agent",
        "beata",
        {"conversation.assigned"},
        True,
    ),
    (lambda talk, ala, beata: actions.set_aside(conversation=talk, user=beata), "set_aside", "beata", set(), True),
    (
        lambda talk, ala, beata: actions.pick(conversation=talk, user=ala),
        "reopened",
        "ala",
        {"conversation.assigned"},
        True,
    ),
    (lambda talk, ala, beata: sweep(begun=begun(), at=gone()), "agent_lost", "ala", set(), True),
    (lambda talk, ala, beata: straight() and route(), "assigned", "ala", {"conversation.assigned"}, False),
    (
        lambda talk, ala, beata: actions.transfer_to_queue(conversation=talk, user=ala, queue=complaints(ala)),
        "to_queue",
        "ala",
        set(),
        True,
    ),
    (lambda talk, ala, beata: kept_by(ala) and route(), "same_agent", "ala", {"conversation.assigned"}, False),
    (lambda talk, ala, beata: actions.end(conversation=talk, user=ala), "ended", "ala", {"conversation.ended"}, True),
    (
        lambda talk, ala, beata: actions.close(conversation=talk, user=ala),
        "closed",
        "ala",
        {"conversation.closed"},
        True,
    ),
]


def pending() -> Offer:
    return Offer.objects.get(outcome="pending")


def present(user: User) -> bool:
    """At the desk, and to be asked."""
    actions.seen(user=user)
    actions.choose_presence(user=user, presence=Presence.AVAILABLE)
    return True


def begun() -> datetime:
    """When the router did, long ago."""
    return now() - timedelta(hours=1)


def gone() -> object:
    Agent.objects.update(last_seen_at=now() - LATER)
    return now()


def straight() -> bool:
    Workstream.objects.update(offer_seconds=0)
    return present(User.objects.get(username="ala"))


def complaints(member: User) -> Queue:
    queue = Queue.objects.create(name="Complaints")
    queue.members.add(member)
    queue.workstreams.set(Workstream.objects.all())
    return queue


def kept_by(user: User) -> bool:
    Workstream.objects.update(keep_same_agent=True)
    Conversation.objects.update(former_agent=user)
    return True


@pytest.fixture
def ear(transactional_db: None) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """What desks and router listen to."""
    with session() as listening:
        listening.execute("listen desk")
        listening.execute("listen routing")
        yield listening


def heard(ear: psycopg.Connection[tuple[object, ...]]) -> tuple[set[str], bool]:
    """The conversations that the desks have been told of since, and whether the router was woken."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify('desk', %s)", [END])
    talks, woken = set[str](), False
    for notice in ear.notifies(timeout=10):
        if notice.payload == END:
            return talks, woken
        if notice.channel == "routing":
            woken = True
        else:
            talks |= set(json.loads(notice.payload)["conversations"] or [PEOPLE])
    raise AssertionError("no end was heard")


def programs_told() -> set[str]:
    """Since it was asked before."""
    jobs = ProcrastinateJob.objects.filter(task_name="subscribers.spread")
    told = {kind for job in jobs for kind in job.args["news"]}
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs where task_name = 'subscribers.spread'")
    return told


def everything_is_told() -> None:
    Subscription.objects.create(name="All", address="https://localhost/", kinds=list(Kind), encrypted_secret="x")


@pytest.mark.long
def test_each_step_of_a_conversation_is_told_and_kept(
    on_duty: OnDuty, waiting: Waiting, ear: psycopg.Connection[tuple[object, ...]]
) -> None:
    everything_is_told()
    ala, beata = on_duty(), on_duty("beata")
    Agent.objects.filter(user=beata).update(chosen=Presence.AWAY)
    [talk] = waiting()

    for number, (act, step, agent, kinds, woken) in enumerate(LIFE):
        before = Trace.objects.count()
        heard(ear)
        act(talk, ala, beata)

        talks, was_woken = heard(ear)
        last = Trace.objects.latest("pk")
        kept = (last.step, last.agent and last.agent.username, last.conversation_id, Trace.objects.count() - before)
        assert (number, *kept) == (number, step, agent, talk.pk, 1)
        assert (number, talks - {PEOPLE}, programs_told()) == (number, {str(talk.pk)}, kinds)
        assert was_woken or not woken, step


def test_silence_is_told(on_duty: OnDuty, waiting: Waiting, ear: psycopg.Connection[tuple[object, ...]]) -> None:
    everything_is_told()
    Workstream.objects.update(auto_close_minutes=1)
    ala, [talk] = on_duty(), waiting()
    actions.set_aside(conversation=actions.pick(conversation=talk, user=ala), user=ala)
    heard(ear)
    programs_told()

    sweep(begun=begun(), at=now() + timedelta(minutes=2))

    assert (heard(ear)[0], programs_told()) == ({str(talk.pk)}, {"conversation.closed"})


def test_wrap_up_of_who_is_gone_is_told(
    on_duty: OnDuty, waiting: Waiting, ear: psycopg.Connection[tuple[object, ...]]
) -> None:
    everything_is_told()
    ala, [talk] = on_duty(), waiting()
    actions.end(conversation=actions.pick(conversation=talk, user=ala), user=ala)
    heard(ear)
    programs_told()

    sweep(begun=begun(), at=gone())

    assert (heard(ear)[0], programs_told()) == ({str(talk.pk)}, {"conversation.closed"})
    assert (Trace.objects.latest("pk").step, Trace.objects.latest("pk").agent) == ("left_in_wrap_up", ala)


def test_conversation_that_an_agent_begins_is_told(
    on_duty: OnDuty, ear: psycopg.Connection[tuple[object, ...]]
) -> None:
    everything_is_told()
    ala = on_duty()

    actions.start(customer="+48600100200", number=PhoneNumber.objects.get(), author=ala, text="Dzień dobry")

    talk = Conversation.objects.get()
    assert str(talk.pk) in heard(ear)[0]
    assert {"conversation.opened", "conversation.assigned"} <= programs_told()
    assert (Trace.objects.get().step, Trace.objects.get().agent) == ("started", ala)


def test_chosen_presence_is_told_to_desks_and_router(
    on_duty: OnDuty, ear: psycopg.Connection[tuple[object, ...]]
) -> None:
    ala = on_duty()
    heard(ear)

    actions.choose_presence(user=ala, presence=Presence.BUSY)

    assert heard(ear) == ({PEOPLE}, True)


def test_router_is_woken_by_who_comes_back_and_not_by_each_pulse(
    on_duty: OnDuty, ear: psycopg.Connection[tuple[object, ...]]
) -> None:
    came = (on_duty(), heard(ear)[1])[1]
    stayed = (on_duty(), heard(ear)[1])[1]
    gone()
    back = (on_duty(), heard(ear)[1])[1]

    assert (came, stayed, back) == (True, False, True)

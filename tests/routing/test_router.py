"""Who is asked for the next conversation, and that nobody gets more than there is room for."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import translation
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from centrala.conversations.models import Conversation
from centrala.organization.models import Role, User
from centrala.routing import actions
from centrala.routing.duty import duty
from centrala.routing.models import Agent, Offer, Outcome, Trace
from centrala.routing.router import route
from centrala.workstreams.models import Method, Presence, Queue, Workstream
from routing.conftest import OnDuty, Waiting


def offered() -> dict[str, int]:
    return dict(Counter(Offer.objects.filter(outcome=Outcome.PENDING).values_list("agent__username", flat=True)))


def test_oldest_conversations_are_offered_as_far_as_capacity_goes(on_duty: OnDuty, waiting: Waiting) -> None:
    ala, talks = on_duty(), waiting(5)

    assert route() == 3

    assert set(Offer.objects.values_list("conversation", flat=True)) == {talk.pk for talk in talks[:3]}
    assert duty(ala).load == 90


def test_offer_lasts_as_long_as_the_workstream_says(on_duty: OnDuty, waiting: Waiting, workstream: Workstream) -> None:
    Workstream.objects.update(offer_seconds=40)
    on_duty()
    waiting()

    route()

    offer = Offer.objects.get()
    assert offer.expires_at - offer.offered_at == timedelta(seconds=40)


def test_workstream_that_does_not_ask_assigns_at_once(on_duty: OnDuty, waiting: Waiting) -> None:
    Workstream.objects.update(offer_seconds=0)
    ala, [talk] = on_duty(), waiting()

    route()

    talk.refresh_from_db()
    assert (talk.state, talk.agent, Offer.objects.count()) == ("active", ala, 0)


def test_nothing_is_offered_twice(on_duty: OnDuty, waiting: Waiting) -> None:
    on_duty("ala")
    waiting()

    assert (route(), route()) == (1, 0)


@pytest.mark.parametrize(
    ("method", "ala", "expected"),
    [
        (Method.HIGHEST_CAPACITY, {"capacity": 60}, {"beata": 1}),
        (Method.HIGHEST_CAPACITY, {"capacity": 200}, {"ala": 1}),
        (Method.LEAST_ACTIVE, {"released_at": now()}, {"beata": 1}),
        (Method.ROUND_ROBIN, {"given_at": now()}, {"beata": 1}),
    ],
)
def test_method_of_the_queue_says_who_is_asked(
    on_duty: OnDuty, waiting: Waiting, method: str, ala: dict[str, object], expected: dict[str, int]
) -> None:
    on_duty("ala")
    on_duty("beata")
    Agent.objects.filter(user__username="ala").update(**ala)
    Queue.objects.update(method=method)
    waiting()

    route()

    assert offered() == expected


@pytest.mark.parametrize("method", list(Method))
def test_block_is_shared_out_evenly(on_duty: OnDuty, waiting: Waiting, method: str) -> None:
    on_duty("ala")
    on_duty("beata")
    Queue.objects.update(method=method)
    waiting(4)

    route()

    assert offered() == {"ala": 2, "beata": 2}


RELEASES: dict[str, Callable[[Conversation, User, User], object]] = {
    "set_aside": lambda talk, ala, other: actions.set_aside(conversation=talk, user=ala),
    "end": lambda talk, ala, other: actions.end(conversation=talk, user=ala),
    "transfer": lambda talk, ala, other: actions.transfer_to_agent(conversation=talk, user=ala, to=other),
    "release": lambda talk, ala, other: actions.release(conversation=talk, user=ala),
}


@pytest.mark.parametrize("release", RELEASES)
def test_who_has_just_become_free_is_the_least_in_need_of_work(on_duty: OnDuty, waiting: Waiting, release: str) -> None:
    Workstream.objects.update(wrap_up_seconds=0)
    Queue.objects.update(method=Method.LEAST_ACTIVE)
    ala, _beata, adam = on_duty("ala"), on_duty("beata"), on_duty("adam", role=Role.ADMINISTRATOR)
    RELEASES[release](actions.pick(conversation=waiting()[0], user=ala), ala, adam)
    if release != "release":  # its conversation itself waits again
        waiting()

    route()

    assert offered() == {"beata": 1}


@pytest.mark.parametrize("seconds", [0, 120], ids=["given", "offered"])
def test_next_round_begins_with_who_was_asked_longest_ago(on_duty: OnDuty, waiting: Waiting, seconds: int) -> None:
    Workstream.objects.update(wrap_up_seconds=0, offer_seconds=seconds)
    Queue.objects.update(method=Method.ROUND_ROBIN)
    ala, _beata, [talk] = on_duty("ala"), on_duty("beata"), waiting()
    route()
    if seconds:
        actions.accept(offer=Offer.objects.get(), user=ala)
    actions.end(conversation=talk, user=ala)
    [following] = waiting()

    route()

    following.refresh_from_db()
    assert (following.agent or following.offers.get().agent).username == "beata"


def test_who_picks_by_hand_has_had_a_turn(on_duty: OnDuty, waiting: Waiting) -> None:
    Workstream.objects.update(wrap_up_seconds=0)
    Queue.objects.update(method=Method.ROUND_ROBIN)
    ala, _beata = on_duty("ala"), on_duty("beata")
    actions.end(conversation=actions.pick(conversation=waiting()[0], user=ala), user=ala)
    waiting()

    route()

    assert offered() == {"beata": 1}


@pytest.mark.parametrize("gone", [{"is_active": False}, {"role": ""}], ids=["disabled", "without a role"])
@pytest.mark.parametrize("keep", [True, False])
def test_who_no_longer_works_here_gets_nothing(
    on_duty: OnDuty, waiting: Waiting, gone: dict[str, object], keep: bool
) -> None:
    ala = on_duty()
    waiting()
    Conversation.objects.update(former_agent=ala)
    Workstream.objects.update(keep_same_agent=keep)
    User.objects.filter(pk=ala.pk).update(**gone)

    assert route() == 0
    assert Conversation.objects.get().state == "open"


def test_customer_goes_back_to_the_same_agent_only_where_the_workstream_says_so(
    on_duty: OnDuty, waiting: Waiting
) -> None:
    ala, _beata = on_duty("ala"), on_duty("beata")
    Agent.objects.filter(user=ala).update(capacity=30)
    waiting()
    Conversation.objects.update(former_agent=ala)

    assert route() == 1
    assert offered() == {"beata": 1}


def test_only_what_waits_goes_back_to_the_same_agent(on_duty: OnDuty, waiting: Waiting) -> None:
    Workstream.objects.update(keep_same_agent=True)
    ala, beata = on_duty("ala"), on_duty("beata")
    held, elsewhere, first = waiting(3)
    actions.pick(conversation=held, user=beata)
    Conversation.objects.update(former_agent=ala)
    Conversation.objects.filter(pk=elsewhere.pk).update(queue=Queue.objects.create(name="Complaints"))

    assert route() == 1

    now_with = dict(Conversation.objects.values_list("pk", "agent__username"))
    assert now_with == {held.pk: beata.username, elsewhere.pk: None, first.pk: ala.username}
    assert not Offer.objects.exists()


def test_conversation_without_a_workstream_is_offered_as_usual(on_duty: OnDuty, waiting: Waiting) -> None:
    on_duty()
    waiting()
    Conversation.objects.update(workstream=None)

    route()

    offer = Offer.objects.get()
    assert (offer.units, offer.expires_at - offer.offered_at) == (30, timedelta(seconds=120))


@pytest.mark.parametrize(
    ("units", "capacity", "found"), [(10, 10, 1), (10, 9, 0), (30, 30, 1), (60, 59, 0), (60, 60, 1)]
)
def test_agent_with_just_enough_room_is_asked(
    on_duty: OnDuty, waiting: Waiting, units: int, capacity: int, found: int
) -> None:
    Workstream.objects.update(units=units)
    on_duty()
    Agent.objects.update(capacity=capacity)
    waiting()

    assert route() == found


@pytest.mark.parametrize("chosen", [Presence.AWAY, Presence.DO_NOT_DISTURB, Presence.OFFLINE])
def test_who_does_not_want_to_be_asked_is_not(on_duty: OnDuty, waiting: Waiting, chosen: Presence) -> None:
    actions.choose_presence(user=on_duty(), presence=chosen)
    waiting()

    assert route() == 0


def test_workstream_for_the_available_alone_asks_nobody_with_work(on_duty: OnDuty, waiting: Waiting) -> None:
    Workstream.objects.update(allowed_presences=[Presence.AVAILABLE])
    on_duty()
    waiting(2)

    assert (route(), route()) == (1, 0)


def test_agent_whose_streams_are_gone_is_asked_until_three_pulses_are_missed(on_duty: OnDuty, waiting: Waiting) -> None:
    ala = on_duty()
    waiting(2)
    at = now()
    Agent.objects.update(last_seen_at=at - timedelta(seconds=46))
    lost = (route(at=at), duty(ala, at).presence(at))
    Agent.objects.update(last_seen_at=at - timedelta(seconds=44))

    assert lost == (0, Presence.OFFLINE)
    assert route(at=at) == 2


def test_queue_with_members_asks_nobody_else(on_duty: OnDuty, waiting: Waiting) -> None:
    on_duty("ala")
    beata = on_duty("beata", role=Role.SUPERVISOR)
    queue = Queue.objects.create(name="Complaints")
    queue.members.add(beata)
    waiting(2)
    Conversation.objects.update(queue=queue)

    route()

    assert offered() == {"beata": 2}


def test_queue_of_the_smaller_group_goes_first(on_duty: OnDuty, waiting: Waiting) -> None:
    ala = on_duty()
    urgent = Queue.objects.create(name="Urgent", priority=0)
    urgent.members.add(ala)
    waiting(3)
    talk = waiting()[0]
    Conversation.objects.filter(pk=talk.pk).update(queue=urgent)
    Agent.objects.update(capacity=30)

    route()

    assert Offer.objects.get().conversation_id == talk.pk


def test_same_agent_gets_the_customer_back_whatever_the_presence(on_duty: OnDuty, waiting: Waiting) -> None:
    Workstream.objects.update(keep_same_agent=True)
    ala, [talk] = on_duty(), waiting()
    actions.choose_presence(user=ala, presence=Presence.AWAY)
    Conversation.objects.update(former_agent=ala)

    route()

    talk.refresh_from_db()
    assert (talk.state, talk.agent) == ("active", ala)


def test_waiting_thousands_are_not_read_while_nobody_is_free(
    on_duty: OnDuty, waiting: Waiting, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    on_duty()
    waiting(5)
    route()

    with django_assert_num_queries(5) as queries:  # the queues; those on duty and their load, between two savepoints
        route()

    assert not any("skip locked" in query["sql"] for query in queries.captured_queries)


def test_trace_says_it_in_the_readers_language(on_duty: OnDuty, waiting: Waiting) -> None:
    on_duty()
    waiting()
    route()

    english = str(Trace.objects.get())
    with translation.override("pl"):
        polish = str(Trace.objects.get())

    assert english == "Offered to ala from Default messaging queue."
    assert polish == "Zaproponowano: ala, z kolejki Domyślna kolejka wiadomości."


ROUTERS, AGENTS, CONVERSATIONS = 3, 4, 60


def route_and_accept(errors: list[BaseException]) -> None:
    try:
        for _round in range(10):
            route()
            for offer in Offer.objects.filter(outcome=Outcome.PENDING)[:5]:
                try:
                    actions.accept(offer=offer, user=offer.agent)
                except actions.Refused:
                    continue
    except BaseException as error:  # noqa: BLE001 - reported in the test's own thread
        errors.append(error)
    finally:
        connections.close_all()


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_routers_at_once_fill_every_agent_and_no_agent_twice(on_duty: OnDuty, waiting: Waiting) -> None:
    for position in range(AGENTS):
        on_duty(f"ala-{position}")
    waiting(CONVERSATIONS)
    errors: list[BaseException] = []

    threads = [threading.Thread(target=route_and_accept, args=[errors]) for _ in range(ROUTERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert errors == []
    assert [duty(user).load for user in User.objects.all()] == [90] * AGENTS
    assert Offer.objects.count() == Offer.objects.values("conversation").distinct().count() == 3 * AGENTS

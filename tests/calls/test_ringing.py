"""IncomingCall becomes a call that rings, once, whoever calls; a node takes each call alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from centrala.calls import actions
from centrala.calls.models import Call, CallEnd, CallState, Node
from centrala.calls.ringing import HANDLERS
from centrala.calls.sweeps import sweep
from centrala.conversations.models import Conversation
from centrala.inbox.drain import drain
from centrala.inbox.models import Event, State
from centrala.workstreams import actions as workstreams
from centrala.workstreams.models import Channel
from hub import CUSTOMER, OURS, arrive, connected, event

pytestmark = pytest.mark.django_db


def rings(**data: Any) -> Event:
    return arrive(event("incoming_call", **data))


def drained() -> None:
    drain(HANDLERS)


def node(address: str = "https://hub.example.org") -> Node:
    made = Node(address=address)
    actions.alive(made)
    return made


def test_call_is_taken_in_with_what_it_takes_to_answer() -> None:
    connection = connected()
    rings()

    drained()

    call = Call.objects.get()
    assert (call.connection, call.customer, call.number) == (connection, CUSTOMER, OURS)
    assert (call.state, call.context != "", call.conversation) == (CallState.RINGING, True, None)


def test_call_that_is_told_twice_rings_once() -> None:
    connected()
    rings()
    rings()

    drained()

    assert Call.objects.count() == 1


def test_somebody_without_a_number_is_anonymous() -> None:
    connected()
    rings(**{"from": {"kind": "unknown", "rawId": "4:anonymous"}})

    drained()

    assert Call.objects.get().customer == "anonymous"


@pytest.mark.parametrize(
    "data", [{"incomingCallContext": ""}, {"incomingCallContext": 7}, {"to": None}, {"correlationId": "x" * 101}]
)
def test_call_that_cannot_be_answered_is_kept_with_its_reason(data: dict[str, Any]) -> None:
    connected()
    rings(**data)

    drained()

    kept = Event.objects.get()
    assert kept.state == State.FAILED
    assert "has no usable" in kept.error
    assert not Call.objects.exists()


def test_event_that_was_an_hour_on_its_way_is_of_a_call_nobody_waits_in() -> None:
    connected()
    late = rings()
    Event.objects.filter(pk=late.pk).update(event_time=now() - timedelta(hours=1))

    drained()

    call = Call.objects.get()
    assert (call.state, call.ending, call.context) == (CallState.ENDED, CallEnd.NOT_ANSWERED, "")


def test_call_that_nobody_takes_is_over_after_a_minute() -> None:
    connected()
    rings()
    drained()

    sweep(at=now() + timedelta(seconds=59))
    assert Call.objects.get().state == CallState.RINGING
    Call.objects.update(rang_at=now())
    sweep(at=now() + timedelta(seconds=61))

    call = Call.objects.get()
    assert (call.state, call.ending, call.context) == (CallState.ENDED, CallEnd.NOT_ANSWERED, "")


def test_conversation_whose_call_ended_with_a_process_is_closed() -> None:
    connected()
    rings()
    drained()
    actions.connected(Call.objects.get().pk)
    Call.objects.update(state=CallState.ENDED, ended_at=now() - timedelta(minutes=2), ending=CallEnd.LOST)

    sweep()

    assert Conversation.objects.get().state == "closed"


def test_of_two_nodes_one_takes_the_call() -> None:
    connected()
    rings()
    drained()

    taken = [len(actions.claim(node=node())), len(actions.claim(node=node()))]

    assert taken == [1, 0]


def test_calls_of_a_node_that_is_silent_are_adopted_and_those_of_a_living_one_are_not() -> None:
    connected()
    rings()
    drained()
    first, second = node(), node()
    actions.claim(node=first)

    assert actions.adopt(node=second) == []
    Node.objects.filter(pk=first.pk).update(seen_at=now() - actions.ALIVE - timedelta(seconds=1))
    [(call, reachable)] = actions.adopt(node=second)

    assert (call.node, reachable) == (second, True)
    assert [one for one, _ in actions.adopt(node=node("https://other.example.org"))] == []


def test_voice_workstream_begins_with_what_a_call_takes_and_that_of_texts_as_before() -> None:
    voice = workstreams.set_up(name="Voice", channel=Channel.VOICE, numbers=[])
    texts = workstreams.set_up(name="SMS", channel=Channel.SMS, numbers=[])

    assert [(one.units, one.offer_seconds) for one in (voice, texts)] == [(100, 30), (30, 120)]


def taken(by: Node) -> Call:
    connected()
    rings()
    drained()
    [call] = actions.claim(node=by)
    return call


def silent(one: Node, seconds: float) -> None:
    Node.objects.filter(pk=one.pk).update(seen_at=now() - timedelta(seconds=seconds))


def test_node_elsewhere_has_time_to_come_back_before_its_calls_are_taken() -> None:
    first, elsewhere = node(), node("https://other.example.org")
    taken(first)

    silent(first, 15)
    early = actions.adopt(node=elsewhere)
    silent(first, 25)
    forbidden = actions.adopt(node=elsewhere, others=False)
    [(_call, reachable)] = actions.adopt(node=elsewhere)

    assert (early, forbidden, reachable) == ([], [], False)


def test_node_that_said_goodbye_is_followed_at_once_by_the_next_at_its_address_alone() -> None:
    first, elsewhere, successor = node(), node("https://other.example.org"), node()
    taken(first)

    actions.goodbye(first)

    assert actions.adopt(node=elsewhere) == []
    assert len(actions.adopt(node=successor, others=False)) == 1


def test_call_that_is_a_nodes_own_without_its_knowing_is_taken_up() -> None:
    """The database went away before it could say that the claim was committed."""
    only = node()
    call = taken(only)

    assert actions.adopt(node=only, known=[call.pk]) == []
    assert [one.pk for one, _ in actions.adopt(node=only, known=[])] == [call.pk]

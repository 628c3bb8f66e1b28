"""What becomes of offers and of work."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils.timezone import now

from centrala.conversations.models import Conversation
from centrala.errors import Refused
from centrala.organization.models import User
from centrala.routing import actions
from centrala.routing.duty import duty
from centrala.routing.models import Agent, Offer, Outcome, Trace
from centrala.routing.router import route
from centrala.workstreams.models import Presence, Queue, QueueKind, Workstream
from routing.conftest import OnDuty, Waiting
from running_demo import until


@pytest.fixture
def offer(on_duty: OnDuty, waiting: Waiting) -> Offer:
    on_duty()
    waiting()
    route()
    return Offer.objects.get()


@pytest.fixture
def work(offer: Offer) -> Conversation:
    """Ala's."""
    return actions.accept(offer=offer, user=offer.agent)


def presence(user: User) -> Presence:
    return duty(user).presence(now())


def test_accepted_conversation_is_the_agents(offer: Offer) -> None:
    talk = actions.accept(offer=offer, user=offer.agent)

    assert (talk.state, talk.agent, duty(offer.agent).load) == ("active", offer.agent, 30)
    assert presence(offer.agent) == Presence.BUSY


def test_declined_conversation_waits_on_and_its_agent_is_not_disturbed(offer: Offer) -> None:
    actions.decline(offer=offer, user=offer.agent)

    assert Conversation.objects.get().state == "open"
    assert (presence(offer.agent), route()) == (Presence.DO_NOT_DISTURB, 0)


def test_offer_that_nobody_answers_makes_its_agent_inactive(offer: Offer) -> None:
    early = actions.expire_offers(at=offer.expires_at - timedelta(seconds=1))

    assert (early, actions.expire_offers(at=offer.expires_at)) == (0, 1)

    offer.refresh_from_db()
    assert (offer.outcome, presence(offer.agent)) == (Outcome.MISSED, Presence.INACTIVE)
    assert Conversation.objects.get().state == "open"


def test_inactive_agent_who_chooses_again_is_asked_again(offer: Offer) -> None:
    actions.expire_offers(at=offer.expires_at)

    actions.choose_presence(user=offer.agent, presence=Presence.AVAILABLE)

    assert route() == 1


def test_nobody_chooses_to_be_inactive(on_duty: OnDuty) -> None:
    with pytest.raises(Refused, match="set by the hub alone"):
        actions.choose_presence(user=on_duty(), presence=Presence.INACTIVE)


def test_offer_is_no_good_late_or_to_somebody_else(offer: Offer, on_duty: OnDuty) -> None:
    with pytest.raises(Refused, match="no longer good"):
        actions.accept(offer=offer, user=on_duty("beata"))
    Offer.objects.update(expires_at=now())
    with pytest.raises(Refused, match="no longer good"):
        actions.accept(offer=offer, user=offer.agent)

    assert Conversation.objects.get().state == "open"


def test_conversation_that_somebody_picks_is_withdrawn_from_who_was_asked(offer: Offer, on_duty: OnDuty) -> None:
    beata = on_duty("beata")

    talk = actions.pick(conversation=offer.conversation, user=beata)

    offer.refresh_from_db()
    assert (talk.agent, offer.outcome, duty(offer.agent).load) == (beata, Outcome.WITHDRAWN, 0)
    with pytest.raises(Refused, match="Somebody works"):
        actions.pick(conversation=talk, user=offer.agent)


def test_who_answers_what_nobody_has_picks_it(offer: Offer, on_duty: OnDuty) -> None:
    beata = on_duty("beata")

    actions.answer(conversation=offer.conversation, author=beata, text="Good morning")

    offer.refresh_from_db()
    assert (Conversation.objects.get().agent, offer.outcome, duty(beata).load) == (beata, Outcome.WITHDRAWN, 30)
    assert Trace.objects.latest("pk").step == "picked"


def test_answer_that_cannot_be_sent_picks_nothing(offer: Offer) -> None:
    with pytest.raises(Refused, match="Write something"):
        actions.answer(conversation=offer.conversation, author=offer.agent, text=" ")

    assert Conversation.objects.get().state == "open"


def test_answer_to_a_colleagues_customer_leaves_the_work_with_them(work: Conversation, on_duty: OnDuty) -> None:
    actions.answer(conversation=work, author=on_duty("beata"), text="Ala is on the telephone")

    work.refresh_from_db()
    assert work.agent is not None
    assert work.agent.username == "ala"


def test_full_agent_is_not_to_be_disturbed_and_free_again_what_was_chosen(work: Conversation) -> None:
    assert work.agent is not None
    Agent.objects.update(capacity=30)
    full = presence(work.agent)

    actions.set_aside(conversation=work, user=work.agent)

    assert (full, presence(work.agent)) == (Presence.DO_NOT_DISTURB, Presence.AVAILABLE)


def test_transfer_to_an_agent_releases_the_first_at_once(work: Conversation, on_duty: OnDuty) -> None:
    ala, beata = work.agent, on_duty("beata")
    assert ala is not None

    talk = actions.transfer_to_agent(conversation=work, user=ala, to=beata)

    assert (talk.state, talk.agent, duty(ala).load, duty(beata).load) == ("active", beata, 0, 30)


def test_transfer_to_a_queue_opens_it_there(work: Conversation) -> None:
    assert work.agent is not None
    queue = Queue.objects.create(name="Complaints")

    talk = actions.transfer_to_queue(conversation=work, user=work.agent, queue=queue)

    assert (talk.state, talk.agent, talk.queue) == ("open", None, queue)


def test_transfer_to_a_queue_of_another_kind_is_refused(work: Conversation) -> None:
    assert work.agent is not None
    voice = Queue.objects.create(name="Calls", kind=QueueKind.VOICE)

    with pytest.raises(Refused, match="another kind"):
        actions.transfer_to_queue(conversation=work, user=work.agent, queue=voice)


@pytest.mark.parametrize(("seconds", "ended_ago", "load"), [(None, 3600, 30), (0, 0, 0), (60, 59, 30), (60, 61, 0)])
def test_wrap_up_takes_capacity_as_the_workstream_says(
    work: Conversation, seconds: int | None, ended_ago: int, load: int
) -> None:
    assert work.agent is not None
    Workstream.objects.update(wrap_up_seconds=seconds)
    actions.end(conversation=work, user=work.agent)
    at = now()
    Conversation.objects.update(ended_at=at - timedelta(seconds=ended_ago))

    assert duty(work.agent, at).load == load


def test_ended_conversation_is_closed_by_its_agent_for_good(work: Conversation) -> None:
    ala = work.agent
    assert ala is not None
    Workstream.objects.update(wrap_up_seconds=600)
    actions.end(conversation=work, user=ala)
    assert duty(ala).load == 30

    talk = actions.close(conversation=work, user=ala)

    assert (talk.state, talk.closing_reason, duty(ala).load) == ("closed", "agent", 0)
    with pytest.raises(Refused, match="Somebody works on this conversation already, or it is over"):
        actions.pick(conversation=talk, user=ala)
    assert list(Trace.objects.order_by("pk").values_list("step", flat=True)) == [
        "offered",
        "accepted",
        "ended",
        "closed",
    ]


def test_work_of_somebody_else_is_not_moved(work: Conversation, on_duty: OnDuty) -> None:
    with pytest.raises(Refused, match="moved on"):
        actions.end(conversation=work, user=on_duty("beata"))


@pytest.mark.parametrize(
    ("chosen", "away", "after"),
    [
        (Presence.BUSY, 149, Presence.BUSY),
        (Presence.BUSY, 151, Presence.AVAILABLE),
        (Presence.AWAY, 151, Presence.AWAY),
    ],
)
def test_presence_of_who_comes_back(on_duty: OnDuty, chosen: Presence, away: int, after: Presence) -> None:
    ala = on_duty()
    actions.choose_presence(user=ala, presence=chosen)
    Agent.objects.update(last_seen_at=now() - timedelta(seconds=away))

    actions.seen(user=ala)

    assert presence(ala) == after


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "act",
    [
        lambda offer: actions.decline(offer=offer, user=offer.agent),
        lambda offer: actions.expire_offers(at=offer.expires_at),
    ],
    ids=["decline", "expire"],
)
def test_offer_is_not_locked_while_somebody_else_has_its_conversation(
    offer: Offer, act: Callable[[Offer], object]
) -> None:
    """`pick` has the conversation and comes for its offer: whoever came the other way round would wait for ever."""

    def other() -> None:
        try:
            act(offer)
        finally:
            connections.close_all()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        Conversation.objects.select_for_update().get(pk=offer.conversation_id)
        thread.start()
        until(lambda: not thread.is_alive() or waits_for_a_lock())
        assert Offer.objects.select_for_update(nowait=True).get(pk=offer.pk).outcome == Outcome.PENDING
    thread.join(20)

    assert not thread.is_alive()


def waits_for_a_lock() -> bool:
    with connections["default"].cursor() as cursor:
        cursor.execute("select exists (select from pg_locks where not granted)")
        return bool(cursor.fetchone()[0])

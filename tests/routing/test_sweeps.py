"""What ends by itself: nothing that a customer waits for stays with somebody who is gone."""

import threading
from datetime import datetime, timedelta

import pytest
from django.utils.timezone import now

from centrala.conversations.models import Conversation
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User
from centrala.routing import actions
from centrala.routing.models import Agent, Trace
from centrala.routing.sweeps import close_silent, sweep, take_back
from centrala.worker import routing as router
from centrala.workstreams.models import Workstream
from routing.conftest import OnDuty, Waiting


@pytest.fixture
def work(on_duty: OnDuty, waiting: Waiting) -> Conversation:
    """Ala's."""
    return actions.pick(conversation=waiting()[0], user=on_duty())


def gone(seconds: int) -> datetime:
    """Now, with everybody's desk gone for so long."""
    Agent.objects.update(last_seen_at=now() - timedelta(seconds=seconds))
    return now()


def test_work_of_who_is_gone_for_150_seconds_goes_back_to_its_old_place_in_the_queue(work: Conversation) -> None:
    early, late = take_back(at=gone(148)), take_back(at=gone(152))

    assert (early, late) == (0, 1)
    place = work.queued_at
    work.refresh_from_db()
    assert (work.state, work.agent, work.queued_at) == ("open", None, place)
    assert str(Trace.objects.latest("pk")) == "ala was gone for too long; back to Default messaging queue."


def test_router_that_has_just_begun_takes_nothing_away(work: Conversation) -> None:
    at, states = gone(152), []
    for since in (0, 44, 45):
        sweep(begun=at - timedelta(seconds=since), at=at)
        work.refresh_from_db()
        states.append(work.state)

    assert states == ["active", "active", "open"]


class Once(threading.Event):
    """Lets a loop run one time."""

    asked = 0

    def is_set(self) -> bool:
        self.asked += 1
        return self.asked > 1


def test_first_sweep_after_the_database_was_away_takes_nothing_away(
    work: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(router, "POLL_SECONDS", 0.01)
    gone(152)

    router.run(Once())

    work.refresh_from_db()
    assert work.state == "active"


def test_conversation_that_an_agent_began_goes_to_the_queue_as_well(on_duty: OnDuty) -> None:
    text = actions.start(
        customer="+48600100200", number=PhoneNumber.objects.get(), author=on_duty(), text="Dzień dobry"
    )

    assert take_back(at=gone(152)) == 1

    work = Conversation.objects.get()
    assert (work.state, work.agent, work.queued_at) == ("open", None, text.created_at)


def test_wrap_up_of_who_is_gone_is_closed(work: Conversation) -> None:
    actions.end(conversation=work, user=User.objects.get(username="ala"))

    assert take_back(at=gone(152)) == 1

    work.refresh_from_db()
    assert (work.state, work.closing_reason) == ("closed", "agent_lost")


def test_what_is_set_aside_stays_with_who_is_gone(work: Conversation) -> None:
    actions.set_aside(conversation=work, user=User.objects.get(username="ala"))

    assert take_back(at=gone(9999)) == 0


def test_who_never_opened_the_desk_keeps_what_was_given(work: Conversation) -> None:
    Agent.objects.update(last_seen_at=None)

    assert take_back(at=now()) == 0


def test_silence_closes_what_was_set_aside_as_the_workstream_says(work: Conversation) -> None:
    actions.set_aside(conversation=work, user=User.objects.get(username="ala"))
    Workstream.objects.update(auto_close_minutes=480)
    silent_since = work.last_message_at

    early = close_silent(at=silent_since + timedelta(minutes=479))
    late = close_silent(at=silent_since + timedelta(minutes=481))

    assert (early, late) == (0, 1)
    work.refresh_from_db()
    assert (work.state, work.closing_reason) == ("closed", "inactivity")
    assert str(Trace.objects.latest("pk")) == "Closed: no message for too long."


def test_workstream_without_a_limit_closes_nothing(work: Conversation) -> None:
    actions.set_aside(conversation=work, user=User.objects.get(username="ala"))
    Workstream.objects.update(auto_close_minutes=None)

    assert close_silent(at=now() + timedelta(days=999)) == 0


def test_active_conversation_is_never_closed_by_silence(work: Conversation) -> None:
    assert close_silent(at=now() + timedelta(days=999)) == 0

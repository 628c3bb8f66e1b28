"""Numbers that are lent to a trial: who may call them, and that no minute is talked twice."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils.timezone import now

from calling import talk_of
from centrala.azure.phone_numbers import Number
from centrala.calls import actions as calls
from centrala.calls import enquiring, leases
from centrala.calls.enquiry import Enquiry, Parted
from centrala.calls.models import Call, CallEnd, CallState
from centrala.calls.queries import standing
from centrala.calls.ringing import HANDLERS
from centrala.calls.sending_on import send_on
from centrala.calls.sweeps import sweep
from centrala.connection.access import active_connection, connections_of
from centrala.connection.models import Connection
from centrala.errors import Refused
from centrala.inbox.drain import drain
from centrala.numbers.access import numbers_of
from centrala.numbers.models import NumberType, PhoneNumber
from centrala.organization.models import AuditEntry, Kind, Organization, Role, User
from centrala.organization.standing import standing as organization_standing
from centrala.routing.actions import pick
from centrala.trial import actions, minutes
from centrala.trial.models import Ending, Trial
from centrala.workstreams.models import Channel, Workstream
from hub import CUSTOMER, OURS, ala, arrive, connected, event
from trials.scene import GEOGRAPHIC, began, lender, lent, number, ring, trial_organization, turned_production

pytestmark = pytest.mark.django_db

POLAND, CANADA, OUTSIDE = "+48600100200", "+16045550100", "+14255550199"


@pytest.fixture
def adam(db: None) -> User:
    return User.objects.create(username="adam", role=Role.ADMINISTRATOR)


def answered(call: Call, *, ago: timedelta = timedelta()) -> Call:
    """As a node answers it and the service tells that it stands; so long ago."""
    calls.connected(call.pk)
    if ago:
        began(call, ago=ago)
    call.refresh_from_db()
    return call


def hung_up(call: Call) -> None:
    calls.ended(call.pk, CallEnd.CUSTOMER)


def test_number_of_a_trial_rings_without_a_connection_of_ones_own(adam: User) -> None:
    lent()

    call = answered(ring(CUSTOMER))

    assert (call.state, call.is_rejected, talk_of(call).workstream.name) == (CallState.CONNECTED, False, "Voice")
    assert not connections_of(adam).exists()
    assert [str(one) for one in numbers_of(adam)] == [OURS]


def test_number_of_a_trial_is_for_calls_alone() -> None:
    lent()

    given = PhoneNumber.objects.get()

    assert (given.receives_calls, given.receives_sms, given.sends_sms) == (True, False, False)
    assert given.monthly_cost is None
    assert not given.lines.filter(channel=Channel.SMS).exists()


@pytest.mark.parametrize(
    ("customer", "to", "why"),
    [
        (CUSTOMER, OURS, ""),
        ("+18005550100", OURS, ""),
        (POLAND, OURS, CallEnd.ABROAD),
        (CANADA, OURS, CallEnd.ABROAD),
        (POLAND, GEOGRAPHIC, ""),
        (CUSTOMER, "+18335550111", CallEnd.NOT_LENT),
    ],
)
def test_toll_free_number_is_called_from_the_united_states_alone(customer: str, to: str, why: str) -> None:
    trial = lent()
    PhoneNumber.objects.create(connection=trial.connection, number=GEOGRAPHIC, type=NumberType.GEOGRAPHIC)

    call = ring(customer, to=to)

    assert (call.is_rejected, call.ending) == (bool(why), why)


def test_caller_who_hides_the_number_may_be_anywhere() -> None:
    lent()

    assert ring("").ending == CallEnd.ABROAD


def test_numbers_of_ones_own_are_called_from_everywhere() -> None:
    connected()
    body = event("incoming_call")
    body["data"]["from"] = {"phoneNumber": {"value": POLAND}}
    arrive(body)
    drain(HANDLERS)

    assert not Call.objects.get().is_rejected


def test_minutes_are_lent_some_at_a_time_and_what_is_not_talked_comes_back() -> None:
    lent(minutes=60)

    call = answered(ring(CUSTOMER), ago=timedelta(seconds=20))
    while_it_lasts = Trial.objects.get()
    hung_up(call)
    after = Trial.objects.get()

    assert (while_it_lasts.leased, while_it_lasts.used) == (minutes.LEASE, 0)
    assert (after.leased, after.used) == (0, 21)
    assert after.minutes_left == 60
    assert after.unused == timedelta(seconds=3579)


def test_two_calls_at_once_never_get_the_same_seconds() -> None:
    lent(minutes=1)
    Trial.objects.update(used=15)
    first, second = answered(ring(CUSTOMER)), answered(ring("+14255550124"))

    assert [first.leased_seconds, second.leased_seconds] == [45, 0]
    assert not leases.extend(first.pk)
    began(first, ago=timedelta(seconds=20))
    hung_up(first)
    assert leases.extend(second.pk)
    second.refresh_from_db()
    assert second.leased_seconds == 24

    began(second, ago=timedelta(seconds=40))  # sixteen more than it was lent: Azure was slow to hang up
    hung_up(second)

    trial = Trial.objects.get()
    assert (trial.used, trial.leased, trial.ending) == (60, 0, Ending.USED_UP)


def test_database_holds_that_no_more_is_talked_than_was_granted() -> None:
    lent(minutes=1)

    with pytest.raises(IntegrityError, match="no_more_than_granted"), transaction.atomic():
        Trial.objects.update(used=30, leased=31)


def test_told_twice_that_it_ended_a_call_counts_once() -> None:
    lent()
    call = answered(ring(CUSTOMER), ago=timedelta(seconds=9.5))

    hung_up(call)
    hung_up(call)

    assert Trial.objects.get().used == 10


def test_call_whose_end_was_told_before_its_beginning_uses_nothing() -> None:
    lent()
    call = ring(CUSTOMER)

    hung_up(call)
    calls.connected(call.pk)

    trial = Trial.objects.get()
    assert (trial.used, trial.leased) == (0, 0)


def test_last_minute_ends_the_trial_by_itself_and_further_calls_are_declined(adam: User) -> None:
    lent(minutes=1)
    call = answered(ring(CUSTOMER), ago=timedelta(seconds=61))
    talk = talk_of(call)
    assert standing(call.pk).lent == timedelta(seconds=60)
    calls.ended(call.pk, CallEnd.TRIAL_OVER)

    trial = Trial.objects.get()

    assert (trial.ending, trial.minutes_left) == (Ending.USED_UP, 0)
    assert organization_standing().trial_over
    assert not numbers_of(adam).exists()
    assert active_connection() is None
    assert ring(CUSTOMER).ending == CallEnd.TRIAL_OVER
    talk.refresh_from_db()
    assert str(talk.number) == OURS  # conversations stay


def test_few_seconds_that_nobody_could_talk_in_count_as_used_up() -> None:
    lent(minutes=1)
    call = answered(ring(CUSTOMER), ago=timedelta(seconds=52))

    hung_up(call)

    assert Trial.objects.get().ending == Ending.USED_UP


def test_trial_that_is_ended_by_hand_hangs_up_what_is_talked(adam: User) -> None:
    lent()
    call = answered(ring(CUSTOMER), ago=timedelta(seconds=5))

    actions.end(actor=adam)

    assert standing(call.pk).lent == timedelta()
    assert not leases.extend(call.pk)
    calls.ended(call.pk, CallEnd.TRIAL_OVER)
    assert Trial.objects.get().ending == Ending.BY_HAND
    acts = list(AuditEntry.objects.order_by("at").values_list("act", "actor_name"))
    assert acts[-2:] == [("end trial", "adam"), ("trial numbers gone", "adam")]
    with pytest.raises(Refused, match="No trial is running"):
        actions.end(actor=adam)


def test_clock_ends_the_trial_and_its_calls() -> None:
    lent()
    call = answered(ring(CUSTOMER))
    actions.end_when_over()
    assert Trial.objects.get().ended_at is None

    Organization.objects.update(trial_ends_at=now() - timedelta(seconds=1))

    assert ring(CUSTOMER).ending == CallEnd.TRIAL_OVER  # before anybody has looked at the clock
    actions.end_when_over()
    assert Trial.objects.get().ending == Ending.EXPIRED
    assert standing(call.pk).lent == timedelta()


def test_organization_that_is_a_trial_no_more_loses_the_numbers(adam: User) -> None:
    lent()
    turned_production()

    actions.end_when_over()

    assert not numbers_of(adam).exists()


def test_numbers_are_lent_once() -> None:
    lent()
    with pytest.raises(Refused, match="already"):
        actions.refuse_another_trial()

    actions.end(actor=None)

    with pytest.raises(Refused, match="has had its trial"):
        actions.start(connection=Connection.objects.get(), number=number(), lendable=[])
    turned_production()
    Organization.objects.update(kind=Kind.TRIAL, trial_started_at=now(), trial_ends_at=now() + timedelta(days=3))
    with pytest.raises(Refused, match="has had its trial"):
        actions.start(connection=Connection.objects.get(), number=number(), lendable=[])


def test_first_number_is_toll_free_and_nothing_else_is_lent() -> None:
    had = [
        number(GEOGRAPHIC, "geographic"),
        number("+48221005501", country="PL"),
        number("+18335550103", receives_calls=False),
        number("+18335550102"),
        number("+18335550101"),
    ]

    assert actions.first_of(had, lendable=[]).number == "+18335550101"
    assert actions.first_of(had, lendable=["+18335550102", GEOGRAPHIC]).number == "+18335550102"
    assert [one.number for one in actions.lent_by(had, lendable=[GEOGRAPHIC])] == [GEOGRAPHIC]
    with pytest.raises(Refused, match="no toll-free number"):
        actions.first_of(had[:3], lendable=[])


def test_more_minutes_are_granted_and_bring_back_what_was_used_up(adam: User) -> None:
    lent(minutes=1)
    assert actions.grant(minutes=5, actor=None).minutes_granted == 6
    call = answered(ring(CUSTOMER), ago=timedelta(minutes=7))
    Trial.objects.update(used=240)
    hung_up(call)
    assert Trial.objects.get().ending == Ending.USED_UP

    actions.grant(minutes=30, actor=None)

    assert Trial.objects.get().minutes_left == 30
    assert organization_standing().trial_running
    assert not ring(CUSTOMER).is_rejected
    assert [str(one) for one in numbers_of(adam)] == [OURS]


def test_no_minutes_are_granted_after_a_trial_that_was_ended_or_never_was(adam: User) -> None:
    trial_organization()
    with pytest.raises(Refused, match="No number is lent"):
        actions.grant(minutes=5, actor=None)
    lender_ = lender()
    actions.start(connection=lender_, number=number(), lendable=[])
    for wrong in (0, -1, 100_000):
        with pytest.raises(Refused, match="So many minutes"):
            actions.grant(minutes=wrong, actor=None)

    actions.end(actor=adam)

    with pytest.raises(Refused, match="has had its trial"):
        actions.grant(minutes=5, actor=None)


def test_trial_without_numbers_is_its_clock_alone(adam: User) -> None:
    trial_organization()

    actions.end(actor=adam)

    assert organization_standing().trial_over
    assert not Trial.objects.exists()


def test_lender_has_numbers_of_its_own_vendor_words() -> None:
    """A number whose type the hub does not know is lent to nobody."""
    odd = Number(
        number="+18335550104",
        type="satellite",
        receives_sms=False,
        sends_sms=False,
        receives_calls=True,
        makes_calls=True,
        country="US",
    )

    assert actions.lent_by([odd], lendable=[]) == []


@pytest.fixture
def agent(db: None) -> User:
    return ala()


def theirs(agent: User) -> Call:
    call = answered(ring(CUSTOMER), ago=timedelta(seconds=10))
    pick(conversation=talk_of(call), user=agent)
    return call


def test_number_outside_that_is_consulted_is_lent_its_minutes_at_once(agent: User) -> None:
    lent()
    call = theirs(agent)

    asked = enquiring.begin(
        conversation=talk_of(call), user=agent, to=OUTSIDE, number=OURS, longest_seconds=leases.CONSULTED_SECONDS * 2
    )
    assert (asked.longest_seconds, Trial.objects.get().leased) == (300, 360)
    enquiring.came(asked.pk)
    Enquiry.objects.update(answered_at=now() - timedelta(seconds=40))
    enquiring.over(asked.pk, Parted.HUNG_UP)

    trial = Trial.objects.get()
    assert (trial.leased, trial.used) == (60, 41)
    hung_up(call)
    assert Trial.objects.get().used == 52


def test_number_outside_is_asked_by_nobody_without_minutes(agent: User) -> None:
    lent(minutes=1)
    call = theirs(agent)

    with pytest.raises(Refused, match="no minutes left"):
        enquiring.begin(conversation=talk_of(call), user=agent, to=OUTSIDE, number=OURS, longest_seconds=600)

    assert not Enquiry.objects.exists()
    assert Trial.objects.get().leased == 60


def test_caller_of_a_trials_number_is_not_transferred(agent: User) -> None:
    lent()
    call = theirs(agent)
    Workstream.objects.update(transfer_countries=["US"])

    with pytest.raises(Refused, match="not transferred"):
        send_on(conversation=talk_of(call), user=agent, number=OUTSIDE)


def test_customer_is_called_only_while_there_are_minutes() -> None:
    trial = lent(minutes=1)
    leases.refuse_without_minutes(trial.connection)
    answered(ring(CUSTOMER))  # has the last minute

    with pytest.raises(Refused, match="no minutes left"):
        leases.refuse_without_minutes(trial.connection)


def test_call_that_is_gone_from_the_database_keeps_no_minutes_lent() -> None:
    lent()
    gone, there = answered(ring(CUSTOMER)), answered(ring("+14255550124"))
    Call.objects.filter(pk=gone.pk).delete()

    sweep()
    sweep()

    trial = Trial.objects.get()
    assert (trial.leased, trial.used, there.leased_seconds) == (60, 60, 60)


def test_call_that_nobody_looked_after_for_long_is_lent_what_it_has_talked() -> None:
    lent()
    call = answered(ring(CUSTOMER), ago=timedelta(minutes=10))

    assert leases.extend(call.pk)

    call.refresh_from_db()
    assert timedelta(seconds=call.leased_seconds or 0) >= timedelta(minutes=11)


@pytest.mark.django_db(transaction=True)
def test_calls_that_ask_in_one_moment_share_what_is_left() -> None:
    trial = lent(minutes=2)
    asked = threading.Barrier(4)

    def ask() -> int:
        asked.wait(10)
        try:
            return minutes.lease(trial.connection_id, wish=50)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        given = [one.result() for one in [pool.submit(ask) for _call in range(4)]]

    assert sorted(given) == [0, 20, 50, 50]
    assert Trial.objects.get().leased == 120

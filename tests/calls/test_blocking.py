"""Callers that are marked as spam are blocked by an administrator; then their calls are rejected before they ring."""

import pytest
from django.test import Client

from calling import call, talk_of
from centrala.calls import actions
from centrala.calls.blocking import block, mark_as_spam, unblock
from centrala.calls.models import BlockedNumber, BlockState, BlockStep, Call
from centrala.calls.ringing import HANDLERS
from centrala.conversations.models import Contact
from centrala.dialling.checks import callable_number
from centrala.errors import Refused
from centrala.inbox.drain import drain
from centrala.organization.models import Role, User
from hub import CUSTOMER, OURS, ala, arrive, connected, event

pytestmark = pytest.mark.django_db


@pytest.fixture
def adam(db: None) -> User:
    return User.objects.create(username="adam", role=Role.ADMINISTRATOR)


def rings() -> Call:
    arrive(event("incoming_call"))
    drain(HANDLERS)
    return Call.objects.latest("rang_at")


def test_caller_marked_as_spam_is_rejected_once_an_administrator_says_so(adam: User) -> None:
    agent, talk = ala(), talk_of(call(connected()))
    mark_as_spam(conversation=talk, user=agent)
    mark_as_spam(conversation=talk, user=agent)
    assert BlockedNumber.objects.get().state == BlockState.PENDING
    assert not rings().is_rejected

    block(number=CUSTOMER, actor=adam)
    Call.objects.all().delete()

    assert rings().is_rejected
    assert list(BlockStep.objects.values_list("state", "actor__username")) == [("blocked", "adam"), ("waiting", "ala")]


def test_spam_of_a_blocked_number_stays_blocked_and_one_taken_off_rings(adam: User) -> None:
    talk = talk_of(call(connected()))
    block(number=CUSTOMER, actor=adam)
    mark_as_spam(conversation=talk, user=ala())
    assert BlockedNumber.objects.get().state == BlockState.BLOCKED
    with pytest.raises(Refused, match="blocked"):
        callable_number(CUSTOMER)

    unblock(number=CUSTOMER, actor=adam)

    assert not rings().is_rejected
    assert callable_number(CUSTOMER) == CUSTOMER


@pytest.mark.parametrize("number", ["", "112", "nobody", OURS])
def test_what_is_no_number_of_others_cannot_be_blocked(adam: User, number: str) -> None:
    connected()

    with pytest.raises(Refused):
        block(number=number, actor=adam)

    assert not BlockedNumber.objects.exists()


def test_callers_without_a_number_are_different_people() -> None:
    connection = connected()
    first, second = (talk_of(call(connection, customer="anonymous")) for _time in range(2))

    assert first.contact != second.contact
    assert Contact.objects.count() == 2
    with pytest.raises(Refused, match="shows no number"):
        mark_as_spam(conversation=first, user=ala())
    actions.connected(Call.objects.earliest("rang_at").pk)  # told once more
    assert Contact.objects.count() == 2


def test_administrators_decide_on_a_page_of_theirs(adam: User) -> None:
    mark_as_spam(conversation=talk_of(call(connected())), user=ala())
    browser = Client()
    browser.force_login(adam)

    waiting = browser.get("/center/blocked-numbers/").content.decode()
    browser.post(f"/center/blocked-numbers/{BlockedNumber.objects.get().pk}/block/")
    wrong = browser.post("/center/blocked-numbers/", {"number": "abc"})
    browser.post("/center/blocked-numbers/", {"number": "+48 600 100 200"})

    assert "waits for a decision" in waiting
    assert wrong.status_code == 422
    assert set(BlockedNumber.objects.values_list("number", "state")) == {
        (CUSTOMER, "blocked"),
        ("+48600100200", "blocked"),
    }

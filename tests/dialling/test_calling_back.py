"""Whoever wants to be called back is called by one agent, from the page or the dialler, and the wish is done then."""

from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from calling import call, talk_of
from centrala.calls import actions as calls
from centrala.calls.attending import agree
from centrala.calls.models import Call, CallEnd
from centrala.connection.models import Connection
from centrala.conversations.models import Conversation
from centrala.dialling.actions import dial
from centrala.dialling.models import Profile
from centrala.errors import Refused
from centrala.organization.models import Role, User
from centrala.routing.actions import pick
from centrala.routing.models import Trace
from centrala.workstreams.models import Workstream
from centrala.workstreams.overflow import Condition, OverflowRule, Remedy
from pages.reading import Element, read

CALLED = "+14255550123"


@pytest.fixture
def wish(connection: Connection, voice: Workstream) -> Conversation:
    """The customer has agreed to be called back."""
    rule = {"condition": Condition.TOO_MANY, "threshold": 1, "remedy": Remedy.CALL_BACK}
    OverflowRule.objects.create(queue=voice.queue, **rule)
    other = call(connection, customer="+14255550199")
    one = call(connection, customer=CALLED)
    assert agree(one.pk)
    calls.ended(one.pk, CallEnd.CALL_BACK)
    calls.ended(other.pk, CallEnd.CUSTOMER)
    return talk_of(one)


@pytest.fixture
def page(ala: User) -> Client:
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(ala)
    return browser


def tell(made: Call, type_: str, **data: Any) -> None:
    calls.heard(Call.objects.get(pk=made.pk), id_=f"{made.pk} {type_}", type_=type_, at=now(), data=data)


def state(talk: Conversation) -> tuple[str, str]:
    talk.refresh_from_db()
    return talk.state, talk.closing_reason


def facts(page: Client, talk: Conversation) -> Element:
    return read(page.get(f"/desk/{talk.pk}/")).one("section", id="call-facts")


def test_wish_is_done_once_its_customer_was_reached_and_takes_nothing_of_the_agent(
    profile: Profile, ala: User, wish: Conversation
) -> None:
    pick(conversation=wish, user=ala)  # takes the whole capacity

    made = dial(agent=ala, number=CALLED, returns=wish)
    before = state(wish)
    tell(made, "CallConnected")
    tell(made, "ParticipantsUpdated")

    assert (before, state(wish)) == (("active", ""), ("closed", "called_back"))
    assert (made.returns, talk_of(made).contact, talk_of(made).state) == (wish, wish.contact, "active")
    assert str(Trace.objects.filter(conversation=wish).latest("pk")) == "Closed: Ala called the customer back."


def test_wish_of_who_was_not_reached_stays_with_the_agent_who_calls_again(
    profile: Profile, ala: User, wish: Conversation
) -> None:
    first = dial(agent=ala, number=CALLED, returns=wish)
    tell(first, "CallDisconnected", resultInformation={"code": 486})

    assert (Call.objects.get(pk=first.pk).ending, state(wish)) == ("busy", ("active", ""))
    assert wish.agent == ala
    second = dial(agent=ala, number=CALLED, returns=talk_of(first))  # out of the wrap-up
    tell(second, "CallConnected")
    assert (second.returns, state(wish)) == (wish, ("closed", "called_back"))


def test_wish_is_returned_by_a_call_from_the_dialler_too(profile: Profile, ala: User, wish: Conversation) -> None:
    made = dial(agent=ala, number=CALLED)
    tell(made, "CallConnected")

    assert (made.returns, state(wish)) == (wish, ("closed", "called_back"))


def test_nobody_calls_for_a_wish_that_a_colleague_has(profile: Profile, ala: User, wish: Conversation) -> None:
    pick(conversation=wish, user=User.objects.create(username="beata", role=Role.SUPERVISOR))

    with pytest.raises(Refused, match="Somebody works on this conversation already"):
        dial(agent=ala, number=CALLED, returns=wish)


def test_call_that_goes_on_leaves_no_capacity_for_another(profile: Profile, ala: User, connection: Connection) -> None:
    theirs = call(connection, customer=CALLED, agent=ala)

    with pytest.raises(Refused, match="no capacity left"):
        dial(agent=ala, number=CALLED, returns=talk_of(theirs))


def test_one_profile_calls_back_at_once_out_of_the_wrap_up(
    page: Client, profile: Profile, ala: User, connection: Connection
) -> None:
    theirs = call(connection, customer=CALLED, agent=ala)
    assert not facts(page, talk_of(theirs)).all("form")
    calls.ended(theirs.pk, CallEnd.CUSTOMER)
    form = facts(page, talk_of(theirs)).one("form", class_="actions")
    sent = {field.attributes["name"]: field.attributes["value"] for field in form.all("input", type="hidden")}

    answer = page.post(str(form.attributes["action"]), sent)

    made = Call.objects.get(direction="outbound")
    assert answer["Location"] == f"/desk/{made.conversation_id}/"
    assert (made.returns, made.customer, form.one("button").text()) == (talk_of(theirs), CALLED, "Call back")
    links = [str(link.attributes["href"]) for link in facts(page, talk_of(made)).all("a")]
    assert links == [f"/desk/{theirs.conversation_id}/"]
    assert f"/desk/{made.conversation_id}/" in [a.attributes["href"] for a in facts(page, talk_of(theirs)).all("a")]


def test_several_profiles_lead_to_the_dialler_with_the_number(
    page: Client, profile: Profile, ala: User, voice: Workstream, wish: Conversation
) -> None:
    Profile.objects.create(label="Other", number=profile.number, workstream=voice).people.add(ala)

    link = facts(page, wish).one("a", class_="button")
    form = read(page.get(str(link.attributes["href"]))).one("form", id="dial")

    shown = {field.attributes["name"]: field.attributes.get("value") for field in form.all("input")}
    assert (shown["number"], shown["returns"]) == (CALLED, str(wish.pk))


def test_number_that_was_typed_anew_returns_nothing(profile: Profile, ala: User, wish: Conversation) -> None:
    made = dial(agent=ala, number="+14255550177", returns=wish)

    assert (made.returns, state(wish)) == (None, ("open", ""))


def test_who_hid_the_number_cannot_be_called_back(
    page: Client, profile: Profile, ala: User, connection: Connection
) -> None:
    theirs = call(connection, customer="anonymous", agent=ala)
    calls.ended(theirs.pk, CallEnd.CUSTOMER)

    shown = facts(page, talk_of(theirs))

    assert (shown.all("form"), shown.all("a", class_="button")) == ([], [])

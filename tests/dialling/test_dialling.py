"""An agent calls a customer: what is refused before anything is dialled, and what stands in the database then."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from calling import node
from centrala.calls import actions as calls
from centrala.calls.models import Call, CallEnd, CallState
from centrala.calls.queries import standing
from centrala.connection.models import Connection
from centrala.conversations.models import Channel, Conversation, ConversationState, Direction
from centrala.dialling.actions import dial
from centrala.dialling.models import Dialled, Profile
from centrala.errors import Refused
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import Role, User
from centrala.routing.actions import close, end
from centrala.workstreams.models import Workstream
from hub import OURS

CALLED = "+14255550123"


def refused(user: User, number: str = CALLED, **more: Any) -> str:
    """The reason. Nothing has come into being."""
    before = Call.objects.count()
    with pytest.raises(Refused) as told:
        dial(agent=user, number=number, **more)
    assert Call.objects.count() == before
    assert Dialled.objects.count() == before
    return str(told.value.message)


def tell(call: Call, type_: str, **data: Any) -> None:
    calls.heard(Call.objects.get(pk=call.pk), id_=f"{call.pk} {type_}", type_=type_, at=now(), data=data)


def told_of(call: Call) -> tuple[str, str, str]:
    call.refresh_from_db()
    assert call.conversation is not None
    return call.state, call.ending, call.conversation.state


def test_call_is_the_agents_conversation_from_the_first_ring_on(profile: Profile, ala: User) -> None:
    call = dial(agent=ala, number="+1 425 555 0123")

    talk = Conversation.objects.get()
    assert (call.direction, call.customer, call.number, call.state) == ("outbound", CALLED, OURS, "ringing")
    assert (talk.pk, talk.channel, talk.state, talk.agent) == (call.conversation_id, Channel.VOICE, "active", ala)
    assert (talk.workstream, talk.contact.number) == (profile.workstream, CALLED)
    assert Dialled.objects.get().profile == profile


@pytest.mark.parametrize(
    "written", [f"{CALLED},,112", f"{CALLED},112", f"{CALLED}x99", f"{CALLED};ext=5", f"{CALLED} ext. 7", f"{CALLED};5"]
)
def test_extension_is_refused_and_not_left_out(profile: Profile, ala: User, written: str) -> None:
    assert "Extensions are not dialled." in refused(ala, written) or "no telephone number" in refused(ala, written)


@pytest.mark.parametrize("written", [f"{CALLED}\0", f"\0{CALLED}", f"{CALLED}\ud800"])
def test_number_with_what_no_number_has_is_refused(profile: Profile, ala: User, written: str) -> None:
    assert "This is no telephone number." in refused(ala, written)


@pytest.mark.parametrize("written", ["4255550123", "14255550123", "0014255550123", "+1 (425) 555-0123"])
def test_number_may_be_written_in_many_ways(profile: Profile, ala: User, written: str) -> None:
    assert dial(agent=ala, number=written).customer == CALLED


@pytest.mark.parametrize("number", ["112", "999", "997", "998", "911", " 9-1-1 ", "+48112", "0048997"])
def test_emergency_number_is_not_dialled(profile: Profile, ala: User, number: str) -> None:
    assert "emergency" in refused(ala, number)


@pytest.mark.parametrize("number", ["", "abc", "+", "12", "+999123", "+1425555", "\0", "+48600100200000"])
def test_what_is_no_number_is_not_dialled(profile: Profile, ala: User, number: str) -> None:
    assert "no telephone number" in refused(ala, number)


def test_country_that_is_not_allowed_is_named(profile: Profile, ala: User) -> None:
    assert refused(ala, "+49 30 901820").startswith("Germany is not among")


def test_profile_without_countries_leads_nowhere(profile: Profile, ala: User) -> None:
    Profile.objects.update(countries=[])

    assert refused(ala).startswith("United States is not among")


def test_premium_number_and_our_own_are_not_dialled(profile: Profile, ala: User) -> None:
    assert "premium" in refused(ala, "+19005550100")
    assert "our own" in refused(ala, OURS)


def test_who_is_in_no_profile_does_not_dial(profile: Profile) -> None:
    ola = User.objects.create(username="ola", role=Role.AGENT)

    assert "No outbound profile is yours" in refused(ola)
    assert "No outbound profile is yours" in refused(User.objects.create(username="celina"))


def test_profile_of_others_cannot_be_chosen(profile: Profile, ala: User) -> None:
    other = Profile.objects.create(
        label="Others", number=profile.number, workstream=profile.workstream, countries=["US"]
    )

    assert "not yours" in refused(ala, profile=other)


def test_profile_is_chosen_by_the_country(profile: Profile, ala: User) -> None:
    Profile.objects.update(countries=["PL"])
    second = Profile.objects.create(
        label="Zeta", number=profile.number, workstream=profile.workstream, countries=["US"]
    )
    second.people.add(ala)

    dial(agent=ala, number=CALLED)

    assert Dialled.objects.get().profile == second


def test_agent_in_a_call_has_no_capacity_for_another(profile: Profile, ala: User) -> None:
    call = dial(agent=ala, number=CALLED)

    assert "no capacity" in refused(ala, "+14255550124")
    end(conversation=Conversation.objects.get(call=call), user=ala)
    assert "no capacity" in refused(ala, "+14255550124")  # the wrap-up
    close(conversation=Conversation.objects.get(call=call), user=ala)
    dial(agent=ala, number="+14255550124")


def test_number_that_makes_no_calls_any_more_is_refused(profile: Profile, ala: User) -> None:
    PhoneNumber.objects.update(makes_calls=False)

    assert "cannot make calls" in refused(ala)


def test_most_calls_of_a_day(profile: Profile, ala: User) -> None:
    Profile.objects.update(most_calls=1)
    yesterday = now() - timedelta(days=1)
    Dialled.objects.create(profile=profile, agent=ala, at=yesterday)
    over(dial(agent=ala, number=CALLED), ala)

    with pytest.raises(Refused, match="most calls"):
        dial(agent=ala, number=CALLED)


def test_most_minutes_of_a_day(profile: Profile, ala: User) -> None:
    Profile.objects.update(most_minutes=10, longest_minutes=60)
    call = dial(agent=ala, number=CALLED)
    assert call.longest_seconds == 600
    over(call, ala)
    Call.objects.update(connected_at=now() - timedelta(minutes=4), ended_at=now())

    second = dial(agent=ala, number=CALLED)
    assert 355 <= (second.longest_seconds or 0) <= 360
    over(second, ala)
    Call.objects.filter(pk=second.pk).update(connected_at=now() - timedelta(minutes=6), ended_at=now())

    with pytest.raises(Refused, match="most minutes"):
        dial(agent=ala, number=CALLED)


def test_calls_that_go_on_count_with_the_longest_they_may_take(profile: Profile, ala: User) -> None:
    Profile.objects.update(most_minutes=10, longest_minutes=7)
    Workstream.objects.update(units=10)
    lengths = [dial(agent=ala, number=CALLED).longest_seconds, dial(agent=ala, number="+14255550124").longest_seconds]

    with pytest.raises(Refused, match="calls under way"):
        dial(agent=ala, number="+14255550125")

    assert lengths == [420, 180]


def over(call: Call, agent: User) -> None:
    calls.ended(call.pk, CallEnd.NO_ANSWER)
    close(conversation=Conversation.objects.get(call=call), user=agent)


@pytest.mark.parametrize(
    ("code", "ending"),
    [
        (486, CallEnd.BUSY),
        (600, CallEnd.BUSY),
        (480, CallEnd.NO_ANSWER),
        (408, CallEnd.NO_ANSWER),
        (487, CallEnd.NO_ANSWER),
        (603, CallEnd.DECLINED),
        (404, CallEnd.INVALID),
        (500, CallEnd.FAILED),
        (None, CallEnd.FAILED),
    ],
)
def test_call_that_nobody_answered_says_why(profile: Profile, ala: User, code: int | None, ending: CallEnd) -> None:
    call = dial(agent=ala, number=CALLED)

    for type_ in ("CreateCallFailed", "CallDisconnected"):
        tell(call, type_, resultInformation={"code": code, "message": "Azure's words"})

    assert told_of(call) == (CallState.ENDED, ending, ConversationState.WRAP_UP)
    assert standing(call.pk).ending == ending


def test_answered_call_is_the_agents_and_ends_in_the_wrap_up(profile: Profile, ala: User) -> None:
    call = dial(agent=ala, number=CALLED)
    assert standing(call.pk).rings_since == call.rang_at

    tell(call, "CallConnected", callConnectionId="c1")

    assert told_of(call) == (CallState.CONNECTED, "", ConversationState.ACTIVE)
    stands = standing(call.pk)
    assert (stands.rings_since, stands.agent, stands.is_new) == (None, ala.pk, False)
    tell(call, "CallDisconnected", resultInformation={"code": 0})
    assert told_of(call) == (CallState.ENDED, CallEnd.CUSTOMER, ConversationState.WRAP_UP)


def test_end_that_overtakes_the_beginning_is_the_customers(profile: Profile, ala: User) -> None:
    call = dial(agent=ala, number=CALLED)

    tell(call, "CallDisconnected", resultInformation={"code": 0})
    tell(call, "CallConnected")

    assert told_of(call) == (CallState.ENDED, CallEnd.CUSTOMER, ConversationState.WRAP_UP)


def test_agent_who_hangs_up_while_it_rings_has_given_up(profile: Profile, ala: User) -> None:
    call = dial(agent=ala, number=CALLED)
    end(conversation=Conversation.objects.get(), user=ala)
    call.refresh_from_db()
    assert calls.why_over(call) == CallEnd.GIVEN_UP

    tell(call, "CallDisconnected", resultInformation={"code": 0})

    assert told_of(call) == (CallState.ENDED, CallEnd.GIVEN_UP, ConversationState.WRAP_UP)


def test_node_that_takes_it_over_asks_for_the_same_as_the_first(
    profile: Profile, ala: User, connection: Connection
) -> None:
    call = dial(agent=ala, number=CALLED)
    first, second = node("https://one.example.org"), node("https://two.example.org")
    [claimed] = calls.claim(node=first)
    calls.goodbye(first)
    first.refresh_from_db()
    type(first).objects.filter(pk=first.pk).update(seen_at=now() - timedelta(minutes=1))

    [(adopted, reachable)] = calls.adopt(node=second)

    assert (adopted.pk, reachable) == (call.pk, False)
    assert adopted.context == claimed.context == f"wss://one.example.org/calls/{call.secret}/media"


def test_call_that_no_process_took_is_lost(profile: Profile, ala: User) -> None:
    from centrala.calls.sweeps import sweep

    call = dial(agent=ala, number=CALLED)

    sweep(at=now() + timedelta(minutes=2))

    assert told_of(call) == (CallState.ENDED, CallEnd.LOST, ConversationState.WRAP_UP)


def test_direction_is_told(profile: Profile, ala: User) -> None:
    dial(agent=ala, number=CALLED)

    assert standing(Call.objects.get().pk).outbound
    assert Call.objects.filter(direction=Direction.OUTBOUND).count() == 1

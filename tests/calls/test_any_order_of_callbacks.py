"""Whatever the service tells of a call, in any order and any number of times, it ends the same."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calling import answering
from centrala.calls import actions
from centrala.calls.models import Call, CallEnd, CallState, Told
from centrala.conversations.models import Channel, ClosingReason, Conversation
from hub import CUSTOMER, OURS, connected

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
STORY = ["CallConnected", "ParticipantsUpdated", "MediaStreamingStarted", "PlayCompleted", "CallDisconnected"]


def ringing() -> Call:
    return Call.objects.create(
        connection=connected(),
        customer=CUSTOMER,
        number=OURS,
        correlation_id="a1",
        context="opaque",
        state=CallState.ANSWERING,
        rang_at=now(),
    )


def tell(call: Call, type_: str, **data: Any) -> None:
    at = NOON + timedelta(seconds=STORY.index(type_) if type_ in STORY else 0)
    actions.heard(Call.objects.get(pk=call.pk), id_=f"event of {type_}", type_=type_, at=at, data=data)


def outcome() -> tuple[Any, ...]:
    call = Call.objects.get()
    talk = Conversation.objects.get()
    assert (call.conversation, talk.channel, call.context) == (talk, Channel.VOICE, "")
    return call.state, call.ending, talk.state, talk.closing_reason, Told.objects.count()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(order=st.permutations(STORY), again=st.lists(st.sampled_from(STORY), max_size=4))
def test_any_order_and_repetition_ends_the_same(order: list[str], again: list[str], transactional: Any) -> None:
    with transactional():
        call = ringing()
        for type_ in [*order, *again]:
            tell(call, type_)

        assert outcome() == (CallState.ENDED, CallEnd.CUSTOMER, "closed", ClosingReason.CUSTOMER_LEFT, len(STORY))


def test_call_that_could_not_be_answered_has_the_services_words_and_is_no_conversation() -> None:
    call = ringing()

    tell(call, "AnswerFailed", resultInformation={"code": 400, "message": "The call is gone."})

    call.refresh_from_db()
    assert (call.state, call.ending, call.detail) == (CallState.ENDED, CallEnd.FAILED, "The call is gone.")
    assert not Conversation.objects.exists()


def test_first_word_of_the_service_names_the_call_where_the_answer_was_lost() -> None:
    call = ringing()

    tell(call, "CallConnected", callConnectionId="441f1200")

    assert Call.objects.get().call_connection_id == "441f1200"


def test_what_is_told_of_nothing_we_know_changes_nothing() -> None:
    call = ringing()

    tell(call, "SomethingNew")

    assert Call.objects.get().state == CallState.ANSWERING


def test_event_that_could_not_be_kept_to_its_end_is_told_again() -> None:
    call = ringing()
    broken = ["conversations_conversation"]

    def away(execute: Any, sql: str, *rest: Any) -> Any:
        if broken and f'INSERT INTO "{broken[0]}"' in sql:
            broken.clear()
            raise OperationalError("deadlock detected")
        return execute(sql, *rest)

    with connection.execute_wrapper(away), pytest.raises(OperationalError):
        tell(call, "CallConnected")
    tell(call, "CallConnected")

    assert Call.objects.get().state == CallState.CONNECTED
    assert Conversation.objects.count() == Told.objects.count() == 1


def test_what_jsonb_cannot_hold_is_replaced_at_any_depth() -> None:
    call, deep = ringing(), [[[["\0"]]]]
    for _level in range(200):
        deep = [deep]

    told = {"a\0": ["b\0", {"c": "\0d"}], "deep": deep, "resultInformation": {"message": "No\0body."}}
    actions.heard(call, id_="1\0", type_="AnswerFailed", at=NOON, data=told)
    actions.heard(call, id_="1\0", type_="AnswerFailed", at=NOON, data=told)

    kept = Told.objects.get()
    assert (kept.pk, kept.data["a\ufffd"]) == ("1\ufffd", ["b\ufffd", {"c": "\ufffdd"}])
    assert Call.objects.get().detail == "No\ufffdbody."


def test_answer_that_failed_ends_the_call_unless_another_one_was_taken() -> None:
    call = answering(connected())

    tell(call, "AnswerFailed", callConnectionId="another")
    assert Call.objects.get().state == CallState.ANSWERING
    actions.heard(call, id_="2", type_="AnswerFailed", at=NOON, data={"callConnectionId": call.call_connection_id})

    assert Call.objects.get().state == CallState.ENDED


@pytest.mark.parametrize("type_", ["CallDisconnected", "CallTransferAccepted", "CreateCallFailed", "AnswerFailed"])
def test_what_is_told_of_another_call_ends_nothing(type_: str, caplog: pytest.LogCaptureFixture) -> None:
    call = answering(connected())
    tell(call, "CallConnected", callConnectionId=call.call_connection_id)

    tell(call, type_, callConnectionId="another")

    assert Call.objects.get().state == CallState.CONNECTED
    assert f"at the address of call {call.pk} is of another call" in caplog.text
    assert "another," not in caplog.text
    told = {"callConnectionId": call.call_connection_id}
    actions.heard(call, id_="its own", type_="CallDisconnected", at=NOON, data=told)
    assert Call.objects.get().state == CallState.ENDED


def test_customer_who_hangs_up_within_one_delivery_has_been_talked_to() -> None:
    call = ringing()
    for type_ in ("CallConnected", "CallDisconnected"):  # with the call as it was before both
        actions.heard(call, id_=type_, type_=type_, at=NOON, data={})

    assert outcome()[:4] == (CallState.ENDED, CallEnd.CUSTOMER, "closed", ClosingReason.CUSTOMER_LEFT)

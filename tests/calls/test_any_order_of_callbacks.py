"""Whatever the service tells of a call, in any order and any number of times, it ends the same."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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

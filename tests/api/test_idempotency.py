"""Idempotency-Key: asked again, the same answer, and one text to the customer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from api.scene import Program, Talk, program_of
from centrala.api import sending
from centrala.api.models import KeyedMessage
from centrala.conversations.models import Conversation, Message
from centrala.organization.models import User

Post = Callable[..., Any]


@pytest.fixture
def conversation(talk: Talk) -> Conversation:
    return talk(1, messages=0)


def post(program: Program, conversation: Conversation, text: str, key: str) -> Any:
    return program.post(f"/conversations/{conversation.pk}/messages", {"text": text}, **{"Idempotency-Key": key})


def test_same_key_gets_the_same_answer_and_sends_once(program: Program, conversation: Conversation) -> None:
    first = post(program, conversation, "Hello", "order 7")
    Message.objects.update(state="failed", error="no route")

    again = post(program, conversation, "Hello", "order 7")

    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert (Message.objects.count(), ProcrastinateJob.objects.count()) == (1, 1)


def test_same_key_for_another_message_is_refused(program: Program, conversation: Conversation, talk: Talk) -> None:
    post(program, conversation, "Hello", "order 7")

    answers = [post(program, conversation, "Bye", "order 7"), post(program, talk(2, messages=0), "Hello", "order 7")]

    message = "This Idempotency-Key stands for another message. Fix: a new key for each message."
    assert [answer.status_code for answer in answers] == [422, 422]
    assert [answer.json() for answer in answers] == [{"error": {"code": "refused", "message": message}}] * 2
    assert Message.objects.count() == 1


def test_keys_of_programs_are_their_own(program: Program, agent: User, conversation: Conversation) -> None:
    answers = [post(one, conversation, "Hello", "1") for one in (program, program_of(agent, may_write=True))]

    assert len({answer.json()["id"] for answer in answers}) == 2


def test_refusal_uses_no_key_up(program: Program, conversation: Conversation) -> None:
    refused = post(program, conversation, "", "order 7")

    sent = post(program, conversation, "Hello", "order 7")

    assert (refused.status_code, sent.status_code) == (422, 202)


@pytest.mark.parametrize("key", ["a" * 256, "za\u017c", "a\tb"])
def test_key_that_is_none_is_refused(key: str, program: Program, conversation: Conversation) -> None:
    answer = post(program, conversation, "Hello", key)

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "not_valid")
    assert Message.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_same_key_from_several_at_once_sends_once(program: Program, conversation: Conversation) -> None:
    together = Barrier(4)

    def ask(_number: int) -> Any:
        together.wait(timeout=10)
        try:
            return post(program, conversation, "Hello", "order 7").json()["id"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(ask, range(4)))

    assert ids == [str(Message.objects.get().pk)] * 4
    assert ProcrastinateJob.objects.count() == 1


def test_keys_are_forgotten_after_a_day(program: Program, conversation: Conversation) -> None:
    post(program, conversation, "Hello", "old")
    KeyedMessage.objects.update(created_at=now() - timedelta(hours=25))
    post(program, conversation, "Hello", "new")

    assert sending.forget() == 1
    assert [kept.key for kept in KeyedMessage.objects.all()] == ["new"]
    assert Message.objects.count() == 2

"""The examples of docs/api.md do what the page says."""

import re
import shlex
from pathlib import Path
from string import Template
from typing import Any

import pytest
from django.test import Client

from api.scene import Program, Talk
from centrala.conversations.models import Message

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
COMMANDS = [line.replace("\\\n", " ") for line in re.findall(r"^curl (?:.*\\\n)*.*$", PAGE, re.MULTILINE)]


def asked(command: str, **values: str) -> Any:
    """What the command asks, of our own server."""
    _curl, url, *options = shlex.split(Template(command).substitute(values))
    given: dict[str, list[str]] = {}
    for name, value in zip(options[::2], options[1::2], strict=True):
        given.setdefault(name, []).append(value)
    headers = dict(header.split(": ", 1) for header in given.pop("-H"))
    [body] = given.pop("-d", [None])
    assert given == {}
    kind = headers.pop("Content-Type", "")
    if body is None:
        return Client().get(url, headers=headers)
    return Client().post(url, body, content_type=kind, headers=headers)


def test_every_example_is_answered(program: Program, talk: Talk) -> None:
    conversation = talk(1, messages=2)
    token = program.headers["Authorization"].removeprefix("Bearer ")

    answers = [asked(one, HUB="", TOKEN=token, CONVERSATION=str(conversation.pk)) for one in COMMANDS]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 202, 202]
    assert [len(answer.json()["items"]) for answer in answers[:3]] == [1, 2, 1]
    texts = Message.objects.filter(direction="outbound").order_by("created_at").values_list("text", flat=True)
    assert list(texts) == ["Your parcel is on its way.", "Your parcel waits for you."]


@pytest.mark.parametrize(
    "path", ["/conversations", "/messages/{id}", "/events", "/connection", "/numbers", "/agents", "/campaigns/{id}"]
)
def test_page_names_what_the_document_describes(path: str, client: Client, db: None) -> None:
    document = client.get("/api/v1/openapi.json").json()
    described = {re.sub(r"\{\w+\}", "{id}", one.removeprefix("/api/v1")) for one in document["paths"]}

    assert path in described
    assert {one for one in described if one not in PAGE} == set()

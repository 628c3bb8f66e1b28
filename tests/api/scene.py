"""A program that calls the API."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from centrala.api import actions
from centrala.api.models import READING, Scope
from centrala.conversations.models import Conversation
from centrala.organization.models import User

Talk = Callable[..., Conversation]


class Program:
    """A program with a token."""

    def __init__(self, token: str) -> None:
        self.client = Client(raise_request_exception=True)
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **query: object) -> Any:
        url = path if path.startswith("http") else f"/api/v1{path}"
        return self.client.get(url.removeprefix("http://testserver"), query or None, headers=self.headers)

    def post(self, path: str, body: object, **headers: str) -> Any:
        url, sent = f"/api/v1{path}", self.headers | headers
        return self.client.post(url, body, content_type="application/json", headers=sent)


def program_of(owner: User, *, may_write: bool = False) -> Program:
    """Everything that its owner may read, and writing where it is told so."""
    scopes = [scope for scope in actions.grantable(owner) if scope in READING]
    if may_write:
        scopes.append(Scope.CONVERSATIONS_WRITE)
    return Program(actions.issue(owner=owner, name="test", scopes=scopes, actor=owner)[1])

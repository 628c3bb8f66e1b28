"""Ala calls customers from her desk, as her browser's forms do; what rings is the local cloud's telephones."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from journey.test_overflow import TOKEN, office
from running_demo import Demo

ADD = "/center/outbound-profiles/add/"
OPTION = re.compile(r'<option value="(\d+)"[^>]*>')


def allow(demo: Demo, **changed: Any) -> None:
    """A profile by which everybody may call the United States and Poland."""
    with office(demo) as one:
        page = one._browser.get(ADD).text
        choices = {name: _field(page, name) for name in ("number", "workstream")}
        queue = re.search(r'name="queues" value="(\d+)"[^>]*>(?:</label>)?<span>Default voice queue', page)
        assert queue is not None
        usual = {"label": "Sales", "queues": queue[1], "countries": ["US", "PL"], "most_calls": "500"}
        one.post(ADD, usual | choices | {"most_minutes": "500", "longest_minutes": "60"} | changed)


def _field(page: str, name: str) -> str:
    select = re.search(rf'<select name="{name}".*?</select>', page, re.DOTALL)
    assert select is not None
    return OPTION.findall(select[0])[0]


@contextmanager
def ala(demo: Demo) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=demo.hub["url"], trust_env=False, timeout=30) as browser:
        who = demo.hub["agent"]
        post(browser, "/sign-in", username=who["username"], password=who["password"])
        yield browser


def post(browser: httpx.Client, path: str, *, page: str = "", **form: str) -> httpx.Response:
    token = TOKEN.search(browser.get(page or path).text)
    assert token is not None
    return browser.post(path, data={"csrfmiddlewaretoken": token[1], **form})


def dial(browser: httpx.Client, number: str) -> str:
    """The path of the conversation."""
    answer = post(browser, "/desk/dial", number=number)
    assert answer.status_code == 302, re.findall(r'class="error"[^>]*>(.*?)</p>', answer.text)
    return answer.headers["location"]


def finish(browser: httpx.Client, talk: str) -> None:
    """Ends it where it is not over yet, and closes it: its agent has capacity for the next."""
    post(browser, f"{talk}end", page="/desk/dial")
    post(browser, f"{talk}close", page="/desk/dial")


def order(demo: Demo, number: str, **what: Any) -> None:
    with demo.control() as control:
        control.post("/_local/telephones", json={"number": number, **what}).raise_for_status()


def calls_to(demo: Demo, number: str) -> list[dict[str, Any]]:
    """In the cloud."""
    with demo.control() as control:
        found = control.get("/_local/calls").json()
        items = found["items"]
        return [one for one in items if number in str(one["parties"])]


def told(demo: Demo, number: str) -> dict[str, Any]:
    """By the hub."""
    with demo.api() as api:
        [newest, *_older] = api.get("/api/v1/calls", params={"customer": number}).json()["items"]
    return dict(newest)

"""The demo as a thing to start again: on other ports, in a hostile shell, from scratch."""

import stat
from pathlib import Path

import pytest

from ready_file import assert_keeps_contract
from running_demo import Demo, running_demo, until

pytestmark = pytest.mark.long

CUSTOMER = "+14255550150"
HOSTILE = {
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing",
    "PUBLIC_URL": "https://hub.example.org",
    "CENTRALA_KEYS": "not-a-key",
    "CENTRALA_CA_BUNDLE": "/nowhere.pem",
    "REQUESTS_CA_BUNDLE": "/nowhere.pem",
    "AZURE_CLIENT_ID": "somebody",
}


def write(demo: Demo, words: str) -> None:
    body = {"from": CUSTOMER, "to": demo.acs["phone_numbers"][0], "text": words}
    with demo.control() as control:
        control.post("/_local/sms", json=body).raise_for_status()


def texts(demo: Demo) -> list[str]:
    with demo.api() as api:
        found = api.get("/api/v1/conversations", params={"customer": CUSTOMER}).raise_for_status().json()["items"]
        if not found:
            return []
        messages = api.get(f"/api/v1/conversations/{found[0]['id']}/messages").raise_for_status().json()["items"]
    return [message["text"] for message in messages]


def assert_names_accounts(demo: Demo) -> None:
    """On the terminal, each with where it signs in."""
    people = {"administrator": "admin", "supervisor": "supervisor", "agent": "agent"}
    accounts = {where: demo.hub[key] for where, key in people.items()} | {"Azure": demo.azure["people"]["adam"]}
    said = [line.split() for line in demo.log.read_text().splitlines()]
    assert [[where, one["username"], one["password"]] in said for where, one in accounts.items()] == [True] * 4


def test_demo_comes_back_on_other_ports_with_everything_and_fresh_without(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    with running_demo(tmp_path, keep=True, from_nothing=True, **HOSTILE) as first:
        assert_keeps_contract(first.facts, connected=True)
        assert_names_accounts(first)
        assert stat.S_IMODE(ready.stat().st_mode) == 0o600
        write(first, "before")
        until(lambda: texts(first) == ["before"])

    with running_demo(tmp_path, keep=True) as again:
        write(again, "after")
        until(lambda: texts(again) == ["before", "after"])
        assert again.hub["agent"] == first.hub["agent"]
        assert again.azure["url"] != first.azure["url"]

    assert not ready.exists()

    with running_demo(tmp_path, "--fresh") as fresh:
        assert texts(fresh) == []
        assert fresh.hub["agent"] != first.hub["agent"]

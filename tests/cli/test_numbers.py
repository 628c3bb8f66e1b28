"""`centrala numbers`: what the pages do, for a terminal and for programs."""

import json
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from centrala.azure.cloud import Cloud
from centrala.cli import main
from centrala.connection.models import Connection
from centrala.numbers.models import PhoneNumber
from centrala.ordering.models import Order, State
from hub import connected
from localazure.pytest_plugin import LocalAzure

pytestmark = pytest.mark.django_db(transaction=True)
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def connection(local_azure: LocalAzure, settings: Settings) -> Iterator[Connection]:
    url = local_azure.url
    settings.CLOUD = Cloud(authority=url, resource_manager=url, graph=url, ca_bundle=local_azure.ca_bundle)
    yield connected(local_azure.acs.connection_string, number=local_azure.acs.phone_numbers[0])
    local_azure.control.post("/_local/reset", json={}).raise_for_status()


def told(capsys: Captured) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_numbers_are_fetched_and_listed(connection: Connection, local_azure: LocalAzure, capsys: Captured) -> None:
    assert main(["numbers", "sync", "--json"]) == 0

    rows = told(capsys)
    assert [row["number"] for row in rows] == sorted(local_azure.acs.phone_numbers)
    assert (rows[0]["workstreams"], rows[0]["status"], rows[0]["currency"]) == (["SMS"], "connected", "USD")
    assert main(["numbers"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(rows)


def test_what_azure_offers_is_listed(connection: Connection, capsys: Captured) -> None:
    assert main(["numbers", "offers", "--json"]) == 0
    assert {"country": "PL", "name": "Poland"} not in (countries := told(capsys))
    assert {"country": "GB", "name": "United Kingdom"} in countries

    assert main(["numbers", "offers", "gb", "--json"]) == 0
    assert {"type": "mobile", "calling": "none", "sms": "inbound+outbound", "monthly_cost": "1.5 USD"} in told(capsys)


def test_number_is_bought_added_to_and_released(connection: Connection, capsys: Captured) -> None:
    assert main(["numbers", "buy", "US", "--area-code", "833", "--receives-calls", "--yes", "--json"]) == 0
    [bought] = told(capsys)
    number = str(bought["number"])
    assert (bought["monthly_cost"], bought["currency"]) == ("2.000", "USD")

    assert main(["numbers", "edit", number, "--makes-calls", "--json"]) == 0
    ours = PhoneNumber.objects.get(number=number)
    assert (ours.receives_calls, ours.makes_calls, ours.sends_sms) == (True, True, False)
    capsys.readouterr()

    assert main(["numbers", "release", number, "--yes"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{number} is released."
    ours.refresh_from_db()
    assert ours.missing_since is not None


def test_nothing_is_bought_unasked(connection: Connection, capsys: Captured) -> None:
    assert main(["numbers", "buy", "US", "--receives-calls"]) == 1

    captured = capsys.readouterr()
    assert "for 2.000 USD a month" in captured.out
    assert "Fix: say --yes." in captured.err
    assert Order.objects.get().state == State.FOUND


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["buy", "US"], "can do nothing"),
        (["buy", "FR", "--type", "geographic", "--sends-sms"], "Azure offers no number of this kind"),
        (["buy", "XX", "--receives-calls"], "cannot be found"),
        (["release", "+18335550999", "--yes"], "There is no number +18335550999 here. Fix:"),
        (["edit", "18335550100"], "There is no number 18335550100 here. Fix:"),
        (["offers", "XX"], "cannot be found"),
    ],
)
def test_refusals_name_cause_and_fix(connection: Connection, capsys: Captured, words: list[str], reason: str) -> None:
    assert main(["numbers", *words]) == 1

    assert reason in capsys.readouterr().err


def test_country_that_sells_only_to_who_agrees(connection: Connection, capsys: Captured) -> None:
    buy = ["numbers", "buy", "FR", "--type", "geographic", "--receives-calls", "--area-code", "1", "--yes"]

    assert main(buy) == 1
    assert "not to sell them on" in capsys.readouterr().err
    assert main([*buy, "--agree-to-not-resell"]) == 0

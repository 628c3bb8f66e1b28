"""`centrala carriers`: what the pages do, for a terminal and for programs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from centrala.azure.cloud import Cloud
from centrala.cli import main
from centrala.connection.models import Connection
from centrala.numbers.models import PhoneNumber
from hub import connected
from localazure.pytest_plugin import LocalAzure

pytestmark = pytest.mark.django_db(transaction=True)
Captured = pytest.CaptureFixture[str]
SBC, WARSAW = "sbc1.contoso.example", "+48221234567"


@pytest.fixture
def connection(local_azure: LocalAzure, settings: Settings) -> Iterator[Connection]:
    url = local_azure.url
    settings.CLOUD = Cloud(authority=url, resource_manager=url, graph=url, ca_bundle=local_azure.ca_bundle)
    local_azure.control.post("/_local/sip/domains", json={"domain": "contoso.example"}).raise_for_status()
    yield connected(local_azure.acs.connection_string, number=local_azure.acs.phone_numbers[0])
    local_azure.control.post("/_local/reset", json={}).raise_for_status()


def told(capsys: Captured) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def run(capsys: Captured, *words: str) -> list[dict[str, object]]:
    assert main(["carriers", *words, "--yes", "--json"]) == 0
    return told(capsys)


def test_number_is_added_listed_and_deleted(connection: Connection, capsys: Captured) -> None:
    plan = ("--carrier", "Northwind Voice", "--country", "pl", "--receives-calls")
    [added] = run(capsys, "add-number", "+48 22 123 45 67", *plan)
    assert (added["number"], added["carrier"], added["makes_calls"]) == (WARSAW, "Northwind Voice", False)
    assert run(capsys, "list") == [added]

    run(capsys, "delete-number", WARSAW)
    assert not PhoneNumber.objects.filter(number=WARSAW).exists()
    assert run(capsys) == [{"carrier": "Northwind Voice", "number": None}]


def test_controllers_and_routes_are_made_tried_and_deleted(connection: Connection, capsys: Captured) -> None:
    run(capsys, "add-controller", SBC, "--port", "5067")
    [controller] = run(capsys, "controllers")
    assert (controller["fqdn"], controller["port"], controller["health"]) == (SBC, 5067, "active")

    run(capsys, "add-route", "Poland", "--pattern", r"^\+48\d{9}$", "--controller", SBC)
    run(capsys, "add-route", "World", "--pattern", r"^\+\d+$", "--controller", SBC)
    assert [(one["place"], one["name"]) for one in run(capsys, "routes")] == [(1, "Poland"), (2, "World")]
    [tried] = run(capsys, "try", "+48 600 100 200")
    assert (tried["route"], tried["controllers"]) == ("Poland", [SBC])
    assert run(capsys, "try", "+12065550100")[0]["route"] == "World"

    run(capsys, "delete-route", "World")
    assert run(capsys, "delete-controller", SBC) == [{"fqdn": SBC, "routes": ["Poland"]}]
    assert run(capsys, "routes") == []
    assert run(capsys, "try", "+48 600 100 200")[0]["route"] is None


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("add-number", WARSAW, "--carrier", "N", "--country", "PL"), "can do nothing"),
        (("add-number", "+12065550100", "--carrier", "N", "--country", "PL", "--makes-calls"), "another country"),
        (("delete-number", WARSAW), "centrala carriers lists them"),
        (("add-controller", "sbc"), "no full name"),
        (("add-route", "A", "--pattern", "[", "--controller", SBC), "regular expression"),
        (("delete-route", "A"), "in the meantime"),
    ],
)
def test_what_cannot_be_says_why(connection: Connection, capsys: Captured, words: tuple[str, ...], reason: str) -> None:
    assert main(["carriers", *words, "--yes"]) == 1
    assert reason in capsys.readouterr().err


def test_without_a_resource_it_says_how_to_get_one(capsys: Captured, db: None) -> None:
    assert main(["carriers"]) == 1
    assert "centrala connect" in capsys.readouterr().err


def test_file_is_imported_or_every_wrong_line_told(connection: Connection, capsys: Captured, tmp_path: Path) -> None:
    sheet = tmp_path / "PhoneNumber.csv"
    plan = ("import", str(sheet), "--carrier", "Northwind Voice", "--country", "pl")
    assert main(["carriers", *plan, "--yes", "--json"]) == 1
    assert "cannot be read" in capsys.readouterr().err

    heading = "msdyn_phonenumber,msdyn_phoneinboundenabled,msdyn_phoneoutboundenabled"
    sheet.write_text(f"{heading}\n48221234567,true,false\n+12065550100,true,true\n")
    assert main(["carriers", *plan, "--yes", "--json"]) == 1
    said = capsys.readouterr()
    assert [json.loads(line)["line"] for line in said.out.splitlines()] == [3]
    assert "nothing was imported" in said.err
    assert not PhoneNumber.objects.filter(number=WARSAW).exists()

    sheet.write_text(f"{heading}\n48221234567,true,false\n")
    assert run(capsys, *plan) == [{"imported": 1, "skipped": 0, "state": "done"}]
    assert PhoneNumber.objects.get(number=WARSAW).carrier is not None

"""Import multiple numbers: template, upload, what is wrong, the import and how far it is."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from centrala.carriers import importing
from centrala.carriers.models import NumberImport, State
from centrala.carriers.number_sheets import COLUMNS
from centrala.connection.models import Connection
from centrala.numbers.models import Carrier, PhoneNumber
from pages.reading import read

IMPORT = "/center/phone-numbers/import/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def carrier(db: None) -> Carrier:
    return Carrier.objects.create(name="Northwind Voice")


def upload(administrator: Client, whose: Carrier, *lines: str, **changed: Any) -> Any:
    text = "\n".join([",".join(COLUMNS), *lines])
    file = SimpleUploadedFile("numbers of Warsaw.csv", text.encode(), content_type="text/csv")
    told = {"carrier": whose.pk, "country": "PL", "type": "geographic", "file": file}
    return administrator.post(IMPORT, told | changed)


def test_template_has_the_three_columns_and_is_itself_no_import(
    administrator: Client, connection: Connection, carrier: Carrier
) -> None:
    answer = administrator.get(f"{IMPORT}template/")
    assert answer["Content-Disposition"] == 'attachment; filename="PhoneNumber.csv"'
    assert answer.content.decode("utf-8-sig") == ",".join(COLUMNS) + "\r\n"
    told = {"carrier": carrier.pk, "country": "PL", "type": "geographic"}
    file = SimpleUploadedFile("PhoneNumber.csv", answer.content)
    again = administrator.post(IMPORT, told | {"file": file})
    assert (again.status_code, "only a heading" in read(again).text()) == (422, True)


def test_file_is_checked_then_imported_and_its_status_seen(
    administrator: Client, connection: Connection, carrier: Carrier
) -> None:
    answer = upload(administrator, carrier, "48221234567,true,true", "48221234568,true,false")
    [kept] = NumberImport.objects.all()
    page = f"{IMPORT}{kept.pk}/"
    assert answer["Location"] == page
    assert "The file is right: 2 numbers." in read(administrator.get(page)).text()
    assert not PhoneNumber.objects.filter(carrier=carrier).exists()

    administrator.post(f"{page}begin/")
    shown = read(administrator.get("/center/phone-numbers/")).text()
    assert "Import status: 0 of 2 numbers of Northwind Voice" in shown
    busy = read(administrator.get(page))
    assert busy.one("progress").attributes["max"] == "2"
    assert busy.one("section", id="import").attributes["hx-get"] == f"{page}progress/"
    importing.carry_out(import_id=kept.pk)
    done = read(administrator.get(f"{page}progress/"))
    assert "2 of 2" in done.text()
    assert done.all("progress") == []
    assert "numbers of Warsaw.csv , Northwind Voice: Done, 2/2" in read(administrator.get(IMPORT)).text()
    assert PhoneNumber.objects.filter(carrier=carrier).count() == 2


def test_every_wrong_line_is_shown_and_the_rest_counted(
    administrator: Client, connection: Connection, carrier: Carrier
) -> None:
    answer = upload(administrator, carrier, *["<b>x</b>,true,true"] * 101, "48221234567,no,no")
    page = read(answer)
    assert answer.status_code == 422
    assert "102 lines are wrong: nothing was kept." in page.text()
    assert len(page.one("tbody").all("tr")) == 100
    assert "And 2 more." in page.text()
    assert not NumberImport.objects.exists()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"carrier": ""}, "required"),
        ({"country": "XX"}, "not one of the available choices"),
        ({"file": ""}, "required"),
        ({"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04")}, "Excel workbook"),
    ],
)
def test_form_that_is_not_whole_says_why(
    administrator: Client, connection: Connection, carrier: Carrier, changed: dict[str, Any], reason: str
) -> None:
    answer = upload(administrator, carrier, "48221234567,true,true", **changed)
    assert (answer.status_code, reason in read(answer).text()) == (422, True)


def test_checked_file_is_discarded_and_a_begun_one_is_not(
    administrator: Client, connection: Connection, carrier: Carrier
) -> None:
    for number in ("48221234567", "48221234568"):
        upload(administrator, carrier, f"{number},true,true")
    second, first = NumberImport.objects.all()
    administrator.post(f"{IMPORT}{second.pk}/begin/")
    for one in (first, second):
        assert administrator.post(f"{IMPORT}{one.pk}/discard/").status_code == 302
    assert [one.state for one in NumberImport.objects.all()] == [State.UNDER_WAY]


def test_without_a_carrier_it_says_what_comes_first(administrator: Client, connection: Connection) -> None:
    assert "Say first whose numbers you bring" in read(administrator.get(IMPORT)).text()


def test_agents_have_no_business_there(agent: Client, connection: Connection) -> None:
    assert {agent.get(path).status_code for path in (IMPORT, f"{IMPORT}template/")} <= {403, 404}

"""Bring your own carrier: carriers, border controllers, voice routes, a number tried out, numbers of one's own."""

from collections.abc import Iterator

import pytest
from django.test import Client

from centrala.carriers import controllers, sip
from centrala.connection.models import Connection
from centrala.numbers.actions import sync
from centrala.numbers.models import Carrier, NumberType, PhoneNumber
from centrala.workstreams.actions import set_up
from centrala.workstreams.models import Channel
from hub import connected
from localazure.pytest_plugin import LocalAzure
from pages.reading import Element, read

CARRIERS, NUMBERS = "/center/phone-numbers/carriers/", "/center/phone-numbers/"
ONE, TWO = "sbc1.contoso.example", "sbc2.contoso.example"
WARSAW = "+48221234567"
POLAND = {"name": "Poland", "pattern": r"^\+48\d{9}$", "controllers": [ONE, TWO], "description": ""}
OWN = {"number": "48 22 123 45 67", "country": "PL", "type": "geographic", "calling": "inbound+outbound"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def real(cloud: LocalAzure) -> Iterator[Connection]:
    made = connected(cloud.acs.connection_string, number=cloud.acs.phone_numbers[0])
    sync(connection=made)
    cloud.control.post("/_local/sip/domains", json={"domain": "contoso.example"}).raise_for_status()
    yield made
    cloud.control.post("/_local/reset", json={}).raise_for_status()


@pytest.fixture
def two(real: Connection) -> None:
    for fqdn in (ONE, TWO):
        controllers.add_controller(connection=real, fqdn=fqdn, port=5061, actor=None)


@pytest.fixture
def carrier(db: None) -> Carrier:
    return Carrier.objects.create(name="Northwind Voice")


def version(real: Connection) -> str:
    return sip.of(real).version


def rows(page: Element, caption: str) -> list[str]:
    tables = [table for table in page.all("table") if table.one("caption").text() == caption]
    return [row.text() for row in tables[0].one("tbody").all("tr")] if tables else []


def routed(real: Connection, administrator: Client, **changed: object) -> None:
    answer = administrator.post(f"{CARRIERS}routes/", POLAND | {"version": version(real)} | changed)
    assert answer.status_code == 302, read(answer).text()


def test_nothing_yet_says_what_to_do_first(administrator: Client, real: Connection) -> None:
    page = read(administrator.get(CARRIERS)).text()
    assert "Add the one whose numbers you bring" in page
    assert "The domain of a controller is verified first" in page
    assert "Routes lead to border controllers: add one first" in page
    assert "No border controllers yet" in read(administrator.get(f"{CARRIERS}routes/")).text()
    assert "Say first whose numbers you bring" in read(administrator.get(f"{NUMBERS}own/add/")).text()


def test_carrier_is_added_renamed_and_deleted(administrator: Client, real: Connection) -> None:
    administrator.post(f"{CARRIERS}add/", {"name": " Northwind Voice "})
    carrier = Carrier.objects.get(name="Northwind Voice")
    taken = administrator.post(f"{CARRIERS}add/", {"name": "northwind voice"})
    assert (taken.status_code, "already" in read(taken).text()) == (422, True)

    administrator.post(f"{CARRIERS}{carrier.pk}/", {"name": "Northwind"})
    assert "Northwind : 0 numbers" in read(administrator.get(CARRIERS)).text()
    administrator.post(f"{CARRIERS}{carrier.pk}/delete/")
    assert not Carrier.objects.exists()


def test_controller_is_added_with_its_state_and_deleted(administrator: Client, real: Connection) -> None:
    assert administrator.post(f"{CARRIERS}controllers/add/", {"fqdn": ONE, "port": 5061}).status_code == 302

    [row] = rows(read(administrator.get(CARRIERS)), "Session border controllers")
    assert ONE in row
    assert "5061 Online Valid Come in" in row
    ghost = administrator.post(
        f"{CARRIERS}controllers/delete/", {"fqdn": "ghost", "version": version(real)}, follow=True
    )
    assert "no border controller “ghost” any more" in read(ghost).text()
    administrator.post(f"{CARRIERS}controllers/delete/", {"fqdn": ONE, "version": version(real)})
    assert sip.of(real).controllers == ()


@pytest.mark.parametrize(
    ("fqdn", "port", "reason"),
    [
        ("sbc1", 5061, "no full name of a host"),
        ("sbc1.contoso.onmicrosoft.com", 5061, "onmicrosoft.com"),
        ("sbc1.northwind.example", 5061, "is not verified on the resource"),
        (ONE, 70000, "65535"),
        (ONE, "five", "whole number"),
        ("", 5061, "required"),
    ],
)
def test_controller_that_cannot_be_is_refused_with_its_reason(
    administrator: Client, real: Connection, fqdn: str, port: object, reason: str
) -> None:
    answer = administrator.post(f"{CARRIERS}controllers/add/", {"fqdn": fqdn, "port": port})
    assert answer.status_code == 422
    assert reason in read(answer).text()


@pytest.mark.parametrize(
    ("ordered", "state", "advice"),
    [
        ({"tls": "certExpired"}, "Inactive", "give the controller a new one for this name"),
        ({"tls": "certExpiring"}, "Online", "Renew its certificate"),
        ({"ping": "expired"}, "Inactive", "sip.pstnhub.microsoft.com"),
        ({"ping": "error"}, "Inactive", "sip.pstnhub.microsoft.com"),
    ],
)
@pytest.mark.usefixtures("two")
def test_controller_that_takes_no_calls_says_why_and_what_to_do(
    administrator: Client, cloud: LocalAzure, ordered: dict[str, str], state: str, advice: str
) -> None:
    cloud.control.post("/_local/sip/trunks", json={"trunk": ONE} | ordered).raise_for_status()

    row = rows(read(administrator.get(CARRIERS)), "Session border controllers")[0]
    assert state in row
    assert advice in row


@pytest.mark.usefixtures("two")
def test_route_is_made_changed_moved_and_deleted(administrator: Client, real: Connection) -> None:
    routed(real, administrator)
    routed(real, administrator, name="World", pattern=r"^\+\d+$", controllers=[TWO])
    moved = {"name": "World", "to": "up", "version": version(real)}
    administrator.post(f"{CARRIERS}routes/move/", moved)
    assert [row.split()[1] for row in rows(read(administrator.get(CARRIERS)), "Voice routes")] == ["World", "Poland"]

    form = read(administrator.get(f"{CARRIERS}routes/?name=Poland"))
    assert form.one("input", name="pattern").attributes["value"] == POLAND["pattern"]
    changed = POLAND | {"name": "PL", "version": version(real)}
    administrator.post(f"{CARRIERS}routes/?name=Poland", changed)
    administrator.post(f"{CARRIERS}routes/delete/", {"name": "World", "version": version(real)})
    assert [route.name for route in sip.of(real).routes] == ["PL"]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"pattern": "["}, "no regular expression"),
        ({"pattern": r"^(\+?\d+)+$"}, "takes for ever"),
        ({"pattern": "1" * 1025}, "at most 1024"),
        ({"controllers": []}, "Choose the border controllers"),
        ({"controllers": ["sbc9.contoso.example"]}, "not one of the available choices"),
        ({"name": ""}, "required"),
        ({"version": "0" * 16}, "in the meantime"),
    ],
)
@pytest.mark.usefixtures("two")
def test_route_that_cannot_be_is_refused_with_its_reason(
    administrator: Client, real: Connection, changed: dict[str, object], reason: str
) -> None:
    answer = administrator.post(f"{CARRIERS}routes/", POLAND | {"version": version(real)} | changed)
    assert answer.status_code == 422
    assert reason in read(answer).text()
    assert sip.of(real).routes == ()


def test_route_that_is_not_there_is_not_found(administrator: Client, real: Connection) -> None:
    assert administrator.get(f"{CARRIERS}routes/?name=Nowhere").status_code == 404


@pytest.mark.usefixtures("two")
def test_number_is_tried_out(administrator: Client, real: Connection) -> None:
    routed(real, administrator)
    routed(real, administrator, name="World", pattern=r"^\+\d+$", controllers=[TWO])

    page = read(administrator.post(CARRIERS, {"number": "48 600-100-200"})).text()
    assert "+48 600 100 200 takes the route “Poland”. By one of these, at random" in page
    assert "World : would take it, but an earlier one does" in page
    page = read(administrator.post(CARRIERS, {"number": "+1 206 555 0100"})).text()
    assert "takes the route “World”. By sbc2.contoso.example." in page
    assert "Poland : does not take it" in page


@pytest.mark.usefixtures("two")
def test_number_that_no_route_takes_says_what_becomes_of_it(administrator: Client, real: Connection) -> None:
    routed(real, administrator)
    page = read(administrator.post(CARRIERS, {"number": "+1 206 555 0100"})).text()
    assert "No route takes +1 206-555-0100" in page
    for nonsense in ("my aunt", "112", "+48", "abc 600"):
        refused = administrator.post(CARRIERS, {"number": nonsense})
        assert (refused.status_code, "no telephone number" in read(refused).text()) == (422, True)
    assert "takes the route “Poland”" in read(administrator.post(CARRIERS, {"number": "0048 600 100 200"})).text()


@pytest.mark.usefixtures("two")
def test_route_whose_controllers_are_all_down_says_so(
    administrator: Client, real: Connection, cloud: LocalAzure
) -> None:
    routed(real, administrator)
    for fqdn in (ONE, TWO):
        cloud.control.post("/_local/sip/trunks", json={"trunk": fqdn, "ping": "expired"}).raise_for_status()
    page = read(administrator.post(CARRIERS, {"number": "+48600100200"})).text()
    assert "None of these takes calls at the moment" in page


@pytest.mark.usefixtures("two")
def test_route_before_it_that_could_not_be_tried_is_told(
    administrator: Client, real: Connection, cloud: LocalAzure
) -> None:
    routed(real, administrator, name="Old", pattern=r"^\+\p{Nd}+$")
    routed(real, administrator)

    page = read(administrator.post(CARRIERS, {"number": "+48600100200"})).text()
    assert "Old : its pattern cannot be read here" in page
    assert "could not be tried out here" in page


@pytest.mark.usefixtures("two")
def test_what_was_typed_stays_when_azure_has_a_fault(
    administrator: Client, real: Connection, cloud: LocalAzure
) -> None:
    fault = {"operation": "PATCH /sip", "status": 503, "times": 1}
    cloud.control.post("/_local/faults", json=fault).raise_for_status()
    answer = administrator.post(f"{CARRIERS}routes/", POLAND | {"version": version(real)})
    assert answer.status_code == 422
    assert read(answer).one("input", name="pattern").attributes["value"] == POLAND["pattern"]


def test_azure_that_does_not_answer_leaves_carriers_in_sight(
    administrator: Client, real: Connection, carrier: Carrier, cloud: LocalAzure
) -> None:
    cloud.control.post("/_local/keys", json={"key": "primary"}).raise_for_status()
    answer = administrator.get(CARRIERS)
    assert answer.status_code == 502
    page = read(answer).text()
    assert "Azure was not to be asked" in page
    assert "Northwind Voice" in page
    refused = administrator.post(f"{CARRIERS}controllers/add/", {"fqdn": ONE, "port": 5061})
    assert refused.status_code == 422
    assert administrator.post(f"{CARRIERS}routes/", POLAND | {"version": "x"}).status_code == 302


def test_own_number_is_added_shown_changed_and_deleted(
    administrator: Client, real: Connection, carrier: Carrier
) -> None:
    answer = administrator.post(f"{NUMBERS}own/add/", OWN | {"carrier": carrier.pk})
    number = PhoneNumber.objects.get(number=WARSAW)
    assert answer["Location"] == f"{NUMBERS}{number.pk}/"

    page = read(administrator.get(answer["Location"])).text()
    assert "Northwind Voice" in page
    assert "Azure keeps no list of an own carrier's numbers" in page
    assert "Release number" not in page
    [row] = rows(read(administrator.get(f"{NUMBERS}?carrier={carrier.pk}")), "Phone numbers")
    assert "Northwind Voice" in row
    assert "Ready for setup" in row

    address = f"{NUMBERS}own/{number.pk}/"
    changed = OWN | {"carrier": carrier.pk, "type": "toll_free", "calling": "inbound"}
    assert administrator.post(address, changed).status_code == 302
    number.refresh_from_db()
    assert (number.type, number.makes_calls) == (NumberType.TOLL_FREE, False)
    administrator.post(f"{address}delete/")
    assert not PhoneNumber.objects.filter(number=WARSAW).exists()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"number": "+1 206 555 0100"}, "of another country than PL"),
        ({"number": "+48 22 123"}, "a digit too many or too few"),
        ({"number": "my aunt"}, "no telephone number"),
        ({"number": "4" * 30}, "at most 15 digits"),
        ({"country": ""}, "required"),
        ({"carrier": "77"}, "not one of the available choices"),
        ({"type": "short_code"}, "not one of the available choices"),
        ({"calling": "none"}, "not one of the available choices"),
    ],
)
def test_own_number_that_cannot_be_is_refused_with_its_reason(
    administrator: Client, real: Connection, carrier: Carrier, changed: dict[str, str], reason: str
) -> None:
    answer = administrator.post(f"{NUMBERS}own/add/", OWN | {"carrier": str(carrier.pk)} | changed)
    assert answer.status_code == 422
    assert reason in read(answer).text()
    assert not PhoneNumber.objects.filter(carrier=carrier).exists()


def test_own_number_in_use_says_what_keeps_it(administrator: Client, real: Connection, carrier: Carrier) -> None:
    administrator.post(f"{NUMBERS}own/add/", OWN | {"carrier": carrier.pk})
    number = PhoneNumber.objects.get(number=WARSAW)
    set_up(name="Calls", channel=Channel.VOICE, numbers=[number])

    assert "deleted when it is on no workstream" in read(administrator.get(f"{NUMBERS}{number.pk}/")).text()
    administrator.post(f"{NUMBERS}own/{number.pk}/delete/")
    refused = administrator.post(f"{NUMBERS}own/{number.pk}/", OWN | {"carrier": carrier.pk, "calling": "outbound"})
    assert (refused.status_code, "on the workstream Calls" in read(refused).text()) == (422, True)
    administrator.post(f"{CARRIERS}{carrier.pk}/delete/")
    assert PhoneNumber.objects.filter(number=WARSAW, carrier=carrier).exists()


def test_bought_number_is_not_an_own_one(administrator: Client, real: Connection) -> None:
    bought = real.numbers.exclude(synced_at=None)[0]
    for address in (f"{NUMBERS}own/{bought.pk}/", f"{NUMBERS}own/{bought.pk}/delete/"):
        assert administrator.post(address, OWN).status_code == 404


def test_list_is_filtered_by_carrier_once_there_is_one(
    administrator: Client, real: Connection, carrier: Carrier
) -> None:
    administrator.post(f"{NUMBERS}own/add/", OWN | {"carrier": carrier.pk})
    microsofts = rows(read(administrator.get(f"{NUMBERS}?carrier=microsoft&sort=-carrier")), "Phone numbers")
    assert len(microsofts) == real.numbers.count() - 1
    assert all("Microsoft" in row for row in microsofts)


@pytest.mark.parametrize("address", [CARRIERS, f"{CARRIERS}routes/", f"{NUMBERS}own/add/"])
def test_agents_have_no_business_there(agent: Client, real: Connection, address: str) -> None:
    assert agent.get(address).status_code in {403, 404}

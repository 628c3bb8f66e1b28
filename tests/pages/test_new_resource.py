"""Connect with a new resource: made in the local cloud through Microsoft's clients, and set up like any other."""

import pytest
from django.conf import settings as configured
from django.test import Client
from django.utils.timezone import now

from centrala.azure.identifiers import ResourceId
from centrala.azure.resources import read_resource
from centrala.connection.models import Connection
from centrala.connection.sign_in import SIGN_INS
from centrala.organization.models import AuditEntry
from hub import connected
from localazure.pytest_plugin import LocalAzure
from pages.reading import read
from signing_in import Clock, credential_of, sign_in

PAGE = "/center/phone-numbers/connect/new/"
WANTED = {"group": "rg-new", "name": "acs-new", "data_location": "Europe", "application_id": ""}
pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(administrator: Client, cloud: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> Client:
    clock = Clock(cloud)
    monkeypatch.setattr(SIGN_INS, "clock", clock)
    sign_in(administrator, clock)
    return administrator


def of(cloud: LocalAzure, *, group: str = "rg-new", name: str = "acs-new") -> ResourceId:
    subscription = ResourceId.parse(cloud.acs.resource_id).subscription_id
    return ResourceId(subscription, group, name)


def is_there(client: Client, resource: ResourceId) -> bool:
    credential = credential_of(client)
    assert credential is not None
    return read_resource(resource, credential=credential, cloud=configured.CLOUD).name == resource.name


def test_new_resource_is_made_and_its_plan_is_shown(signed_in: Client, cloud: LocalAzure) -> None:
    answer = signed_in.post(PAGE, WANTED, follow=True)

    assert is_there(signed_in, of(cloud))
    page = read(answer)
    assert answer.redirect_chain[0][0].startswith("/center/azure/set-up/?resource=%2Fsubscriptions%2F")
    assert "“acs-new” is made in Azure." in page.text()
    assert page.one("h1").text() == "Set up Azure for me"
    entry = AuditEntry.objects.get(act="create resource")
    assert (entry.target, entry.after) == (str(of(cloud)), {"data_location": "Europe"})


def test_application_goes_on_to_the_plan(signed_in: Client, cloud: LocalAzure) -> None:
    application = "11111111-0000-4000-8000-00000000000a"

    answer = signed_in.post(PAGE, WANTED | {"application_id": application.upper()})

    assert f"application_id={application}" in answer["Location"]


def test_begun_again_it_goes_on(signed_in: Client, cloud: LocalAzure) -> None:
    """Killed after Azure had made the resource: the same words lead on, and nothing is made twice."""
    signed_in.post(PAGE, WANTED)

    answer = signed_in.post(PAGE, WANTED)

    assert answer.status_code == 302
    assert is_there(signed_in, of(cloud))


def test_group_that_is_there_is_used(signed_in: Client, cloud: LocalAzure) -> None:
    group = ResourceId.parse(cloud.acs.resource_id).resource_group
    page = read(signed_in.get(PAGE))
    assert group in [one.attributes["value"] for one in page.one("datalist", id="groups").all("option")]

    signed_in.post(PAGE, WANTED | {"group": group})

    assert is_there(signed_in, of(cloud, group=group))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"name": "-acs"}, "no hyphen at an end"),
        ({"name": "acs new"}, "letters from A to Z"),
        ({"name": "ącs"}, "letters from A to Z"),
        ({"name": "a" * 64}, "63"),
        ({"name": ""}, "required"),
        ({"group": "rg."}, "no dot at the end"),
        ({"group": "r" * 91}, "90"),
        ({"group": "rg/new"}, "no dot at the end"),
        ({"data_location": "Mars"}, "Mars"),
        ({"data_location": ""}, "required"),
        ({"application_id": "mine"}, "not an id of the form"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_made(
    signed_in: Client, cloud: LocalAzure, changed: dict[str, str], reason: str
) -> None:
    answer = signed_in.post(PAGE, WANTED | changed)

    page = read(answer)
    field = page.one("div", class_="wrong")
    assert answer.status_code == 422
    assert reason in field.text()
    assert "Nothing was created." in page.one("div", role="alert").text()
    assert not AuditEntry.objects.filter(act="create resource").exists()


def test_name_that_somebody_has_is_refused(signed_in: Client, cloud: LocalAzure) -> None:
    answer = signed_in.post(PAGE, WANTED | {"name": ResourceId.parse(cloud.acs.resource_id).name})

    assert "Somebody has this name already" in read(answer).one("div", class_="wrong").text()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("acs-new", "“acs-new” is free."),
        ("acs_new", "letters from A to Z"),
        ("TAKEN", "Somebody has this name"),
        ("", ""),
    ],
)
def test_name_is_looked_up_while_it_is_written(signed_in: Client, cloud: LocalAzure, name: str, words: str) -> None:
    written = ResourceId.parse(cloud.acs.resource_id).name if name == "TAKEN" else name

    answer = signed_in.get(f"{PAGE}name/", {"name": written, "subscription": of(cloud).subscription_id})

    assert words in read(answer).text()


def test_subscription_that_one_may_not_see_is_no_error(signed_in: Client, cloud: LocalAzure) -> None:
    answer = signed_in.get(f"{PAGE}name/", {"name": "acs-new", "subscription": "../../x"})

    assert answer.status_code == 200
    assert "Azure does not tell:" in read(answer).text()


def test_who_is_not_signed_in_to_azure_is_led_there_and_back(administrator: Client, cloud: LocalAzure) -> None:
    answer = administrator.get(PAGE)

    assert answer["Location"] == f"/center/azure/?next={PAGE.replace('/', '%2F')}"


def test_connected_installation_makes_no_second_resource(signed_in: Client, cloud: LocalAzure) -> None:
    connected(cloud.acs.connection_string)

    assert signed_in.get(PAGE)["Location"] == "/center/phone-numbers/advanced/"
    assert signed_in.post(PAGE, WANTED)["Location"] == "/center/phone-numbers/advanced/"
    assert not AuditEntry.objects.filter(act="create resource").exists()
    Connection.objects.update(disconnected_at=now())
    assert signed_in.get(PAGE).status_code == 200


def test_card_leads_to_it(administrator: Client, cloud: LocalAzure) -> None:
    links = [one.attributes["href"] for one in read(administrator.get("/center/phone-numbers/connect/")).all("a")]

    assert PAGE in links

"""Use existing resource: the five fields, what is wrong with each, and what is kept."""

from urllib.parse import quote

import pytest
from django.test import Client

from centrala.center.progress import RUNS
from centrala.connection.models import Connection
from centrala.connection.sign_in import SIGN_INS
from centrala.connection.steps import Step
from centrala.organization.models import AuditEntry, User
from localazure.pytest_plugin import LocalAzure
from pages.reading import Element, read
from signing_in import Clock, register_application, sign_in

ADDRESS = "/center/phone-numbers/connect/existing/"
PICK, PROGRESS = "/center/phone-numbers/connect/pick/", "/center/phone-numbers/connect/progress/"
ADVANCED = "/center/phone-numbers/advanced/"
APP = "0f6f9a2c-0000-4000-8000-00000000000b"


@pytest.fixture
def right(cloud: LocalAzure) -> dict[str, str]:
    return {
        "resource_name": cloud.acs.resource_name,
        "resource_id": cloud.acs.resource_id,
        "connection_string": cloud.acs.connection_string,
        "event_grid_app_id": APP,
        "event_grid_app_tenant_id": cloud.tenant_id,
        "confirmed": "on",
    }


def errors(page: Element) -> dict[str, str]:
    """The texts at the fields, by the field's name."""
    return {
        str(error.attributes["id"]).removeprefix("id_").removesuffix("_error"): error.text()
        for error in page.all("p", class_="error")
    }


@pytest.mark.parametrize(("language", "words"), [("en", "“{}” is connected."), ("pl", "Połączono z „{}”.")])
def test_right_fields_connect_and_lead_to_the_endpoints(
    administrator: Client, right: dict[str, str], language: str, words: str
) -> None:
    response = administrator.post(ADDRESS, right, follow=True, headers={"Accept-Language": language})

    assert response.redirect_chain == [("/center/phone-numbers/advanced/", 302)]
    assert read(response).one(role="status").text() == words.format(right["resource_name"])
    assert Connection.objects.get().disconnected_at is None
    assert AuditEntry.objects.get(act="connect").actor_name == "adam"


def test_error_is_tied_to_its_field_and_what_was_typed_stays(administrator: Client, right: dict[str, str]) -> None:
    page = read(administrator.post(ADDRESS, right | {"event_grid_app_id": "123"}))

    field = page.one("input", id="id_event_grid_app_id")
    assert field.attributes["aria-invalid"] == "true"
    described = str(field.attributes["aria-describedby"]).split()
    assert described == ["id_event_grid_app_id_helptext", "id_event_grid_app_id_error"]
    assert all(page.one(id=id_).text() for id_ in described)
    typed = {name: page.one("input", name=name).attributes.get("value") for name in right if name != "confirmed"}
    assert typed == {name: value for name, value in right.items() if name != "confirmed"} | {
        "connection_string": None,
        "event_grid_app_id": "123",
    }


def test_connection_string_is_in_no_answer(administrator: Client, right: dict[str, str]) -> None:
    key = right["connection_string"].partition("accesskey=")[2]

    refused = administrator.post(ADDRESS, right | {"resource_name": "inny"})
    connected = administrator.post(ADDRESS, right, follow=True)

    assert key not in refused.content.decode()
    assert "Paste the connection string again" in read(refused).text()
    assert key not in connected.content.decode()


def test_everything_empty_tells_about_every_field(administrator: Client, right: dict[str, str]) -> None:
    page = read(administrator.post(ADDRESS, dict.fromkeys(right, "")))

    assert set(errors(page)) == set(right)


def test_connected_installation_offers_no_second_connection(administrator: Client, right: dict[str, str]) -> None:
    administrator.post(ADDRESS, right)

    assert administrator.get("/center/phone-numbers/connect/")["Location"] == "/center/phone-numbers/advanced/"
    assert administrator.post(ADDRESS, right)["Location"] == "/center/phone-numbers/advanced/"
    assert Connection.objects.count() == 1


def test_form_that_was_sent_too_late_is_told_to_be_dropped(administrator: Client, right: dict[str, str]) -> None:
    administrator.post(ADDRESS, right)
    administrator.get("/center/phone-numbers/advanced/")  # what that one was told is read

    late = read(administrator.post(ADDRESS, right, follow=True))
    polish = read(administrator.post(ADDRESS, right, headers={"Accept-Language": "pl"}, follow=True))

    assert late.one(role="status").text() == "A resource is connected already; what you entered was not stored."
    assert polish.one(role="status").text() == "Zasób jest już połączony; tego, co wpisano, nie zapisano."


def test_empty_form_is_no_page_without_errors(administrator: Client, cloud: LocalAzure) -> None:
    answer = administrator.post(ADDRESS, {})

    assert answer.status_code == 422
    assert "resource_id" in errors(read(answer))


@pytest.fixture
def signed_in(administrator: Client, cloud: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> Client:
    clock = Clock(cloud)
    monkeypatch.setattr(SIGN_INS, "clock", clock)
    sign_in(administrator, clock)
    return administrator


def test_signed_in_the_key_left_empty_is_read_from_azure(signed_in: Client, right: dict[str, str]) -> None:
    answer = signed_in.post(ADDRESS, right | {"connection_string": ""})

    assert answer.status_code == 302
    assert str(Connection.objects.get().connection_string) == right["connection_string"]
    assert right["connection_string"].partition("accesskey=")[2] not in signed_in.get(ADVANCED).content.decode()


def test_application_of_one_directory_is_warned_of_and_connected(
    signed_in: Client, right: dict[str, str], cloud: LocalAzure
) -> None:
    single = register_application(signed_in, cloud, "Tylko tu", signInAudience="AzureADMyOrg")

    page = read(signed_in.post(ADDRESS, right | {"event_grid_app_id": single}, follow=True))

    assert "The application “Tylko tu” is for accounts of one directory only." in page.text()
    assert Connection.objects.get().disconnected_at is None


def test_key_that_azure_does_not_give_is_asked_for_at_its_field(signed_in: Client, right: dict[str, str]) -> None:
    other = right["resource_id"].replace(right["resource_name"], "inny")

    answer = signed_in.post(ADDRESS, right | {"connection_string": "", "resource_id": other, "resource_name": "inny"})

    said = errors(read(answer))
    assert said["connection_string"].startswith("Azure does not give you this resource's keys:")
    assert said["connection_string"].endswith("Paste the connection string.")
    assert not Connection.objects.exists()


def test_resource_that_azure_does_not_know_is_told_at_its_field(signed_in: Client, right: dict[str, str]) -> None:
    other = right["resource_id"].replace(right["resource_name"], "inny")

    answer = signed_in.post(ADDRESS, right | {"resource_id": other, "resource_name": "inny"})

    assert errors(read(answer)) == {
        "resource_id": "Azure knows no resource with this id. Copy it again from Settings > Properties."
    }


def choices(page: Element) -> dict[str, list[str]]:
    return {
        str(one.attributes["name"]): [option.text() for option in one.all("option")]
        for one in page.one("form", class_="form").all("select")
    }


def test_resource_is_picked_step_by_step_and_fills_the_fields(
    signed_in: Client, right: dict[str, str], cloud: LocalAzure
) -> None:
    application = register_application(signed_in, cloud, "Centrala")
    register_application(signed_in, cloud, "Ours alone", signInAudience="AzureADMyOrg")

    first = read(signed_in.get(PICK))
    asked = {
        "subscription": cloud.subscription_id,
        "group": cloud.resource_group,
        "resource": right["resource_id"],
        "application": application,
    }
    last = read(signed_in.get(PICK, asked))
    leads_to = str(last.one("a", class_="primary").attributes["href"])
    form = read(signed_in.get(leads_to)).one("form", class_="form")

    assert choices(first) == {
        "subscription": ["Choose…", "Local"],
        "group": ["Choose…", cloud.resource_group],
        "resource": ["Choose…", right["resource_name"]],
        "application": [
            "Another one: I enter its id in the form",
            "Centrala",
            "Ours alone (accounts in this directory only)",
        ],
    }
    filled = {name: form.one("input", name=name).attributes.get("value") for name in right if name != "confirmed"}
    assert filled == {
        "resource_name": right["resource_name"],
        "resource_id": right["resource_id"],
        "connection_string": None,
        "event_grid_app_id": application,
        "event_grid_app_tenant_id": cloud.tenant_id,
    }


@pytest.mark.parametrize(
    "asked",
    [{"subscription": "nonsense"}, {"resource": "/etc/passwd"}, {"application": "x" * 10_000}, {"group": "\0"}],
)
def test_choice_that_is_none_is_not_made(signed_in: Client, asked: dict[str, str]) -> None:
    page = read(signed_in.get(PICK, asked))

    leads_to = str(page.one("a", class_="primary").attributes["href"])
    assert next(iter(asked.values())) not in leads_to


def test_disabled_subscription_is_shown_but_not_to_be_chosen(signed_in: Client, cloud: LocalAzure) -> None:
    signed_in.get("/center/phone-numbers/")
    cloud.control.post("/_local/subscription", json={"state": "Disabled"}).raise_for_status()

    page = read(signed_in.get(PICK))

    option = page.one("select", name="subscription").all("option")[1]
    assert (option.text(), "disabled" in option.attributes) == ("Local (Disabled)", True)
    assert list(choices(page)) == ["subscription"]


def test_picking_needs_the_sign_in_first(administrator: Client, cloud: LocalAzure) -> None:
    assert administrator.get(PICK)["Location"] == f"/center/azure/?next={quote(PICK, safe='')}"


def test_trouble_with_azure_is_told_in_place_of_the_list(signed_in: Client, cloud: LocalAzure) -> None:
    signed_in.get("/center/phone-numbers/")
    cloud.control.post("/_local/faults", json={"operation": "arm", "status": 500, "lasting": True}).raise_for_status()

    assert "Azure does not tell: That was ordered" in read(signed_in.get(PICK)).text()


def test_steps_of_a_run_are_for_its_own_person_and_gone_afterwards(administrator: Client, supervisor: Client) -> None:
    adam = User.objects.get(username="adam")

    with RUNS.begun("mine", adam.pk) as run:
        run.began += [Step.FORM, Step.KEY]
        shown = [item.text() for item in read(administrator.get(PROGRESS, {"run": "mine"})).all("li")]
        others = RUNS.of("mine", adam.pk + 1)

    assert shown == [
        "Check the form done",
        "Ask Azure for the resource left out: nobody is signed in to Azure",
        "Try the key under way…",
        "Store the connection",
        "Make the endpoints",
        "Fetch the phone numbers",
    ]
    assert others is None
    assert read(administrator.get(PROGRESS, {"run": "mine"})).all("li") == []
    assert supervisor.get(PROGRESS).status_code == 404


def test_old_way_leads_to_the_same_and_says_that_it_is_deprecated(administrator: Client, cloud: LocalAzure) -> None:
    page = read(administrator.get("/center/general-settings/phone-numbers/"))

    note = page.one(role="note")
    assert note.text().startswith("This way is deprecated.")
    assert note.one("a").attributes["href"] == "/center/channels/"
    assert page.one("a", class_="primary").attributes["href"] == "/center/phone-numbers/connect/"

"""Use existing resource: the five fields, what is wrong with each, and what is kept."""

import pytest
from django.test import Client

from centrala.connection.models import Connection
from centrala.organization.models import AuditEntry
from localazure.pytest_plugin import LocalAzure
from pages.reading import Element, read

ADDRESS = "/center/phone-numbers/connect/existing/"
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


def test_right_fields_connect_and_lead_to_the_endpoints(administrator: Client, right: dict[str, str]) -> None:
    response = administrator.post(ADDRESS, right, follow=True)

    assert response.redirect_chain == [("/center/phone-numbers/advanced/", 302)]
    assert read(response).one(role="status").text() == f"“{right['resource_name']}” is connected."
    assert Connection.objects.get().disconnected_at is None
    assert AuditEntry.objects.get(act="connect").actor_name == "adam"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("resource_name", "", "Enter the name of the resource"),
        ("resource_name", "inny", "The resource id ends with"),
        ("resource_id", "", "This is not the id of a Communication Services resource"),
        ("connection_string", "", "This is not a connection string"),
        ("connection_string", "endpoint=https://localhost/;accesskey=%%%", "This is not a connection string"),
        ("event_grid_app_id", "123", "This is not an id of the form"),
        ("event_grid_app_tenant_id", APP, "This is another tenant than the organization's"),
        ("confirmed", "", "Confirm that this resource serves this installation only."),
    ],
)
def test_wrong_field_says_what_is_wrong_and_stores_nothing(
    administrator: Client, right: dict[str, str], field: str, value: str, words: str
) -> None:
    response = administrator.post(ADDRESS, right | {field: value})

    page = read(response)
    assert response.status_code == 422
    assert words in errors(page)[field]
    assert "Nothing was connected." in page.one(role="alert").text()
    assert Connection.objects.count() == 0


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

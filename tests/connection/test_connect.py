"""Connecting an existing resource: every wrong field says what is wrong, and nothing is stored."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

import pytest
from azure.core.credentials import TokenCredential
from django.utils.timezone import now
from pytest_django import Settings

from centrala.azure.cloud import Cloud
from centrala.azure.identifiers import type_named_by
from centrala.connection import actions
from centrala.connection.actions import ConnectFields, FieldsRefused
from centrala.connection.audience import warning_of
from centrala.connection.models import Connection, Endpoint, Entry
from centrala.connection.steps import Step
from centrala.errors import Refused
from centrala.organization import actions as organization
from centrala.organization.actions import Wanted
from centrala.organization.models import AuditEntry, Kind, Organization
from hub import RESOURCE, ala
from localazure.pytest_plugin import LocalAzure

pytestmark = pytest.mark.django_db

APP = "0f6f9a2c-0000-4000-8000-00000000000b"


@pytest.fixture
def cloud(local_azure: LocalAzure, settings: Settings) -> Iterator[LocalAzure]:
    url = local_azure.url
    settings.CLOUD = Cloud(authority=url, resource_manager=url, graph=url, ca_bundle=local_azure.ca_bundle)
    organization.set_up(name="Centrala", tenant_id=UUID(local_azure.tenant_id))
    yield local_azure
    local_azure.control.post("/_local/reset", json={}).raise_for_status()


def fields(cloud: LocalAzure, **changes: object) -> ConnectFields:
    right: dict[str, object] = {
        "resource_name": cloud.acs.resource_name,
        "resource_id": cloud.acs.resource_id,
        "connection_string": cloud.acs.connection_string,
        "event_grid_app_id": APP,
        "event_grid_app_tenant_id": cloud.tenant_id,
        "confirmed": True,
    }
    return ConnectFields(**(right | changes))  # type: ignore[arg-type] # each value is of its field's type


def principal(cloud: LocalAzure, **changes: str) -> TokenCredential:
    values = {"tenant_id": cloud.tenant_id, "client_id": cloud.client_id, "client_secret": cloud.client_secret}
    address = Cloud(authority=cloud.url, resource_manager=cloud.url, graph=cloud.url, ca_bundle=cloud.ca_bundle)
    return address.client_secret_credential(**(values | changes))


@pytest.fixture
def order(cloud: LocalAzure) -> Iterator[Callable[..., Callable[[], int]]]:
    """Orders trouble; what it answers tells how often it was met."""

    def order(operation: str, **fault: object) -> Callable[[], int]:
        cloud.control.post("/_local/faults", json={"operation": operation, "times": 99} | fault).raise_for_status()
        return lambda: 99 - int(cloud.control.get("/_local/faults").json()["items"][0]["times"])

    yield order
    cloud.control.delete("/_local/faults")


def test_right_fields_are_stored_with_two_entries_and_three_endpoints(cloud: LocalAzure) -> None:
    connection = actions.connect(fields=fields(cloud), actor=ala())

    entries = dict(connection.entries.values_list("key", "value"))
    assert entries == {"EventGridAppID": APP, "EventGripAppTenantID": cloud.tenant_id}
    assert {endpoint.service for endpoint in connection.endpoints.all()} == {"sms", "recording", "incoming_call"}
    assert str(connection.connection_string) == cloud.acs.connection_string
    assert AuditEntry.objects.get(act="connect").after["connected"] is True


def test_resource_of_any_subscription_of_the_tenant_is_connected(cloud: LocalAzure) -> None:
    elsewhere = cloud.acs.resource_id.replace(cloud.subscription_id, str(UUID(int=2)))

    connection = actions.connect(fields=fields(cloud, resource_id=elsewhere), actor=None)

    assert connection.resource.subscription_id == str(UUID(int=2))
    assert connection.entries.get(key="EventGripAppTenantID").value == cloud.tenant_id


def test_access_key_is_nowhere_in_the_clear(cloud: LocalAzure, caplog: pytest.LogCaptureFixture) -> None:
    key = cloud.acs.connection_string.partition("accesskey=")[2]

    with caplog.at_level(logging.DEBUG):
        connection = actions.connect(fields=fields(cloud), actor=None)

    stored = [*Connection.objects.values_list(), *Entry.objects.values_list(), *AuditEntry.objects.values_list()]
    assert key not in str(stored)
    assert key not in caplog.text
    assert key not in repr(fields(cloud))
    assert key not in str(connection)


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("resource_id", "", "Enter the resource id"),
        ("resource_id", "acs-centrala", "not the id of a Communication Services resource"),
        (
            "resource_id",
            "/subscriptions/0d6b1c3a-0000-4000-8000-000000000001/resourceGroups/g/providers/Microsoft.Web/sites/s/",
            "another kind of resource, Microsoft.Web/sites",
        ),
        ("resource_id", f"{RESOURCE}{'x' * 99}", "not the id of a Communication Services resource"),
        ("resource_name", "", "Enter the name"),
        ("resource_name", "another", "The resource id ends with"),
        ("connection_string", "", "Enter the connection string"),
        ("connection_string", "endpoint=https://acs/;accesskey=%%%", "not a connection string"),
        (
            "connection_string",
            "endpoint=https://other.europe.communication.azure.com/;accesskey=bm9ib2R5IGFuc3dlcnMgaGVyZSBhdCBhbGw=",
            "belongs to other.europe.communication.azure.com",
        ),
        (
            "connection_string",
            "endpoint=https://localhost:1/;accesskey=bm9ib2R5IGFuc3dlcnMgaGVyZSBhdCBhbGw=",
            "localhost:1",
        ),
        ("event_grid_app_id", "", "Enter an id"),
        ("event_grid_app_id", "my app", "not an id of the form"),
        ("event_grid_app_tenant_id", "example.org", "not an id of the form"),
        ("event_grid_app_tenant_id", APP, "another tenant"),
        ("confirmed", False, "Confirm that this resource"),
    ],
)
def test_wrong_field_says_so_and_nothing_is_stored(
    cloud: LocalAzure, field: str, value: object, complaint: str
) -> None:
    with pytest.raises(FieldsRefused) as refusal:
        actions.connect(fields=fields(cloud, **{field: value}), actor=None)

    assert list(refusal.value.errors) == [field]
    assert complaint in refusal.value.errors[field]
    assert not Connection.objects.exists()


def test_key_the_service_does_not_know_is_refused(cloud: LocalAzure) -> None:
    endpoint = cloud.acs.connection_string.partition("accesskey=")[0]
    stale = f"{endpoint}accesskey=YW4gb2xkIGtleSB0aGF0IHdhcyByb3RhdGVk"

    with pytest.raises(FieldsRefused) as refusal:
        actions.connect(fields=fields(cloud, connection_string=stale), actor=None)

    assert "does not accept this key" in refusal.value.errors["connection_string"]
    assert not Connection.objects.exists()


def test_host_of_another_resource_is_noticed_where_azure_can_be_asked(cloud: LocalAzure) -> None:
    other = cloud.acs.connection_string.replace("localhost", "127.0.0.1")

    with pytest.raises(FieldsRefused) as refusal:
        actions.connect(fields=fields(cloud, connection_string=other), actor=None, credential=principal(cloud))

    assert "belongs to 127.0.0.1" in refusal.value.errors["connection_string"]


def test_application_before_is_remembered_for_its_tokens_under_way(cloud: LocalAzure) -> None:
    second, third = (APP.replace("00b", f"00{end}") for end in "cd")
    for application in (APP, APP, second, third, second):
        connection = actions.connect(fields=fields(cloud, event_grid_app_id=application), actor=None)

    former = {one: datetime.fromisoformat(until) for one, until in connection.former_applications.items()}
    assert set(former) == {APP, third}
    assert all(timedelta(hours=24, minutes=50) < until - now() <= timedelta(hours=25) for until in former.values())
    Connection.objects.update(former_applications={APP: now().isoformat()})
    again = actions.connect(fields=fields(cloud, event_grid_app_id=second), actor=None)
    assert again.former_applications == {}


def test_mending_an_active_connection_leaves_since_when_it_is_connected(cloud: LocalAzure) -> None:
    first = actions.connect(fields=fields(cloud), actor=None)

    mended = actions.connect(fields=fields(cloud, event_grid_app_id=APP.replace("00b", "00c")), actor=None)
    actions.disconnect(connection=mended, actor=None)
    again = actions.connect(fields=fields(cloud), actor=None)

    assert mended.connected_at == first.connected_at
    assert again.connected_at > first.connected_at


def test_tenant_that_changes_while_azure_is_asked_is_noticed(cloud: LocalAzure) -> None:
    def change_it(step: Step) -> None:
        if step is Step.KEY:
            Organization.objects.update(tenant_id=UUID(int=7))

    with pytest.raises(FieldsRefused) as refusal:
        actions.connect(fields=fields(cloud), actor=None, tell=change_it)

    assert "another tenant" in refusal.value.errors["event_grid_app_tenant_id"]
    assert not Connection.objects.exists()


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_resource_that_the_credential_is_not_shown_is_connected_by_its_key_and_not_asked_for_again(
    cloud: LocalAzure, order: Callable[..., Callable[[], int]], status: int
) -> None:
    asked = order("GET /*/communicationservices/*", status=status, retry_after_seconds=0)

    connection = actions.connect(fields=fields(cloud), actor=None, credential=principal(cloud))

    assert connection.disconnected_at is None
    assert asked() == 1


def test_principal_with_a_wrong_secret_is_asked_once_and_the_key_counts(
    cloud: LocalAzure, order: Callable[..., Callable[[], int]]
) -> None:
    asked = order("POST /*/oauth2/v2.0/token", delay_seconds=0.001)

    connection = actions.connect(
        fields=fields(cloud), actor=None, credential=principal(cloud, client_secret="somebody-elses")
    )

    assert connection.disconnected_at is None
    assert asked() == 1


@pytest.mark.long
@pytest.mark.parametrize("operation", ["arm", "POST /*/oauth2/v2.0/token"])
def test_cloud_that_does_not_answer_holds_connecting_for_seconds(
    cloud: LocalAzure, order: Callable[..., Callable[[], int]], operation: str
) -> None:
    asked, begun = order(operation, hang=True), monotonic()

    connection = actions.connect(fields=fields(cloud), actor=None, credential=principal(cloud))

    assert connection.disconnected_at is None
    assert monotonic() - begun < 8
    assert asked() == 1


@pytest.mark.long
@pytest.mark.parametrize("operation", ["graph", "POST /*/oauth2/v2.0/token"])
def test_directory_that_does_not_answer_holds_the_warning_for_two_seconds(
    cloud: LocalAzure, order: Callable[..., Callable[[], int]], operation: str
) -> None:
    connection = actions.connect(fields=fields(cloud), actor=None)
    order(operation, hang=True)
    begun = monotonic()

    assert warning_of(connection, principal(cloud)) == ""
    assert monotonic() - begun < 4


def test_resource_that_azure_does_not_know_is_refused_with_the_right_key(cloud: LocalAzure) -> None:
    other = f"{cloud.acs.resource_id}-two"
    wanted = fields(cloud, resource_id=other, resource_name=other.rpartition("/")[2])

    with pytest.raises(FieldsRefused, match="Azure knows no resource with this id"):
        actions.connect(fields=wanted, actor=None, credential=principal(cloud))


@pytest.mark.parametrize("shape", ["portal-address", "spaces", "lower-case", "page-suffix"])
def test_resource_id_is_read_however_it_was_copied(cloud: LocalAzure, shape: str) -> None:
    id_ = cloud.acs.resource_id
    shapes = {
        "portal-address": f"https://portal.azure.com/#@example.org/resource{id_}/overview",
        "spaces": f"  {id_}\n",
        "lower-case": id_.lower(),
        "page-suffix": f"{id_}/resource_overview",
    }

    connection = actions.connect(fields=fields(cloud, resource_id=shapes[shape]), actor=None)

    assert connection.resource_id.lower() == id_.lower()


@pytest.mark.parametrize(
    ("state", "complaint"),
    [(Wanted(kind=Kind.TRIAL), "A trial organisation"), (Wanted(licensed=False), "no licence"), (None, "not set up")],
    ids=["trial", "no-licence", "none"],
)
def test_organisation_that_may_not_connect_is_told_why(cloud: LocalAzure, state: Wanted | None, complaint: str) -> None:
    if state is None:
        Organization.objects.all().delete()
    else:
        organization.change(wanted=state, actor=None)

    with pytest.raises(Refused, match=complaint):
        actions.connect(fields=fields(cloud), actor=None)

    assert not Connection.objects.exists()


@pytest.mark.parametrize("host", ["hub.example.org", "acs-centrala.communication.azure.com.example.org"])
def test_key_is_not_sent_to_a_host_that_is_not_azures(cloud: LocalAzure, settings: Settings, host: str) -> None:
    settings.CLOUD = Cloud()
    stray = f"endpoint=https://{host}/;accesskey=bm9ib2R5IGFuc3dlcnMgaGVyZSBhdCBhbGw="

    with pytest.raises(FieldsRefused) as refusal:
        actions.connect(fields=fields(cloud, connection_string=stray), actor=None)

    assert "is not an address of Azure Communication Services" in refusal.value.errors["connection_string"]


@pytest.mark.parametrize("host", ["a..b", "acs:abc", "acs:99999", "acs:0", "user@acs", "ącs"])
def test_address_that_is_none_is_refused_at_its_field(cloud: LocalAzure, host: str) -> None:
    wrong = f"endpoint=https://{host}/;accesskey=bm9ib2R5IGFuc3dlcnMgaGVyZSBhdCBhbGw="

    with pytest.raises(FieldsRefused) as refusal:
        actions.connect(fields=fields(cloud, connection_string=wrong), actor=None)

    assert "not a connection string" in refusal.value.errors["connection_string"]


def test_second_resource_is_refused_while_one_is_connected(cloud: LocalAzure) -> None:
    actions.connect(fields=fields(cloud), actor=None)
    Connection.objects.update(resource_id=RESOURCE)

    with pytest.raises(Refused, match="one installation serves one resource"):
        actions.connect(fields=fields(cloud), actor=None)

    assert Connection.objects.count() == 1


def test_connecting_the_same_resource_again_mends_it_in_place(cloud: LocalAzure) -> None:
    first = actions.connect(fields=fields(cloud, event_grid_app_id=str(UUID(int=1))), actor=None)

    again = actions.connect(fields=fields(cloud), actor=None)

    assert again.pk == first.pk
    assert again.entries.get(key="EventGridAppID").value == APP
    assert Endpoint.objects.count() == 3


def test_disconnected_resource_makes_room_for_another(cloud: LocalAzure) -> None:
    first = actions.connect(fields=fields(cloud), actor=None)
    Connection.objects.update(resource_id=RESOURCE)

    actions.disconnect(connection=first, actor=None)

    assert actions.connect(fields=fields(cloud), actor=None).pk != first.pk
    acts = AuditEntry.objects.filter(act__contains="connect").order_by("at").values_list("act", flat=True)
    assert list(acts) == ["connect", "disconnect", "connect"]


def test_resource_connected_again_keeps_its_endpoints(cloud: LocalAzure) -> None:
    first = actions.connect(fields=fields(cloud), actor=None)
    urls = {endpoint.url for endpoint in first.endpoints.all()}
    Connection.objects.update(disconnected_at=first.connected_at)

    again = actions.connect(fields=fields(cloud), actor=None)

    assert again.pk == first.pk
    assert {endpoint.url for endpoint in again.endpoints.all()} == urls
    assert Endpoint.objects.count() == 3


def test_long_text_is_told_apart_from_ids_in_no_time() -> None:
    """Read to its end it would take minutes."""
    assert type_named_by("/subscriptions/x/" * 50_000) == ""
    assert type_named_by("/subscriptions/x/resourceGroups/y/providers/Microsoft.Web/sites/z") == "Microsoft.Web/sites"

"""Microsoft's own client for Dataverse against the demo, over TLS, with a token of the local Entra."""

import ssl
from collections.abc import Iterator

import httpx
import pytest
from azure.identity import ClientSecretCredential
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.core.errors import HttpError
from PowerPlatform.Dataverse.models.filters import col

from running_demo import Demo

pytestmark = pytest.mark.long

ENTRY, NUMBER = "msdyn_occommunicationprovidersettingentry", "msdyn_ocphonenumber"
CARRIER = "msdyn_occarrier"
WORKSTREAM, VARIABLE = "msdyn_liveworkstream", "msdyn_ocliveworkstreamcontextvariable"


def credential(demo: Demo, client_id: str, secret: str) -> ClientSecretCredential:
    azure = demo.azure
    return ClientSecretCredential(
        azure["tenant_id"],
        client_id,
        secret,
        authority=azure["url"],
        disable_instance_discovery=True,
        connection_verify=azure["ca_bundle"],
    )


def another(demo: Demo) -> tuple[str, str]:
    """Registers an application that has nothing to do with the hub; answers its id and its secret."""
    azure = demo.azure
    with demo.control() as control:
        made = control.post("/_local/applications", json={"name": "Something else"}).raise_for_status().json()
    own = credential(demo, azure["client_id"], azure["client_secret"])
    token = own.get_token("https://graph.microsoft.com/.default").token
    answer = httpx.post(
        f"{azure['url']}/v1.0/applications(appId='{made['client_id']}')/addPassword",
        json={"passwordCredential": {"displayName": "test"}},
        headers={"Authorization": f"Bearer {token}"},
        verify=ssl.create_default_context(cafile=azure["ca_bundle"]),
        trust_env=False,
    )
    return made["client_id"], answer.raise_for_status().json()["secretText"]


@pytest.fixture
def client(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> Iterator[DataverseClient]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", demo.azure["ca_bundle"])
    who = credential(demo, demo.azure["client_id"], demo.azure["client_secret"])
    with DataverseClient(demo.hub["dataverse_url"], who) as client:
        yield client


def test_client_lists_the_entries(demo: Demo, client: DataverseClient) -> None:
    assert demo.hub["dataverse_url"].startswith("https://")

    entries = client.records.list(ENTRY, filter=col("statecode") == 0, select=["msdyn_key", "msdyn_value"])

    assert {entry["msdyn_key"]: entry["msdyn_value"] for entry in entries} == {
        "EventGridAppID": demo.azure["event_grid_app_id"],
        "EventGripAppTenantID": demo.azure["tenant_id"],
    }


def test_client_finds_the_tenant_by_either_spelling(demo: Demo, client: DataverseClient) -> None:
    for key in ("EventGripAppTenantID", "EventGridAppTenantID"):
        [entry] = client.records.list(ENTRY, filter=col("msdyn_key").in_([key, "other"]))

        assert (entry["msdyn_key"], entry["msdyn_value"]) == ("EventGripAppTenantID", demo.azure["tenant_id"])


def test_client_follows_pages_and_reads_annotations(demo: Demo, client: DataverseClient) -> None:
    numbers = client.records.list(
        NUMBER, orderby=["msdyn_phonenumber"], page_size=1, count=True, include_annotations="*"
    )

    assert [number["msdyn_phonenumber"] for number in numbers] == demo.acs["phone_numbers"]
    [label] = {number["msdyn_type@OData.Community.Display.V1.FormattedValue"] for number in numbers}
    assert label == "Toll free"


def test_client_retrieves_expands_and_fetches(client: DataverseClient) -> None:
    parent = "msdyn_communicationprovidersettingentid"
    [first, _second] = client.records.list(ENTRY, orderby=["msdyn_key"])

    one = client.records.retrieve(ENTRY, first[f"{ENTRY}id"], expand=[parent])
    inside = '<attribute name="msdyn_key"/><order attribute="msdyn_key"/>'
    xml = f'<fetch count="1"><entity name="{ENTRY}">{inside}</entity></fetch>'
    fetched = client.query.fetchxml(xml).execute()

    assert one is not None
    assert one[parent]["msdyn_name"] == "acs-centrala"
    assert [row["msdyn_key"] for row in fetched] == ["EventGridAppID", "EventGripAppTenantID"]


def test_client_reads_what_the_tables_are(client: DataverseClient) -> None:
    tables = client.tables.list(select=["LogicalName"])
    columns = client.tables.list_columns(ENTRY, select=["LogicalName", "AttributeType"])

    assert [table["LogicalName"] for table in tables][1:] == [ENTRY, NUMBER, CARRIER, WORKSTREAM, VARIABLE]
    assert {"LogicalName": "msdyn_key", "AttributeType": "String"}.items() <= columns[2].items()
    assert client.tables.list_table_relationships(ENTRY)[0]["ReferencingEntity"] == ENTRY


def test_client_reads_an_own_carriers_number_with_its_carrier(demo: Demo, client: DataverseClient) -> None:
    own, features = "+14255550178", ("--receives-calls", "--makes-calls")
    added = demo.command("carriers", "add-number", own, "--carrier", "Fabrikam Telecom", "--country", "US", *features)
    try:
        [number] = client.records.list(NUMBER, filter=col("msdyn_phonenumber") == own, expand=["msdyn_carrierid"])
        carriers = client.records.list(CARRIER, filter=col("msdyn_name") == "Fabrikam Telecom")
    finally:
        deleted = demo.command("carriers", "delete-number", own, "--yes")

    assert (added.returncode, deleted.returncode) == (0, 0), (added.stderr, deleted.stderr)
    assert number["msdyn_ocphonenumbersource"] == 192350001
    assert [one[f"{CARRIER}id"] for one in carriers] == [number["_msdyn_carrierid_value"]]
    assert number["msdyn_carrierid"]["msdyn_name"] == "Fabrikam Telecom"


def test_client_reads_work_streams(client: DataverseClient) -> None:
    columns = client.tables.list_columns(VARIABLE, select=["LogicalName"])
    workstreams = client.records.list(WORKSTREAM, select=["msdyn_name", "msdyn_capacityrequired"])
    variables = client.records.list(VARIABLE, expand=["msdyn_liveworkstreamid"])

    assert "msdyn_liveworkstreamid" in {column["LogicalName"] for column in columns}
    assert min(one["msdyn_capacityrequired"] for one in workstreams) > 0
    known = {one[f"{WORKSTREAM}id"] for one in workstreams}
    assert {one["_msdyn_liveworkstreamid_value"] for one in variables} <= known


def test_client_cannot_write(client: DataverseClient) -> None:
    with pytest.raises(HttpError) as refusal:
        client.records.create(ENTRY, {"msdyn_key": "x"})

    assert refusal.value.status_code == 405


def test_other_application_of_the_tenant_is_no_member(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", demo.azure["ca_bundle"])
    client_id, secret = another(demo)

    with DataverseClient(demo.hub["dataverse_url"], credential(demo, client_id, secret)) as other:
        with pytest.raises(HttpError) as refusal:
            other.records.list(ENTRY)
        added = demo.command("application", client_id, "--name", "Else", "--role", "agent")
        numbers = len(other.records.list(NUMBER))
        removed = demo.command("application", client_id, "--remove")

    assert (refusal.value.status_code, refusal.value.details["service_error_code"]) == (403, "0x80072560")
    assert (added.returncode, numbers, removed.stdout) == (0, 2, "Else is removed.\n")

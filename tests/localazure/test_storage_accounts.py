"""Storage accounts in Resource Manager, and what of them outlives a restart."""

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobBlock, ContainerClient
from contract.routes import answering

from localazure.failure import CannotStart
from localazure.inside import local_cloud
from localazure.storage.accounts import RESERVED
from localazure_tests.storage import ACCOUNT

WANTED = {"location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}


def refusal(action):
    with pytest.raises(HttpResponseError) as refused:
        action()
    return refused.value.error.code


def test_account_is_made_read_changed_listed_and_deleted(azure, storage, resources):
    accounts = storage.management.storage_accounts
    changed = accounts.update(azure.resource_group, ACCOUNT, {"tags": {"for": "recordings"}})
    again = accounts.begin_create(azure.resource_group, ACCOUNT, WANTED).result()
    with storage.client() as client:
        client.create_container("recordings").upload_blob("one", b"1")

    assert changed.primary_endpoints.blob == f"{azure.url}/{ACCOUNT}/"
    assert (again.id, again.tags) == (storage.id, {"for": "recordings"})
    assert accounts.get_properties(azure.resource_group, ACCOUNT).id == storage.id
    assert [one.name for one in accounts.list()] == [ACCOUNT]
    assert [one.name for one in accounts.list_by_resource_group(azure.resource_group)] == [ACCOUNT]
    listed = resources.resources.list(filter="resourceType eq 'Microsoft.Storage/storageAccounts'")
    assert [one.location for one in listed] == ["westeurope"]
    accounts.delete(azure.resource_group, ACCOUNT)
    accounts.delete(azure.resource_group, ACCOUNT)
    assert list(accounts.list()) == []
    assert not list((azure.data / "blobs").iterdir())


def test_names_are_unique_and_spelled_as_the_service_wants_them(azure, storage):
    accounts = storage.management.storage_accounts

    def make(name, **changes):
        return lambda: accounts.begin_create(azure.resource_group, name, WANTED | changes).result()

    def free(name):
        asked = {"name": name, "type": "Microsoft.Storage/storageAccounts"}
        return accounts.check_name_availability(asked).reason

    assert [refusal(make(name)) for name in ("ab", "Capital", "with-hyphen")] == ["AccountNameInvalid"] * 3
    assert refusal(make("sms")) == "StorageAccountAlreadyTaken"
    assert [free(name) for name in ("another", ACCOUNT, "ab")] == [None, "AlreadyExists", "AccountNameInvalid"]
    assert refusal(make("another", kind="Something")) == "InvalidValues"
    assert refusal(make("another", location="moon")) == "LocationNotAvailableForResourceType"
    assert refusal(lambda: accounts.list_keys(azure.resource_group, "another")) == "ResourceNotFound"
    assert (
        refusal(lambda: accounts.regenerate_key(azure.resource_group, ACCOUNT, {"keyName": "key3"})) == "InvalidValues"
    )


def test_provider_has_to_be_registered(azure, storage_management):
    make = lambda: storage_management.storage_accounts.begin_create(azure.resource_group, ACCOUNT, WANTED)  # noqa: E731

    assert refusal(make) == "MissingSubscriptionRegistration"


def test_no_name_that_another_service_would_answer_is_free():
    def is_reached(name):
        found = [answering("GET", f"/{name}{rest}")[0] for rest in ("", "/container/blob")]
        return all(service and service.name == "storage" for service in found)

    assert not any(is_reached(name) for name in RESERVED)
    assert all(is_reached(name) for name in ("contoso", "common", "metadata", "eventgrid"))


SEED = """
subscriptions:
  - name: Local
    registered: [Microsoft.Storage]
    resource_groups:
      - name: rg
        storage_accounts:
          - name: contosoblobs
            containers: [recordings]
"""


def test_blobs_and_blocks_are_there_after_a_restart(tmp_path):
    (tmp_path / "seed.yaml").write_text(SEED)
    data = tmp_path / "data"

    def container(azure):
        account = azure.storage_accounts["contosoblobs"].connection_string
        return ContainerClient.from_connection_string(account, "recordings", connection_verify=azure.ca_bundle)

    with local_cloud(data, seed=tmp_path / "seed.yaml") as azure, container(azure) as box:
        box.upload_blob("one", b"1", metadata={"a": "b"})
        etag = box.get_blob_client("one").get_blob_properties().etag
        box.get_blob_client("two").stage_block("a", b"2")
    (data / "blobs" / "left by a kill").write_bytes(b"")
    with local_cloud(data) as azure, container(azure) as box:
        box.get_blob_client("two").commit_block_list([BlobBlock("a")])

        assert [(one.name, one.metadata) for one in box.list_blobs(include="metadata")] == [
            ("one", {"a": "b"}),
            ("two", None),
        ]
        assert [box.download_blob(name).readall() for name in ("one", "two")] == [b"1", b"2"]
        assert box.get_blob_client("one").get_blob_properties().etag == etag
    assert len(list((data / "blobs").iterdir())) == 2


def test_seed_with_an_account_that_nobody_could_reach_is_refused(tmp_path):
    (tmp_path / "seed.yaml").write_text(SEED.replace("contosoblobs", "sms"))

    with (
        pytest.raises(CannotStart, match="'sms' is a part of other services' addresses"),
        local_cloud(tmp_path / "data", seed=tmp_path / "seed.yaml"),
    ):
        pass

"""A storage account of the local cloud, and Microsoft's client for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from azure.mgmt.storage import StorageManagementClient
from azure.storage.blob import BlobServiceClient

ACCOUNT = "contosoblobs"


class Storage:
    """Makes its account; `key` is the first of its keys."""

    def __init__(self, azure: Any, management: StorageManagementClient, resources: Any) -> None:
        self.azure, self.management = azure, management
        resources.providers.register("Microsoft.Storage")
        wanted = {"location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}
        made = management.storage_accounts.begin_create(azure.resource_group, ACCOUNT, wanted).result()
        self.id, self.url = made.id, f"{azure.url}/{ACCOUNT}"
        self.key = management.storage_accounts.list_keys(azure.resource_group, ACCOUNT)["keys"][0]["value"]
        self.connection_string = f"AccountName={ACCOUNT};AccountKey={self.key};BlobEndpoint={self.url}"

    @contextmanager
    def client(self, credential: Any = None, **more: Any) -> Iterator[BlobServiceClient]:
        """With the account's key unless told otherwise. Nothing is tried twice."""
        options = {"connection_verify": self.azure.ca_bundle, "retry_total": 0, **more}
        with BlobServiceClient(self.url, self.key if credential is None else credential, **options) as client:
            yield client

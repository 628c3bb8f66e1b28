"""A new Communication Services resource, through Microsoft's clients. Everything here raises AzureError.

https://learn.microsoft.com/azure/communication-services/quickstarts/create-communication-resource
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from azure.core.credentials import TokenCredential
from azure.mgmt.communication import CommunicationServiceManagementClient
from azure.mgmt.communication.models import (
    CommunicationServiceProperties,
    CommunicationServiceResource,
    NameAvailabilityParameters,
)
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.resources.models import ResourceGroup

from centrala.azure.cloud import Cloud
from centrala.azure.errors import as_ours
from centrala.azure.identifiers import ResourceId
from centrala.azure.operations import ended

TYPE = "Microsoft.Communication/CommunicationServices"
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
GROUP = re.compile(r"[\w().-]{0,89}[\w()-]")
TIMEOUTS = {"connection_timeout": 5, "read_timeout": 30}  # in seconds: somebody waits for the page
PATIENCE_SECONDS = 90
# Where Microsoft keeps the resource's data at rest; for good. As the portal lists them.
DATA_LOCATIONS = (
    *("Africa", "Asia Pacific", "Australia", "Brazil", "Canada", "Europe", "France", "Germany", "India", "Japan"),
    *("Korea", "Norway", "Switzerland", "UAE", "UK", "United States"),
)
REGION_OF_GROUPS = "westeurope"  # of what a group knows about itself; its resources are where they are


class Name(StrEnum):
    """Whether a resource may be called so. Names are one for all of Azure."""

    FREE = "free"
    INVALID = "invalid"
    TAKEN = "taken"


@dataclass(frozen=True, kw_only=True)
class Maker:
    """Makes resources in one subscription, with the rights of whoever is signed in."""

    subscription_id: str
    credential: TokenCredential
    cloud: Cloud

    def name(self, text: str) -> Name:
        """What Azure says; nothing is asked about what breaks its rules."""
        if NAME.fullmatch(text) is None:
            return Name.INVALID
        with self._communication() as client:
            said = client.communication_services.check_name_availability(
                NameAvailabilityParameters(name=text, type=TYPE)
            )
        if said.name_available:
            return Name.FREE
        return Name.INVALID if said.reason == "Invalid" else Name.TAKEN

    def group(self, name: str) -> None:
        """Makes the group where there is none of that name."""
        with self._resources() as client:
            if not client.resource_groups.check_existence(name):
                client.resource_groups.create_or_update(name, ResourceGroup(location=REGION_OF_GROUPS))

    def make(self, *, group: str, name: str, data_location: str) -> ResourceId:
        """Asked again, the same resource: Azure compares it by its id. Raises StillUnderWay."""
        wanted = CommunicationServiceResource(
            location="global", properties=CommunicationServiceProperties(data_location=data_location)
        )
        with self._communication() as client:
            poller = client.communication_services.begin_create_or_update(group, name, wanted)
            made = ended(poller, patience_seconds=PATIENCE_SECONDS)
        return ResourceId.parse(str(made.id))

    @contextmanager
    def _communication(self) -> Iterator[CommunicationServiceManagementClient]:
        with (
            as_ours(),
            CommunicationServiceManagementClient(self.credential, self.subscription_id, **self._options) as client,
        ):
            yield client

    @contextmanager
    def _resources(self) -> Iterator[ResourceManagementClient]:
        with as_ours(), ResourceManagementClient(self.credential, self.subscription_id, **self._options) as client:
            yield client

    @property
    def _options(self) -> dict[str, Any]:  # keyword arguments of several kinds
        return {**self.cloud.management, **TIMEOUTS, "retry_total": 1}

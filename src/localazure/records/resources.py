"""Resource Manager: subscriptions, groups, providers, operations, Communication Services resources."""

from datetime import datetime

import msgspec


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: Enabled, Warned or Disabled."""

    id: str
    name: str
    tenant_id: str
    state: str = "Enabled"

    @property
    def path(self) -> str:
        return f"/subscriptions/{self.id}"


class ResourceGroup(msgspec.Struct, frozen=True, kw_only=True):
    subscription_id: str
    name: str
    location: str
    tags: dict[str, str] = {}
    managed_by: str = ""

    @property
    def path(self) -> str:
        return f"/subscriptions/{self.subscription_id}/resourceGroups/{self.name}"


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """`registered_from` is when registering ends; None: not registered."""

    subscription_id: str
    namespace: str
    registered_from: datetime | None = None


class UserIdentity(msgspec.Struct, frozen=True, kw_only=True):
    resource_id: str
    principal_id: str
    client_id: str


class ManagedIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """`principal_id` is the system-assigned one's, empty where there is none."""

    principal_id: str = ""
    users: tuple[UserIdentity, ...] = ()


class CommunicationService(msgspec.Struct, frozen=True, kw_only=True):
    """`immutable_id` is the audience of callback tokens. Keys are base64 of 64 random bytes.

    `made_by` and `changed_by` are user names or application ids.
    """

    subscription_id: str
    group: str
    name: str
    immutable_id: str
    data_location: str
    primary_key: str
    secondary_key: str
    made_at: datetime
    tags: dict[str, str] = {}
    linked_domains: tuple[str, ...] = ()
    public_network_access: str = "Enabled"
    disable_local_auth: bool = False
    notification_hub: str = ""
    identity: ManagedIdentity | None = None
    made_by: str = ""
    changed_at: datetime | None = None
    changed_by: str = ""

    @property
    def id(self) -> str:
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.group}"
            f"/providers/Microsoft.Communication/CommunicationServices/{self.name}"
        )

    @property
    def key(self) -> str:
        return self.id.lower()


class PhoneNumber(msgspec.Struct, frozen=True, kw_only=True):
    """`number` is E.164 with its plus; `resource` the owner's lower-case id."""

    number: str
    resource: str
    country_code: str
    kind: str
    bought_at: datetime
    monthly_cost: float
    currency: str = "USD"
    calling: str = "inbound+outbound"
    sms: str = "inbound+outbound"
    assignment: str = "application"


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """A long-running operation. `status` is InProgress, Succeeded or Failed."""

    id: str
    subscription_id: str
    namespace: str
    target: str
    status: str
    started_at: datetime
    error_code: str = ""
    error_message: str = ""

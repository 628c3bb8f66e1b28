"""What a local cloud starts with, as a seed file describes it and as it comes back at every reset.

Ids, keys, secrets and passwords that the file leaves out are made as it is read, once.
"""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from localazure.records.ids import new_access_key, new_id, new_password, new_secret
from localazure.records.spelling import (
    AccessKey,
    AccountName,
    CallerId,
    Concealed,
    ContainerName,
    Country,
    GroupName,
    Guid,
    HostName,
    Name,
    Number,
    NumberPattern,
    Place,
    Port,
    ResourceName,
    RoleValue,
    RouteName,
    SenderName,
    TopicName,
    Uri,
    UserName,
)


class DirectoryRoleName(StrEnum):
    GLOBAL_ADMINISTRATOR = "Global Administrator"
    APPLICATION_ADMINISTRATOR = "Application Administrator"


Ability = Literal["none", "inbound", "outbound", "inbound+outbound"]
Namespace = Literal["Microsoft.Communication", "Microsoft.EventGrid", "Microsoft.Storage"]
Tags = dict[str, str]


class RolePlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A built-in role. `scope` is SUBSCRIPTION[/GROUP[/RESOURCE]]; empty: every subscription."""

    role: str
    scope: str = ""
    id: Guid = field(default_factory=new_id)


class PersonPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`user_name` is NAME@DOMAIN unless it is given. A guest sees nobody else in the directory."""

    name: Name
    user_name: UserName = ""
    password: Concealed = field(default_factory=new_password)
    guest: bool = False
    directory_roles: tuple[DirectoryRoleName, ...] = ()
    roles: tuple[RolePlan, ...] = ()
    id: Guid = field(default_factory=new_id)


class SecretPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    value: Concealed = field(default_factory=new_secret)
    id: Guid = field(default_factory=new_id)


class AppRolePlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A role that the application defines. `assigned_to` are people, applications, or Microsoft.EventGrid."""

    value: RoleValue
    description: Annotated[str, Meta(min_length=1, max_length=256)] = "A role of the seed"
    members: Annotated[tuple[Literal["User", "Application"], ...], Meta(min_length=1)] = ("User", "Application")
    assigned_to: tuple[str, ...] = ()
    id: Guid = field(default_factory=new_id)


class ApplicationPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An application and, unless told otherwise, its service principal, who holds `roles` and Microsoft Graph's rights.

    `owners` are people and applications; they own the service principal, too.
    """

    name: Name
    client_id: Guid = field(default_factory=new_id)
    token_version: Literal[1, 2] = 2
    identifier_uris: tuple[
        Uri,
        ...,
    ] = ()
    secrets: tuple[SecretPlan, ...] = ()
    app_roles: tuple[AppRolePlan, ...] = ()
    owners: tuple[str, ...] = ()
    service_principal: bool = True
    roles: tuple[RolePlan, ...] = ()
    graph: tuple[str, ...] = ()
    id: Guid = field(default_factory=new_id)
    principal_id: Guid = field(default_factory=new_id)


class NumberPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """E.164 or a short code. `type` tells geographic from mobile; `country` is that of the number."""

    number: Number
    type: Literal["", "tollFree", "geographic", "mobile", "shortCode"] = ""
    country: Country = ""
    calling: Ability | None = None
    sms: Ability = "inbound+outbound"


class TrunkPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A border controller of the organisation's own carrier, below one of the `sip_domains`."""

    name: HostName
    port: Port = 5061
    enabled: bool = True


class RoutePlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The trunks for numbers that fit the `pattern`. `caller_id` is shown instead of whatever a call says."""

    name: RouteName
    pattern: NumberPattern
    trunks: tuple[
        HostName,
        ...,
    ] = ()
    description: Annotated[str, Meta(max_length=1024)] = ""
    caller_id: CallerId = ""


class ResourcePlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A Communication Services resource. `senders` are names it may write under, `sip_domains` verified for trunks;
    `routes` have precedence in their order."""

    name: ResourceName
    data_location: str = "Europe"
    numbers: tuple[NumberPlan, ...] = ()
    senders: tuple[
        SenderName,
        ...,
    ] = ()
    sip_domains: tuple[HostName, ...] = ()
    trunks: tuple[TrunkPlan, ...] = ()
    routes: tuple[RoutePlan, ...] = ()
    disable_local_auth: bool = False
    tags: Tags = {}
    immutable_id: Guid = field(default_factory=new_id)
    primary_key: AccessKey = field(default_factory=new_access_key)
    secondary_key: AccessKey = field(default_factory=new_access_key)


class TopicPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A system topic. `source` is the name of a Communication Services resource of its subscription."""

    name: TopicName
    source: str
    tags: Tags = {}
    metric_id: Guid = field(default_factory=new_id)


class StoragePlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A storage account, with containers that are there from the beginning."""

    name: AccountName
    containers: tuple[
        ContainerName,
        ...,
    ] = ()
    tags: Tags = {}
    key1: AccessKey = field(default_factory=new_access_key)
    key2: AccessKey = field(default_factory=new_access_key)


class GroupPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: GroupName
    location: Place = "westeurope"
    tags: Tags = {}
    communication_services: tuple[ResourcePlan, ...] = ()
    system_topics: tuple[TopicPlan, ...] = ()
    storage_accounts: tuple[StoragePlan, ...] = ()


class SubscriptionPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`registered` are the resource providers that are."""

    name: Name
    id: Guid = field(default_factory=new_id)
    state: Literal["Enabled", "Warned", "Disabled"] = "Enabled"
    registered: tuple[Namespace, ...] = ("Microsoft.Communication",)
    resource_groups: tuple[GroupPlan, ...] = ()


class TenantPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name = "Centrala"
    domain: HostName = "centrala.localhost"
    id: Guid = field(default_factory=new_id)


def new_client() -> ApplicationPlan:
    """Owner everywhere, and may write the directory."""
    return ApplicationPlan(
        name="Local cloud",
        token_version=1,
        secrets=(SecretPlan(name="seed"),),
        roles=(RolePlan(role="Owner"),),
        graph=("Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Directory.Read.All"),
    )


def new_people() -> tuple[PersonPlan, ...]:
    """Somebody to sign in as, who may do everything."""
    adam = PersonPlan(
        name="Adam",
        directory_roles=(DirectoryRoleName.GLOBAL_ADMINISTRATOR,),
        roles=(RolePlan(role="Owner"),),
    )
    return (adam,)


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first subscription is the one that `localazure env` names; `client` is who signs in with what it prints."""

    tenant: TenantPlan = field(default_factory=TenantPlan)
    client: ApplicationPlan = field(default_factory=new_client)
    people: Annotated[tuple[PersonPlan, ...], Meta(min_length=1)] = field(default_factory=new_people)
    subscriptions: Annotated[tuple[SubscriptionPlan, ...], Meta(min_length=1)]
    applications: tuple[ApplicationPlan, ...] = ()

"""Entra: tenant, applications, their service principals and what they may do."""

from datetime import datetime

import msgspec


class Tenant(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    display_name: str
    domain: str


class Password(msgspec.Struct, frozen=True, kw_only=True):
    key_id: str
    display_name: str
    secret: str
    made_at: datetime
    ends_at: datetime


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """`token_version` is api.requestedAccessTokenVersion: None counts as 1. `public_client`: isFallbackPublicClient.
    `unique_name` is given by whoever makes it by an upsert, and never changes.

    `owners` are object ids. Until `usable_from` the new application has not spread: nobody gets a token for it.
    """

    id: str
    app_id: str
    tenant_id: str
    display_name: str
    made_at: datetime
    token_version: int | None = None
    sign_in_audience: str = "AzureADMyOrg"
    identifier_uris: tuple[str, ...] = ()
    app_roles: tuple[dict[str, object], ...] = ()
    scopes: tuple[dict[str, object], ...] = ()
    passwords: tuple[Password, ...] = ()
    web_redirects: tuple[str, ...] = ()
    public_redirects: tuple[str, ...] = ()
    public_client: bool = False
    owners: tuple[str, ...] = ()
    notes: str | None = None
    tags: tuple[str, ...] = ()
    usable_from: datetime | None = None
    unique_name: str | None = None


class ServicePrincipal(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    app_id: str
    tenant_id: str
    display_name: str
    made_at: datetime
    app_owner_organization_id: str
    owners: tuple[str, ...] = ()
    passwords: tuple[Password, ...] = ()
    enabled: bool = True
    assignment_required: bool = False
    tags: tuple[str, ...] = ()
    notes: str | None = None


class AppRoleAssignment(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    app_role_id: str
    principal_id: str
    resource_id: str
    made_at: datetime


class RoleAssignment(msgspec.Struct, frozen=True, kw_only=True):
    """A role of Resource Manager, by its bare id. `scope` keeps the caller's spelling; compare it without case."""

    id: str
    principal_id: str
    role: str
    scope: str
    principal_type: str = "ServicePrincipal"
    description: str = ""
    made_at: datetime | None = None
    made_by: str = ""


class SigningKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key of the tenant's token service; `made_at` decides which one signs, all of them verify."""

    kid: str
    private_key: str
    certificate: str
    made_at: datetime


class DroppedKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that neither signs nor verifies, until a reset."""

    key: SigningKey

"""Graph's JSON, both ways. https://learn.microsoft.com/graph/api/resources/application"""

from typing import Any

import msgspec

from localazure.clock import timestamp
from localazure.records.directory import Application, AppRoleAssignment, Password, ServicePrincipal
from localazure.world import World


class AppRole(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    id: str
    value: str | None = None
    display_name: str
    description: str
    allowed_member_types: list[str]
    is_enabled: bool = True
    origin: str | None = None


class Api(msgspec.Struct, rename="camel", kw_only=True):
    requested_access_token_version: int | msgspec.UnsetType | None = msgspec.UNSET


class ApplicationBody(msgspec.Struct, rename="camel", kw_only=True):
    """Properties this cloud keeps; Graph knows many more, which are taken and forgotten."""

    display_name: str | None = None
    sign_in_audience: str | None = None
    identifier_uris: list[str] | None = None
    app_roles: list[AppRole] | None = None
    api: Api | None = None


class PrincipalBody(msgspec.Struct, rename="camel", kw_only=True):
    app_id: str


class PasswordCredential(msgspec.Struct, rename="camel", kw_only=True):
    display_name: str | None = None


class PasswordBody(msgspec.Struct, rename="camel", kw_only=True):
    password_credential: PasswordCredential = msgspec.field(default_factory=PasswordCredential)


class AssignmentBody(msgspec.Struct, rename="camel", kw_only=True):
    principal_id: str
    resource_id: str
    app_role_id: str


Json = dict[str, Any]  # objects of the vendor's shape


def application(one: Application) -> Json:
    return {
        "id": one.id,
        "appId": one.app_id,
        "displayName": one.display_name,
        "createdDateTime": timestamp(one.made_at),
        "signInAudience": one.sign_in_audience,
        "identifierUris": list(one.identifier_uris),
        "appRoles": list(one.app_roles),
        "api": {"requestedAccessTokenVersion": one.token_version},
        "passwordCredentials": [password(each) for each in one.passwords],
        "keyCredentials": [],
    }


def password(one: Password) -> Json:
    """Without the secret: it is told once, when it is made."""
    return {
        "keyId": one.key_id,
        "displayName": one.display_name,
        "hint": one.secret[:3],
        "secretText": None,
        "startDateTime": timestamp(one.made_at),
        "endDateTime": timestamp(one.ends_at),
    }


def principal(world: World, one: ServicePrincipal) -> Json:
    roles = [role for each in world.applications.all() if each.app_id == one.app_id for role in each.app_roles]
    return {
        "id": one.id,
        "appId": one.app_id,
        "displayName": one.display_name,
        "appDisplayName": one.display_name,
        "createdDateTime": timestamp(one.made_at),
        "accountEnabled": True,
        "servicePrincipalType": "Application",
        "appOwnerOrganizationId": one.app_owner_organization_id,
        "appRoleAssignmentRequired": False,
        "appRoles": roles,
        "servicePrincipalNames": [one.app_id],
    }


def assignment(world: World, one: AppRoleAssignment) -> Json:
    principal, resource = world.principals[one.principal_id], world.principals[one.resource_id]
    return {
        "id": one.id,
        "appRoleId": one.app_role_id,
        "createdDateTime": timestamp(one.made_at),
        "principalId": one.principal_id,
        "principalDisplayName": principal.display_name,
        "principalType": "ServicePrincipal",
        "resourceId": one.resource_id,
        "resourceDisplayName": resource.display_name,
    }

"""Graph's JSON, both ways. https://learn.microsoft.com/graph/api/resources/application"""

from datetime import datetime
from typing import Any

import msgspec

from localazure.clock import timestamp
from localazure.entra.tokens import app_roles
from localazure.records.directory import Application, AppRoleAssignment, Password, ServicePrincipal
from localazure.records.people import Person
from localazure.world import World

APPLICATION_PROPERTIES = frozenset({
    "addIns", "api", "appId", "appRoles", "applicationTemplateId", "authenticationBehaviors", "certification",
    "createdDateTime", "defaultRedirectUri", "deletedDateTime", "description", "disabledByMicrosoftStatus",
    "displayName", "groupMembershipClaims", "id", "identifierUris", "info", "isDeviceOnlyAuthSupported",
    "isFallbackPublicClient", "keyCredentials", "logo", "nativeAuthenticationApisEnabled", "notes",
    "oauth2RequirePostResponse", "optionalClaims", "parentalControlSettings", "passwordCredentials", "publicClient",
    "publisherDomain", "requestSignatureVerification", "requiredResourceAccess", "samlMetadataUrl",
    "serviceManagementReference", "servicePrincipalLockConfiguration", "signInAudience", "spa", "tags",
    "tokenEncryptionKeyId", "uniqueName", "verifiedPublisher", "web",
})  # fmt: skip
PRINCIPAL_PROPERTIES = frozenset({
    "accountEnabled", "addIns", "alternativeNames", "appDescription", "appDisplayName", "appId",
    "appOwnerOrganizationId", "appRoleAssignmentRequired", "appRoles", "applicationTemplateId", "createdDateTime",
    "customSecurityAttributes", "deletedDateTime", "description", "disabledByMicrosoftStatus", "displayName",
    "homepage", "id", "info", "keyCredentials", "loginUrl", "logoutUrl", "notes", "notificationEmailAddresses",
    "oauth2PermissionScopes", "passwordCredentials", "preferredSingleSignOnMode",
    "preferredTokenSigningKeyThumbprint", "replyUrls", "resourceSpecificApplicationPermissions",
    "samlSingleSignOnSettings", "servicePrincipalNames", "servicePrincipalType", "signInAudience", "tags",
    "tokenEncryptionKeyId", "verifiedPublisher",
})  # fmt: skip


class AppRole(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    id: str
    value: str | None = None
    display_name: str
    description: str
    allowed_member_types: list[str]
    is_enabled: bool = True
    origin: str | None = None


class PermissionScope(msgspec.Struct, rename="camel", kw_only=True):
    id: str
    value: str
    admin_consent_display_name: str = ""
    admin_consent_description: str = ""
    is_enabled: bool = True
    type: str = "User"


class Api(msgspec.Struct, rename="camel", kw_only=True):
    requested_access_token_version: int | msgspec.UnsetType | None = msgspec.UNSET
    oauth2_permission_scopes: list[PermissionScope] | None = msgspec.field(name="oauth2PermissionScopes", default=None)


class Redirects(msgspec.Struct, rename="camel", kw_only=True):
    redirect_uris: list[str] | None = None


class ApplicationBody(msgspec.Struct, rename="camel", kw_only=True):
    """Properties this cloud keeps; Graph knows more, which are taken and forgotten."""

    display_name: str | None = None
    sign_in_audience: str | None = None
    identifier_uris: list[str] | None = None
    app_roles: list[AppRole] | None = None
    api: Api | None = None
    web: Redirects | None = None
    public_client: Redirects | None = None
    is_fallback_public_client: bool | None = None
    notes: str | None = None
    tags: list[str] | None = None


class PrincipalBody(msgspec.Struct, rename="camel", kw_only=True):
    app_id: str


class PrincipalChange(msgspec.Struct, rename="camel", kw_only=True):
    account_enabled: bool | None = None
    app_role_assignment_required: bool | None = None
    notes: str | None = None
    tags: list[str] | None = None


class PasswordCredential(msgspec.Struct, rename="camel", kw_only=True):
    display_name: str | None = None
    start_date_time: datetime | None = None
    end_date_time: datetime | None = None


class PasswordBody(msgspec.Struct, rename="camel", kw_only=True):
    password_credential: PasswordCredential = msgspec.field(default_factory=PasswordCredential)


class KeyBody(msgspec.Struct, rename="camel", kw_only=True):
    key_id: str


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
        "uniqueName": one.unique_name,
        "createdDateTime": timestamp(one.made_at),
        "signInAudience": one.sign_in_audience,
        "identifierUris": list(one.identifier_uris),
        "isFallbackPublicClient": one.public_client or None,
        "notes": one.notes,
        "tags": list(one.tags),
        "appRoles": list(one.app_roles),
        "api": {"requestedAccessTokenVersion": one.token_version, "oauth2PermissionScopes": list(one.scopes)},
        "web": {"redirectUris": list(one.web_redirects)},
        "publicClient": {"redirectUris": list(one.public_redirects)},
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
    known = next((each for each in world.applications.all() if each.app_id == one.app_id), None)
    return {
        "id": one.id,
        "appId": one.app_id,
        "displayName": one.display_name,
        "appDisplayName": one.display_name,
        "createdDateTime": timestamp(one.made_at),
        "accountEnabled": one.enabled,
        "servicePrincipalType": "Application",
        "appOwnerOrganizationId": one.app_owner_organization_id,
        "appRoleAssignmentRequired": one.assignment_required,
        "appRoles": app_roles(world, one.app_id),
        "notes": one.notes,
        "passwordCredentials": [password(each) for each in one.passwords],
        "servicePrincipalNames": [one.app_id, *(known.identifier_uris if known else ())],
        "tags": list(one.tags),
    }


def shown(world: World, one: Application | ServicePrincipal) -> Json:
    return application(one) if isinstance(one, Application) else principal(world, one)


def user(one: Person) -> Json:
    return {
        "businessPhones": [],
        "displayName": one.display_name,
        "givenName": one.given_name,
        "id": one.id,
        "jobTitle": None,
        "mail": one.user_name,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "surname": None,
        "userPrincipalName": one.user_name,
    }


def is_known(world: World, object_id: str) -> bool:
    return object_id in world.people or object_id in world.principals


def member(world: World, object_id: str) -> Json:
    """A person or a service principal, told apart by @odata.type."""
    if person := world.people.get(object_id):
        return {"@odata.type": "#microsoft.graph.user"} | user(person)
    return {"@odata.type": "#microsoft.graph.servicePrincipal"} | principal(world, world.principals[object_id])


def assignment(world: World, one: AppRoleAssignment) -> Json:
    person = world.people.get(one.principal_id)
    name = person.display_name if person else world.principals[one.principal_id].display_name
    return {
        "id": one.id,
        "appRoleId": one.app_role_id,
        "createdDateTime": timestamp(one.made_at),
        "principalId": one.principal_id,
        "principalDisplayName": name,
        "principalType": "User" if person else "ServicePrincipal",
        "resourceId": one.resource_id,
        "resourceDisplayName": world.principals[one.resource_id].display_name,
    }

"""Microsoft Graph: application registrations. There is no small client for it, hence azure-core's pipeline.

https://learn.microsoft.com/graph/api/resources/application
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from azure.core import PipelineClient
from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError as SdkError
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, HeadersPolicy, UserAgentPolicy
from azure.core.rest import HttpRequest, HttpResponse

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError, Said
from centrala.azure.next_page import following

MULTI_TENANT = "AzureADMultipleOrgs"
Json = dict[str, Any]  # Graph's own shapes


@dataclass(frozen=True, kw_only=True)
class AppRole:
    """A role that an application offers. `members` are kinds: Application, User."""

    id: str
    value: str
    display_name: str
    description: str
    members: tuple[str, ...]
    enabled: bool = True


@dataclass(frozen=True, kw_only=True)
class Application:
    """`roles` are as Graph wrote them: a change replaces the whole list, so what is not ours goes back as it came."""

    object_id: str
    client_id: str
    display_name: str
    audience: str
    created_at: datetime | None
    unique_name: str = ""
    roles: tuple[Json, ...] = field(default=(), repr=False)

    @property
    def multi_tenant(self) -> bool:
        """Whether accounts in any organizational directory may use it."""
        return self.audience in {MULTI_TENANT, "AzureADandPersonalMicrosoftAccount"}

    def role(self, value: str) -> AppRole | None:
        return next((_app_role(one) for one in self.roles if one.get("value") == value), None)


@dataclass(frozen=True, kw_only=True)
class Principal:
    """A service principal: an application as one tenant knows it."""

    object_id: str
    client_id: str
    display_name: str


@dataclass(frozen=True, kw_only=True)
class Assignment:
    id: str
    principal_id: str
    role_id: str
    created_at: datetime | None


class Directory:
    """Graph in the name of one credential. Every call may raise AzureError; status 403 where the caller may not."""

    def __init__(self, client: PipelineClient[HttpRequest, HttpResponse], cloud: Cloud) -> None:
        self._client = client
        self._base = f"{cloud.graph}/v1.0"

    def application(self, client_id: str) -> Application | None:
        return _application(self._one(f"applications(appId='{_quoted(client_id)}')"))

    def application_by_unique_name(self, name: str) -> Application | None:
        return _application(self._one(f"applications(uniqueName='{_quoted(name)}')"))

    def applications_named(self, display_name: str) -> list[Application]:
        found = self._list("applications", f"displayName eq '{_quoted(display_name)}'")
        return [application for one in found if (application := _application(one))]

    def own_applications(self) -> list[Application]:
        """Those that the signed-in person owns: https://learn.microsoft.com/graph/api/user-list-ownedobjects"""
        found = self._list("me/ownedObjects/microsoft.graph.application")
        return [application for one in found if (application := _application(one))]

    def put_application(self, unique_name: str, *, display_name: str, audience: str) -> None:
        """Makes the application of this unique name, or brings the one there is to this; never a second one.

        https://learn.microsoft.com/graph/api/application-upsert
        """
        body = {"displayName": display_name, "signInAudience": audience}
        path = f"applications(uniqueName='{_quoted(unique_name)}')"
        self._send("PATCH", path, body, {"Prefer": "create-if-missing"})

    def set_audience(self, application: Application, audience: str) -> None:
        self._send("PATCH", f"applications/{application.object_id}", {"signInAudience": audience})

    def set_identifier_uri(self, application: Application, uri: str) -> None:
        """Tokens for `uri` are to be had from now on: it is the application's only Application ID URI. Entra takes an
        https address only where its domain is one of the directory's verified ones."""
        self._send("PATCH", f"applications/{application.object_id}", {"identifierUris": [uri]})

    def set_role(self, application: Application, role: AppRole) -> None:
        """The other roles go back as they came."""
        kept = [one for one in application.roles if one["id"] != role.id and one.get("value") != role.value]
        wanted = {
            "id": role.id,
            "value": role.value,
            "displayName": role.display_name,
            "description": role.description,
            "allowedMemberTypes": list(role.members),
            "isEnabled": role.enabled,
        }
        self._send("PATCH", f"applications/{application.object_id}", {"appRoles": [*kept, wanted]})

    def principal(self, client_id: str) -> Principal | None:
        found = self._one(f"servicePrincipals(appId='{_quoted(client_id)}')")
        if found is None:
            return None
        return Principal(
            object_id=found["id"], client_id=found["appId"], display_name=str(found.get("displayName") or "")
        )

    def make_principal(self, client_id: str) -> None:
        self._send("POST", "servicePrincipals", {"appId": client_id})

    def owners(self, kind: str, object_id: str) -> frozenset[str]:
        """Object ids. `kind` is applications or servicePrincipals."""
        return frozenset(str(one["id"]) for one in self._list(f"{kind}/{object_id}/owners"))

    def add_owner(self, kind: str, object_id: str, owner: str) -> None:
        self._send("POST", f"{kind}/{object_id}/owners/$ref", {"@odata.id": f"{self._base}/directoryObjects/{owner}"})

    def assignments(self, principal: Principal) -> tuple[Assignment, ...]:
        """Who holds which role of this application."""
        found = self._list(f"servicePrincipals/{principal.object_id}/appRoleAssignedTo")
        return tuple(
            Assignment(
                id=str(one["id"]),
                principal_id=str(one["principalId"]),
                role_id=str(one["appRoleId"]),
                created_at=_moment(one.get("createdDateTime")),
            )
            for one in found
        )

    def assign(self, principal: Principal, *, role_id: str, to: str) -> None:
        body = {"principalId": to, "resourceId": principal.object_id, "appRoleId": role_id}
        self._send("POST", f"servicePrincipals/{principal.object_id}/appRoleAssignedTo", body)

    def _one(self, path: str) -> Json | None:
        try:
            return self._send("GET", path)
        except AzureError as error:
            if error.status == 404:
                return None
            raise

    def _list(self, path: str, filter_: str = "") -> list[Json]:
        answer = self._send("GET", path, parameters={"$filter": filter_} if filter_ else {})
        found = self._rows(answer)
        while link := following(answer.get("@odata.nextLink"), base=self._base):
            answer = self._send("GET", link)
            found += self._rows(answer)
        return found

    def _rows(self, answer: Json) -> list[Json]:
        rows = answer.get("value")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise AzureError(Said.HOST_OTHER, host=urlsplit(self._base).netloc, permanent=True)
        return list(rows)

    def _send(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        headers: dict[str, str] | None = None,
        parameters: dict[str, str] | None = None,
    ) -> Json:
        url = path if "://" in path else f"{self._base}/{path}"
        request = HttpRequest(method, url, params=parameters or {}, headers=headers or {}, json=body)
        try:
            response = self._client.send_request(request)
        except SdkError as error:
            raise AzureError.from_sdk(error) from None
        if response.status_code >= 400:
            raise AzureError.from_response(response)
        try:
            found = response.json() if response.content else {}
        except ValueError:
            found = None
        if not isinstance(found, dict):  # a proxy's page, for example
            raise AzureError(Said.HOST_OTHER, host=urlsplit(url).netloc, permanent=True)
        return found


@contextmanager
def directory(*, credential: TokenCredential, cloud: Cloud) -> Iterator[Directory]:
    """Without retries of its own: callers retry, and show that they do."""
    client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
        cloud.graph,
        policies=[
            HeadersPolicy(),
            UserAgentPolicy("centrala"),
            BearerTokenCredentialPolicy(credential, f"{cloud.graph}/.default"),
        ],
        connection_verify=cloud.verify,
        connection_timeout=cloud.connecting_seconds,
        read_timeout=cloud.answer_seconds,
    )
    with client:
        yield Directory(client, cloud)


def _application(found: Json | None) -> Application | None:
    if found is None:
        return None
    return Application(
        object_id=found["id"],
        client_id=found["appId"],
        display_name=str(found.get("displayName") or ""),
        audience=str(found.get("signInAudience") or ""),
        created_at=_moment(found.get("createdDateTime")),
        unique_name=str(found.get("uniqueName") or ""),
        roles=tuple(found.get("appRoles") or ()),
    )


def _app_role(one: Json) -> AppRole:
    return AppRole(
        id=str(one["id"]),
        value=str(one.get("value") or ""),
        display_name=str(one.get("displayName") or ""),
        description=str(one.get("description") or ""),
        members=tuple(sorted(one.get("allowedMemberTypes") or ())),
        enabled=bool(one.get("isEnabled")),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _quoted(text: str) -> str:
    return text.replace("'", "''")

"""Clients for the seeded people and for principals of one role, on Resource Manager and Graph."""

from uuid import uuid4

import httpx
from azure.core.credentials import AccessToken

from localazure.pytest_plugin import LocalAzure

OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
USER_ACCESS_ADMINISTRATOR = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
EVENT_SUBSCRIPTION_CONTRIBUTOR = "428e0ff0-5e57-4d9c-a221-2c70d0e0a443"


class Principal:
    """A new application with a secret; `credential` is one for Microsoft's clients."""

    def __init__(self, azure: LocalAzure, http: httpx.Client, token: str) -> None:
        self._azure, self._http = azure, http
        made = azure.control.post("/_local/applications", json={"name": f"Principal {uuid4()}"}).json()
        self.client_id, self.object_id = made["client_id"], made["service_principal_id"]
        self.application_id = made["object_id"]
        answer = http.post(
            f"/v1.0/applications/{made['object_id']}/addPassword",
            json={"passwordCredential": {}},
            headers={"authorization": f"Bearer {token}"},
        )
        self.secret = answer.raise_for_status().json()["secretText"]

    def token(self, resource: str | None = None) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.secret,
            "scope": f"{resource or self._azure.url}/.default",
        }
        answer = self._http.post(f"/{self._azure.tenant_id}/oauth2/v2.0/token", data=form)
        return answer.raise_for_status().json()["access_token"]

    @property
    def credential(self) -> "Given":
        return Given(self.token())


class Given:
    """A credential whose token is known already."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *scopes: str, **options: object) -> AccessToken:
        return AccessToken(self._token, 2**31)

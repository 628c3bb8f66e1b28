"""Microsoft Graph: application registrations. There is no small client for it, hence azure-core's pipeline.

https://learn.microsoft.com/graph/api/resources/application
"""

from dataclasses import dataclass
from typing import Any

from azure.core import PipelineClient
from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError as SdkError
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, HeadersPolicy, RetryPolicy, UserAgentPolicy
from azure.core.rest import HttpRequest, HttpResponse

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError

MULTI_TENANT = "AzureADMultipleOrgs"


@dataclass(frozen=True)
class Application:
    client_id: str
    display_name: str


def ensure_application(display_name: str, *, credential: TokenCredential, cloud: Cloud) -> Application:
    """The application of this name with its service principal; both are made where they are missing.

    Raises AzureError; status 403 where the caller may not register applications. Names are not unique in a directory:
    several of this name are refused rather than guessed at.
    """
    with _client(credential, cloud) as client:
        found = _get(client, cloud, "applications", f"displayName eq '{display_name.replace(chr(39), chr(39) * 2)}'")
        if len(found) > 1:
            raise AzureError(
                f"There are {len(found)} applications named “{display_name}”. Fix: connect by hand with the right one.",
                permanent=True,
            )
        application = (
            found[0]
            if found
            else _post(client, cloud, "applications", {"displayName": display_name, "signInAudience": MULTI_TENANT})
        )
        client_id = str(application["appId"])
        if not _get(client, cloud, "servicePrincipals", f"appId eq '{client_id}'"):
            _post(client, cloud, "servicePrincipals", {"appId": client_id})
    return Application(client_id, display_name)


def _client(credential: TokenCredential, cloud: Cloud) -> PipelineClient[HttpRequest, HttpResponse]:
    return PipelineClient(
        cloud.graph,
        policies=[
            HeadersPolicy(),
            UserAgentPolicy("centrala"),
            RetryPolicy(retry_total=3),
            BearerTokenCredentialPolicy(credential, f"{cloud.graph}/.default"),
        ],
        connection_verify=cloud.verify,
    )


def _get(client: PipelineClient[HttpRequest, HttpResponse], cloud: Cloud, kind: str, filter_: str) -> list[Any]:
    answer = _send(client, HttpRequest("GET", f"{cloud.graph}/v1.0/{kind}", params={"$filter": filter_}))
    return list(answer["value"])


def _post(client: PipelineClient[HttpRequest, HttpResponse], cloud: Cloud, kind: str, body: dict[str, str]) -> Any:
    return _send(client, HttpRequest("POST", f"{cloud.graph}/v1.0/{kind}", json=body))


def _send(client: PipelineClient[HttpRequest, HttpResponse], request: HttpRequest) -> Any:
    try:
        response = client.send_request(request)
    except SdkError as error:
        raise AzureError.from_sdk(error) from None
    if response.status_code >= 400:
        raise AzureError.from_response(response)
    return response.json()

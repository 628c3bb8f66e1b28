"""Lists in several pages: whatever an answer names as the next one, the token goes nowhere else."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken, TokenCredential
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from centrala.azure.cloud import Cloud
from centrala.azure.dataverse import provider_entries
from centrala.azure.errors import AzureError
from centrala.azure.graph import directory
from centrala.azure.places import list_subscriptions
from hooks.scene import serving
from localazure.certificates import Authority
from localazure.pytest_plugin import LocalAzure

ID = "/subscriptions/33333333-3333-4333-8333-333333333333"
ROWS: list[dict[str, Any]] = [
    {"id": ID, "appId": ID, "subscriptionId": ID, "displayName": "first", "msdyn_key": "first"},
    {"id": ID, "appId": ID, "subscriptionId": ID, "displayName": "second", "msdyn_key": "second"},
]


class Somebody:
    """Holds a token that is good for all."""

    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        return AccessToken("secret-token", int(time.time()) + 3600)


@dataclass
class Host:
    """Answers any list with one row, and says where the second one is."""

    url: str = ""
    following: str = ""
    ca_bundle: str = ""
    asked: list[str] = field(default_factory=list)

    @property
    def cloud(self) -> Cloud:
        return Cloud(authority=self.url, resource_manager=self.url, graph=self.url, ca_bundle=self.ca_bundle)

    async def answer(self, request: Request) -> Response:
        self.asked.append(request.headers["host"])
        if "page" in request.query_params:
            return JSONResponse({"value": ROWS[1:]})
        return JSONResponse({"value": ROWS[:1], "nextLink": self.following, "@odata.nextLink": self.following})


@dataclass(frozen=True)
class Certificate:
    files: tuple[Path, Path]

    def configure_cert(self, context: Any) -> None:
        context.load_cert_chain(*self.files)


@pytest.fixture(scope="module")
def listening(local_azure: LocalAzure, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    host = Host(ca_bundle=local_azure.ca_bundle)
    certificate = Certificate(Authority(local_azure.data).issue(tmp_path_factory.mktemp("certificate")))
    app = Starlette(routes=[Route("/{path:path}", host.answer)])
    with serving(app, certificate=certificate) as server:  # type: ignore[arg-type]
        host.url = f"https://localhost:{server.port}"
        yield host


@pytest.fixture
def host(listening: Host) -> Host:
    listening.asked.clear()
    return listening


def applications(host: Host, credential: TokenCredential) -> list[str]:
    with directory(credential=credential, cloud=host.cloud) as graph:
        return [one.display_name for one in graph.applications_named("x")]


def subscriptions(host: Host, credential: TokenCredential) -> list[str]:
    return [one.name for one in list_subscriptions(credential=credential, cloud=host.cloud)]


def entries(host: Host, credential: TokenCredential) -> list[str]:
    return [one.key for one in provider_entries(host.url, credential=credential, cloud=host.cloud)]


LISTS = [applications, subscriptions, entries]
List = Callable[[Host, TokenCredential], list[str]]


@pytest.mark.parametrize("read", LISTS)
def test_next_page_of_the_same_origin_is_read(host: Host, read: List) -> None:
    host.following = f"{host.url}/next?page=2"

    assert read(host, Somebody()) == ["first", "second"]


@pytest.mark.parametrize("read", LISTS)
@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://127.0.0.1:{port}/next?page=2",
        "https://localhost:1/next?page=2",
        "https://localhost.example.org:{port}/next?page=2",
        "https://localhost:{port}@127.0.0.1:{port}/next?page=2",
        "http://localhost:{port}/next?page=2",
    ],
)
def test_next_page_elsewhere_is_not_asked_for_and_told(host: Host, read: List, elsewhere: str) -> None:
    host.following = elsewhere.format(port=host.url.rpartition(":")[2])

    with pytest.raises(AzureError, match="for the rest of the list") as refused:
        read(host, Somebody())

    assert refused.value.permanent
    assert host.asked == [host.url.removeprefix("https://")]


@pytest.mark.parametrize("following", [7, {"url": "x"}, "//127.0.0.1/", "https://[::", "https://localhost:x/"])
def test_next_page_that_is_no_address_is_told(host: Host, following: Any) -> None:
    host.following = following

    for read in (applications, entries):
        with pytest.raises(AzureError):
            read(host, Somebody())

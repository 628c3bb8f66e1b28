"""A hub behind a front that can misbehave, the local cloud, everything provisioned and in order."""

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from azure.core.credentials import TokenCredential
from azure.mgmt.eventgrid import EventGridManagementClient
from azure.mgmt.eventgrid import models as vendor
from django.utils.crypto import salted_hmac
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from centrala import health
from centrala.azure.cloud import Cloud
from centrala.azure.eventgrid import DeadLetters
from centrala.azure.identifiers import ResourceId
from centrala.connection.models import Connection, Endpoint, Service
from centrala.connection.provisioning import Provisioner
from centrala.connection.provisioning.patience import Patience
from centrala.doctor.context import Context, gather
from centrala.doctor.finding import Finding, State
from centrala.doctor.running import run
from centrala.hooks.routes import routes
from centrala.hooks.runtime import Hooks, running
from centrala.installation import Installation
from hooks.scene import Server
from localazure.pytest_plugin import LocalAzure

ROLE = "AzureEventGridSecureWebhookSubscriber"
VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent"


class Front:
    """Whatever stands before a hub. `mode`: pass, blocked, another (hub), chunked, down; accept and swallow meet
    handshakes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.mode = "pass"
        self.asked: set[str] = set()  # paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (answer := await self._instead(Request(scope, receive))):
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _instead(self, request: Request) -> Response | None:
        webhook = request.url.path.startswith("/hooks/")
        self.asked.add(request.url.path)
        if self.mode == "blocked" and webhook:
            return PlainTextResponse("This request looks dangerous.", 403)
        challenge = request.query_params.get("challenge", "")
        if self.mode == "another" and challenge:
            theirs = salted_hmac("centrala.proof", challenge, secret="another installation's", algorithm="sha256")
            return PlainTextResponse(theirs.hexdigest())
        if self.mode == "down" and not webhook:
            return PlainTextResponse("Bad gateway", 502)
        if self.mode == "chunked" and not webhook and not challenge:
            return StreamingResponse(iter([b"o", b"k"]))
        if self.mode in {"accept", "swallow"} and webhook and request.method == "POST":
            (event,) = await request.json()
            assert event["eventType"] == VALIDATION
            return JSONResponse(
                {"validationResponse": event["data"]["validationCode"]} if self.mode == "accept" else {}
            )
        if self.mode == "accept" and webhook and request.method == "OPTIONS":
            return Response(headers={"WebHook-Allowed-Origin": "*"})
        return None


@dataclass
class Hub:
    url: str
    front: Front
    tls: ssl.SSLContext
    running: list[tuple[asyncio.AbstractEventLoop, Hooks]]

    def settle(self) -> None:
        """What the endpoints have seen is written."""
        loop, hooks = self.running[0]
        asyncio.run_coroutine_threadsafe(hooks.sightings.flush(), loop).result(10)

    def present(self, certificate: tuple[Path, Path]) -> None:
        """To every connection from now on."""
        self.tls.sni_callback = lambda connection, _name, _context: setattr(connection, "context", _tls(certificate))


def _tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


@contextmanager
def hub_behind_a_front(dsn: str, cloud: Cloud, certificate: tuple[Path, Path]) -> Iterator[Hub]:
    started: list[tuple[asyncio.AbstractEventLoop, Hooks]] = []

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with running(dsn=dsn, cloud=cloud) as hooks:
            app.state.hooks = hooks
            started.append((asyncio.get_running_loop(), hooks))
            yield

    front = Front(Starlette(routes=[*routes(), *health.routes], lifespan=lifespan))
    config = uvicorn.Config(front, host="127.0.0.1", port=0, lifespan="on", log_level="warning", access_log=False)
    config.load()
    config.ssl = _tls(certificate)
    server = Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the hub did not start"
        thread.join(0.005)
    try:
        yield Hub(f"https://localhost:{server.port}", front, config.ssl, started)
    finally:
        server.should_exit = True
        thread.join(10)


@dataclass
class Scene:
    azure: LocalAzure
    cloud: Cloud
    credential: TokenCredential
    http: httpx.Client
    hub: Hub
    installation: Installation
    certificates: dict[str, tuple[Path, Path]]
    ahead: timedelta = timedelta()
    asking: TokenCredential | None = None
    own: TokenCredential | None = None
    public_url: str | None = None
    before: list[Finding] = field(default_factory=list)

    def context(self, **options: Any) -> Context:
        options = {"credential": self.asking, "own": self.own, "public_url": self.public_url} | options
        return gather(installation=self.installation, clock=lambda: datetime.now(UTC) + self.ahead, **options)

    def findings(self, **options: Any) -> list[Finding]:
        self.hub.settle()
        return run(self.context(**options))

    def changes(self) -> dict[str, State]:
        """The findings that are not what they were when everything was in order, in every word."""
        return {now.id: now.state for now, then in zip(self.findings(), self.before, strict=True) if now != then}

    @property
    def resource(self) -> ResourceId:
        return ResourceId.parse(self.azure.acs.resource_id)

    @property
    def group(self) -> str:
        return f"/subscriptions/{self.azure.subscription_id}/resourceGroups/{self.azure.resource_group}"

    @property
    def connection(self) -> Connection:
        return Connection.objects.get()

    @property
    def app_id(self) -> str:
        return str(self.connection.entries.get(key="EventGridAppID").value)

    def endpoint(self, service: Service) -> Endpoint:
        return self.connection.endpoints.get(service=service, retires_at=None)

    def provision(self) -> None:
        """As `centrala provision --yes` does."""
        patience = Patience(tries=4, pause=0.01, longest_pause=0.05, between_handshakes=0.05, between_looks=0.02)
        account = f"{self.group}/providers/Microsoft.Storage/storageAccounts/letters"
        Provisioner(
            resource=self.resource,
            credential=self.credential,
            actor=None,
            dead_letters=DeadLetters(storage_account=account, container="dead"),
            cloud=self.cloud,
            patience=patience,
        ).apply()

    def control(self, path: str, **body: object) -> None:
        self.azure.control.post(f"/_local/{path}", json=body).raise_for_status()

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Resource Manager or Graph, in the demo principal's name."""
        token = self.credential.get_token(f"{self.azure.url}/.default").token
        if not path.startswith("/v1.0"):
            options["params"] = {"api-version": "2025-02-15"} | options.get("params", {})
        answer = self.http.request(method, path, headers={"authorization": f"Bearer {token}"}, **options)
        return answer.raise_for_status()

    def graph(self, path: str) -> Any:
        return self.ask("GET", f"/v1.0/{path}").json()

    def change_resource(self, **change: object) -> None:
        version = {"api-version": "2025-09-01"}
        self.ask("PATCH", self.azure.acs.resource_id, json=change, params=version)

    def register(self, name: str) -> str:
        """Another application, owned by the demo principal."""
        answer = self.azure.control.post("/_local/applications", json={"name": name}).raise_for_status()
        return str(answer.json()["client_id"])

    @contextmanager
    def mode(self, mode: str) -> Iterator[None]:
        self.hub.front.mode = mode
        try:
            yield
        finally:
            self.hub.front.mode = "pass"

    @contextmanager
    def event_grid(self) -> Iterator[EventGridManagementClient]:
        with EventGridManagementClient(
            self.credential, self.azure.subscription_id, **self.cloud.management, polling_interval=0.05
        ) as client:
            yield client

    @property
    def topic(self) -> str:
        with self.event_grid() as client:
            (topic,) = client.system_topics.list_by_resource_group(self.azure.resource_group)
        return str(topic.name)

    def remove(self, name: str) -> None:
        with self.event_grid() as client:
            subscriptions = client.system_topic_event_subscriptions
            subscriptions.begin_delete(self.azure.resource_group, self.topic, name).result()

    def subscribe(self, service: Service, *, name: str = "", mode: str = "accept", **changes: Any) -> None:
        """Makes this service's event subscription anew, with what the test wants different."""
        name, endpoint = name or f"centrala-{service.replace('_', '-')}", self.endpoint(service)
        with self.event_grid() as client:
            known = client.system_topic_event_subscriptions.get(
                self.azure.resource_group, self.topic, f"centrala-{service.replace('_', '-')}"
            )
        hook = vendor.WebHookEventSubscriptionDestination(
            endpoint_url=changes.pop("url", endpoint.url),
            azure_active_directory_tenant_id=changes.pop("tenant_id", self.azure.tenant_id),
            azure_active_directory_application_id_or_uri=changes.pop("app_id", self.app_id),
        )
        wanted = vendor.EventSubscription(
            destination=hook,
            filter=changes.pop("filter", known.filter),
            event_delivery_schema=changes.pop("schema", "EventGridSchema"),
            retry_policy=changes.pop("retry", known.retry_policy),
            dead_letter_destination=changes.pop("dead_letters", known.dead_letter_destination),
        )
        assert not changes, changes
        if name == known.name:
            self.remove(name)
        with self.mode(mode), self.event_grid() as client:
            client.system_topic_event_subscriptions.begin_create_or_update(
                self.azure.resource_group, self.topic, name, wanted
            ).result()


def wait_until(happened: Callable[[], bool], seconds: float = 20) -> None:
    """For what another thread or process does meanwhile."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if happened():
            return
        pause.wait(0.05)
    raise AssertionError("it did not happen in time")

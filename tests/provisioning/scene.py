"""A hub that Event Grid reaches over TLS, the local cloud, and a provisioner between them."""

import ssl
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from azure.core.credentials import TokenCredential
from starlette.applications import Starlette

from centrala import health
from centrala.azure.cloud import Cloud
from centrala.azure.eventgrid import DeadLetters
from centrala.azure.identifiers import ResourceId
from centrala.connection.provisioning import Progress, Provisioner, Report
from centrala.connection.provisioning.patience import Patience
from centrala.hooks.routes import routes
from centrala.hooks.runtime import running
from hooks.scene import Server
from localazure.pytest_plugin import LocalAzure

ROLE = "AzureEventGridSecureWebhookSubscriber"
NAMES = ["centrala-incoming-call", "centrala-recording", "centrala-sms"]


@contextmanager
def hub_over_tls(dsn: str, cloud: Cloud, certificate: Path, key: Path) -> Iterator[str]:
    """The webhooks of the hub, as they run, on a free port, and its sign of life. Yields its address."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with running(dsn=dsn, cloud=cloud) as hooks:
            app.state.hooks = hooks
            yield

    app = Starlette(routes=[*routes(), *health.routes], lifespan=lifespan)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="on", log_level="warning", access_log=False)
    config.load()
    config.ssl = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    config.ssl.load_cert_chain(certificate, key)
    server = Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the hub did not start"
        thread.join(0.005)
    try:
        yield f"https://localhost:{server.port}"
    finally:
        server.should_exit = True
        thread.join(10)


@dataclass
class Reports:
    """What a run told, in order. `when` acts on the first report of a kind, as a person who watches would."""

    all: list[Report] = field(default_factory=list)
    when: dict[Progress, Any] = field(default_factory=dict)  # callables without arguments

    def __call__(self, report: Report) -> None:
        self.all.append(report)
        if act := self.when.pop(report.progress, None):
            act()

    def of(self, progress: Progress) -> list[Report]:
        return [one for one in self.all if one.progress is progress]


@dataclass
class Scene:
    azure: LocalAzure
    cloud: Cloud
    credential: TokenCredential
    http: httpx.Client

    @property
    def resource(self) -> ResourceId:
        return ResourceId.parse(self.azure.acs.resource_id)

    def provisioner(
        self,
        *,
        reports: Reports | None = None,
        credential: TokenCredential | None = None,
        application_id: str = "",
        dead_letters: DeadLetters | None = None,
        now: Any = None,
    ) -> Provisioner:
        """Waits as short as a test can bear, and as often as a person's run would."""
        patience = Patience(
            tries=4,
            pause=0.01,
            longest_pause=0.05,
            between_handshakes=0.05,
            between_looks=0.02,
            **({"now": now} if now else {}),
        )
        return Provisioner(
            resource=self.resource,
            credential=credential or self.credential,
            actor=None,
            application_id=application_id,
            dead_letters=dead_letters,
            tell=reports or Reports(),
            cloud=self.cloud,
            patience=patience,
        )

    def order(self, operation: str, **fault: object) -> None:
        self.azure.control.post("/_local/faults", json={"operation": operation} | fault).raise_for_status()

    def advance(self, seconds: float) -> None:
        self.azure.control.post("/_local/clock", json={"advance_seconds": seconds}).raise_for_status()

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Resource Manager or Graph, in the demo principal's name."""
        token = self.credential.get_token(f"{self.azure.url}/.default").token
        if not path.startswith("/v1.0"):
            options["params"] = {"api-version": "2025-02-15"} | options.get("params", {})
        return self.http.request(method, path, headers={"authorization": f"Bearer {token}"}, **options)

    def graph(self, path: str, **parameters: str) -> list[dict[str, Any]]:
        return list(self.ask("GET", f"/v1.0/{path}", params=parameters).raise_for_status().json()["value"])

    def applications(self) -> list[dict[str, Any]]:
        return [one for one in self.graph("applications") if one["displayName"] != "Centrala demo"]

    def subscriptions(self) -> list[dict[str, Any]]:
        """Every event subscription there is, with its topic's, as Azure shows them."""
        group = f"/subscriptions/{self.azure.subscription_id}/resourceGroups/{self.azure.resource_group}"
        topics = self.ask("GET", f"{group}/providers/Microsoft.EventGrid/systemTopics").json()["value"]
        found = [
            one for topic in topics for one in self.ask("GET", f"{topic['id']}/eventSubscriptions").json()["value"]
        ]
        return sorted(found, key=lambda one: str(one["name"]))

    def counted(self) -> Counter[str]:
        """How many of each there are: what must not double."""
        group = f"/subscriptions/{self.azure.subscription_id}/resourceGroups/{self.azure.resource_group}"
        principals = self.graph("servicePrincipals")
        ours = {one["appId"] for one in self.applications()}
        assigned = [
            self.graph(f"servicePrincipals/{one['id']}/appRoleAssignedTo") for one in principals if one["appId"] in ours
        ]
        return Counter(
            {
                "applications": len(self.applications()),
                "principals": len([one for one in principals if one["appId"] in ours]),
                "roles": sum(len(one["appRoles"]) for one in self.applications()),
                "assignments": sum(len(one) for one in assigned),
                "topics": len(self.ask("GET", f"{group}/providers/Microsoft.EventGrid/systemTopics").json()["value"]),
                "subscriptions": len(self.subscriptions()),
            }
        )


WHOLE = Counter({"applications": 1, "principals": 1, "roles": 1, "assignments": 2, "topics": 1, "subscriptions": 3})


def moved(by: Any) -> Any:
    """A clock that far from ours."""
    from datetime import UTC

    return lambda: datetime.now(UTC) + by

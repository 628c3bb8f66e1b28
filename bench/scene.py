"""A local cloud and a protected webhook, each in a process of its own, joined by an event subscription."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import msgspec
import psutil
from azure.communication.sms import SmsClient
from azure.identity import ClientSecretCredential
from azure.mgmt.eventgrid import EventGridManagementClient
from azure.mgmt.eventgrid.models import (
    EventSubscription,
    EventSubscriptionFilter,
    SystemTopic,
    WebHookEventSubscriptionDestination,
)
from azure.mgmt.resource.resources import ResourceManagementClient

from bench.receiver import Settings
from localazure.certificates import Authority
from localazure.pytest_plugin import start, stop, wait_until_ready

REPORT = "Microsoft.Communication.SMSDeliveryReportReceived"
RECEIVED = "Microsoft.Communication.SMSReceived"
TOPIC = "bench-topic"
TOPIC_TYPE = "Microsoft.Communication.CommunicationServices"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """`folder` is temporary: it holds the cloud's data and what the receiver writes, `rows` and `sample`."""

    folder: Path
    facts: dict[str, Any]  # the ready file
    client_id: str  # the application that tokens for the webhook are made for
    cloud: psutil.Process
    receiver: subprocess.Popen[str]
    hook: str
    control: httpx.Client

    @property
    def number(self) -> str:
        return str(self.facts["acs"]["phone_numbers"][0])

    @property
    def table(self) -> Path:
        return self.folder / "rows"

    @property
    def sample(self) -> Path:
        return self.folder / "sample"

    def cloud_seconds(self) -> float:
        """What the cloud has used of a processor so far."""
        used = self.cloud.cpu_times()
        return used.user + used.system

    def next_event(self) -> str:
        """Waits for the receiver to have accepted one more event."""
        assert self.receiver.stdout is not None
        line = self.receiver.stdout.readline()
        if not line:
            raise RuntimeError("the receiver ended")
        return line.strip()

    def sms(self) -> SmsClient:
        return SmsClient.from_connection_string(  # type: ignore[misc]  # the client's own annotation of cls is wrong
            self.facts["acs"]["connection_string"], connection_verify=self.facts["ca_bundle"]
        )


@contextmanager
def scene(event_type: str, *, durable: bool = False) -> Iterator[Scene]:
    """Events of the type reach the receiver; `durable`: each is committed to its table before the answer."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-")))
        cloud = start(folder, "--loose", "sms-rate")
        stack.callback(stop, cloud)
        facts = wait_until_ready(cloud, folder)
        control = stack.enter_context(httpx.Client(base_url=facts["portal"], timeout=60, trust_env=False))
        app = control.post("/_local/applications", json={"name": "Bench"}).raise_for_status().json()
        receiver, hook = stack.enter_context(_receiver(folder, facts, app["client_id"], durable=durable))
        made = Scene(
            folder=folder,
            facts=facts,
            client_id=app["client_id"],
            cloud=psutil.Process(cloud.pid),
            receiver=receiver,
            hook=hook,
            control=control,
        )
        _subscribe(made, event_type)
        yield made


@contextmanager
def _receiver(
    folder: Path, facts: dict[str, Any], client_id: str, *, durable: bool
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    certificate, key = Authority(folder).issue(folder / "receiver")
    settings = Settings(
        certificate=str(certificate),
        key=str(key),
        authority=facts["url"],
        ca_bundle=facts["ca_bundle"],
        tenant_id=facts["tenant_id"],
        client_id=client_id,
        sender=facts["event_grid_principal"],
        table=str(folder / "rows") if durable else "",
        sample=str(folder / "sample"),
    )
    command = [sys.executable, "-m", "bench.receiver"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.json.encode(settings).decode() + "\n")
        process.stdin.flush()
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.terminate()


def _subscribe(scene: Scene, event_type: str) -> None:
    facts = scene.facts
    local = {"connection_verify": facts["ca_bundle"]}
    credential = ClientSecretCredential(
        facts["tenant_id"],
        facts["client_id"],
        facts["client_secret"],
        authority=facts["url"],
        disable_instance_discovery=True,
        **local,
    )
    management = {"base_url": facts["url"], "credential_scopes": [f"{facts['url']}/.default"], **local}
    topic = SystemTopic(location="global", source=facts["acs"]["resource_id"], topic_type=TOPIC_TYPE)
    destination = WebHookEventSubscriptionDestination(
        endpoint_url=scene.hook,
        azure_active_directory_tenant_id=facts["tenant_id"],
        azure_active_directory_application_id_or_uri=scene.client_id,
    )
    wanted = EventSubscription(
        destination=destination, filter=EventSubscriptionFilter(included_event_types=[event_type])
    )
    group = facts["resource_group"]
    with (
        ResourceManagementClient(credential, facts["subscription_id"], **management) as resources,
        EventGridManagementClient(credential, facts["subscription_id"], **management) as grid,
    ):
        resources.providers.register("Microsoft.EventGrid")
        grid.system_topics.begin_create_or_update(group, TOPIC, topic).result()
        grid.system_topic_event_subscriptions.begin_create_or_update(group, TOPIC, "bench", wanted).result()

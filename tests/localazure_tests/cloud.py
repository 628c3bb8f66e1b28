"""A local cloud of a test's own, that it may kill and start again."""

import socket
import ssl
from pathlib import Path

import httpx

from localazure import pytest_plugin
from localazure_tests.webhooks import TOPIC, subscription_body, topic_body

CUSTOMER = "+14255550123"


class Cloud:
    """Started and killed at will, on the same ports each time."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data = data
        self._options = options
        self._ports = ["--port", str(free_port()), "--portal-port", str(free_port())]
        self.start()

    def start(self) -> None:
        self._process = pytest_plugin.start(self.data, *self._ports, *self._options)
        self.facts = pytest_plugin.wait_until_ready(self._process, self.data)
        context = ssl.create_default_context(cafile=self.facts["ca_bundle"])
        self.azure = httpx.Client(base_url=self.facts["url"], verify=context, trust_env=False, timeout=20)
        self.control = httpx.Client(base_url=self.facts["portal"], trust_env=False, timeout=20, verify=False)

    def kill(self) -> None:
        self._hang_up()
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        code = pytest_plugin.stop(self._process)
        self._hang_up()
        return code

    def token(self) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.facts["client_id"],
            "client_secret": self.facts["client_secret"],
            "scope": "https://management.azure.com/.default",
        }
        answer = self.azure.post(f"/{self.facts['tenant_id']}/oauth2/v2.0/token", data=form)
        return answer.raise_for_status().json()["access_token"]

    def arm(self, method: str, path: str, token: str, body: object = None) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"}
        return self.azure.request(method, path, params={"api-version": "2025-02-15"}, json=body, headers=headers)

    def subscribe(self, url: str, token: str) -> str:
        """The system topic's id plus the subscription `to-hub`; returns the latter's path."""
        base = f"/subscriptions/{self.facts['subscription_id']}"
        self.arm("POST", f"{base}/providers/Microsoft.EventGrid/register", token)
        topic = f"{base}/resourceGroups/rg-centrala/providers/Microsoft.EventGrid/systemTopics/{TOPIC}"
        body = topic_body(None, self.facts["acs"]["resource_id"])
        self.arm("PUT", topic, token, body).raise_for_status()
        self.arm("PUT", f"{topic}/eventSubscriptions/to-hub", token, subscription_body(url)).raise_for_status()
        return f"{topic}/eventSubscriptions/to-hub"

    def write(self, text: str) -> None:
        body = {"from": CUSTOMER, "to": self.facts["acs"]["phone_numbers"][0], "text": text}
        self.control.post("/_local/sms", json=body).raise_for_status()

    def advance(self, seconds: float) -> None:
        self.control.post("/_local/clock", json={"advance_seconds": seconds}).raise_for_status()

    def _hang_up(self) -> None:
        self.azure.close()
        self.control.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])

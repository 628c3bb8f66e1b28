"""The portal as a browser without scripts sees it: pages, their text, their forms sent."""

import re
from html import unescape
from typing import Any

import httpx

from localazure.pytest_plugin import LocalAzure
from localazure_tests.waiting import until

TOPIC_TYPE = "Microsoft.Communication.CommunicationServices"
SMS = ["Microsoft.Communication.SMSReceived", "Microsoft.Communication.SMSDeliveryReportReceived"]


class Page:
    def __init__(self, response: httpx.Response) -> None:
        self.status, self.html, self.path = response.status_code, response.text, response.url.raw_path.decode()

    @property
    def text(self) -> str:
        """One space between words."""
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", self.html))).strip()

    @property
    def refusal(self) -> str:
        """What the page says was refused; empty where nothing was."""
        found = re.search(r'<div class="trouble" role="alert" id="refusal">(.*?)</div>', self.html, re.DOTALL)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", found[1]))).strip() if found else ""

    def typed(self, name: str) -> str:
        """The value of the input of that name."""
        found = re.search(rf'<input id="{name}"[^>]*value="([^"]*)"', self.html)
        assert found, f"no input {name}"
        return unescape(found[1])


class Portal:
    """Signed in as Adam until `sign_in`. Redirects are followed, as a browser does."""

    def __init__(self, azure: LocalAzure, client: httpx.Client) -> None:
        self.azure, self._client = azure, client
        self.subscription = f"/subscriptions/{azure.subscription_id}"
        self.group = f"{self.subscription}/resourceGroups/{azure.resource_group}"

    def sign_in(self, name: str) -> None:
        self.post("/person", person=name, next="/groups")

    def get(self, path: str) -> Page:
        return Page(self._client.get(path))

    def post(self, path: str, **fields: str | list[str]) -> Page:
        return Page(self._client.post(path, data=fields))

    def raw(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A request of its own, without the cookies of the others."""
        return httpx.request(method, self.azure.portal + path, trust_env=False, **options)

    def speak(self, language: str) -> None:
        self._client.headers["accept-language"] = language

    def at(self, place: str = "") -> str:
        """A page of the seeded resource."""
        return f"/resource{self.azure.acs.resource_id}{place}"

    def settled(self, page: Page) -> dict[str, Any]:
        """The event subscription of that page, once its handshake has ended."""
        name = page.path.rpartition("/")[2]

        def look() -> dict[str, Any]:
            [found] = [one for one in self.state("event_subscriptions") if one["name"] == name]
            return found

        return until(look, lambda one: one["state"] not in {"Creating", "Updating"})

    def state(self, kind: str) -> list[dict]:
        return self.azure.control.get("/_local/state").json()[kind]

    def register_application(self, name: str = "Contoso") -> Page:
        return self.post("/registrations/new", name=name, audience="AzureADMultipleOrgs")

    def create_topic(self, name: str = "acs-topic", **changes: str) -> Page:
        fields = {
            "topic_type": TOPIC_TYPE,
            "subscription": self.subscription,
            "group": self.group,
            "resource": self.azure.acs.resource_id,
            "name": name,
        }
        return self.post("/topics/new", **fields | changes)

    def subscribe(self, name: str, endpoint: str, **changes: str | list[str]) -> Page:
        fields: dict[str, str | list[str]] = {
            "name": name,
            "schema": "EventGridSchema",
            "topic_type": TOPIC_TYPE,
            "topic": "acs-topic",
            "event_type": SMS,
            "endpoint_type": "WebHook",
            "endpoint": endpoint,
            "max_attempts": "30",
            "ttl_minutes": "1440",
        }
        return self.post(self.at("/events/new"), **fields | changes)

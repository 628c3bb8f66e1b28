"""Which cloud answers: every address of Azure the hub uses, in one value. Nothing else decides it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from azure.core.credentials import TokenCredential
from azure.identity import ClientSecretCredential, DeviceCodeCredential

from centrala.azure.next_page import OneHost

SIGN_IN_SECONDS = 5  # for a token; Microsoft's own client would wait five minutes, ten times


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """Endpoints of one cloud. The defaults are Microsoft's public cloud.

    `recording_hosts` are those that recordings are fetched from, by comma: one that begins with a dot stands for all
    below it, any other is a host, with its port where it is not 443. The default is what Microsoft's own client takes.
    `ca_bundle` is a PEM file trusted for all of them, None for the system's own. The seconds are how long a connection
    and an answer may take.
    `event_grid_app_id` is the application id of Event Grid's first-party service principal.
    https://learn.microsoft.com/azure/event-grid/secure-webhook-delivery
    """

    authority: str = "https://login.microsoftonline.com"
    resource_manager: str = "https://management.azure.com"
    graph: str = "https://graph.microsoft.com"
    event_grid_app_id: str = "4962773b-9cdb-44cf-a8bf-237846a00ab7"
    call_automation: str = "https://acscallautomation.communication.azure.com"  # whose tokens come with calls
    recording_hosts: str = ".asm.skype.com,.asyncgw.teams.microsoft.com,.ams.gov.teams.microsoft.us"
    ca_bundle: str | None = None
    connecting_seconds: float = 10
    answer_seconds: float = 60

    @property
    def verify(self) -> str | bool:
        return self.ca_bundle or True

    def within(self, seconds: float) -> "Cloud":
        """For somebody who waits for a page: the same cloud, given up after that."""
        shorter = {name: min(getattr(self, name), seconds) for name in ("connecting_seconds", "answer_seconds")}
        return replace(self, **shorter)

    def client_secret_credential(self, *, tenant_id: str, client_id: str, client_secret: str) -> TokenCredential:
        """Without retries of its own, like every client here: callers retry, or tell the person who does."""
        return ClientSecretCredential(
            tenant_id,
            client_id,
            client_secret,
            authority=self.authority,
            disable_instance_discovery=not self.is_public,
            connection_verify=self.verify,
            connection_timeout=SIGN_IN_SECONDS,
            read_timeout=SIGN_IN_SECONDS,
            retry_total=0,
        )

    def device_code_credential(self, *, tenant_id: str, tell: Callable[[str, str, datetime], None]) -> TokenCredential:
        """A person who signs in elsewhere; `tell` hears the address, the code and when it ends. Kept in memory only."""
        return DeviceCodeCredential(
            tenant_id=tenant_id,
            authority=self.authority,
            prompt_callback=tell,
            disable_instance_discovery=not self.is_public,
            connection_verify=self.verify,
        )

    @property
    def is_public(self) -> bool:
        return urlsplit(self.authority).hostname == "login.microsoftonline.com"

    @property
    def management(self) -> dict[str, Any]:
        """Keyword arguments that point any of Microsoft's management clients at this cloud."""
        return {
            "base_url": self.resource_manager,
            "credential_scopes": [f"{self.resource_manager}/.default"],
            "connection_verify": self.verify,
            "connection_timeout": self.connecting_seconds,
            "read_timeout": self.answer_seconds,
            "per_call_policies": [OneHost(self.resource_manager)],
        }

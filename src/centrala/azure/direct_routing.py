"""Direct routing: an own carrier's session border controllers (trunks), and the voice routes that lead to them.

Microsoft's client knows one version of this interface, which has no health, and which loses of a route what it does
not know (its caller ID) when routes are written back; hence this module over azure-core's pipeline. What is not
known here is kept as it came. Where the newer version is not served, the older one is asked.
https://learn.microsoft.com/rest/api/communication/sip-routing/
https://learn.microsoft.com/azure/communication-services/concepts/telephony/direct-routing-infrastructure
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from azure.core import PipelineClient
from azure.core.pipeline.policies import HeadersPolicy, UserAgentPolicy
from azure.core.rest import HttpRequest, HttpResponse

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError, Said, as_ours
from centrala.azure.identifiers import ConnectionString
from centrala.azure.signing import AccessKeyPolicy

WITH_HEALTH, STABLE = "2024-11-15-preview", "2023-03-01"
BAD_REQUEST, OK = 400, 200
TIMEOUT_SECONDS = 20
OURS = ("name", "description", "numberPattern", "trunks")


class Health(StrEnum):
    """Of a controller as a whole. Calls go only to one that is online; unknown is what Azure did not tell."""

    ONLINE = "active"
    INACTIVE = "inactive"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Controller:
    """`certificate`, `ping` and `reason` are the vendor's words; "" where it says nothing."""

    fqdn: str
    port: int
    enabled: bool = True
    health: Health = Health.UNKNOWN
    certificate: str = ""  # unknown, ok, certExpiring, certExpired
    ping: str = ""  # SIP OPTIONS: unknown, ok, expired, error
    reason: str = ""  # noRecentCalls, noRecentPings, noRecentCallsAndPings

    @property
    def takes_calls(self) -> bool:
        """Azure passes over one that is switched off or inactive."""
        return self.enabled and self.health != Health.INACTIVE

    @classmethod
    def of(cls, fqdn: str, told: dict[str, Any]) -> Self:
        health = told.get("health") or {}
        overall = health.get("overall") or {}
        known = {one.value for one in Health}
        status = str(overall.get("status", ""))
        return cls(
            fqdn=fqdn,
            port=int(told["sipSignalingPort"]),
            enabled=told.get("enabled", True) is not False,
            health=Health(status) if status in known else Health.UNKNOWN,
            certificate=str((health.get("tls") or {}).get("status", "")),
            ping=str((health.get("ping") or {}).get("status", "")),
            reason=str(overall.get("reason") or ""),
        )


@dataclass(frozen=True, kw_only=True)
class VoiceRoute:
    """`pattern` is a .NET regular expression for E.164 numbers; `rest` is what this version knows nothing of."""

    name: str
    pattern: str
    description: str = ""
    controllers: tuple[str, ...] = ()
    rest: dict[str, Any] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, told: dict[str, Any]) -> Self:
        return cls(
            name=told["name"],
            pattern=told["numberPattern"],
            description=told.get("description") or "",
            controllers=tuple(told.get("trunks") or ()),
            rest={name: value for name, value in told.items() if name not in OURS},
        )

    @property
    def told(self) -> dict[str, Any]:
        known = {"name": self.name, "numberPattern": self.pattern, "trunks": list(self.controllers)}
        return self.rest | known | ({"description": self.description} if self.description else {})


@dataclass(frozen=True, kw_only=True)
class SipRouting:
    """All of it, as Azure had it a moment ago. `health_told`: whether Azure says how the controllers are."""

    controllers: tuple[Controller, ...] = ()
    routes: tuple[VoiceRoute, ...] = ()
    health_told: bool = False

    @property
    def version(self) -> str:
        """Another one when somebody has changed something in between. Health is no such change."""
        told = [[(one.fqdn, one.port) for one in self.controllers], [route.told for route in self.routes]]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


class DirectRouting:
    """Of one resource. Every call raises AzureError."""

    def __init__(self, *, connection: ConnectionString, cloud: Cloud) -> None:
        self._client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
            connection.endpoint,
            # No retry policy: somebody waits for the page, and can ask again.
            policies=[HeadersPolicy(), UserAgentPolicy("centrala"), AccessKeyPolicy(connection)],
            connection_verify=cloud.verify,
            connection_timeout=TIMEOUT_SECONDS,
            read_timeout=TIMEOUT_SECONDS,
        )
        self._endpoint = connection.endpoint

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.close()

    def read(self) -> SipRouting:
        return self._asked("GET", expand="trunks/health")

    def change(
        self,
        *,
        put: Iterable[Controller] = (),
        remove: Iterable[str] = (),
        routes: Iterable[VoiceRoute] | None = None,
    ) -> SipRouting:
        """All of it or nothing. Routes are replaced whole, and tried in this order."""
        trunks: dict[str, Any] = {one.fqdn: {"sipSignalingPort": one.port} for one in put}
        body: dict[str, Any] = {"trunks": trunks | dict.fromkeys(remove)}
        if routes is not None:
            body["routes"] = [route.told for route in routes]
        return self._asked("PATCH", body=body)

    def _asked(self, method: str, *, body: dict[str, Any] | None = None, expand: str | None = None) -> SipRouting:
        params = {"api-version": WITH_HEALTH} | ({"expand": expand} if expand else {})
        response = self._send(method, params, body)
        told = response.status_code == OK
        if not told and _is_about_the_version(response):
            response = self._send(method, {"api-version": STABLE}, body)
        if response.status_code != OK:
            raise AzureError.from_response(response)
        try:
            return _read(response.json(), health_told=told and expand is not None)
        except (ValueError, LookupError, TypeError, AttributeError):
            raise AzureError(Said.STATUS, words=response.status_code, permanent=False) from None

    def _send(self, method: str, params: dict[str, str], body: dict[str, Any] | None) -> HttpResponse:
        content = None if body is None else json.dumps(body)
        headers = {} if body is None else {"Content-Type": "application/merge-patch+json"}
        request = HttpRequest(method, f"{self._endpoint}/sip", params=params, headers=headers, content=content)
        with as_ours():
            return self._client.send_request(request)


def _is_about_the_version(response: HttpResponse) -> bool:
    return response.status_code == BAD_REQUEST and "version" in (AzureError.from_response(response).code or "").lower()


def _read(told: dict[str, Any], *, health_told: bool) -> SipRouting:
    controllers = (Controller.of(fqdn, one) for fqdn, one in sorted((told.get("trunks") or {}).items()))
    return SipRouting(
        controllers=tuple(controllers),
        routes=tuple(VoiceRoute.of(one) for one in told.get("routes") or ()),
        health_told=health_told,
    )

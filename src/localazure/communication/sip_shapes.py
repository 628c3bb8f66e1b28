"""What direct routing is asked and answers, which differs by the version of the API.

The stable one knows ports, patterns and trunks. The previews of 2023 have domains, switches and the health of trunks;
that of 2024 has more of both trunks and routes.

https://github.com/Azure/azure-rest-api-specs/tree/main/specification/communication/data-plane/SipRouting
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from localazure.communication import health
from localazure.errors import INVALID_JSON
from localazure.records.telephony import IpVersion, PrivacyHeader, Route, SipConfiguration, Trunk
from localazure.world import World

STABLE, SWITCHES, NEWEST = range(3)
LEVELS = {"2023-01-01-preview": SWITCHES, "2023-04-01-preview": SWITCHES, "2024-11-15-preview": NEWEST}
SINCE = {
    "domains": SWITCHES,
    "enabled": SWITCHES,
    "health": SWITCHES,
    "direct_transfer": NEWEST,
    "privacy_header": NEWEST,
    "ip_address_version": NEWEST,
    "caller_id_override": NEWEST,
}
Json = dict[str, object]


class Body(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What a version does not know yet is refused as any unknown field is."""

    def check(self, level: int) -> None:
        for name in self.__struct_fields__:
            if level < SINCE.get(name, STABLE) and getattr(self, name) is not UNSET:
                known = next(one for one in msgspec.structs.fields(self) if one.name == name)
                raise INVALID_JSON.of(reason=f"Object contains unknown field `{known.encode_name}`")
        for part in self.parts():
            part.check(level)

    def parts(self) -> "Iterator[Body]":
        yield from ()


class DomainBody(Body, kw_only=True):
    enabled: bool | None = None


class TrunkBody(Body, kw_only=True):
    """Null puts a switch back to what it is at first."""

    sip_signaling_port: int | None = None
    enabled: bool | UnsetType | None = UNSET
    direct_transfer: bool | UnsetType | None = UNSET
    privacy_header: PrivacyHeader | UnsetType | None = UNSET
    ip_address_version: IpVersion | UnsetType | None = UNSET

    def switches(self) -> dict[str, object]:
        """The fields of a trunk's record that this says something of."""
        fields = {"ip_address_version": "ip_version"}
        said = {name: getattr(self, name) for name in self.__struct_fields__ if name in SINCE and name != "health"}
        defaults = {one.name: one.default for one in msgspec.structs.fields(Trunk)}
        named = {fields.get(name, name): value for name, value in said.items() if value is not UNSET}
        return {name: defaults[name] if value is None else value for name, value in named.items()}


class ShownTrunkBody(TrunkBody, kw_only=True):
    """A trunk as it is answered; the service alone says how it is."""

    health: Json | UnsetType = UNSET


class RouteBody(Body, kw_only=True):
    name: Annotated[str, msgspec.Meta(max_length=256)]
    number_pattern: Annotated[str, msgspec.Meta(max_length=1024)]
    description: Annotated[str, msgspec.Meta(max_length=1024)] | None = None
    trunks: list[str] | None = None
    caller_id_override: str | UnsetType | None = UNSET


class PatchBody(Body, kw_only=True):
    """A merge patch: a trunk or domain that is null goes, routes are replaced whole."""

    domains: dict[str, DomainBody | None] | UnsetType | None = UNSET
    trunks: dict[str, TrunkBody | None] | None = None
    routes: list[RouteBody] | None = None

    def parts(self) -> Iterator[Body]:
        yield from (one for one in (self.trunks or {}).values() if one)
        yield from self.routes or ()


class ConfigurationBody(Body, kw_only=True):
    """To be tried, and not kept."""

    domains: dict[str, DomainBody] | UnsetType | None = UNSET
    trunks: dict[str, ShownTrunkBody] | None = None
    routes: list[RouteBody] | None = None

    def parts(self) -> Iterator[Body]:
        yield from (self.trunks or {}).values()
        yield from self.routes or ()


def level(version: str) -> int:
    return LEVELS.get(version, STABLE)


def shape(world: World, one: SipConfiguration, at: int, *, healthy: bool = False) -> Json:
    """`healthy`: with the health of trunks."""
    domains: Json = {name: {"enabled": name not in one.disabled} for name in one.domains}
    trunks = {name: trunk_shape(trunk, at) for name, trunk in one.trunks.items()}
    if healthy:
        for name, told in trunks.items():
            told["health"] = health.shape(health.controller(world, name))
    shown: Json = {"domains": domains} if at >= SWITCHES else {}
    return shown | {"trunks": trunks, "routes": [route_shape(route, at) for route in one.routes]}


def trunk_shape(one: Trunk, at: int) -> Json:
    told: Json = {"sipSignalingPort": one.port}
    if at >= SWITCHES:
        told |= {"enabled": one.enabled}
    if at >= NEWEST:
        told |= {
            "directTransfer": one.direct_transfer,
            "privacyHeader": one.privacy_header,
            "ipAddressVersion": one.ip_version,
        }
    return told


def route_shape(one: Route, at: int) -> Json:
    told: Json = {} if one.description is None else {"description": one.description}
    told |= {"name": one.name, "numberPattern": one.pattern, "trunks": list(one.trunks)}
    return told | ({"callerIdOverride": one.caller_id} if one.caller_id is not None and at >= NEWEST else {})

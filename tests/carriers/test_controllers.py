"""Border controllers and voice routes in the local cloud, as Microsoft's client sees them there."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from azure.communication.phonenumbers.siprouting import SipRoutingClient
from azure.core.pipeline.transport import RequestsTransport
from django.conf import settings
from django.db import connection as database

from centrala.azure.direct_routing import STABLE, Controller, DirectRouting, VoiceRoute
from centrala.azure.errors import AzureError
from centrala.carriers import controllers, sip, voice_routes
from centrala.carriers.voice_routes import RouteChange
from centrala.connection.models import Connection
from centrala.errors import Refused
from centrala.organization.models import AuditEntry, User
from localazure.pytest_plugin import LocalAzure

pytestmark = pytest.mark.django_db

ONE, TWO = "sbc1.contoso.example", "sbc2.contoso.example"
POLAND = VoiceRoute(name="Poland", pattern=r"^\+48\d{9}$", controllers=(ONE,))
WORLD = VoiceRoute(name="World", pattern=r"^\+\d+$", controllers=(ONE, TWO), description="Everything else")


@pytest.fixture
def microsofts(connection: Connection) -> Iterator[SipRoutingClient]:
    with RequestsTransport(connection_verify=settings.CLOUD.verify) as transport:
        yield SipRoutingClient.from_connection_string(str(connection.connection_string), transport=transport)


@pytest.fixture
def two(connection: Connection, adam: User) -> None:
    for fqdn in (ONE, TWO):
        controllers.add_controller(connection=connection, fqdn=fqdn, port=5061, actor=adam)


def saved(connection: Connection, adam: User, route: VoiceRoute, known: str = "", version: str = "") -> None:
    change = RouteChange(route=route, known=known, version=version or sip.of(connection).version)
    voice_routes.save_route(connection=connection, change=change, actor=adam)


def removed(connection: Connection, adam: User, fqdn: str, version: str = "") -> list[str]:
    return controllers.remove_controller(
        connection=connection, fqdn=fqdn, version=version or sip.of(connection).version, actor=adam
    )


def routed(connection: Connection) -> list[tuple[str, tuple[str, ...]]]:
    return [(route.name, route.controllers) for route in sip.of(connection).routes]


@pytest.mark.usefixtures("two")
def test_controller_is_in_azure_and_in_the_audit_log(
    connection: Connection, microsofts: SipRoutingClient, adam: User
) -> None:
    assert {(one.fqdn, one.sip_signaling_port) for one in microsofts.list_trunks()} == {(ONE, 5061), (TWO, 5061)}

    controllers.add_controller(connection=connection, fqdn=f" {ONE.upper()}. ", port=5067, actor=adam)
    assert {(one.fqdn, one.sip_signaling_port) for one in microsofts.list_trunks()} == {(ONE, 5067), (TWO, 5061)}
    entry = AuditEntry.objects.get(act="change border controller")
    assert (entry.target, entry.before, entry.after) == (ONE, {"port": 5061}, {"port": 5067})


@pytest.mark.parametrize(
    "fqdn",
    ["", "sbc", "sbc1.contoso.example:5061", "203.0.113.7", "-sbc.contoso.example", "sbc..example", "sbc one.example"],
)
def test_what_is_no_name_of_a_host_is_refused_without_asking(
    local_azure: LocalAzure, connection: Connection, adam: User, fqdn: str
) -> None:
    with pytest.raises(Refused, match="no full name") as refused:
        controllers.add_controller(connection=connection, fqdn=fqdn, port=5061, actor=adam)
    assert refused.value.field == "fqdn"


@pytest.mark.parametrize("fqdn", ["sbc.contoso.onmicrosoft.com", "sbc.azure.com"])
def test_names_of_microsofts_own_are_refused(connection: Connection, adam: User, fqdn: str) -> None:
    with pytest.raises(Refused, match="onmicrosoft"):
        controllers.add_controller(connection=connection, fqdn=fqdn, port=5061, actor=adam)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_ports_are_those_that_there_are(connection: Connection, adam: User, port: int) -> None:
    with pytest.raises(Refused, match="65535") as refused:
        controllers.add_controller(connection=connection, fqdn=ONE, port=port, actor=adam)
    assert refused.value.field == "port"


def test_domain_that_is_not_verified_says_where_that_is_done(connection: Connection, adam: User) -> None:
    with pytest.raises(Refused, match="Domains: add it there") as refused:
        controllers.add_controller(connection=connection, fqdn="sbc.northwind.example", port=5061, actor=adam)
    assert refused.value.field == "fqdn"
    assert not AuditEntry.objects.filter(act="add border controller").exists()


@pytest.mark.usefixtures("two")
def test_routes_are_saved_changed_moved_and_deleted(
    connection: Connection, microsofts: SipRoutingClient, adam: User
) -> None:
    saved(connection, adam, WORLD)
    saved(connection, adam, POLAND)
    found = sip.of(connection)
    voice_routes.move_route(connection=connection, name="Poland", up=True, version=found.version, actor=adam)
    assert [route.name for route in microsofts.list_routes()] == ["Poland", "World"]

    saved(connection, adam, VoiceRoute(name="PL", pattern=r"^\+48", controllers=(TWO,)), known="Poland")
    assert [(one.name, one.number_pattern, list(one.trunks)) for one in microsofts.list_routes()] == [
        ("PL", r"^\+48", [TWO]),
        ("World", r"^\+\d+$", [ONE, TWO]),
    ]

    version = sip.of(connection).version
    voice_routes.remove_route(connection=connection, name="World", version=version, actor=adam)
    assert routed(connection) == [("PL", (TWO,))]
    acts = AuditEntry.objects.filter(act__endswith="voice route").order_by("at").values_list("act", flat=True)
    assert [act.split()[0] for act in acts] == ["add", "add", "move", "change", "delete"]


@pytest.mark.usefixtures("two")
def test_last_route_moves_no_further_down_and_the_first_no_further_up(connection: Connection, adam: User) -> None:
    saved(connection, adam, POLAND)
    saved(connection, adam, WORLD)
    for name, up in (("Poland", True), ("World", False)):
        version = sip.of(connection).version
        voice_routes.move_route(connection=connection, name=name, up=up, version=version, actor=adam)
    assert [name for name, _ in routed(connection)] == ["Poland", "World"]


@pytest.mark.usefixtures("two")
def test_what_somebody_else_changed_in_the_meantime_is_not_written_over(connection: Connection, adam: User) -> None:
    seen = sip.of(connection).version
    saved(connection, adam, POLAND)

    with pytest.raises(Refused, match="in the meantime"):
        saved(connection, adam, WORLD, version=seen)
    with pytest.raises(Refused, match="in the meantime"):
        removed(connection, adam, ONE, version=seen)
    with pytest.raises(Refused, match="in the meantime"):
        voice_routes.remove_route(connection=connection, name="Poland", version=seen, actor=adam)
    assert routed(connection) == [("Poland", (ONE,))]


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("route", "field"),
    [
        (VoiceRoute(name=" ", pattern=r"^\+48", controllers=(ONE,)), "name"),
        (VoiceRoute(name="x" * 257, pattern=r"^\+48", controllers=(ONE,)), "name"),
        (VoiceRoute(name="a\nb", pattern=r"^\+48", controllers=(ONE,)), "name"),
        (VoiceRoute(name="Poland\u200b", pattern=r"^\+48", controllers=(ONE,)), "name"),
        (VoiceRoute(name="Other", pattern="^\\+4\n8", controllers=(ONE,)), "pattern"),
        (VoiceRoute(name=" POLAND ", pattern=r"^\+48", controllers=(ONE,)), "name"),
        (VoiceRoute(name="Other", pattern="[", controllers=(ONE,)), "pattern"),
        (VoiceRoute(name="Other", pattern=r"^(\+?\d+)+$", controllers=(ONE,)), "pattern"),
        (VoiceRoute(name="Other", pattern=r"^\+48", controllers=()), "controllers"),
        (VoiceRoute(name="Other", pattern=r"^\+48", controllers=("sbc9.contoso.example",)), "controllers"),
        (VoiceRoute(name="Other", pattern=r"^\+48", description="x" * 1025, controllers=(ONE,)), "description"),
    ],
)
def test_route_that_cannot_be_is_refused(connection: Connection, adam: User, route: VoiceRoute, field: str) -> None:
    saved(connection, adam, POLAND)
    with pytest.raises(Refused) as refused:
        saved(connection, adam, route)
    assert refused.value.field == field
    assert routed(connection) == [("Poland", (ONE,))]


@pytest.mark.usefixtures("two")
def test_deleted_controller_leaves_its_routes_and_takes_those_along_that_lead_nowhere_else(
    connection: Connection, adam: User
) -> None:
    saved(connection, adam, POLAND)
    saved(connection, adam, WORLD)

    assert removed(connection, adam, ONE.upper()) == ["Poland"]
    assert routed(connection) == [("World", (TWO,))]
    assert [one.fqdn for one in sip.of(connection).controllers] == [TWO]
    with pytest.raises(Refused, match="any more"):
        removed(connection, adam, ONE)


def test_refused_key_is_azures_to_say(connection: Connection, local_azure: LocalAzure, adam: User) -> None:
    local_azure.control.post("/_local/keys", json={"key": "primary"}).raise_for_status()
    with pytest.raises(AzureError) as error:
        controllers.add_controller(connection=connection, fqdn=ONE, port=5061, actor=adam)
    assert error.value.status == 401


@pytest.mark.usefixtures("two")
def test_older_interface_is_asked_where_the_newer_is_not_served(
    connection: Connection, adam: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("centrala.azure.direct_routing.WITH_HEALTH", "2099-01-01-preview")
    saved(connection, adam, POLAND)
    found = sip.of(connection)
    assert (found.health_told, [route.name for route in found.routes]) == (False, ["Poland"])
    assert STABLE == "2023-03-01"


def test_what_is_not_known_of_a_route_is_written_back_as_it_came() -> None:
    told = {"name": "A", "numberPattern": "^", "trunks": [ONE], "callerIdOverride": "+48221234567"}
    assert VoiceRoute.of(told).told == told


def test_health_is_read_as_azure_tells_it() -> None:
    told = {
        "sipSignalingPort": 5061,
        "health": {
            "tls": {"status": "certExpiring"},
            "ping": {"status": "ok"},
            "overall": {"status": "inactive", "reason": "noRecentCalls"},
        },
    }
    one = Controller.of(ONE, told)
    assert (one.health, one.certificate, one.ping, one.reason) == ("inactive", "certExpiring", "ok", "noRecentCalls")
    assert Controller.of(ONE, {"sipSignalingPort": 5061, "health": {"overall": {"status": "new"}}}).health == "unknown"


@pytest.mark.usefixtures("two")
def test_all_of_a_change_or_nothing(connection: Connection) -> None:
    with DirectRouting(connection=connection.connection_string, cloud=settings.CLOUD) as azure:
        with pytest.raises(AzureError):
            azure.change(put=[Controller(fqdn="sbc3.contoso.example", port=5061)], routes=[POLAND, POLAND])
        assert {one.fqdn for one in azure.read().controllers} == {ONE, TWO}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("two")
def test_of_two_administrators_at_once_one_is_told_and_nothing_is_lost(
    connection: Connection, adam: User, local_azure: LocalAzure
) -> None:
    seen = sip.of(connection).version
    slow = {"operation": "PATCH /sip", "delay_seconds": 1, "times": 4}  # the others have long read by then
    local_azure.control.post("/_local/faults", json=slow).raise_for_status()

    def save(name: str) -> bool:
        try:
            saved(connection, adam, replace(WORLD, name=name), version=seen)
        except Refused:
            return False
        else:
            return True
        finally:
            database.close()

    with ThreadPoolExecutor(4) as people:
        went = dict(zip("ABCD", people.map(save, "ABCD"), strict=True))
    assert sorted(went.values()) == [False, False, False, True]
    assert [name for name, _ in routed(connection)] == [name for name, saved_ in went.items() if saved_]
    assert AuditEntry.objects.filter(act="add voice route").count() == 1


@pytest.mark.usefixtures("two")
def test_change_whose_answer_was_lost_is_looked_for_and_told(
    connection: Connection, adam: User, local_azure: LocalAzure
) -> None:
    lost = {"operation": "PATCH /sip", "status": 503, "done": True, "times": 1}
    local_azure.control.post("/_local/faults", json=lost).raise_for_status()
    saved(connection, adam, POLAND)
    assert routed(connection) == [("Poland", (ONE,))]
    assert AuditEntry.objects.filter(act="add voice route").count() == 1

    local_azure.control.post("/_local/faults", json=lost | {"done": False}).raise_for_status()
    with pytest.raises(AzureError):
        saved(connection, adam, WORLD)
    assert AuditEntry.objects.filter(act="add voice route").count() == 1


def test_resource_that_is_lent_to_a_trial_is_the_lenders_to_set_up(connection: Connection, adam: User) -> None:
    connection.is_trial = True
    with pytest.raises(Refused, match="only lent"):
        controllers.add_controller(connection=connection, fqdn=ONE, port=5061, actor=adam)
    with pytest.raises(Refused, match="only lent"):
        saved(connection, adam, POLAND)
    assert sip.of(connection).controllers == ()

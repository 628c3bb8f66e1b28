"""Leaving and coming back: new endpoints, disconnecting, what stays in Azure, and the same resource again."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now
from pytest_django import Settings

from centrala.connection import leftovers, rotation
from centrala.connection.actions import ConnectFields, FieldsRefused, connect, disconnect
from centrala.connection.models import Connection, Endpoint, Service
from centrala.connection.provisioning import Change, Progress, Report
from centrala.connection.sightings import seen_by
from centrala.connection.sign_in import SIGN_INS
from centrala.errors import Refused
from centrala.numbers.actions import sync
from centrala.numbers.models import PhoneNumber
from centrala.organization import actions as organization
from centrala.organization.models import AuditEntry, Role
from centrala.workstreams.actions import put_to_work
from centrala.workstreams.models import Line
from pages.reading import read
from provisioning.scene import NAMES, Reports, Scene
from running_demo import until
from signing_in import Clock, sign_in

ADVANCED = "/center/phone-numbers/advanced/"
DISCONNECT = f"{ADVANCED}disconnect/"


@pytest.fixture
def connection(scene: Scene) -> Connection:
    made = scene.provisioner().apply()
    put_to_work(numbers=sync(connection=made))
    return made


@pytest.fixture
def administrator(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Adam, signed in here and to Azure."""
    clock = Clock(scene.azure)
    monkeypatch.setattr(SIGN_INS, "clock", clock)
    client = Client()
    client.force_login(organization.add_user(username="adam", password="parasol i kot", role=Role.ADMINISTRATOR))
    sign_in(client, clock)
    return client


def fields(connection: Connection, **changes: object) -> ConnectFields:
    entries = dict(connection.entries.values_list("key", "value"))
    values: dict[str, object] = {
        "resource_name": connection.resource_name,
        "resource_id": connection.resource_id,
        "connection_string": str(connection.connection_string),
        "event_grid_app_id": entries["EventGridAppID"],
        "event_grid_app_tenant_id": entries["EventGripAppTenantID"],
        "confirmed": True,
    }
    return ConnectFields(**(values | changes))  # type: ignore[arg-type] # each value is of its field's type


def status(url: str, scene: Scene) -> int:
    return scene.http.post(url, json=[]).status_code


def test_page_tells_each_endpoints_handshake_and_the_steps_are_done(
    administrator: Client, connection: Connection
) -> None:
    until(lambda: all(seen.handshake for seen in seen_by(connection.endpoints.all()).values()))

    page = read(administrator.get(ADVANCED))

    notes = [note.text() for note in page.all("div", class_="copy-note")]
    names = ["centrala-recording", "centrala-sms", "centrala-incoming-call"]
    assert len(notes) == 3
    for note, name in zip(notes, names, strict=True):
        assert "Handshake answered: " in note
        assert f"by the event subscription “{name.upper()}”" in note  # as Event Grid writes it
    done = [row.one("strong").text() for row in page.one("section", aria_labelledby="next").all("li", class_="yes")]
    assert done == ["Add number", "SMS", "Call recording", "Inbound calls"]


@pytest.mark.long
def test_step_is_to_do_again_once_its_event_subscription_is_deleted(
    administrator: Client, connection: Connection, scene: Scene
) -> None:
    endpoints = {one.service: one.pk for one in connection.endpoints.all()}

    deleted = next(str(one["id"]) for one in scene.subscriptions() if one["name"] == "centrala-recording")
    scene.ask("DELETE", deleted).raise_for_status()
    until(lambda: seen_by(connection.endpoints.all())[endpoints[Service.RECORDING]].deserted)

    page = read(administrator.get(ADVANCED))
    done = [row.one("strong").text() for row in page.one("section", aria_labelledby="next").all("li", class_="yes")]
    assert done == ["Add number", "SMS", "Inbound calls"]


@pytest.mark.long
def test_old_endpoints_answer_a_day_and_provisioning_moves_the_subscriptions(
    scene: Scene, connection: Connection
) -> None:
    old = {one.service: one.url for one in connection.endpoints.all()}
    rotation.rotate(connection=connection, actor=None, seen=rotation.version(connection))
    new = {one.service: one.url for one in connection.endpoints.filter(retires_at=None)}
    reports = Reports()

    answered = [status(old["sms"], scene), status(new["sms"], scene)]
    scene.provisioner(reports=reports).apply()
    Endpoint.objects.exclude(retires_at=None).update(retires_at=now() - timedelta(seconds=1))

    assert answered == [401, 401]  # both are there, and want a token
    assert set(old.values()).isdisjoint(new.values())
    changed = [one.key for one in reports.of(Progress.DONE) if one.change is Change.CHANGED]
    assert changed == ["subscription:sms", "subscription:recording", "subscription:incoming-call"]
    until(lambda: status(old["sms"], scene) == 404)
    assert status(new["sms"], scene) == 401


def wish(connection: Connection, *names: str) -> dict[str, object]:
    """What the page sends."""
    return {"connection": str(connection.pk), "remove": list(names)}


def test_disconnecting_lists_what_stays_and_deletes_what_is_ticked(
    administrator: Client, connection: Connection, scene: Scene
) -> None:
    url = connection.endpoints.get(service=Service.SMS).url

    page = read(administrator.get(DISCONNECT))
    offered = [str(box.attributes["value"]) for box in page.all("input", name="remove")]
    answer = administrator.post(DISCONNECT, wish(connection, "centrala-sms", "not ours"), follow=True)

    assert sorted(offered) == NAMES
    left = read(answer)
    assert left.one("h1").text() == "Left in Azure"
    assert [bar.text() for bar in left.all(role="status")] == [
        "“acs-centrala” is disconnected, its endpoints answer no more.",
        "1 event subscription is deleted in Azure.",
    ]
    assert [one["name"] for one in scene.subscriptions()] == ["centrala-incoming-call", "centrala-recording"]
    until(lambda: status(url, scene) == 404)
    assert administrator.get(ADVANCED).status_code == 404
    assert "Get started" in read(administrator.get("/center/phone-numbers/")).text()

    rest = [str(box.attributes["value"]) for box in left.all("input", name="remove")]
    cleaned = read(administrator.post(answer.request["PATH_INFO"], {"remove": rest}, follow=True))

    assert scene.subscriptions() == []
    assert "No event subscription in Azure sends to this hub." in cleaned.text()
    assert AuditEntry.objects.filter(act="delete event subscription").count() == 3


@pytest.mark.long
def test_deleting_that_fails_in_the_middle_can_be_done_again(
    administrator: Client, connection: Connection, scene: Scene
) -> None:
    scene.order("DELETE /*/eventSubscriptions/centrala-sms*", status=403, lasting=True)

    left = administrator.post(DISCONNECT, wish(connection, *NAMES), follow=True)
    scene.azure.control.delete("/_local/faults")
    again = administrator.post(left.request["PATH_INFO"], {"remove": NAMES}, follow=True)

    assert "Azure does not delete them all:" in read(left).text()
    assert Connection.objects.get().disconnected_at is not None
    assert scene.subscriptions() == []
    assert "No event subscription in Azure sends to this hub." in read(again).text()


@pytest.mark.long
def test_subscriptions_of_others_are_neither_shown_nor_deleted(
    administrator: Client, connection: Connection, scene: Scene
) -> None:
    other = connection.endpoints.get(service=Service.SMS)
    other.delete()  # as if somebody else's: its subscription stays in Azure

    found = leftovers.find(connection, scene.credential)
    administrator.post(DISCONNECT, wish(connection, *NAMES))

    assert sorted(one.name for one in found.ours) == ["centrala-incoming-call", "centrala-recording"]
    assert found.others == 1
    assert [one["name"] for one in scene.subscriptions()] == ["centrala-sms"]


@pytest.mark.long
def test_same_resource_again_brings_everything_back_and_doubles_nothing(connection: Connection, scene: Scene) -> None:
    urls = {one.url for one in connection.endpoints.all()}
    lines = set(Line.objects.values_list("pk", "number__number", "workstream__name"))
    rows = [model.objects.count() for model in (Connection, Endpoint, PhoneNumber, Line)]
    disconnect(connection=connection, actor=None)
    until(lambda: status(next(iter(urls)), scene) == 404)

    again = connect(fields=fields(connection), actor=None)
    put_to_work(numbers=sync(connection=again))

    assert again.pk == connection.pk
    assert {one.url for one in again.endpoints.filter(retires_at=None)} == urls
    assert set(Line.objects.values_list("pk", "number__number", "workstream__name")) == lines
    assert [model.objects.count() for model in (Connection, Endpoint, PhoneNumber, Line)] == rows
    until(lambda: status(next(iter(urls)), scene) == 401)
    assert AuditEntry.objects.filter(act="disconnect").count() == 1


@pytest.mark.long
def test_resource_of_another_installation_is_refused_until_it_is_taken_over(
    connection: Connection, scene: Scene, settings: Settings
) -> None:
    wanted = fields(connection)
    hub = settings.PUBLIC_URL
    Connection.objects.all().delete()  # another installation, another database
    settings.PUBLIC_URL = "https://hub.example"

    with pytest.raises(FieldsRefused) as refusal:
        connect(fields=wanted, actor=None, credential=scene.credential)

    assert list(refusal.value.errors) == ["taken_over"]
    assert f"sends to another installation, {hub}" in refusal.value.errors["taken_over"]
    assert not Connection.objects.exists()
    taken = connect(
        fields=ConnectFields(**{**vars(wanted), "taken_over": True}), actor=None, credential=scene.credential
    )
    assert taken.disconnected_at is None


@pytest.mark.long
def test_provisioning_the_resource_of_another_installation_is_refused_until_it_is_taken_over(
    connection: Connection, scene: Scene, settings: Settings
) -> None:
    production, ours = settings.PUBLIC_URL, settings.PUBLIC_URL.replace("localhost", "127.0.0.1")
    Connection.objects.all().delete()  # another installation, another database
    settings.PUBLIC_URL = ours
    before = scene.subscriptions()

    for act in (scene.provisioner().plan, scene.provisioner().apply):
        with pytest.raises(Refused, match=f"sends to another installation, {production}.*--taken-over"):
            act()

    assert (scene.subscriptions(), Connection.objects.count()) == (before, 0)
    taking = scene.provisioner()
    taking.taken_over = True
    taking.apply()
    assert {one["properties"]["destination"]["properties"]["endpointBaseUrl"] for one in scene.subscriptions()} == {
        one.url for one in Endpoint.objects.all()
    }


@pytest.mark.long
def test_page_asks_whether_another_installation_still_has_the_resource(
    administrator: Client, connection: Connection, scene: Scene, settings: Settings
) -> None:
    Connection.objects.all().delete()
    settings.PUBLIC_URL = "https://hub.example"
    page, asked = "/center/azure/set-up/", {"resource": scene.azure.acs.resource_id}

    refused = read(administrator.get(page, asked))
    planned = read(administrator.get(page, asked | {"taken_over": "on"}))

    assert "sends to another installation" in refused.one("div", role="alert").text()
    assert refused.one("input", type="checkbox", name="taken_over").attributes.get("checked") is None
    [apply] = [form for form in planned.all("form", method="post") if form.attributes.get("action") == f"{page}apply/"]
    assert apply.one("input", type="hidden", name="taken_over").attributes["value"] == "on"
    links = [str(one.attributes.get("href")) for one in planned.all("a")]
    assert ["taken_over=on" in one for one in links if "/export/" in one] == [True] * 3


@pytest.mark.long
def test_hub_that_has_moved_knows_its_own_subscriptions(
    connection: Connection, scene: Scene, settings: Settings
) -> None:
    settings.PUBLIC_URL = settings.PUBLIC_URL.replace("localhost", "127.0.0.1")
    disconnect(connection=connection, actor=None)

    found = leftovers.find(connection, scene.credential)
    again = connect(fields=fields(connection), actor=None, credential=scene.credential)

    assert sorted(one.name for one in found.ours) == NAMES
    assert again.pk == connection.pk


@pytest.mark.long
def test_subscription_named_by_hand_is_led_to_the_new_endpoint_under_its_name(
    connection: Connection, scene: Scene, settings: Settings
) -> None:
    rename(scene, "centrala-sms", "texts")
    rotation.rotate(connection=connection, actor=None, seen=rotation.version(connection))
    settings.PUBLIC_URL = settings.PUBLIC_URL.replace("localhost", "127.0.0.1")
    reports = Reports()

    scene.provisioner(reports=reports).apply()

    assert [one["name"] for one in scene.subscriptions()] == ["centrala-incoming-call", "centrala-recording", "texts"]
    assert [one.name for one in reports.of(Progress.DONE) if one.key == "subscription:sms"] == ["texts"]
    assert scene.subscriptions()[2]["properties"]["destination"]["properties"]["endpointBaseUrl"] == (
        connection.endpoints.get(service=Service.SMS, retires_at=None).url
    )


def rename(scene: Scene, old: str, new: str) -> None:
    """Azure renames none: it is made anew under the other name."""
    path = next(str(one["id"]) for one in scene.subscriptions() if one["name"] == old)
    made = scene.ask("GET", path).json()["properties"]
    made["destination"]["properties"] |= {
        "endpointUrl": scene.ask("POST", f"{path}/getFullUrl").json()["endpointUrl"],
        "endpointBaseUrl": None,
    }
    scene.ask("DELETE", path).raise_for_status()
    body = {"properties": {"destination": made["destination"], "filter": made["filter"]}}
    other = path.replace(old, new)
    scene.ask("PUT", other, json=body).raise_for_status()
    until(lambda: scene.ask("GET", other).json()["properties"]["provisioningState"] == "Succeeded")


@pytest.mark.long
def test_endpoints_replaced_during_a_run_are_the_ones_it_ends_with(scene: Scene) -> None:
    scene.azure.control.post("/_local/propagation", json={"seconds": 600}).raise_for_status()

    def replace_them() -> None:
        made = Connection.objects.get()
        rotation.rotate(connection=made, actor=None, seen=rotation.version(made))
        scene.advance(600)

    connection = scene.provisioner(reports=Reports(when={Progress.SPREADING: replace_them})).apply()

    assert {one["properties"]["destination"]["properties"]["endpointBaseUrl"] for one in scene.subscriptions()} == {
        one.url for one in connection.endpoints.filter(retires_at=None)
    }


@pytest.mark.long
def test_endpoints_replaced_after_some_were_used_are_the_ones_it_ends_with(scene: Scene) -> None:
    def replace_them() -> None:
        made = Connection.objects.get()
        rotation.rotate(connection=made, actor=None, seen=rotation.version(made))

    scene.order("PUT /*/eventsubscriptions/centrala-recording", status=503, retry_after_seconds=0)

    connection = scene.provisioner(reports=Reports(when={Progress.RETRYING: replace_them})).apply()

    assert {one["properties"]["destination"]["properties"]["endpointBaseUrl"] for one in scene.subscriptions()} == {
        one.url for one in connection.endpoints.filter(retires_at=None)
    }


@pytest.mark.parametrize(
    ("operation", "subscriptions"),
    [
        pytest.param("PUT /*/systemtopics/*", [], marks=pytest.mark.long),
        ("PUT /*/eventsubscriptions/centrala-incoming-call", NAMES[1:]),
    ],
)
def test_run_stops_before_its_next_step_when_the_resource_is_disconnected(
    scene: Scene, operation: str, subscriptions: list[str]
) -> None:
    leave = Reports(when={Progress.RETRYING: lambda: disconnect(connection=Connection.objects.get(), actor=None)})
    scene.order(operation, status=503, retry_after_seconds=0)

    with pytest.raises(Refused, match="“acs-centrala” was disconnected while this ran, so it was stopped"):
        scene.provisioner(reports=leave).apply()

    assert Connection.objects.get().disconnected_at is not None
    assert [one["name"] for one in scene.subscriptions()] == subscriptions


def test_run_whose_resource_is_disconnected_at_its_end_says_so(scene: Scene) -> None:
    def leave(report: Report) -> None:
        if (report.name, report.progress) == ("centrala-incoming-call", Progress.DONE):
            disconnect(connection=Connection.objects.get(), actor=None)

    provisioner = scene.provisioner()
    provisioner.tell = leave

    with pytest.raises(Refused, match="“acs-centrala” was disconnected while this ran, so it was stopped"):
        provisioner.apply()

    assert Connection.objects.get().disconnected_at is not None


def test_without_signing_in_to_azure_the_page_says_what_to_look_for(
    scene: Scene, connection: Connection, client: Client
) -> None:
    client.force_login(organization.add_user(username="adam", password="parasol i kot", role=Role.ADMINISTRATOR))
    until(lambda: len(leftovers.names_seen(connection)) == 3)

    page = read(client.get(DISCONNECT))

    assert [code.text() for code in page.one("dl", class_="facts").all("code")][:3] == [name.upper() for name in NAMES]
    assert page.all("input", name="remove") == []
    assert page.one("a", href=f"/center/azure/?next={DISCONNECT}").text() == "Sign in to Azure"

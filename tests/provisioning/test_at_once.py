"""Two administrators, two processes, a hand on the form while the button runs: one connection, and nothing twice."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from centrala.center.azure_runs import Outcome, Runs
from centrala.connection.actions import ConnectFields, connect
from centrala.connection.models import Connection, Endpoint, Entry, EntryKey
from centrala.connection.provisioning import Progress
from centrala.errors import Refused
from centrala.numbers.models import PhoneNumber
from centrala.organization import actions as organization
from centrala.organization.models import Role, User
from centrala.workstreams.models import Line, Workstream
from provisioning.scene import WHOLE, Reports, Scene
from running_demo import until

CONNECT = "/center/phone-numbers/connect/existing/"
APP = "0f6f9a2c-0000-4000-8000-00000000000b"


def administrator(username: str) -> User:
    return organization.add_user(username=username, password="parasol i kot", role=Role.ADMINISTRATOR)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    together = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        together.wait(10)
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def typed(scene: Scene, application_id: str = APP) -> dict[str, str]:
    return {
        "resource_name": scene.azure.acs.resource_name,
        "resource_id": scene.azure.acs.resource_id,
        "connection_string": scene.azure.acs.connection_string,
        "event_grid_app_id": application_id,
        "event_grid_app_tenant_id": scene.azure.tenant_id,
    }


def counted() -> dict[str, int]:
    tables = (Connection, Endpoint, Entry, PhoneNumber, Line, Workstream)
    return {one.__name__: one.objects.count() for one in tables}


ONCE = {"Connection": 1, "Endpoint": 3, "Entry": 2, "PhoneNumber": 2, "Line": 2, "Workstream": 1}


def test_connect_pressed_by_two_administrators_connects_once(scene: Scene) -> None:
    browsers = []
    for name in ("adam", "beata"):
        browsers.append(Client())
        browsers[-1].force_login(administrator(name))

    answers = at_once(*[lambda one=one: one.post(CONNECT, typed(scene) | {"confirmed": "on"}) for one in browsers])

    assert [answer.get("Location") for answer in answers] == ["/center/phone-numbers/advanced/"] * 2
    assert counted() == ONCE


def test_two_processes_set_up_azure_at_once_and_both_say_that_it_is_done(scene: Scene) -> None:
    adam = administrator("adam")

    runs = [
        Runs().begin(scene.provisioner(), sign_in=None, actor=adam, language="en")  # type: ignore[arg-type]
        for _ in range(2)
    ]
    until(lambda: all(one.ended for one in runs), 60)

    assert [(one.outcome, one.message) for one in runs] == [
        (Outcome.DONE, "“acs-centrala” is connected, and its events arrive here.")
    ] * 2
    assert scene.counted() == WHOLE
    assert counted() == ONCE


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param("PATCH /v1.0/applications(uniquename=*", marks=pytest.mark.long),
        "PUT /*/systemtopics/acs-centrala-events",
    ],
)
def test_run_stops_when_somebody_connects_by_hand_with_another_application(scene: Scene, moment: str) -> None:
    def by_hand() -> None:
        connect(fields=ConnectFields(**typed(scene), confirmed=True), actor=None, cloud=scene.cloud)

    scene.order(moment, status=503, retry_after_seconds=0)
    with pytest.raises(Refused, match="“acs-centrala” was connected with another application while this ran"):
        scene.provisioner(reports=Reports(when={Progress.RETRYING: by_hand})).apply()

    assert Entry.objects.get(key=EntryKey.APP_ID).value == APP
    assert scene.subscriptions() == []


@pytest.mark.long
def test_run_goes_on_when_somebody_connects_by_hand_with_its_application(scene: Scene) -> None:
    def by_hand() -> None:
        application_id = Entry.objects.get(key=EntryKey.APP_ID).value
        connect(fields=ConnectFields(**typed(scene, application_id), confirmed=True), actor=None, cloud=scene.cloud)

    scene.order("PUT /*/systemtopics/acs-centrala-events", status=503, retry_after_seconds=0)
    scene.provisioner(reports=Reports(when={Progress.RETRYING: by_hand})).apply()

    assert scene.counted() == WHOLE
    assert (Connection.objects.count(), Endpoint.objects.count()) == (1, 3)

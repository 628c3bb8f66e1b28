"""Two administrators at once, a button pressed twice, a connection to the database lost in the middle."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import OperationalError, connection, connections
from pytest_django import Settings

from centrala.azure.cloud import Cloud
from centrala.connection import rotation
from centrala.connection.actions import ConnectFields, connect, disconnect
from centrala.connection.models import Connection, Endpoint, Entry, EntryKey
from centrala.connection.steps import Step
from centrala.errors import Refused
from centrala.organization import actions as organization
from centrala.organization.models import AuditEntry
from hub import RESOURCE
from localazure.pytest_plugin import LocalAzure

pytestmark = pytest.mark.django_db(transaction=True)
APP = "0f6f9a2c-0000-4000-8000-00000000000b"


@pytest.fixture
def cloud(local_azure: LocalAzure, settings: Settings) -> Iterator[LocalAzure]:
    url = local_azure.url
    settings.CLOUD = Cloud(authority=url, resource_manager=url, graph=url, ca_bundle=local_azure.ca_bundle)
    organization.set_up(name="Centrala", tenant_id=UUID(local_azure.tenant_id))
    yield local_azure
    local_azure.control.post("/_local/reset", json={}).raise_for_status()


def fields(cloud: LocalAzure, resource_id: str = "", application_id: str = APP) -> ConnectFields:
    resource_id = resource_id or cloud.acs.resource_id
    return ConnectFields(
        resource_name=resource_id.rpartition("/")[2],
        resource_id=resource_id,
        connection_string=cloud.acs.connection_string,
        event_grid_app_id=application_id,
        event_grid_app_tenant_id=cloud.tenant_id,
        confirmed=True,
    )


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Each in a thread of its own, begun together: what became of it."""
    together = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        together.wait(10)
        try:
            act()
        except Refused as refused:
            return refused.message
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_connect_pressed_four_times_connects_once(cloud: LocalAzure) -> None:
    ends = at_once(*[lambda: connect(fields=fields(cloud), actor=None)] * 4)

    assert ends == ["done"] * 4
    assert (Connection.objects.count(), Endpoint.objects.count(), Entry.objects.count()) == (1, 3, 2)


def test_of_two_resources_at_once_one_is_connected_and_the_other_refused(cloud: LocalAzure) -> None:
    ends = at_once(
        lambda: connect(fields=fields(cloud), actor=None),
        lambda: connect(fields=fields(cloud, RESOURCE.replace("acs-centrala", "acs-drugi")), actor=None),
    )

    assert sorted(end == "done" for end in ends) == [False, True]
    assert "one installation serves one resource" in next(end for end in ends if end != "done")
    assert (Connection.objects.count(), Endpoint.objects.count(), Entry.objects.count()) == (1, 3, 2)


def test_of_two_applications_at_once_one_is_stored_and_the_other_refused(cloud: LocalAzure) -> None:
    applications = [APP, APP.replace("00b", "00c")]

    ends = at_once(
        *[lambda one=one: connect(fields=fields(cloud, "", one), actor=None, anew=True) for one in applications]
    )

    assert sorted(end == "done" for end in ends) == [False, True]
    assert "Somebody else has connected “acs-centrala” meanwhile" in next(end for end in ends if end != "done")
    assert Entry.objects.get(key=EntryKey.APP_ID).value == applications[ends.index("done")]


def test_new_endpoints_asked_for_by_two_at_once_are_made_once(cloud: LocalAzure) -> None:
    made = connect(fields=fields(cloud), actor=None)
    seen = rotation.version(made)

    ends = at_once(*[lambda: rotation.rotate(connection=made, actor=None, seen=seen)] * 3)

    assert sorted(ends) == ["The endpoints are new already. Nothing was changed."] * 2 + ["done"]
    assert Endpoint.objects.filter(retires_at=None).count() == 3
    assert Endpoint.objects.count() == 6


def test_disconnected_by_two_at_once_is_recorded_once(cloud: LocalAzure) -> None:
    made = connect(fields=fields(cloud), actor=None)

    at_once(*[lambda: disconnect(connection=made, actor=None)] * 3)

    assert AuditEntry.objects.filter(act="disconnect").count() == 1


def test_new_endpoints_of_a_resource_that_was_just_disconnected_are_refused(cloud: LocalAzure) -> None:
    made = connect(fields=fields(cloud), actor=None)
    seen = rotation.version(made)
    disconnect(connection=made, actor=None)

    with pytest.raises(Refused, match="is not connected any more"):
        rotation.rotate(connection=made, actor=None, seen=seen)

    assert Endpoint.objects.count() == 3


def test_database_lost_in_the_middle_leaves_nothing_half_done(cloud: LocalAzure) -> None:
    def lose_it(step: Step) -> None:
        if step is Step.ENDPOINTS:  # the connection and its entries are written, the endpoints not yet
            with connections["default"].cursor() as cursor:
                cursor.execute("select pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(OperationalError):
        connect(fields=fields(cloud), actor=None, tell=lose_it)
    connection.close()

    assert (Connection.objects.count(), Endpoint.objects.count(), Entry.objects.count()) == (0, 0, 0)
    connect(fields=fields(cloud), actor=None)
    assert (Connection.objects.count(), Endpoint.objects.count(), Entry.objects.count()) == (1, 3, 2)

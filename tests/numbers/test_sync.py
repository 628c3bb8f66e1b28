"""The resource's numbers as the local cloud tells them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from centrala.azure.cloud import Cloud
from centrala.connection.models import Connection
from centrala.numbers.actions import sync
from centrala.numbers.models import NumberType, PhoneNumber
from hub import connected
from localazure.pytest_plugin import LocalAzure

pytestmark = pytest.mark.django_db


@pytest.fixture
def resource(local_azure: LocalAzure, settings: Settings) -> Connection:
    url = local_azure.url
    settings.CLOUD = Cloud(authority=url, resource_manager=url, graph=url, ca_bundle=local_azure.ca_bundle)
    return connected(local_azure.acs.connection_string, number=local_azure.acs.phone_numbers[0])


def test_numbers_are_brought_up_to_the_resources(resource: Connection, local_azure: LocalAzure) -> None:
    known = PhoneNumber.objects.get()
    PhoneNumber.objects.update(type=NumberType.UNKNOWN, sends_sms=False)

    synced = sync(connection=resource)

    assert [number.number for number in synced] == sorted(local_azure.acs.phone_numbers)
    assert {number.pk for number in synced} == set(PhoneNumber.objects.values_list("pk", flat=True))
    known.refresh_from_db()
    assert (known.type, known.sends_sms) == (NumberType.TOLL_FREE, True)
    assert known.synced_at is not None
    assert known.lines.count() == 1


def test_numbers_are_written_in_one_statement(resource: Connection) -> None:
    with CaptureQueriesContext(connection) as queries:
        synced = sync(connection=resource)

    assert len(synced) > 1
    writes = [query["sql"] for query in queries if "numbers_phonenumber" in query["sql"]]
    assert len(writes) == 1

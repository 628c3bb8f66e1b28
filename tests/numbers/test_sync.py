"""The resource's numbers as the local cloud tells them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from pytest_django import Settings

from centrala.azure.cloud import Cloud
from centrala.azure.phone_numbers import Number
from centrala.connection.models import Connection
from centrala.numbers.actions import keep, sync
from centrala.numbers.models import NumberType, PhoneNumber
from hub import connected
from localazure.pytest_plugin import LocalAzure

pytestmark = pytest.mark.django_db

NO_FEATURES = {"receives_sms": False, "sends_sms": False, "receives_calls": False, "makes_calls": False}


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
    assert len(writes) == 2  # and one that marks what is owned no longer


def test_what_a_number_costs_and_where_it_is_comes_with_it(resource: Connection, local_azure: LocalAzure) -> None:
    sync(connection=resource)

    number = PhoneNumber.objects.get(number=local_azure.acs.phone_numbers[0])
    assert (number.country, number.monthly_cost, number.currency) == ("US", Decimal(2), "USD")
    assert number.bought_at is not None


def test_number_that_the_resource_owns_no_longer_is_marked_until_it_is_back(
    resource: Connection, local_azure: LocalAzure
) -> None:
    """A number of another's, which was this resource's once: Azure does not list it."""
    sold = PhoneNumber.objects.create(connection=resource, number="+18335550999", synced_at=now())
    unknown = PhoneNumber.objects.create(connection=resource, number="+18335550998")
    short = PhoneNumber.objects.create(connection=resource, number="55512", type=NumberType.SHORT_CODE, synced_at=now())

    sync(connection=resource)
    missing = set(PhoneNumber.objects.exclude(missing_since=None))
    keep([Number(number=sold.number, type="tollFree", **NO_FEATURES)], resource, whole=False)

    assert missing == {sold}
    assert {unknown, short} <= set(PhoneNumber.objects.filter(missing_since=None))
    sold.refresh_from_db()
    assert sold.missing_since is None

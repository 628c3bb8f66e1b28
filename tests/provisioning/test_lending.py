"""Numbers are lent to a trial from a resource of whoever runs the installation, by the way that connects any other."""

from uuid import UUID

import pytest

from centrala.azure.number_market import Features
from centrala.azure.phone_numbers import list_numbers
from centrala.connection.access import active_connection
from centrala.connection.actions import connect, disconnect
from centrala.connection.checks import ConnectFields
from centrala.connection.models import Connection, Service
from centrala.errors import Refused
from centrala.inbox.models import Event
from centrala.numbers.actions import sync
from centrala.numbers.models import NumberType, PhoneNumber
from centrala.ordering.actions import add_features, find, release
from centrala.organization import actions as organization
from centrala.organization.actions import Wanted
from centrala.organization.models import AuditEntry, Kind, Organization, Role, User
from centrala.trial import actions
from centrala.trial.lending import Lender
from centrala.trial.models import Trial
from provisioning.scene import Scene
from running_demo import until

ELSEWHERE = UUID("7a1f9c52-0000-4000-8000-00000000000e")


@pytest.fixture
def lender(scene: Scene) -> Lender:
    """Of another tenant than the organisation's."""
    organization.change(wanted=Wanted(kind=Kind.TRIAL, tenant_id=ELSEWHERE), actor=None)
    return Lender(resource=scene.resource, credential=scene.credential)


def owned(scene: Scene) -> list[str]:
    connection = Connection.objects.get()
    return [one.number for one in list_numbers(connection=connection.connection_string, cloud=scene.cloud)]


def fields(scene: Scene) -> ConnectFields:
    return ConnectFields(
        resource_name=scene.resource.name,
        resource_id=str(scene.resource),
        connection_string=scene.azure.acs.connection_string,
        event_grid_app_id="7a1f9c52-0000-4000-8000-0000000000ff",
        event_grid_app_tenant_id=str(ELSEWHERE),
        confirmed=True,
    )


def test_number_is_lent_and_its_calls_arrive(scene: Scene, lender: Lender) -> None:
    number = lender.lend(lendable=[])

    connection = active_connection()
    assert connection is not None
    assert (connection.is_trial, number.type) == (True, NumberType.TOLL_FREE)
    assert [one["name"] for one in scene.subscriptions()] == ["centrala-incoming-call", "centrala-recording"]
    assert not connection.endpoints.filter(service=Service.SMS).exists()
    call = {"from": "+14255550123", "to": number.number}
    scene.azure.control.post("/_local/calls", json=call).raise_for_status()
    until(lambda: Event.objects.filter(type="Microsoft.Communication.IncomingCall").exists())
    acts = set(AuditEntry.objects.values_list("act", flat=True))
    assert {"connect", "provision", "start trial"} <= acts


def test_lending_again_after_it_was_cut_off_doubles_nothing(scene: Scene, lender: Lender) -> None:
    scene.provisioner()  # the way there is the same
    first = lender.lend(lendable=[])
    before = scene.counted()
    Trial.objects.all().delete()  # as if killed between the connection and the trial
    PhoneNumber.objects.all().delete()

    again = lender.lend(lendable=[])

    assert again.number == first.number
    assert scene.counted() == before
    assert PhoneNumber.objects.count() == 1


def test_nothing_is_made_where_no_number_is_to_be_had(scene: Scene, lender: Lender) -> None:
    with pytest.raises(Refused, match="\\+14255550100: the resource owns no such number"):
        lender.lend(lendable=["+14255550100"])
    organization.change(wanted=Wanted(kind=Kind.PRODUCTION), actor=None)
    with pytest.raises(Refused, match="No trial is running"):
        lender.lend(lendable=[])

    assert not Connection.objects.exists()
    assert scene.applications() == []


def test_second_number_is_chosen_of_what_the_lender_has(scene: Scene, lender: Lender) -> None:
    adam = User.objects.create(username="adam", role=Role.ADMINISTRATOR)
    lender.lend(lendable=[])
    lender.buy("geographic", area_code="425")

    second = actions.add_number(kind=NumberType.GEOGRAPHIC, actor=adam)

    assert second.number in owned(scene)
    assert (second.type, second.receives_sms) == (NumberType.GEOGRAPHIC, False)
    with pytest.raises(Refused, match="two numbers at most"):
        actions.add_number(kind=NumberType.TOLL_FREE, actor=adam)
    with pytest.raises(Refused, match="No such number"):
        actions.add_number(kind=NumberType.GEOGRAPHIC, actor=adam)
    assert AuditEntry.objects.filter(act="add trial number", actor=adam).count() == 1


def test_number_is_bought_only_where_that_is_asked_for(scene: Scene, lender: Lender) -> None:
    lender.lend(lendable=[], buy=True)
    had = owned(scene)

    assert sorted(had) == sorted(scene.azure.acs.phone_numbers)  # one was there


def test_numbers_of_a_trial_are_not_the_organisations_to_change(scene: Scene, lender: Lender) -> None:
    number = lender.lend(lendable=[])
    features = Features(receives_calls=True, makes_calls=True, receives_sms=True, sends_sms=True)

    with pytest.raises(Refused, match="cannot be upgraded"):
        add_features(number=number, features=features, actor=None)
    with pytest.raises(Refused, match="cannot be upgraded"):
        release(number=number, actor=None)
    with pytest.raises(Refused, match="cannot be upgraded"):
        find(connection=number.connection, country="US", kind=NumberType.TOLL_FREE, features=features, actor=None)
    with pytest.raises(Refused, match="lent one by one"):
        sync(connection=number.connection)
    with pytest.raises(Refused, match="lent to a trial"):
        disconnect(connection=number.connection, actor=None)

    assert number.number in owned(scene)


def test_lenders_resource_never_becomes_ones_own(scene: Scene, lender: Lender) -> None:
    lender.lend(lendable=[])
    with pytest.raises(Refused, match="End the trial first"):
        connect(fields=fields(scene), actor=None)

    actions.end(actor=None)

    with pytest.raises(Refused, match="lent the numbers of the trial"):
        connect(fields=fields(scene), actor=None)
    assert active_connection() is None


def test_resource_of_ones_own_is_lent_to_nobody(scene: Scene) -> None:
    scene.provisioner().apply()
    Connection.objects.update(disconnected_at=Connection.objects.get().connected_at)
    organization.change(wanted=Wanted(kind=Kind.TRIAL), actor=None)

    with pytest.raises(Refused, match="as the organisation's own"):
        Lender(resource=scene.resource, credential=scene.credential).lend(lendable=[])

    assert not Trial.objects.exists()


def test_trial_that_ended_a_moment_ago_makes_room_for_a_resource_of_ones_own(scene: Scene) -> None:
    from trials.scene import lender as another
    from trials.scene import number

    organization.change(wanted=Wanted(kind=Kind.TRIAL), actor=None)
    actions.start(connection=another(), number=number(), lendable=[])
    Organization.objects.update(kind=Kind.PRODUCTION)

    mine = scene.provisioner().apply()

    assert active_connection() == mine
    actions.end_when_over()
    assert active_connection() == mine
    assert Trial.objects.get().ended_at is not None

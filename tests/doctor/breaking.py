"""For each rule a way to break what it looks at, and nothing else, and then to mend it as the rule says."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

from azure.communication.phonenumbers import PhoneNumbersClient
from azure.core.exceptions import HttpResponseError
from azure.mgmt.eventgrid import models as vendor
from django.db import connection as database
from django.db.migrations.executor import MigrationExecutor
from django.utils.timezone import now

from centrala.connection import actions
from centrala.connection.letter_box import forget_container
from centrala.connection.models import Connection, DeadLetterContainer, Endpoint, Service, Sight, Sighting
from centrala.conversations.models import (
    Contact,
    Conversation,
    ConversationState,
    Direction,
    Message,
    MessageState,
    Reason,
)
from centrala.dialling.models import Profile
from centrala.inbox.models import Event, State
from centrala.numbers.models import PhoneNumber
from centrala.organization.crypto import encrypt
from centrala.organization.models import Kind, Organization
from centrala.workstreams.models import Channel, Queue, QueueKind, Workstream
from doctor.scene import Scene, wait_until

Break = Callable[[Scene], AbstractContextManager[None]]
OTHER = "9b1e7c44-6a2d-4f0f-8e35-7d1c2b3a4f50"
SMS, DELIVERY = "Microsoft.Communication.SMSReceived", "Microsoft.Communication.SMSDeliveryReportReceived"
RECORDING = "Microsoft.Communication.RecordingFileStatusUpdated"


# This installation


@contextmanager
def licence_ends(scene: Scene) -> Iterator[None]:
    Organization.objects.update(licensed=False)
    yield
    Organization.objects.update(licensed=True)


@contextmanager
def organization_is_a_trial(scene: Scene) -> Iterator[None]:
    Organization.objects.update(kind=Kind.TRIAL, trial_started_at=now(), trial_ends_at=now() + timedelta(days=1))
    yield
    Organization.objects.update(kind=Kind.PRODUCTION, trial_started_at=None, trial_ends_at=None)


@contextmanager
def disconnected(scene: Scene) -> Iterator[None]:
    actions.disconnect(connection=scene.connection, actor=None)
    yield
    scene.provision()


@contextmanager
def migration_is_missing(scene: Scene) -> Iterator[None]:
    (name,) = MigrationExecutor(database).loader.graph.leaf_nodes("connection")
    with database.cursor() as cursor:
        cursor.execute("delete from django_migrations where app = %s and name = %s", name)
    yield
    with database.cursor() as cursor:
        cursor.execute("insert into django_migrations (app, name, applied) values (%s, %s, now())", name)


@contextmanager
def keys_are_open(scene: Scene) -> Iterator[None]:
    (scene.installation.data / "keys").chmod(0o644)
    yield
    (scene.installation.data / "keys").chmod(0o600)


@contextmanager
def clock_is_ahead(scene: Scene) -> Iterator[None]:
    scene.ahead = timedelta(seconds=75)
    yield
    scene.ahead = timedelta()


@contextmanager
def principal_holds_everything(scene: Scene) -> Iterator[None]:
    scene.own = scene.credential
    yield
    scene.own = None


# The address


@contextmanager
def address_has_a_path(scene: Scene) -> Iterator[None]:
    scene.public_url = f"{scene.hub.url}/?a=1&b=2"
    yield
    scene.public_url = None


@contextmanager
def address_is_plain(scene: Scene) -> Iterator[None]:
    scene.public_url = "http://localhost:1"
    yield
    scene.public_url = None


@contextmanager
def tunnel(scene: Scene) -> Iterator[None]:
    from centrala.doctor.rules import address

    known, address.TUNNELS = address.TUNNELS, ("localhost",)
    yield
    address.TUNNELS = known


@contextmanager
def front_is_down(scene: Scene) -> Iterator[None]:
    with scene.mode("down"):
        yield


@contextmanager
def certificate_is_a_strangers(scene: Scene) -> Iterator[None]:
    scene.hub.present(scene.certificates["untrusted"])
    yield
    scene.hub.present(scene.certificates["trusted"])


@contextmanager
def webhooks_are_blocked(scene: Scene) -> Iterator[None]:
    with scene.mode("blocked"):
        yield


@contextmanager
def another_hub_answers(scene: Scene) -> Iterator[None]:
    with scene.mode("another"):
        yield


@contextmanager
def answers_are_chunked(scene: Scene) -> Iterator[None]:
    with scene.mode("chunked"):
        yield


# Work


def heard(minutes: int) -> None:
    with database.cursor() as cursor:
        cursor.execute("update procrastinate_workers set last_heartbeat = now() + make_interval(mins => %s)", [minutes])


@contextmanager
def worker_is_silent(scene: Scene) -> Iterator[None]:
    heard(-10)
    yield
    heard(60)


@contextmanager
def no_worker_ever(scene: Scene) -> Iterator[None]:
    with database.cursor() as cursor:
        cursor.execute("delete from procrastinate_workers")
    yield
    with database.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers default values")
    heard(60)


def event(scene: Scene, **values: Any) -> None:
    endpoint = scene.endpoint(Service.SMS)
    Event.objects.create(event_id=str(uuid4()), type=SMS, subject="", body=b"{}", endpoint=endpoint.pk, **values)


@contextmanager
def event_waits(scene: Scene) -> Iterator[None]:
    event(scene, received_at=now() - timedelta(minutes=10))
    yield
    Event.objects.all().delete()


@contextmanager
def report_is_missing(scene: Scene) -> Iterator[None]:
    number = scene.connection.numbers.first() or PhoneNumber.objects.create(connection=scene.connection, number="+1833")
    talk = Conversation.objects.create(
        contact=Contact.objects.create(number="+14255550123"),
        number=number,
        state=ConversationState.CLOSED,
        opened_at=now(),
        last_message_at=now(),
    )
    message = Message.objects.create(
        conversation=talk,
        direction=Direction.OUTBOUND,
        state=MessageState.SENT,
        error=Reason.NO_REPORT,
        created_at=now(),
        first_attempt_at=now(),
    )
    yield
    message.delete()


@contextmanager
def dead_letters_cannot_be_read(scene: Scene) -> Iterator[None]:
    DeadLetterContainer.objects.create(
        url="https://localhost:1/contoso/letters", encrypted_secret=encrypt("a" * 86 + "=="), changed_at=now()
    )
    yield
    forget_container(actor=None)


@contextmanager
def event_failed(scene: Scene) -> Iterator[None]:
    event(scene, received_at=now(), state=State.FAILED)
    yield
    Event.objects.all().delete()


# The resource


@contextmanager
def azure_subscription_is_disabled(scene: Scene) -> Iterator[None]:
    scene.control("subscription", state="Disabled")
    yield
    scene.control("subscription", state="Enabled")


@contextmanager
def resource_is_another(scene: Scene) -> Iterator[None]:
    known = scene.connection.resource_id
    Connection.objects.update(resource_id=known.replace("acs-centrala", "acs-gone"))
    yield
    Connection.objects.update(resource_id=known)


@contextmanager
def keys_are_off(scene: Scene) -> Iterator[None]:
    scene.change_resource(properties={"disableLocalAuth": True})
    yield
    scene.change_resource(properties={"disableLocalAuth": False})


@contextmanager
def key_is_rotated(scene: Scene) -> Iterator[None]:
    known = scene.connection.encrypted_connection_string
    key = scene.azure.control.post("/_local/keys", json={"key": "primary"}).raise_for_status()
    assert key
    yield
    from centrala.azure.resources import read_connection_string
    from centrala.organization.crypto import encrypt

    fresh = read_connection_string(scene.resource, credential=scene.credential, cloud=scene.cloud)
    assert encrypt(fresh) != known
    Connection.objects.update(encrypted_connection_string=encrypt(fresh))


@contextmanager
def provider_is_unregistered(scene: Scene) -> Iterator[None]:
    path = f"/subscriptions/{scene.azure.subscription_id}/providers/Microsoft.EventGrid"
    version = {"api-version": "2021-04-01"}
    scene.ask("POST", f"{path}/unregister", params=version)
    yield
    scene.provision()


@contextmanager
def identity_is_off(scene: Scene) -> Iterator[None]:
    scene.change_resource(identity={"type": "None"})
    yield
    scene.change_resource(identity={"type": "SystemAssigned"})


@contextmanager
def profile_calling_by(scene: Scene, number: str, *, makes_calls: bool = True) -> Iterator[None]:
    """An outbound profile of this number, of which the hub takes this for true."""
    caller = PhoneNumber.objects.create(connection=scene.connection, number=number, makes_calls=makes_calls)
    queue = Queue.objects.get_or_create(kind=QueueKind.VOICE, is_default=True)[0]
    voice = Workstream.objects.create(name="Voice", channel=Channel.VOICE, queue=queue)
    profile = Profile.objects.create(label="Sales", number=caller, workstream=voice)
    yield
    profile.delete()
    voice.delete()
    caller.delete()


@contextmanager
def number_of_a_profile_is_released(scene: Scene) -> Iterator[None]:
    with profile_calling_by(scene, "+14255550177"):
        yield


@contextmanager
def number_of_a_profile_was_not_read_anew(scene: Scene) -> Iterator[None]:
    with profile_calling_by(scene, scene.azure.acs.phone_numbers[0], makes_calls=False):
        yield


@contextmanager
def number_of_a_profile_makes_no_calls(scene: Scene) -> Iterator[None]:
    numbers = PhoneNumbersClient.from_connection_string(
        str(scene.connection.connection_string), connection_verify=scene.cloud.verify, polling_interval=0.05
    )
    number = scene.azure.acs.phone_numbers[0]
    with profile_calling_by(scene, number):
        assert scene.changes() == {}
        numbers.begin_update_phone_number_capabilities(number, calling="inbound").result()
        yield
        numbers.begin_update_phone_number_capabilities(number, calling="inbound+outbound").result()


# The directory


@contextmanager
def application_is_deleted(scene: Scene) -> Iterator[None]:
    found = scene.graph(f"applications(appId='{scene.app_id}')")
    scene.ask("DELETE", f"/v1.0/applications/{found['id']}")
    yield
    Connection.objects.update(require_role=False)
    scene.provision()
    actions_of_provision(scene)


def actions_of_provision(scene: Scene) -> None:
    """A new application has handshakes of its own to be seen."""
    made = now() - timedelta(seconds=30)
    wait_until(lambda: Sighting.objects.filter(kind=Sight.HANDSHAKE, at__gt=made).count() == len(Service))


@contextmanager
def subscription_names_another_application(scene: Scene) -> Iterator[None]:
    scene.subscribe(Service.SMS, app_id=scene.register("Another"))
    yield
    scene.provision()


@contextmanager
def organization_moves(scene: Scene) -> Iterator[None]:
    Organization.objects.update(tenant_id=OTHER)
    yield
    Organization.objects.update(tenant_id=scene.azure.tenant_id)


@contextmanager
def event_grid_is_unknown(scene: Scene) -> Iterator[None]:
    scene.control("faults", operation="eventgrid.principal")
    yield
    scene.azure.control.delete("/_local/faults").raise_for_status()
    scene.provision()


def application(scene: Scene) -> dict[str, Any]:
    found: dict[str, Any] = scene.graph(f"applications(appId='{scene.app_id}')")
    return found


@contextmanager
def application_is_for_one_directory(scene: Scene) -> Iterator[None]:
    scene.ask("PATCH", f"/v1.0/applications/{application(scene)['id']}", json={"signInAudience": "AzureADMyOrg"})
    yield
    scene.provision()


@contextmanager
def role_excludes_users(scene: Scene) -> Iterator[None]:
    found = application(scene)
    (role,) = found["appRoles"]
    changed = {"appRoles": [role | {"allowedMemberTypes": ["Application"]}]}
    scene.ask("PATCH", f"/v1.0/applications/{found['id']}", json=changed)
    yield
    scene.provision()


def principal_id(scene: Scene, client_id: str) -> str:
    return str(scene.graph(f"servicePrincipals(appId='{client_id}')")["id"])


def take_back(scene: Scene, holder: str) -> None:
    principal = principal_id(scene, scene.app_id)
    for one in scene.graph(f"servicePrincipals/{principal}/appRoleAssignedTo")["value"]:
        if one["principalId"] == holder:
            scene.ask("DELETE", f"/v1.0/servicePrincipals/{principal}/appRoleAssignedTo/{one['id']}")


@contextmanager
def event_grid_lost_the_role(scene: Scene) -> Iterator[None]:
    take_back(scene, principal_id(scene, scene.cloud.event_grid_app_id))
    yield
    scene.provision()


@contextmanager
def caller_owns_nothing(scene: Scene) -> Iterator[None]:
    me, found = principal_id(scene, scene.azure.client_id), application(scene)
    take_back(scene, me)
    scene.ask("DELETE", f"/v1.0/applications/{found['id']}/owners/{me}/$ref")
    scene.ask("DELETE", f"/v1.0/servicePrincipals/{principal_id(scene, scene.app_id)}/owners/{me}/$ref")
    yield
    scene.provision()


@contextmanager
def application_is_new(scene: Scene) -> Iterator[None]:
    """As if its handshakes were all older than it is, and nothing else had come."""
    Sighting.objects.exclude(kind=Sight.HANDSHAKE).delete()
    known = {one.pk: one.at for one in Sighting.objects.filter(kind=Sight.HANDSHAKE)}
    Sighting.objects.filter(kind=Sight.HANDSHAKE).update(at=now() - timedelta(days=1))
    yield
    for pk, at in known.items():
        Sighting.objects.filter(pk=pk).update(at=at)


# System topic and event subscriptions


@contextmanager
def topic_is_deleted(scene: Scene) -> Iterator[None]:
    with scene.event_grid() as client:
        client.system_topics.begin_delete(scene.azure.resource_group, scene.topic).result()
    yield
    scene.provision()


@contextmanager
def subscription_is_deleted(scene: Scene) -> Iterator[None]:
    scene.remove("centrala-recording")
    yield
    scene.provision()


@contextmanager
def endpoint_is_replaced(scene: Scene) -> Iterator[None]:
    old = scene.endpoint(Service.SMS)
    Endpoint.objects.filter(pk=old.pk).update(retires_at=now() + timedelta(days=1))
    new = Endpoint.objects.create(connection=scene.connection, service=Service.SMS)
    yield
    new.delete()
    Endpoint.objects.filter(pk=old.pk).update(retires_at=None)


@contextmanager
def handshake_is_not_answered(scene: Scene) -> Iterator[None]:
    with suppress(HttpResponseError):
        scene.subscribe(Service.RECORDING, mode="swallow")
    yield
    scene.remove("centrala-recording")
    scene.provision()


@contextmanager
def schema_is_cloud_events(scene: Scene) -> Iterator[None]:
    scene.subscribe(Service.SMS, schema="CloudEventSchemaV1_0")
    yield
    scene.remove("centrala-sms")
    scene.provision()


@contextmanager
def no_entra_authentication(scene: Scene) -> Iterator[None]:
    scene.subscribe(Service.SMS, app_id=None, tenant_id=None)
    yield
    scene.provision()


def types(*names: str, **more: object) -> vendor.EventSubscriptionFilter:
    return vendor.EventSubscriptionFilter(included_event_types=list(names), **more)


@contextmanager
def one_type_of_the_pair(scene: Scene) -> Iterator[None]:
    scene.subscribe(Service.SMS, filter=types(SMS))
    yield
    scene.provision()


@contextmanager
def types_of_another_service(scene: Scene) -> Iterator[None]:
    scene.subscribe(Service.SMS, filter=types(SMS, DELIVERY, "Microsoft.Communication.ChatMessageReceived"))
    yield
    scene.provision()


@contextmanager
def only_one_number(scene: Scene) -> Iterator[None]:
    scene.subscribe(Service.SMS, filter=types(SMS, DELIVERY, subject_begins_with="/phonenumber/1833"))
    yield
    scene.provision()


@contextmanager
def two_subscriptions(scene: Scene) -> Iterator[None]:
    scene.subscribe(Service.SMS, name="by-hand", filter=types(SMS))
    yield
    scene.remove("by-hand")


@contextmanager
def no_dead_letters(scene: Scene) -> Iterator[None]:
    scene.subscribe(Service.SMS, dead_letters=None)
    yield
    scene.provision()


def retries(attempts: int, minutes: int) -> vendor.RetryPolicy:
    return vendor.RetryPolicy(max_delivery_attempts=attempts, event_time_to_live_in_minutes=minutes)


@contextmanager
def calls_are_tried_for_a_day(scene: Scene) -> Iterator[None]:
    scene.subscribe(Service.INCOMING_CALL, retry=retries(30, 1440))
    yield
    scene.provision()


@contextmanager
def texts_are_given_up_soon(scene: Scene) -> Iterator[None]:
    scene.subscribe(Service.SMS, retry=retries(2, 1))
    yield
    scene.provision()


# Deliveries


@contextmanager
def endpoint_never_heard_of(scene: Scene) -> Iterator[None]:
    kept = list(Sighting.objects.filter(endpoint=scene.endpoint(Service.SMS)))
    Sighting.objects.filter(endpoint=scene.endpoint(Service.SMS)).delete()
    yield
    Sighting.objects.bulk_create(kept)


@contextmanager
def delivery_is_refused(scene: Scene) -> Iterator[None]:
    endpoint = scene.endpoint(Service.SMS)
    refusals = Sighting.objects.filter(endpoint=endpoint, kind=Sight.REFUSAL)
    assert scene.http.post(endpoint.url, json=[]).status_code == 401
    wait_until(refusals.exists)
    yield
    scene.control("events", event_type=SMS, data=text())
    wait_until(Sighting.objects.filter(endpoint=endpoint, kind=Sight.EVENT).exists)
    Event.objects.all().delete()
    Sighting.objects.filter(endpoint=endpoint).exclude(kind=Sight.HANDSHAKE).delete()


def text() -> dict[str, str]:
    return {
        "messageId": str(uuid4()),
        "from": "+14255550123",
        "to": "+18335550100",
        "message": "Where is my parcel?",
        "receivedTimestamp": now().isoformat(),
    }


@contextmanager
def event_goes_astray(scene: Scene) -> Iterator[None]:
    endpoint = scene.endpoint(Service.SMS)
    stray = Sighting.objects.create(
        endpoint=endpoint, kind=Sight.MISDIRECTED, at=now(), word=RECORDING, subscription="BY-HAND"
    )
    yield
    stray.delete()


@contextmanager
def connection_string_is(text: str) -> Iterator[None]:
    from centrala.organization.crypto import encrypt

    known = Connection.objects.get().encrypted_connection_string
    Connection.objects.update(encrypted_connection_string=encrypt(text))
    yield
    Connection.objects.update(encrypted_connection_string=known)

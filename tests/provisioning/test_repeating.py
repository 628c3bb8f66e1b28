"""Provisioning that meets what is there already, what has drifted, and what does not work."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from centrala.azure.eventgrid import DeadLetters
from centrala.azure.graph import MULTI_TENANT, directory
from centrala.connection.actions import ConnectFields, connect
from centrala.connection.models import Connection, Service, Sight, Sighting
from centrala.connection.provisioning import Progress, Report, Stopped
from centrala.errors import Refused
from centrala.hooks.endpoints import LIFE
from centrala.inbox.models import Event
from centrala.organization.models import AuditEntry
from provisioning.scene import ROLE, WHOLE, Reports, Scene, moved
from running_demo import until

pytestmark = pytest.mark.long

KEYS_VERSION = {"api-version": "2023-04-01"}
DAY, CALL = (
    {"maxDeliveryAttempts": 30, "eventTimeToLiveInMinutes": 1440},
    {
        "maxDeliveryAttempts": 2,
        "eventTimeToLiveInMinutes": 1,
    },
)


def test_plan_has_nothing_to_do_afterwards(scene: Scene) -> None:
    scene.provisioner().apply()

    assert scene.provisioner().plan().to_do == ()


def test_key_that_was_regenerated_is_read_anew(scene: Scene) -> None:
    made = scene.provisioner().apply()
    answer = scene.ask("POST", f"{scene.resource}/regenerateKey", params=KEYS_VERSION, json={"keyType": "Primary"})
    fresh = answer.raise_for_status().json()["primaryConnectionString"]

    todo = scene.provisioner().plan().to_do
    again = scene.provisioner().apply()

    told = [(one.key, [(each.field, each.before, each.after) for each in one.differences]) for one in todo]
    assert told == [("connection", [("accessKey", "refused", "accepted")])]
    assert (again.pk, str(again.connection_string), again.key_refused_at) == (made.pk, fresh, None)
    assert scene.provisioner().plan().to_do == ()


def test_key_that_nobody_can_decrypt_keeps_nothing_from_being_planned(scene: Scene, settings: Settings) -> None:
    scene.provisioner().apply()
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    assert scene.provisioner().plan().to_do == ()


def subscription_path(scene: Scene, name: str) -> str:
    return next(str(one["id"]) for one in scene.subscriptions() if one["name"] == name)


def drift_filter(scene: Scene) -> str:
    body = {
        "filter": {"subjectBeginsWith": "/phonenumber/1", "includedEventTypes": ["Microsoft.Communication.SMSReceived"]}
    }
    scene.ask("PATCH", subscription_path(scene, "centrala-sms"), json=body).raise_for_status()
    return "subscription:sms"


def drift_retries(scene: Scene) -> str:
    body = {"retryPolicy": {"maxDeliveryAttempts": 3, "eventTimeToLiveInMinutes": 5}}
    scene.ask("PATCH", subscription_path(scene, "centrala-recording"), json=body).raise_for_status()
    return "subscription:recording"


def drift_schema(scene: Scene) -> str:
    """As somebody would who chose the other schema in the portal; the hub then refuses the handshake."""
    path = subscription_path(scene, "centrala-incoming-call")
    url = scene.ask("POST", f"{path}/getFullUrl").json()["endpointUrl"]
    scene.ask("DELETE", path).raise_for_status()
    body = {
        "properties": {
            "destination": {"endpointType": "WebHook", "properties": {"endpointUrl": url}},
            "eventDeliverySchema": "CloudEventSchemaV1_0",
        }
    }
    scene.ask("PUT", path, json=body).raise_for_status()
    return "subscription:incoming-call"


def drift_assignment(scene: Scene) -> str:
    [application] = scene.applications()
    [principal] = scene.graph("servicePrincipals", **{"$filter": f"appId eq '{application['appId']}'"})
    given = scene.graph(f"servicePrincipals/{principal['id']}/appRoleAssignedTo")
    ours = next(one for one in given if one["principalDisplayName"] == "Microsoft.EventGrid")
    path = f"/v1.0/servicePrincipals/{principal['id']}/appRoleAssignedTo/{ours['id']}"
    scene.ask("DELETE", path).raise_for_status()
    return "assignment:event-grid"


def drift_role(scene: Scene) -> str:
    [application] = scene.applications()
    role = application["appRoles"][0] | {"allowedMemberTypes": ["Application"]}
    scene.ask("PATCH", f"/v1.0/applications/{application['id']}", json={"appRoles": [role]}).raise_for_status()
    return "role"


def drift_topic(scene: Scene) -> str:
    topic = subscription_path(scene, "centrala-sms").partition("/eventSubscriptions")[0]
    scene.ask("DELETE", topic).raise_for_status()
    return "topic"


@pytest.mark.parametrize(
    "drift", [drift_filter, drift_retries, drift_schema, drift_assignment, drift_role, drift_topic]
)
def test_drift_is_seen_by_the_plan_and_mended(scene: Scene, drift: object) -> None:
    scene.provisioner().apply()
    key = drift(scene)  # type: ignore[operator] # each is one of the functions above

    seen = {step.key for step in scene.provisioner().plan().to_do}
    scene.provisioner().apply()

    assert key in seen
    assert scene.provisioner().plan().to_do == ()
    assert scene.counted() == WHOLE


def test_what_a_stopped_run_has_done_is_in_the_audit_log(scene: Scene) -> None:
    scene.provisioner().apply()
    drift_schema(scene)
    recorded = AuditEntry.objects.count()
    scene.order("PUT /*/eventsubscriptions/centrala-incoming-call", status=403)

    with pytest.raises(Stopped):
        scene.provisioner().apply()

    [entry] = AuditEntry.objects.order_by("at")[recorded:]
    assert (entry.act, entry.target) == ("delete event subscription", "centrala-incoming-call of acs-centrala-events")


def test_what_was_made_before_a_look_failed_is_in_the_audit_log(scene: Scene) -> None:
    provisioner = scene.provisioner()

    def look_away(report: Report) -> None:
        if report.key == "topic" and report.progress is Progress.RUNNING:
            scene.order("GET /*/systemtopics", status=403, lasting=True)

    provisioner.tell = look_away
    with pytest.raises(Stopped):
        provisioner.apply()

    assert AuditEntry.objects.filter(act="provision", target="acs-centrala-events (topic)").count() == 1


def test_wrong_application_in_a_subscription_is_seen_and_mended(scene: Scene) -> None:
    scene.provisioner().apply()
    other = scene.azure.control.post("/_local/applications", json={"name": "Other"}).json()["client_id"]
    path = subscription_path(scene, "centrala-sms")
    # Another hub's endpoint answers, so that the wrong id can be stored at all.
    found = next(one for one in scene.subscriptions() if one["name"] == "centrala-sms")["properties"]
    Connection.objects.get().entries.filter(key="EventGridAppID").update(value=other)
    url = scene.ask("POST", f"{path}/getFullUrl").json()["endpointUrl"]
    destination = {
        "endpointType": "WebHook",
        "properties": {
            "endpointUrl": url,
            "azureActiveDirectoryTenantId": scene.azure.tenant_id,
            "azureActiveDirectoryApplicationIdOrUri": other,
        },
    }
    Connection.objects.update(require_role=False)
    until(lambda: _changed(scene, path, destination))
    right = found["destination"]["properties"]["azureActiveDirectoryApplicationIdOrUri"]
    Connection.objects.get().entries.filter(key="EventGridAppID").update(value=right)

    [step] = [one for one in scene.provisioner().plan().to_do if one.key == "subscription:sms"]
    scene.provisioner().apply()

    changed = {one.field: (one.before, one.after) for one in step.differences}
    assert changed == {"azureActiveDirectoryApplicationIdOrUri": (other, right)}
    assert [one for one in scene.provisioner().plan().to_do if one.key == "subscription:sms"] == []


def _changed(scene: Scene, path: str, destination: dict[str, object]) -> bool:
    """The hub keeps an endpoint's trust for up to two seconds, so the handshake may have to be asked for again."""
    scene.ask("PATCH", path, json={"destination": destination}).raise_for_status()
    until(lambda: scene.ask("GET", path).json()["properties"]["provisioningState"] != "Updating")
    found = scene.ask("GET", path).json()["properties"]["destination"]["properties"]
    wanted = destination["properties"]["azureActiveDirectoryApplicationIdOrUri"]  # type: ignore[index] # see above
    return bool(found["azureActiveDirectoryApplicationIdOrUri"] == wanted)


def test_application_that_never_spreads_ends_the_run_after_the_deadline(scene: Scene) -> None:
    scene.azure.control.post("/_local/propagation", json={"seconds": 86_400}).raise_for_status()
    late = timedelta()

    def pass_quarter() -> None:
        nonlocal late
        late = timedelta(minutes=16)

    reports = Reports(when={Progress.SPREADING: pass_quarter})

    with pytest.raises(Stopped) as stopped:
        scene.provisioner(reports=reports, now=lambda: datetime.now(UTC) + late).apply()

    assert stopped.value.key == "subscription:sms"
    assert "The handshake failed" in stopped.value.cause
    assert "run this again" in stopped.value.fix


def test_handshake_that_fails_for_another_reason_tells_cause_and_fix(scene: Scene, settings: Settings) -> None:
    settings.PUBLIC_URL = f"{settings.PUBLIC_URL}/elsewhere"

    with pytest.raises(Stopped) as stopped:
        scene.provisioner().apply()

    assert "does not know this webhook address" in stopped.value.cause
    assert "PUBLIC_URL" in stopped.value.fix


@pytest.mark.parametrize("status", [409, 429, 500, 503])
def test_busy_azure_is_asked_again(scene: Scene, status: int) -> None:
    reports = Reports()
    scene.order("PUT /*systemtopics/acs-centrala-events", status=status, times=2, retry_after_seconds=0)

    scene.provisioner(reports=reports).apply()

    assert [one.key for one in reports.of(Progress.RETRYING)] == ["topic", "topic"]
    assert scene.counted() == WHOLE


def test_azure_that_stays_busy_ends_the_run_and_the_next_goes_on(scene: Scene) -> None:
    scene.order("PUT /*systemtopics/acs-centrala-events", status=503, lasting=True, retry_after_seconds=0)

    with pytest.raises(Stopped) as stopped:
        scene.provisioner().apply()
    scene.azure.control.delete("/_local/faults")
    scene.provisioner().apply()

    assert stopped.value.key == "topic"
    assert "run this again in a few minutes" in stopped.value.fix
    assert scene.counted() == WHOLE


def test_provider_that_takes_its_time_is_waited_for(scene: Scene) -> None:
    scene.order("provider.register", delay_seconds=120)
    reports = Reports(when={Progress.REGISTERING: lambda: scene.advance(120)})

    scene.provisioner(reports=reports).apply()

    assert {one.key for one in reports.of(Progress.REGISTERING)} == {"provider:Microsoft.EventGrid"}


def test_topic_that_is_there_is_adopted(scene: Scene) -> None:
    group = f"/subscriptions/{scene.azure.subscription_id}/resourceGroups/{scene.azure.resource_group}/providers"
    register = f"/subscriptions/{scene.azure.subscription_id}/providers/Microsoft.EventGrid/register"
    scene.ask("POST", register).raise_for_status()
    body = {
        "location": "global",
        "tags": {"team": "care"},
        "properties": {
            "source": scene.azure.acs.resource_id,
            "topicType": "Microsoft.Communication.CommunicationServices",
        },
    }
    scene.ask("PUT", f"{group}/Microsoft.EventGrid/systemTopics/by-hand", json=body).raise_for_status()

    scene.provisioner().apply()

    assert {str(one["id"]).split("/")[-3] for one in scene.subscriptions()} == {"by-hand"}
    topic = scene.ask("GET", f"{group}/Microsoft.EventGrid/systemTopics/by-hand").json()
    assert topic["tags"] == {"team": "care"}


def test_subscription_made_by_hand_is_adopted_under_its_name(scene: Scene) -> None:
    scene.provisioner().apply()
    path = subscription_path(scene, "centrala-sms")
    made = scene.ask("GET", path).json()["properties"]
    url = scene.ask("POST", f"{path}/getFullUrl").json()["endpointUrl"]
    scene.ask("DELETE", path).raise_for_status()
    made["destination"]["properties"] |= {"endpointUrl": url, "endpointBaseUrl": None}
    body = {"properties": {"destination": made["destination"], "labels": ["mine"], "filter": made["filter"]}}
    by_hand = path.replace("centrala-sms", "texts")
    scene.ask("PUT", by_hand, json=body).raise_for_status()
    until(lambda: scene.ask("GET", by_hand).json()["properties"]["provisioningState"] == "Succeeded")

    assert scene.provisioner().plan().to_do == ()
    scene.ask("PATCH", by_hand, json={"retryPolicy": {"maxDeliveryAttempts": 1}}).raise_for_status()
    scene.provisioner().apply()

    assert [one["name"] for one in scene.subscriptions()] == ["centrala-incoming-call", "centrala-recording", "texts"]
    kept = scene.ask("GET", by_hand).json()["properties"]
    assert (kept["retryPolicy"], kept["labels"]) == (DAY, ["mine"])


def test_application_of_ones_own_keeps_what_it_has(scene: Scene) -> None:
    other = {
        "id": "6f2b1d6e-6c1c-4c7e-8f0e-0a3a5f0d9c11",
        "allowedMemberTypes": ["User"],
        "displayName": "Reader",
        "description": "Reader",
        "value": "Reader",
        "isEnabled": True,
    }
    body = {"displayName": "Our own", "signInAudience": "AzureADMyOrg", "appRoles": [other]}
    own = scene.ask("POST", "/v1.0/applications", json=body).raise_for_status().json()

    connection = scene.provisioner(application_id=own["appId"].upper()).apply()

    [application] = scene.applications()
    assert application["signInAudience"] == "AzureADMyOrg"
    assert [one["value"] for one in application["appRoles"]] == ["Reader", ROLE]
    assert connection.entries.get(key="EventGridAppID").value == own["appId"]


def test_application_that_is_not_there_is_refused_and_nothing_is_made(scene: Scene) -> None:
    before = scene.counted()

    with pytest.raises(Refused, match="The directory has no application"):
        scene.provisioner(application_id="0f6f9a2c-0000-4000-8000-00000000000b").apply()

    assert (scene.counted(), Connection.objects.count()) == (before, 0)


def test_application_that_only_bears_the_name_is_refused_unless_its_owner_runs(scene: Scene) -> None:
    body = {"displayName": "Centrala acs-centrala"}
    made = scene.ask("POST", "/v1.0/applications", json=body).raise_for_status().json()
    owners = f"/v1.0/applications/{made['id']}/owners"
    [me] = scene.ask("GET", owners).json()["value"]

    own = {step.key: step.name for step in scene.provisioner().plan().steps}
    scene.ask("DELETE", f"{owners}/{me['id']}/$ref").raise_for_status()
    with pytest.raises(Refused, match=f"{made['appId']}.*--application-id"):
        scene.provisioner().plan()
    named = scene.provisioner(application_id=made["appId"]).plan()

    assert own["application"] == "Centrala acs-centrala"
    assert named.blueprint.application.client_id == made["appId"]


def test_application_under_a_name_that_can_be_guessed_is_not_taken_for_ours(scene: Scene) -> None:
    digest = sha256(str(scene.resource).lower().encode()).hexdigest()
    guesses = [f"centrala-acs-centrala-{digest[:length]}" for length in (12, 20)]
    with directory(credential=scene.credential, cloud=scene.cloud) as graph:
        for guess in guesses:
            graph.put_application(guess, display_name="Mine now", audience=MULTI_TENANT)

    steps = {step.key: step.change for step in scene.provisioner().plan().steps}

    assert len(scene.applications()) == len(guesses)
    assert steps["application"] == "made"


def test_several_applications_of_the_name_are_refused(scene: Scene) -> None:
    for _ in range(2):
        scene.ask("POST", "/v1.0/applications", json={"displayName": "Centrala acs-centrala"}).raise_for_status()

    with pytest.raises(Refused, match="There are 2 applications named"):
        scene.provisioner().plan()


def test_dead_letters_are_set_and_stay_when_nobody_names_them(scene: Scene) -> None:
    account = (
        f"/subscriptions/{scene.azure.subscription_id}/resourceGroups/rg/providers/Microsoft.Storage"
        "/storageAccounts/lost"
    )
    place = DeadLetters.parse(f"{account}/events")

    scene.provisioner(dead_letters=place).apply()
    scene.ask(
        "PATCH", subscription_path(scene, "centrala-sms"), json={"retryPolicy": {"maxDeliveryAttempts": 7}}
    ).raise_for_status()
    scene.provisioner().apply()

    found = [one["properties"]["deadLetterDestination"] for one in scene.subscriptions()]
    wanted = {"resourceId": account, "blobContainerName": "events"}
    assert [one["properties"] for one in found] == [wanted] * 3


def test_role_is_not_required_while_older_tokens_may_be_on_their_way(scene: Scene) -> None:
    connection = scene.provisioner().apply()
    Connection.objects.update(require_role=False)

    scene.provisioner().apply()
    connection.refresh_from_db()
    at_once = connection.require_role
    later = scene.provisioner(now=moved(timedelta(hours=26)))
    to_do = [step.key for step in later.plan().to_do]
    later.apply()
    connection.refresh_from_db()

    assert (at_once, to_do, connection.require_role) == (False, ["connection"], True)


def test_text_under_way_while_the_application_changes_arrives_with_the_new_one_s_token(scene: Scene) -> None:
    connection = scene.provisioner().apply()
    former = connection.entries.get(key="EventGridAppID").value
    own = {"displayName": "Our own", "signInAudience": "AzureADMultipleOrgs"}
    made = scene.ask("POST", "/v1.0/applications", json=own).raise_for_status().json()

    connect(
        fields=ConnectFields(
            resource_name=scene.resource.name,
            resource_id=str(scene.resource),
            connection_string=scene.azure.acs.connection_string,
            event_grid_app_id=made["appId"],
            event_grid_app_tenant_id=scene.azure.tenant_id,
            confirmed=True,
        ),
        actor=None,
        cloud=scene.cloud,
    )
    connected_at = datetime.now(UTC)
    until(lambda: datetime.now(UTC) > connected_at + LIFE)  # the hub may know the endpoint as it was
    text = {"from": "+14255550123", "to": scene.azure.acs.phone_numbers[0], "text": "Where is my parcel?"}
    scene.azure.control.post("/_local/sms", json=text).raise_for_status()
    refusal = until(lambda: Sighting.objects.filter(kind=Sight.REFUSAL).first())
    before = Event.objects.count()
    scene.provisioner(application_id=made["appId"]).apply()
    scene.advance(60)
    until(Event.objects.exists)

    assert before == 0
    assert (refusal.word, f"seen={former}" in refusal.detail) == ("former_application", True)
    [event] = Event.objects.all()
    assert json.loads(event.body)["data"]["message"] == "Where is my parcel?"


def test_resource_of_another_name_leaves_nothing_behind(scene: Scene) -> None:
    provisioner = scene.provisioner()
    provisioner.resource = type(provisioner.resource).parse(f"{scene.azure.acs.resource_id}-other")
    before = scene.counted()

    with pytest.raises(Stopped) as stopped:
        provisioner.apply()

    assert "was not found" in stopped.value.cause
    assert scene.counted() == before


def test_disconnected_resource_comes_back_with_its_addresses(scene: Scene) -> None:
    from centrala.connection import actions

    connection = scene.provisioner().apply()
    urls = {one.service: one.url for one in connection.endpoints.all()}
    actions.disconnect(connection=connection, actor=None)

    again = scene.provisioner().apply()

    assert again.pk == connection.pk
    assert {one.service: one.url for one in again.endpoints.all()} == urls
    assert set(urls) == set(Service)
    assert scene.counted() == WHOLE

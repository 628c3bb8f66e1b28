"""Provisioning against the local cloud: it finishes, it may be repeated, it mends, and it says why when it cannot."""

from datetime import UTC, datetime, timedelta

import pytest

from centrala.connection.models import Connection
from centrala.connection.provisioning import Change, Progress, Stopped
from centrala.inbox.models import Event
from centrala.organization.models import AuditEntry
from provisioning.scene import NAMES, ROLE, WHOLE, Reports, Scene
from running_demo import until

DAY, CALL = (
    {"maxDeliveryAttempts": 30, "eventTimeToLiveInMinutes": 1440},
    {
        "maxDeliveryAttempts": 2,
        "eventTimeToLiveInMinutes": 1,
    },
)


def test_everything_is_made_and_an_event_arrives_with_the_role_in_its_token(scene: Scene) -> None:
    reports = Reports()

    connection = scene.provisioner(reports=reports).apply()

    assert scene.counted() == WHOLE
    found = {one["name"]: one["properties"] for one in scene.subscriptions()}
    assert sorted(found) == NAMES
    assert {one["provisioningState"] for one in found.values()} == {"Succeeded"}
    assert [found[name]["retryPolicy"] for name in NAMES] == [CALL, DAY, DAY]
    assert [found[name]["filter"]["includedEventTypes"] for name in NAMES] == [
        ["Microsoft.Communication.IncomingCall"],
        ["Microsoft.Communication.RecordingFileStatusUpdated"],
        ["Microsoft.Communication.SMSReceived", "Microsoft.Communication.SMSDeliveryReportReceived"],
    ]
    [application] = scene.applications()
    assert application["signInAudience"] == "AzureADMultipleOrgs"
    assert application["appRoles"][0]["value"] == ROLE
    assert sorted(application["appRoles"][0]["allowedMemberTypes"]) == ["Application", "User"]
    told = {one.target.partition(" (")[2]: one for one in AuditEntry.objects.filter(act="provision")}
    assert len(told) == len(reports.of(Progress.RUNNING)) - 1  # the connection has an entry of its own
    assert told["subscription:sms)"].after["endpointUrl"].endswith("/hooks/••••••••/sms")
    assert connection.require_role  # so the hub took no token without it
    assert [one.progress for one in reports.all if one.key == "topic"] == [Progress.RUNNING, Progress.DONE]
    text = {"from": "+14255550123", "to": scene.azure.acs.phone_numbers[0], "text": "Where is my parcel?"}
    scene.azure.control.post("/_local/sms", json=text).raise_for_status()
    until(lambda: Event.objects.filter(type="Microsoft.Communication.SMSReceived").exists())


def test_second_run_changes_nothing(scene: Scene) -> None:
    scene.provisioner().apply()
    before, at_first = scene.counted(), scene.subscriptions()
    reports = Reports()

    scene.provisioner(reports=reports).apply()

    assert {one.change for one in reports.of(Progress.DONE)} == {Change.KEPT}
    assert reports.of(Progress.RUNNING) == []
    assert (scene.counted(), scene.subscriptions()) == (before, at_first)


def test_plan_tells_what_would_be_made_and_makes_nothing(scene: Scene) -> None:
    before = scene.counted()

    plan = scene.provisioner().plan()

    made = {step.key for step in plan.steps if step.change is Change.MADE}
    assert {"application", "topic", "connection", "subscription:sms"} <= made
    assert (scene.counted(), Connection.objects.count()) == (before, 0)
    sms = next(step for step in plan.steps if step.key == "subscription:sms")
    values = {one.field: (one.before, one.after) for one in sms.differences}
    assert values["maxDeliveryAttempts"] == (None, "30")
    assert values["endpointUrl"] == (None, "…")
    assert scene.provisioner().plan().to_do


def test_spreading_of_a_new_application_is_shown_and_waited_for(scene: Scene) -> None:
    scene.azure.control.post("/_local/propagation", json={"seconds": 600}).raise_for_status()
    reports = Reports(when={Progress.SPREADING: lambda: scene.advance(600)})

    scene.provisioner(reports=reports).apply()

    shown = reports.of(Progress.SPREADING)[0]
    assert shown.key == "subscription:sms"
    assert shown.until is not None
    assert timedelta(minutes=14) < shown.until - datetime.now(UTC) <= timedelta(minutes=15)
    assert scene.counted() == WHOLE


def test_answer_that_was_lost_is_no_reason_to_make_it_twice(scene: Scene) -> None:
    for operation in ("PATCH /v1.0/applications(uniquename=*", "POST /*approleassignedto", "PUT /*systemtopics/*"):
        scene.order(operation, status=500, done=True)

    scene.provisioner().apply()

    assert scene.counted() == WHOLE


def test_right_that_is_missing_is_named_with_the_way_out(scene: Scene) -> None:
    scene.order("PATCH /v1.0/applications(uniquename=*", status=403)

    with pytest.raises(Stopped) as stopped:
        scene.provisioner().apply()

    assert stopped.value.key == "application"
    assert "Application Developer" in stopped.value.fix
    assert "centrala provision --export az" in stopped.value.fix
    assert scene.azure.client_id in stopped.value.cause

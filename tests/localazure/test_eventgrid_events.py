"""Publishing any event of Microsoft's specification by one control call."""

import importlib.util
import json
from pathlib import Path

import pytest
from contract import specs

from localazure.eventgrid.event_models import table
from localazure.eventgrid.event_types import EVENT_TYPES

ROOT = Path(__file__).parents[2]
INCOMING_CALL = "Microsoft.Communication.IncomingCall"
RECORDING = "Microsoft.Communication.RecordingFileStatusUpdated"
CALL = {
    "to": {"kind": "phoneNumber", "rawId": "4:+18335550100", "phoneNumber": {"value": "+18335550100"}},
    "from": {"kind": "phoneNumber", "rawId": "4:+14255550123", "phoneNumber": {"value": "+14255550123"}},
    "serverCallId": "aHR0cHM6Ly9jb252",
    "callerDisplayName": "",
    "incomingCallContext": "opaque",
    "correlationId": "c64a7a7d-0000-0000-0000-000000000000",
    "customContext": {"sipHeaders": {"User-To-User": "1"}, "voipHeaders": {}},
}
SUBJECT = "/caller/4:+14255550123/recipient/4:+18335550100"
ALL = {"includedEventTypes": []}


def publish(azure, *bodies):
    return azure.control.post("/_local/events", json=list(bodies) if len(bodies) > 1 else bodies[0])


def call(**changes):
    return {"event_type": INCOMING_CALL, "subject": SUBJECT, "data": CALL} | changes


def test_published_event_arrives_as_event_grid_sends_it(azure, webhooks, receiver):
    hook = receiver()
    webhooks.put("to-hub", hook.url, filter=ALL).result()

    [made] = publish(azure, call()).json()["items"]

    [event] = hook.next().events
    assert made == {"id": event["id"], "event_type": INCOMING_CALL, "subscriptions": 1}
    assert event.pop("eventTime").endswith("Z")
    assert event == {
        "id": made["id"],
        "topic": azure.acs.resource_id.lower(),
        "subject": SUBJECT,
        "eventType": INCOMING_CALL,
        "data": CALL,
        "dataVersion": "1.0",
        "metadataVersion": "1",
    }


def test_published_list_and_copies_arrive_each(azure, webhooks, receiver):
    hook = receiver()
    webhooks.put("to-hub", hook.url, filter=ALL).result()

    publish(azure, call(id="one", copies=3), call(id="two")).raise_for_status()

    assert sorted(hook.next().events[0]["id"] for _ in range(4)) == ["one", "one", "one", "two"]


SERVICES = [
    "Microsoft.Communication.ChatMessageReceived",
    INCOMING_CALL,
    "Microsoft.Communication.SMSReceived",
    RECORDING,
    "Microsoft.Communication.EmailDeliveryReportReceived",
]


def test_events_of_every_service_are_published_and_those_of_the_filter_delivered(azure, webhooks, receiver):
    hook = receiver()
    webhooks.put("to-hub", hook.url, filter={"includedEventTypes": [RECORDING]}).result()

    made = publish(azure, *[{"event_type": one, "subject": SUBJECT, "data": {}} for one in SERVICES]).json()["items"]

    assert [one["event_type"] for one in made if one["subscriptions"]] == [RECORDING]
    assert hook.next().types == [RECORDING]
    assert len(azure.control.get("/_local/deliveries").json()["items"]) == 1


def test_event_that_nobody_subscribes_to_is_delivered_to_nobody(azure):
    [made] = publish(azure, {"event_type": RECORDING, "subject": SUBJECT, "data": {}}).json()["items"]

    assert made["subscriptions"] == 0
    assert azure.control.get("/_local/deliveries").json()["items"] == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"event_type": "Microsoft.Storage.BlobCreated"}, "publish no event of type Microsoft.Storage.BlobCreated"),
        ({"data": CALL | {"colour": "green"}}, "data.colour is not part of the event"),
        ({"data": CALL | {"serverCallId": 1}}, "data.serverCallId is not a value of type string"),
        ({"data": CALL | {"to": "4:+1"}}, "data.to is not a value of type CommunicationIdentifierModel"),
        ({"data": CALL | {"to": {"phoneNumber": {"value": 1}}}}, "data.to.phoneNumber.value is not"),
        ({"data": CALL | {"customContext": {"sipHeaders": {"a": 1}}}}, "data.customContext.sipHeaders.a is not"),
        ({"event_type": "Microsoft.Communication.RouterJobReceived", "data": {}}, "unavailableForMatching is missing"),
        ({"resource": "somebody-elses"}, "Name one of"),
        ({"colour": "green"}, "unknown field"),
    ],
)
def test_event_that_azure_would_never_publish_is_refused_whole(azure, webhooks, receiver, changes, reason):
    hook = receiver()
    webhooks.put("to-hub", hook.url, filter=ALL).result()

    answer = publish(azure, call(), call(**changes))

    assert answer.status_code == 400
    assert reason in answer.json()["error"]["message"]
    assert azure.control.get("/_local/deliveries").json()["items"] == []


def test_event_models_know_every_event_type():
    assert tuple(table().events) == EVENT_TYPES


@pytest.mark.skipif(specs.folder() is None, reason="Microsoft's specifications are not on this machine")
def test_event_models_are_those_of_the_specification():
    spec = importlib.util.spec_from_file_location("event_models", ROOT / "tools/event_models.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)

    assert tool.table(specs.folder()) == json.loads(tool.TABLE.read_text())

"""What a callback address is told when something is in the way: late, twice, out of order, not at all, again."""

import jwt

from localazure_tests.receiver import status

CALLBACK = {"operation": "calling.callback"}


def order(azure, **fault):
    azure.control.post("/_local/faults", json=CALLBACK | fault).raise_for_status()


def test_callbacks_come_twice_on_order(azure, application, outside):
    outside.calls()
    data = application.rings()
    order(azure, action="duplicate")

    application.client.answer_call(data["incomingCallContext"], application.callbacks.url)

    first, second, third = [application.callbacks.next().events[0] for _ in range(3)]
    assert first == second
    assert third["type"].endswith("ParticipantsUpdated")


def test_callbacks_come_out_of_order_on_order(azure, application, outside, advance):
    outside.calls()
    data = application.rings()
    order(azure, action="delay", delay_seconds=60)

    application.client.answer_call(data["incomingCallContext"], application.callbacks.url)

    assert application.told(1) == ["ParticipantsUpdated"]
    advance(60)
    assert application.told(1) == ["CallConnected"]


def test_callback_is_lost_on_order_and_the_portal_of_trouble_says_so(azure, application, outside):
    outside.calls()
    data = application.rings()
    order(azure, action="drop")
    [ordered] = azure.control.get("/_local/faults").json()["items"]

    application.client.answer_call(data["incomingCallContext"], application.callbacks.url)

    assert (ordered["operation"], ordered["action"], ordered["subscription"]) == ("calling.callback", "drop", "")
    assert application.told(1) == ["ParticipantsUpdated"]


def test_trouble_with_callbacks_is_called_off(azure):
    order(azure, action="drop", lasting=True)

    query = {"operation": "calling.callback", "action": "drop"}
    azure.control.delete("/_local/faults", params=query).raise_for_status()

    assert azure.control.get("/_local/faults").json()["items"] == []


def test_trouble_with_deliveries_leaves_callbacks_alone(azure, application, outside):
    outside.calls()
    data = application.rings()
    fault = {"operation": "eventgrid.delivery", "action": "drop", "lasting": True}
    azure.control.post("/_local/faults", json=fault).raise_for_status()

    application.client.answer_call(data["incomingCallContext"], application.callbacks.url)

    assert application.told() == ["CallConnected", "ParticipantsUpdated"]


def test_callback_that_was_not_taken_comes_again_three_times_in_all(application, outside, advance):
    call = outside.calls()
    data = application.rings()
    application.callbacks.answer = status(503)
    application.client.answer_call(data["incomingCallContext"], application.callbacks.url)

    first = application.callbacks.next().events
    advance(1)
    second = application.callbacks.next().events
    application.callbacks.answer = status(200)
    advance(3)
    third = application.callbacks.next().events

    assert first == second == third
    assert application.told(1) == ["ParticipantsUpdated"]
    [connection] = outside.sees(call)["connections"]
    assert (connection["told"][0]["attempts"], connection["told"][0]["status"]) == (3, 200)


def test_callback_that_was_refused_does_not_come_again(application, outside):
    call = outside.calls()
    data = application.rings()
    application.callbacks.answer = status(401)

    application.client.answer_call(data["incomingCallContext"], application.callbacks.url)

    assert application.told() == ["CallConnected", "ParticipantsUpdated"]
    [connection] = outside.sees(call)["connections"]
    assert [(one["attempts"], one["status"]) for one in connection["told"][:1]] == [(1, 401)]


def test_keys_of_callbacks_roll_apart_from_the_tenants(azure, http, application, outside):
    before = http.get("/calling/keys").json()["keys"]
    tenant = http.get(f"/{azure.tenant_id}/discovery/v2.0/keys").json()

    rolled = azure.control.post("/_local/calls/rotate-keys", json={"drop_old": True}).json()

    after = [key["kid"] for key in http.get("/calling/keys").json()["keys"]]
    assert after == rolled["published"] == [rolled["signing"]]
    assert rolled["signing"] not in [key["kid"] for key in before]
    assert http.get(f"/{azure.tenant_id}/discovery/v2.0/keys").json() == tenant
    outside.calls()
    data = application.rings()
    application.client.answer_call(data["incomingCallContext"], application.callbacks.url)
    token = application.callbacks.next().headers["authorization"].removeprefix("Bearer ")
    assert jwt.get_unverified_header(token)["kid"] == rolled["signing"]

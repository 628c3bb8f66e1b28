"""A call comes in: it rings at a webhook, Microsoft's client takes it, and the callback address hears of it."""

import jwt
import pytest
from azure.core.exceptions import HttpResponseError

from localazure_tests.acs import CUSTOMER


def test_call_rings_is_answered_and_hung_up(azure, application, outside):
    number = azure.acs.phone_numbers[0]

    call = outside.calls(display_name="Celina", sip_headers={"User-To-User": "17"})

    data = application.rings()
    assert data["from"] == {"kind": "phoneNumber", "rawId": f"4:{CUSTOMER}", "phoneNumber": {"value": CUSTOMER}}
    assert data["to"] == {"kind": "phoneNumber", "rawId": f"4:{number}", "phoneNumber": {"value": number}}
    assert data["callerDisplayName"] == "Celina"
    assert data["customContext"] == {"sipHeaders": {"User-To-User": "17"}, "voipHeaders": {}}
    assert len(data["incomingCallContext"]) > 1000

    answered = application.client.answer_call(
        data["incomingCallContext"], application.callbacks.url, operation_context="conversation 17"
    )

    assert (answered.server_call_id, answered.correlation_id) == (data["serverCallId"], data["correlationId"])
    assert answered.call_connection_state == "connecting"
    connected = application.hears("CallConnected")
    assert connected == {
        "callConnectionId": answered.call_connection_id,
        "serverCallId": data["serverCallId"],
        "correlationId": data["correlationId"],
        "operationContext": "conversation 17",
    }
    updated = application.hears("ParticipantsUpdated")
    assert updated["sequenceNumber"] == 1
    assert [one["identifier"]["rawId"] for one in updated["participants"]] == [f"4:{CUSTOMER}"]
    connection = application.client.get_call_connection(answered.call_connection_id)
    assert connection.get_call_properties().call_connection_state == "connected"
    assert outside.sees(call)["state"] == "connected"

    connection.hang_up(is_for_everyone=False)

    ended = application.hears("CallDisconnected")
    assert ended["resultInformation"]["subCode"] == 5000
    assert outside.sees(call)["state"] == "ended"
    with pytest.raises(HttpResponseError) as gone:
        connection.get_call_properties()
    assert (gone.value.status_code, gone.value.error.code) == (404, "8522")


def test_callback_is_signed_by_the_issuer_of_callbacks(azure, http, application, outside):
    outside.calls()
    application.answers()

    application.client.get_call_connection(outside_connection(azure)).hang_up(is_for_everyone=True)

    received = application.callbacks.next()
    scheme, _, token = received.headers["authorization"].partition(" ")
    published = http.get("/calling/.well-known/acsopenidconfiguration").json()
    keys = jwt.PyJWKSet.from_dict(http.get(published["jwks_uri"]).json())
    resource = azure.control.get("/_local/state").json()["communication_services"][0]["immutable_resource_id"]
    claims = jwt.decode(
        token,
        keys[jwt.get_unverified_header(token)["kid"]],
        published["id_token_signing_alg_values_supported"],
        audience=resource,
        issuer=published["issuer"],
    )
    assert (scheme, claims["exp"] - claims["iat"]) == ("Bearer", 300)
    entra = http.get(f"/{azure.tenant_id}/discovery/v2.0/keys").json()["keys"]
    assert jwt.get_unverified_header(token)["kid"] not in [key["kid"] for key in entra]


def outside_connection(azure) -> str:
    [call] = azure.control.get("/_local/calls").json()["items"]
    return call["connections"][0]["id"]


def test_caller_who_hangs_up_ends_the_call(application, outside):
    outside.calls({"hang_up": True})

    data = application.rings()
    answered = application.client.answer_call(data["incomingCallContext"], application.callbacks.url)

    assert application.told(3) == ["CallConnected", "ParticipantsUpdated", "CallDisconnected"]
    with pytest.raises(HttpResponseError):
        application.client.get_call_connection(answered.call_connection_id).get_call_properties()


def test_call_that_nobody_answers_ends_after_half_a_minute(application, outside, advance):
    call = outside.calls()
    context = application.rings()["incomingCallContext"]
    advance(29)
    assert outside.sees(call)["state"] == "ringing"

    advance(1)

    with pytest.raises(HttpResponseError) as refused:
        application.client.answer_call(context, application.callbacks.url)
    assert (refused.value.status_code, refused.value.error.code) == (404, "8522")
    assert outside.sees(call)["reason"] == "Nobody answered in time."


def test_caller_who_gives_up_cannot_be_answered_any_more(application, outside, advance):
    call = outside.calls(gives_up_after_seconds=10)
    context = application.rings()["incomingCallContext"]

    advance(10)

    with pytest.raises(HttpResponseError) as refused:
        application.client.answer_call(context, application.callbacks.url)
    assert refused.value.status_code == 404
    assert outside.sees(call)["reason"] == "The caller hung up before anybody answered."


@pytest.mark.parametrize(("reason", "told"), [(None, "declined"), ("busy", "busy"), ("forbidden", "declined")])
def test_rejected_call_is_over_and_no_callback_comes(application, outside, reason, told):
    call = outside.calls()
    context = application.rings()["incomingCallContext"]

    application.client.reject_call(context, call_reject_reason=reason)

    seen = outside.sees(call)
    assert (seen["state"], told in seen["reason"], seen["connections"]) == ("ended", True, [])


def test_call_is_answered_once(application, outside):
    outside.calls()
    data = application.rings()
    application.answers(data)

    with pytest.raises(HttpResponseError) as refused:
        application.client.answer_call(data["incomingCallContext"], application.callbacks.url)

    assert (refused.value.status_code, refused.value.error.code) == (404, "8522")


def test_repeated_answer_is_the_first_one_again(application, outside):
    outside.calls()
    context, url = application.rings()["incomingCallContext"], application.callbacks.url
    same = {"Repeatability-Request-ID": "0f5b2f0e-7a0b-4f4e-9d0a-3a6d4b1f5c11"}

    first, second = [application.client.answer_call(context, url, headers=dict(same)) for _ in range(2)]
    with pytest.raises(HttpResponseError) as other:
        application.client.answer_call(context, f"{url}&other", headers=dict(same))

    assert first.call_connection_id == second.call_connection_id
    assert other.value.status_code == 412
    assert application.told() == ["CallConnected", "ParticipantsUpdated"]


@pytest.mark.parametrize(
    ("context", "url"),
    [("forged", None), ("a.b.c", None), (None, "http://localhost/hook"), (None, "hook"), (None, "https://:0/ą")],
)
def test_answer_that_cannot_be_is_refused(application, outside, context, url):
    call = outside.calls()
    known = application.rings()["incomingCallContext"]

    with pytest.raises(HttpResponseError) as refused:
        application.client.answer_call(context or known, url or application.callbacks.url)

    assert refused.value.status_code == 400
    assert outside.sees(call)["state"] == "ringing"


def test_caller_without_a_number_is_anonymous(application, outside):
    call = outside.calls(**{"from": "anonymous"})

    data = application.rings()
    application.answers(data)

    assert data["from"]["rawId"] == "4:anonymous"
    assert [one["raw_id"] for one in outside.sees(call)["parties"]] == ["4:anonymous"]

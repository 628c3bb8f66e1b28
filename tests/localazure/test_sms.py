import base64
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import quote
from uuid import uuid4

import pytest
from azure.communication.sms import SmsClient
from azure.communication.sms.aio import SmsClient as AsyncSmsClient
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.transport import AsyncioRequestsTransport

from localazure_tests.acs import CUSTOMER, inbox, signed

UNREACHABLE = "+15005550001"


def request_body(azure, **changes):
    body = {
        "from": azure.acs.phone_numbers[0],
        "smsRecipients": [{"to": CUSTOMER}],
        "message": "Your parcel is on its way",
        "smsSendOptions": {"enableDeliveryReport": True, "tag": "a tag"},
    }
    return body | changes


def post(azure, http, body, version="2021-03-07"):
    target, content = f"/sms?api-version={version}", json.dumps(body).encode()
    return http.post(target, content=content, headers=signed(azure, "POST", target, content))


def test_sent_text_reaches_the_customer(azure, sms):
    [result] = sms.send(azure.acs.phone_numbers[0], [CUSTOMER], "Hello", enable_delivery_report=True, tag="t")

    [item] = inbox(azure)
    assert (result.successful, result.http_status_code, result.to) == (True, 202, CUSTOMER)
    assert result.message_id.startswith("Outgoing_")
    assert (item["from"], item["to"], item["text"], item["message_id"]) == (
        azure.acs.phone_numbers[0],
        CUSTOMER,
        "Hello",
        result.message_id,
    )


async def test_asynchronous_client_signs_the_decoded_path(azure):
    client = AsyncSmsClient.from_connection_string(
        azure.acs.connection_string, transport=AsyncioRequestsTransport(connection_verify=azure.ca_bundle)
    )
    async with client:
        [result] = await client.send(azure.acs.phone_numbers[0], CUSTOMER, "Hello")

    assert [item["message_id"] for item in inbox(azure)] == [result.message_id]


def test_entra_token_does_instead_of_a_key(azure, credential):
    client = SmsClient(azure.url, credential, connection_verify=azure.ca_bundle)
    with client._sms_service_client:
        [result] = client.send(azure.acs.phone_numbers[0], CUSTOMER, "Hello")

    assert result.successful


def test_plain_listener_takes_signed_requests(azure):
    target, content = "/sms?api-version=2021-03-07", json.dumps(request_body(azure)).encode()
    host = azure.portal.removeprefix("http://")

    response = azure.control.post(target, content=content, headers=signed(azure, "POST", target, content, host=host))

    assert response.status_code == 202


def test_each_recipient_has_a_result_of_its_own(azure, sms):
    results = sms.send(azure.acs.phone_numbers[0], [CUSTOMER, "555", UNREACHABLE], "Hello")

    assert [(one.to, one.http_status_code, one.successful) for one in results] == [
        (CUSTOMER, 202, True),
        ("555", 400, False),
        (UNREACHABLE, 202, True),
    ]
    assert results[1].error_message == "Invalid To phone number format."


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"message": ""}, "1 to 2048"),
        ({"message": "x" * 2049}, "1 to 2048"),
        ({"message": "a\0b"}, "NUL"),
        ({"message": "\ud800"}, "surrogate"),
        ({"smsRecipients": []}, "length >= 1"),
        ({"smsRecipients": [{"to": CUSTOMER}] * 101}, "length <= 100"),
        ({"smsRecipients": [{"to": CUSTOMER, "name": "Ala"}]}, "unknown field `name`"),
        ({"from": "Centrala sp. z o.o."}, "From phone number"),
        ({"extra": 1}, "unknown field `extra`"),
        ({"smsSendOptions": {"tag": "t"}}, "enableDeliveryReport"),
        ({"smsSendOptions": {"enableDeliveryReport": True, "deliveryReportTimeoutInSeconds": 60}}, "unknown field"),
    ],
)
def test_wrong_body_is_refused_with_the_reason(azure, http, changes, reason):
    response = post(azure, http, request_body(azure, **changes))

    assert response.status_code == 400
    assert reason in response.json()["error"]["message"]
    assert inbox(azure) == []


@pytest.mark.parametrize(("seconds", "status"), [(60, 202), (59, 400), (43_201, 400)])
def test_newer_version_takes_a_report_timeout(azure, http, seconds, status):
    options = {"enableDeliveryReport": True, "deliveryReportTimeoutInSeconds": seconds}

    response = post(azure, http, request_body(azure, smsSendOptions=options), "2026-01-23")

    assert response.status_code == status


def test_number_of_nobody_cannot_send(azure, http):
    response = post(azure, http, request_body(azure, **{"from": "+18335559999"}))

    assert (response.status_code, response.json()["error"]["code"]) == (401, "Unauthorized")


def test_api_version_is_required(azure, http):
    content = json.dumps(request_body(azure)).encode()

    response = http.post("/sms", content=content, headers=signed(azure, "POST", "/sms", content))

    assert (response.status_code, response.json()["error"]["code"]) == (400, "MissingApiVersionParameter")


@pytest.mark.parametrize("version", ["latest", "2021-3-7", "\u0662\u0660\u0662\u0661-03-07", "2021-03-07;"])
def test_malformed_api_version_is_refused(azure, http, version):
    target = f"/sms?api-version={quote(version)}"

    response = http.post(target, headers=signed(azure, "POST", target))

    assert (response.status_code, response.json()["error"]["code"]) == (400, "UnsupportedApiVersion")


@pytest.mark.parametrize("version", ["1999-01-01", "2021-03-08", "2999-01-01", "2021-03-07-preview"])
@pytest.mark.parametrize("path", ["/sms", "/phoneNumbers", "/availablePhoneNumbers/countries", "/identities", "/sip"])
def test_api_version_that_the_service_does_not_have_is_refused(azure, http, path, version):
    target = f"{path}?api-version={version}"

    response = http.get(target, headers=signed(azure, "GET", target))

    known = response.headers["api-supported-versions"].split(", ")
    assert (response.status_code, response.json()["error"]["code"]) == (400, "UnsupportedApiVersion")
    assert version not in known
    assert len(known) > 2


@pytest.mark.parametrize("fault", ["key", "late", "early", "body", "path", "none", "date"])
def test_bad_signature_is_denied(azure, http, fault):
    target, content = "/sms?api-version=2021-03-07", json.dumps(request_body(azure)).encode()
    now = datetime.now(UTC)
    headers = {
        "key": lambda: signed(azure, "POST", target, content, key=base64.b64encode(b"x" * 64).decode()),
        "late": lambda: signed(azure, "POST", target, content, date=now - timedelta(minutes=16)),
        "early": lambda: signed(azure, "POST", target, content, date=now + timedelta(minutes=16)),
        "body": lambda: signed(azure, "POST", target, content + b" "),
        "path": lambda: signed(azure, "POST", "/sms?api-version=2026-01-23", content),
        "none": lambda: {"content-type": "application/json"},
        "date": lambda: signed(azure, "POST", target, content) | {"x-ms-date": "yesterday"},
    }[fault]()

    response = http.post(target, content=content, headers=headers)

    assert (response.status_code, response.json()["error"]["code"]) == (401, "Denied")
    assert inbox(azure) == []


def test_signature_within_fifteen_minutes_is_good(azure, http):
    target, content = "/sms?api-version=2021-03-07", json.dumps(request_body(azure)).encode()
    date = datetime.now(UTC) - timedelta(minutes=14)

    response = http.post(target, content=content, headers=signed(azure, "POST", target, content, date=date))

    assert response.status_code == 202


def test_regenerated_key_stops_working(azure, sms, communication):
    communication.communication_services.regenerate_key(
        azure.resource_group, azure.acs.resource_name, {"keyType": "Primary"}
    )

    with pytest.raises(HttpResponseError) as caught:
        sms.send(azure.acs.phone_numbers[0], CUSTOMER, "Hello")

    assert caught.value.status_code == 401


def test_host_names_the_resource_whose_key_is_meant(azure, http):
    target, content = "/sms?api-version=2021-03-07", json.dumps(request_body(azure)).encode()

    statuses = [
        http.post(target, content=content, headers=signed(azure, "POST", target, content, host=host)).status_code
        for host in ("acs-centrala.communication.localhost:4280", "other.communication.localhost")
    ]

    assert statuses == [202, 401]


def repeatable(azure, request_id, **changes):
    first_sent = format_datetime(datetime.now(UTC), usegmt=True)
    recipient = {
        "to": CUSTOMER,
        "repeatabilityRequestId": request_id,
        "repeatabilityFirstSent": changes.pop("first_sent", first_sent),
    }
    return request_body(azure, smsRecipients=[recipient], **changes)


def counts(azure, request_id):
    return azure.control.get("/_local/sms/counts", params={"repeatability_id": request_id}).json()


def test_repeated_request_sends_one_text(azure, http):
    request_id = str(uuid4())

    answers = [post(azure, http, repeatable(azure, text)).json()["value"][0] for text in
               (request_id, request_id.upper())]  # fmt: skip

    assert answers[0] == answers[1]
    assert answers[0]["repeatabilityResult"] == "accepted"
    assert counts(azure, request_id) == {
        "items": [{"repeatability_id": request_id, "to": CUSTOMER, "count": 1}],
        "total": 1,
    }


def test_same_id_with_another_text_is_rejected(azure, http):
    request_id = str(uuid4())
    post(azure, http, repeatable(azure, request_id))

    [answer] = post(azure, http, repeatable(azure, request_id, message="Something else")).json()["value"]

    assert (answer["repeatabilityResult"], answer["successful"]) == ("rejected", False)
    assert counts(azure, request_id)["total"] == 1


def test_repetition_after_the_window_is_rejected(azure, http):
    request_id = str(uuid4())
    post(azure, http, repeatable(azure, request_id))

    azure.control.post("/_local/clock", json={"advance_seconds": 301})

    [answer] = post(azure, http, repeatable(azure, request_id)).json()["value"]
    assert (answer["repeatabilityResult"], answer["httpStatusCode"]) == ("rejected", 412)
    assert counts(azure, request_id)["total"] == 1


def test_first_attempt_long_ago_is_rejected(azure, http):
    long_ago = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)

    [answer] = post(azure, http, repeatable(azure, str(uuid4()), first_sent=long_ago)).json()["value"]

    assert answer["repeatabilityResult"] == "rejected"
    assert inbox(azure) == []


def test_hanging_answer_leaves_the_text_sent(azure, http):
    import httpx

    request_id = str(uuid4())
    azure.control.post("/_local/faults", json={"operation": "sms.send", "hang": True})
    target, content = "/sms?api-version=2021-03-07", json.dumps(repeatable(azure, request_id)).encode()

    with pytest.raises(httpx.ReadTimeout):
        http.post(target, content=content, headers=signed(azure, "POST", target, content), timeout=0.3)
    [answer] = post(azure, http, repeatable(azure, request_id)).json()["value"]

    assert answer["successful"]
    assert counts(azure, request_id)["total"] == 1


def test_what_is_not_emulated_says_so(azure, http):
    target = "/chat/threads?api-version=2024-03-07"

    response = http.post(target, headers=signed(azure, "POST", target))

    assert (response.status_code, response.json()["error"]["code"]) == (501, "NotImplemented")


def test_owned_numbers_are_listed_with_their_capabilities(azure, phone_numbers):
    numbers = list(phone_numbers.list_purchased_phone_numbers())

    assert [one.phone_number for one in numbers] == list(azure.acs.phone_numbers)
    assert {one.phone_number_type for one in numbers} == {"tollFree"}
    assert {(one.capabilities.sms, one.capabilities.calling) for one in numbers} == {
        ("inbound+outbound", "inbound+outbound")
    }


def test_one_number_is_read_and_a_foreign_one_is_not(azure, phone_numbers):
    found = phone_numbers.get_purchased_phone_number(azure.acs.phone_numbers[1])

    with pytest.raises(HttpResponseError) as caught:
        phone_numbers.get_purchased_phone_number("+18335559999")

    assert found.id == azure.acs.phone_numbers[1].lstrip("+")
    assert caught.value.status_code == 404


def test_numbers_come_in_pages(azure, http):
    target = "/phoneNumbers?skip=0&top=1&api-version=2025-06-01"
    first = http.get(target, headers=signed(azure, "GET", target)).json()
    second = http.get(first["nextLink"], headers=signed(azure, "GET", first["nextLink"])).json()

    found = [one["phoneNumber"] for page in (first, second) for one in page["phoneNumbers"]]
    assert found == list(azure.acs.phone_numbers)
    assert "nextLink" not in second

"""Dates, numbers and addresses that are well formed and still cannot be: refused, and nothing of them is kept."""

import pytest

from localazure_tests.acs import signed
from localazure_tests.webhooks import subscription_body

VERSION = {"api-version": "2025-02-15"}
ENDLESS = "9" * 5000  # more digits than Python turns into a number
BEYOND = ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"]  # no date at all in UTC
DATES = ["Mon, 99999999999999999999 Jan 2020 00:00:00 GMT", "Mon, 01 Jan 2020 00:00:00 +99999999999999"]


@pytest.fixture
def arm(azure, http, token):
    def arm(method, path, body=None, **query):
        headers = {"authorization": f"Bearer {token}"}
        return http.request(method, path, params=VERSION | query, json=body, headers=headers)

    return arm


@pytest.fixture
def graph(azure, http, credential):
    def graph(method, path, body=None, **query):
        headers = {"authorization": f"Bearer {credential.get_token('https://graph.microsoft.com/.default').token}"}
        return http.request(method, f"/v1.0{path}", params=query, json=body, headers=headers)

    return graph


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize("moment", BEYOND)
def test_expiry_that_no_calendar_has_is_refused_and_nothing_is_kept(azure, arm, moment):
    arm("POST", f"/subscriptions/{azure.subscription_id}/providers/Microsoft.EventGrid/register")
    place = f"{azure.acs.resource_id}/providers/Microsoft.EventGrid/eventSubscriptions"
    body = subscription_body("https://localhost:9/")
    body["properties"]["expirationTimeUtc"] = moment

    answer = arm("PUT", f"{place}/endless", body)

    assert code(answer) == (400, "InvalidRequest")
    assert arm("GET", place).json()["value"] == []


@pytest.mark.parametrize("moment", BEYOND)
@pytest.mark.parametrize("name", ["startDateTime", "endDateTime"])
def test_secret_that_no_calendar_has_is_refused_and_nothing_is_kept(graph, name, moment):
    application = graph("POST", "/applications", {"displayName": "Hub"}).json()

    answer = graph("POST", f"/applications/{application['id']}/addPassword", {"passwordCredential": {name: moment}})

    assert code(answer) == (400, "Request_BadRequest")
    assert graph("GET", f"/applications/{application['id']}").json()["passwordCredentials"] == []


def test_secret_that_begins_in_the_last_year_has_no_room_for_its_two(graph):
    application = graph("POST", "/applications", {"displayName": "Hub"}).json()
    late = {"passwordCredential": {"startDateTime": "9998-06-01T00:00:00Z"}}

    assert code(graph("POST", f"/applications/{application['id']}/addPassword", late)) == (400, "Request_BadRequest")


@pytest.mark.parametrize("date", DATES)
def test_signature_of_an_impossible_date_is_denied(azure, http, date):
    headers = signed(azure, "GET", "/phoneNumbers?api-version=2025-06-01") | {"x-ms-date": date}

    assert code(http.get("/phoneNumbers?api-version=2025-06-01", headers=headers)) == (401, "Denied")


@pytest.mark.parametrize("date", DATES)
def test_repeatable_text_first_sent_at_an_impossible_date_counts_as_new(azure, acs, date):
    recipient = {
        "to": "+14255550123",
        "repeatabilityRequestId": "11111111-1111-1111-1111-111111111111",
        "repeatabilityFirstSent": date,
    }
    body = {"from": azure.acs.phone_numbers[0], "smsRecipients": [recipient], "message": "Hello"}

    [item] = acs.request("POST", "/sms?api-version=2021-03-07", body).json()["value"]

    assert (item["httpStatusCode"], item["repeatabilityResult"]) == (202, "accepted")


def test_page_of_endless_size_is_the_largest_there_is(azure, arm, graph, acs):
    groups = arm("GET", f"/subscriptions/{azure.subscription_id}/resourcegroups", **{"$top": ENDLESS})
    applications = graph("GET", "/applications", **{"$top": ENDLESS})
    numbers = acs.request("GET", f"/phoneNumbers?api-version=2025-06-01&top={ENDLESS}")
    beyond = acs.request("GET", f"/phoneNumbers?api-version=2025-06-01&skip={ENDLESS}")

    assert [one["name"] for one in groups.json()["value"]] == [azure.resource_group]
    assert [one["displayName"] for one in applications.json()["value"]] == ["Centrala demo"]
    assert [one["phoneNumber"] for one in numbers.json()["phoneNumbers"]] == list(azure.acs.phone_numbers)
    assert beyond.json()["phoneNumbers"] == []


@pytest.mark.parametrize("moment", ["yesterday", *BEYOND])
def test_event_of_an_impossible_time_is_not_published(azure, moment):
    event = {
        "event_type": "Microsoft.Communication.SMSReceived",
        "event_time": moment,
        "data": {"messageId": "m", "from": "+14255550123", "to": "+18335550100", "message": "Hello"},
    }

    answer = azure.control.post("/_local/events", json=event)

    assert answer.status_code == 400
    assert "event_time" in answer.json()["error"]["message"]


@pytest.mark.parametrize("origin", ["http://[", "http://[::1"])
def test_origin_that_is_no_address_is_another_one(azure, origin):
    answer = azure.control.post("/_local/reset", json={}, headers={"origin": origin})

    assert code(answer) == (403, "cross_origin")


@pytest.mark.parametrize("address", ["/\t/[", "/\t/[::1"])
def test_place_that_is_no_address_leads_home(azure, address):
    chosen = azure.control.get("/language/en", params={"next": address})
    person = azure.control.post("/person", data={"person": "adam", "next": address})

    assert [one.headers["location"] for one in (chosen, person)] == ["/", "/"]


@pytest.mark.parametrize("place", ["a/b", "%2F", "x/y/deliveries/z"])
def test_page_of_what_no_service_has_is_not_found(azure, place):
    assert azure.control.get(f"/resource/{place}/eventSubscriptions/x").status_code == 404
    assert azure.control.get(f"/resource/{place}/eventSubscriptions/x/deliveries/y").status_code == 404
    assert azure.control.post(f"/resource/{place}/eventSubscriptions/x/delete").status_code == 404

"""Customers who want no more texts, and which senders the platform minds for."""

import pytest

from localazure_tests.acs import CUSTOMER, give, inbox
from localazure_tests.webhooks import SMS_RECEIVED, SMS_REPORT

OTHER = "+14255550124"
SHORT_CODE, LONG_CODE, MOBILE = "40404", "+12065550100", "+447700900123"


def write(azure, text, *, to=None, sender=CUSTOMER):
    body = {"from": sender, "to": to or azure.acs.phone_numbers[0], "text": text}
    azure.control.post("/_local/sms", json=body).raise_for_status()


def checked(acs, *numbers, sender=None):
    value = acs.opt_outs("check", numbers or (CUSTOMER,), sender=sender).json()["value"]
    return [item["isOptedOut"] for item in value]


def test_stop_to_a_toll_free_number_is_relayed_answered_and_blocks(azure, acs, webhooks, receiver):
    hook = receiver()
    webhooks.put("to-hub", hook.url, filter={"includedEventTypes": [SMS_RECEIVED, SMS_REPORT]}).result()

    write(azure, "Stop ")
    acs.send("After the stop")

    relayed, report = hook.next().events[0]["data"], hook.next().events[0]["data"]
    assert relayed["message"] == "Stop "
    assert (report["deliveryStatus"], report["deliveryStatusDetails"]) == (
        "Failed",
        "Sender blocked for given recipient.",
    )
    texts = inbox(azure)
    assert [text["state"] for text in texts] == ["received", "delivered", "failed"]
    assert texts[1]["text"].startswith("NETWORK MSG: You replied with the word STOP")


@pytest.mark.parametrize("word", ["start", "UNSTOP"])
def test_start_lets_texts_through_again(azure, acs, word):
    write(azure, "STOP")
    blocked = checked(acs)
    write(azure, word)

    assert (blocked, checked(acs)) == ([True], [False])
    assert inbox(azure)[-1]["text"].startswith("NETWORK MSG: You have replied UNSTOP")


@pytest.mark.parametrize("text", ["HELP", "stop it", "Please STOP", "START"])
def test_other_words_opt_nobody_out(azure, acs, text):
    write(azure, text)

    assert checked(acs) == [False]


def test_help_is_relayed_only(azure):
    write(azure, "HELP")

    assert [item["text"] for item in inbox(azure)] == ["HELP"]


@pytest.mark.parametrize("number", [SHORT_CODE, LONG_CODE, MOBILE])
def test_stop_to_another_kind_of_number_is_relayed_only(azure, acs, number):
    give(azure, number, **({"type": "mobile"} if number == MOBILE else {}))

    write(azure, "STOP", to=number)

    assert [item["text"] for item in inbox(azure)] == ["STOP"]
    assert checked(acs, sender=number) == [False]


def test_stop_counts_for_one_sender_and_one_customer(azure, acs):
    write(azure, "STOP")

    assert checked(acs, CUSTOMER, OTHER) == [True, False]
    assert checked(acs, sender=azure.acs.phone_numbers[1]) == [False]


def test_added_recipients_get_no_more_texts_until_removed(azure, acs):
    added = acs.opt_outs("add", (CUSTOMER, OTHER)).json()
    blocked = checked(acs, CUSTOMER, OTHER)
    removed = acs.opt_outs("remove", (OTHER,)).json()

    assert added == {"value": [{"to": CUSTOMER, "httpStatusCode": 200}, {"to": OTHER, "httpStatusCode": 200}]}
    assert removed == {"value": [{"to": OTHER, "httpStatusCode": 200}]}
    assert (blocked, checked(acs, CUSTOMER, OTHER)) == ([True, True], [True, False])


def test_api_does_not_override_the_customers_own_stop(azure, acs):
    write(azure, "STOP")

    [item] = acs.opt_outs("remove").json()["value"]

    assert (item["httpStatusCode"], "STOP" in item["errorMessage"]) == (400, True)
    assert checked(acs) == [True]


def test_malformed_recipient_is_refused_alone(azure, acs):
    [good, bad] = acs.opt_outs("add", (CUSTOMER, "555")).json()["value"]

    assert good == {"to": CUSTOMER, "httpStatusCode": 200}
    assert bad == {"to": "555", "httpStatusCode": 400, "errorMessage": "Invalid To phone number format."}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"from": "+18335559999", "recipients": [{"to": CUSTOMER}]}, 401),
        ({"from": "+18335550100", "recipients": []}, 400),
        ({"from": "+18335550100", "recipients": [{"to": CUSTOMER}] * 101}, 400),
        ({"from": "+18335550100", "recipients": [{"to": ""}]}, 400),
        ({"from": "+18335550100", "recipients": [{"to": CUSTOMER, "more": 1}]}, 400),
        ({"from": "+18335550100", "recipients": [{"to": CUSTOMER}], "more": 1}, 400),
        ({"recipients": [{"to": CUSTOMER}]}, 400),
    ],
)
@pytest.mark.parametrize("verb", ["add", "remove", "check"])
def test_wrong_opt_out_request_is_refused(azure, acs, verb, body, status):
    response = acs.request("POST", f"/sms/optouts:{verb}?api-version=2026-01-23", body)

    assert response.status_code == status
    assert response.json()["error"]["code"]


def test_opt_outs_are_unknown_to_the_older_version(azure, acs):
    response = acs.opt_outs("check", version="2021-03-07")

    assert (response.status_code, response.json()["error"]["code"]) == (400, "UnsupportedApiVersion")

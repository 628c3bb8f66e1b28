"""How many message units a sender may send, how they are counted and what is billed; the kinds of senders."""

import pytest

from localazure_tests.acs import CUSTOMER, give, inbox

SHORT_CODE, LONG_CODE, NAME = "40404", "+12065550100", "Centrala"
EIGHT_UNITS = "x" * (153 * 8)


def statuses(acs, sender, *, rounds, text=EIGHT_UNITS):
    """Each round is 800 message units, or what the text says times 100 recipients."""
    to = [f"+1425555{number:04}" for number in range(100)]
    return [acs.send(text, to=to, sender=sender, enableDeliveryReport=False).status_code for _ in range(rounds)]


def test_toll_free_number_sends_200_units_a_minute_then_429_with_retry_after(azure, acs, advance):
    within = statuses(acs, None, rounds=2, text="one unit")
    advance(20)
    response = acs.send("one more")
    advance(int(response.headers["retry-after"]))
    after = acs.send("again")

    assert within == [202, 202]
    assert (response.status_code, response.json()["error"]["code"]) == (429, "TooManyRequests")
    assert response.headers["retry-after"] == "40"
    assert after.status_code == 202
    assert [item["text"] for item in inbox(azure)] == ["one unit", "one unit", "again"][-1:]


def test_other_number_of_the_resource_has_a_limit_of_its_own(azure, acs):
    statuses(acs, azure.acs.phone_numbers[0], rounds=2, text="one unit")

    assert statuses(acs, azure.acs.phone_numbers[1], rounds=1, text="one unit") == [202]


def test_long_text_counts_each_of_its_units(azure, acs):
    assert statuses(acs, None, rounds=2, text="x" * 161) == [202, 429]


def test_short_code_sends_6000_units_a_minute(azure, acs):
    give(azure, SHORT_CODE)

    assert statuses(acs, SHORT_CODE, rounds=8) == [202] * 7 + [429]


def test_names_of_a_resource_share_600_units_a_minute(azure, acs):
    give(azure, NAME)
    give(azure, "Alerts")

    assert statuses(acs, NAME, rounds=4, text="x" * 161) == [202] * 3 + [429]
    assert statuses(acs, "Alerts", rounds=1, text="x") == [429]


def test_long_code_has_no_limit_of_the_platform(azure, acs):
    give(azure, LONG_CODE)

    assert statuses(acs, LONG_CODE, rounds=3) == [202] * 3


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("€" * 152, 2),
        ("€" * 153, 3),
        ("ż" * 70, 1),
        ("ż" * 71, 2),
        ("ż" * 134, 2),
        ("ż" * 135, 3),
        ("🙂" * 35, 1),
        ("🙂" * 66, 2),
        ("🙂" * 67, 3),
    ],
)
def test_units_follow_the_alphabet_and_are_what_is_billed(azure, acs, webhooks, receiver, text, units):
    azure.control.post("/_local/sms", json={"from": CUSTOMER, "to": azure.acs.phone_numbers[0], "text": text})
    acs.send(text)

    usage = azure.control.get("/_local/sms/usage").json()
    assert usage == {
        "items": [{"sender": azure.acs.phone_numbers[0], "sent": 1, "received": 1, "units": 2 * units}],
    }


def test_received_event_tells_the_units(azure, webhooks, receiver):
    hook = receiver()
    webhooks.put("to-hub", hook.url).result()

    azure.control.post("/_local/sms", json={"from": CUSTOMER, "to": azure.acs.phone_numbers[0], "text": "€" * 81})

    assert hook.next().events[0]["data"]["segmentCount"] == 2


def test_answer_of_the_carrier_is_not_billed(azure):
    azure.control.post("/_local/sms", json={"from": CUSTOMER, "to": azure.acs.phone_numbers[0], "text": "STOP"})

    [usage] = azure.control.get("/_local/sms/usage").json()["items"]
    assert (usage["sent"], usage["received"], usage["units"]) == (0, 1, 1)


def test_name_writes_one_way(azure, acs):
    give(azure, NAME)

    response = acs.send("Your code is 1234", sender=NAME)
    back = azure.control.post("/_local/sms", json={"from": CUSTOMER, "to": NAME, "text": "Thanks"})

    assert (response.status_code, inbox(azure)[0]["from"]) == (202, NAME)
    assert back.status_code == 400


def test_short_code_writes_and_is_written_to(azure, acs):
    give(azure, SHORT_CODE)

    acs.send("Hello", sender=SHORT_CODE)
    azure.control.post("/_local/sms", json={"from": CUSTOMER, "to": SHORT_CODE, "text": "Hi"}).raise_for_status()

    assert [(item["from"], item["to"]) for item in inbox(azure)] == [(SHORT_CODE, CUSTOMER), (CUSTOMER, SHORT_CODE)]


@pytest.mark.parametrize("sender", ["Unknown", "50505", "+12065550199"])
def test_sender_that_is_not_the_resources_is_refused(azure, acs, sender):
    assert acs.send("Hello", sender=sender).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"number": "Far too long a name"}, 400),
        ({"number": "+1 206"}, 400),
        ({"number": LONG_CODE, "type": "tollFree"}, 400),
        ({"number": LONG_CODE, "resource": "nobody"}, 400),
        ({"number": "+18335550100"}, 409),
    ],
)
def test_wrong_sender_is_not_given(azure, body, status):
    assert azure.control.post("/_local/numbers", json=body).status_code == status

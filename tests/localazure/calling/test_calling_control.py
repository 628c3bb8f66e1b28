"""What the control API refuses about calls."""

import httpx
import pytest

from localazure_tests.acs import CUSTOMER


def call(azure, **body):
    whole = {"from": CUSTOMER, "to": azure.acs.phone_numbers[0]} | body
    return azure.control.post("/_local/calls", json=whole)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"to": "+12065550199"}, 404, "unknown_number"),
        ({"to": "hub"}, 400, "InvalidRequestContent"),
        ({"from": "somebody"}, 400, "InvalidRequestContent"),
        ({"script": [{"sing": "a song"}]}, 400, "InvalidRequestContent"),
        ({"script": [{}]}, 400, "invalid"),
        ({"script": [{"wait": 1, "hang_up": True}]}, 400, "invalid"),
        ({"script": [{"wait": -1}]}, 400, "invalid"),
        ({"gives_up_after_seconds": -1}, 400, "InvalidRequestContent"),
    ],
)
def test_call_that_cannot_be_is_refused(azure, body, status, code):
    answer = call(azure, **body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert azure.control.get("/_local/calls").json()["items"] == []


def test_number_that_takes_no_calls_is_not_called(azure, phone_numbers):
    number = azure.acs.phone_numbers[0]
    phone_numbers.begin_update_phone_number_capabilities(number, sms="inbound", calling="outbound").result()

    answer = call(azure)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "not_callable")


def test_numbers_of_the_resources_do_not_call(azure):
    answer = call(azure, **{"from": azure.acs.phone_numbers[1]})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")


def test_call_that_is_over_does_nothing_more(azure, outside):
    name = outside.calls()
    assert outside.hangs_up(name)["state"] == "ended"

    again = azure.control.delete(f"/_local/calls/{name}")
    steps = azure.control.post(f"/_local/calls/{name}/steps", json={"script": [{"hang_up": True}]})

    assert [one.json()["error"]["code"] for one in (again, steps)] == ["call_is_over"] * 2


def test_call_that_is_not_there_is_unknown(azure):
    answer = azure.control.get("/_local/calls/nothing")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_call")


def test_reset_forgets_calls(azure, outside):
    name = outside.calls()

    azure.control.post("/_local/reset", json={}).raise_for_status()

    assert azure.control.get(f"/_local/calls/{name}").status_code == 404


def test_page_of_trouble_orders_trouble_with_callbacks(azure):
    form = {"do": "order", "operation": "calling.callback", "action": "reorder", "times": "2"}
    page = httpx.post(f"{azure.portal}/trouble", data=form, trust_env=False, follow_redirects=True)

    [ordered] = azure.control.get("/_local/faults").json()["items"]
    assert (page.status_code, ordered["operation"], ordered["times"]) == (200, "calling.callback", 2)
    assert "Callbacks of calls" in page.text


def page(azure, path: str) -> str:
    return httpx.get(f"{azure.portal}{path}", trust_env=False).raise_for_status().text


def test_portal_shows_a_call_its_parties_and_what_was_told(azure, application, outside):
    assert "Nobody has called yet." in page(azure, "/calls")
    name = outside.calls()
    assert "No application has taken this call." in page(azure, f"/calls/{name}")
    application.answers()

    assert f'href="/calls/{name}"' in page(azure, "/calls")
    shown = page(azure, f"/calls/{name}")
    assert [word for word in ("Connected", "CallConnected", "ParticipantsUpdated") if word not in shown] == []
    outside.hangs_up(name)
    assert "The telephone hung up." in page(azure, f"/calls/{name}")


def test_portal_does_not_know_every_call(azure):
    assert httpx.get(f"{azure.portal}/calls/nothing", trust_env=False).status_code == 404

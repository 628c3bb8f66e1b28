"""A customer calls: the hub answers, the call waits as a conversation, and whoever hangs up ends it."""

from ssl import create_default_context
from typing import Any

import httpx
import pytest

from running_demo import Demo, until


def calls(demo: Demo, customer: str, **more: Any) -> str:
    with demo.control() as control:
        body = {"from": customer, "to": demo.acs["phone_numbers"][0], **more}
        answer = control.post("/_local/calls", json=body)
        answer.raise_for_status()
        return str(answer.json()["id"])


def told(demo: Demo, call: str) -> dict[str, Any]:
    with demo.control() as control:
        return dict(control.get(f"/_local/calls/{call}").json())


def state(demo: Demo, customer: str) -> str:
    with demo.api() as api:
        items = api.get("/api/v1/conversations", params={"customer": customer}).json()["items"]
    return str(items[0]["state"]) if items else ""


def heard(demo: Demo, call: str) -> list[dict[str, Any]]:
    """What the caller has heard so far, tenth of a second by tenth; nothing before it was answered."""
    with demo.control() as control:
        return list(control.get(f"/_local/calls/{call}/heard").json().get("windows", []))


def callback(demo: Demo, call: str) -> str:
    until(lambda: told(demo, call)["connections"], 15)
    return str(told(demo, call)["connections"][0]["callback_uri"])


def test_caller_is_answered_waits_in_the_queue_and_hangs_up(demo: Demo) -> None:
    customer = "+14255550171"
    call = calls(demo, customer)

    until(lambda: state(demo, customer) == "open", 15)
    assert told(demo, call)["state"] == "connected"

    with demo.control() as control:
        control.delete(f"/_local/calls/{call}").raise_for_status()
    until(lambda: state(demo, customer) == "closed", 15)


def test_caller_who_waits_hears_music(demo: Demo) -> None:
    call = calls(demo, "+14255550175")

    until(lambda: sum(window["level"] > -40 for window in heard(demo, call)) > 20, 30)

    with demo.control() as control:
        control.delete(f"/_local/calls/{call}")


def test_whoever_gives_up_before_the_answer_is_no_conversation(demo: Demo) -> None:
    customer = "+14255550172"

    call = calls(demo, customer, gives_up_after_seconds=0)

    until(lambda: told(demo, call)["state"] == "ended", 15)
    assert state(demo, customer) in {"", "closed"}  # closed where the answer was as fast as the caller


@pytest.mark.parametrize("authorization", [None, "Bearer none", "Basic YTpi"])
def test_address_of_a_call_believes_nobody_without_the_services_token(demo: Demo, authorization: str | None) -> None:
    customer = "+14255550173"
    call = calls(demo, customer)
    event = [{"id": "1", "type": "Microsoft.Communication.CallDisconnected", "specversion": "1.0", "data": {}}]
    headers = {"authorization": authorization} if authorization else {}

    with httpx.Client(verify=create_default_context(cafile=demo.azure["ca_bundle"]), trust_env=False) as client:
        refused = client.post(callback(demo, call), json=event, headers=headers)
        unknown = client.post(callback(demo, call).replace("/calls/", "/calls/x"), json=event)

    assert (refused.status_code, unknown.status_code) == (401, 404)
    until(lambda: state(demo, customer) == "open", 15)
    with demo.control() as control:
        control.delete(f"/_local/calls/{call}")


@pytest.mark.parametrize(
    "trouble",
    [{"action": "duplicate"}, {"action": "reorder", "delay_seconds": 0.2}, {"action": "delay", "delay_seconds": 0.5}],
)
def test_what_the_service_tells_twice_late_or_out_of_order_ends_the_same(demo: Demo, trouble: dict[str, Any]) -> None:
    customer = f"+1425555018{len(trouble['action']) % 10}"
    with demo.control() as control:
        control.post("/_local/faults", json={"operation": "calling.callback", "times": 3, **trouble}).raise_for_status()
    call = calls(demo, customer)
    until(lambda: state(demo, customer) == "open", 15)

    with demo.control() as control:
        control.delete(f"/_local/calls/{call}")

    until(lambda: state(demo, customer) == "closed", 15)

"""More texts than their number's rate lets through at once: through the real worker, to the customer's telephone."""

import pytest

from running_demo import Demo, until

pytestmark = pytest.mark.long

CUSTOMER = "+14255550198"
TEXTS = [f"Part {number}" for number in range(60)]  # a burst of 31, and some ten seconds for the rest


def test_texts_beyond_the_rate_wait_their_turn_and_all_leave_in_order(demo: Demo) -> None:
    with demo.control() as control, demo.api() as api:
        body = {"from": CUSTOMER, "to": demo.acs["phone_numbers"][0], "text": "Tell me everything."}
        control.post("/_local/sms", json=body).raise_for_status()
        query = {"customer": CUSTOMER}
        talk = until(lambda: api.get("/api/v1/conversations", params=query).json()["items"])[0]["id"]

        for words in TEXTS:
            api.post(f"/api/v1/conversations/{talk}/messages", json={"text": words}).raise_for_status()

        def delivered() -> list[str]:
            path, limit = f"/api/v1/conversations/{talk}/messages", {"limit": 100}
            messages = api.get(path, params=limit).raise_for_status().json()["items"]
            return [each["text"] for each in messages if each["state"] == "delivered"]

        until(lambda: delivered() == TEXTS, seconds=60)
        shown = control.get("/_local/inbox", params={"number": CUSTOMER}).raise_for_status().json()["items"]

    ours = sorted((each for each in shown if each["to"] == CUSTOMER), key=lambda each: each["at"])
    assert [each["text"] for each in ours] == TEXTS

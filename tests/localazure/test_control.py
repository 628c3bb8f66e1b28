import jsonschema
import pytest

CUSTOMER = "+14255550123"


def text(azure, **changes):
    return {"from": CUSTOMER, "to": azure.acs.phone_numbers[0], "text": "Where is my parcel?"} | changes


def inbox(azure, number=CUSTOMER):
    return azure.control.get("/_local/inbox", params={"number": number}).json()["items"]


def test_customer_writes_and_finds_it_in_the_inbox(azure):
    answer = azure.control.post("/_local/sms", json=text(azure)).json()

    [item] = inbox(azure)
    [made] = answer["items"]
    assert made["message_id"].startswith("Incoming_")
    assert item.pop("at").endswith("Z")
    assert item == text(azure) | {"message_id": made["message_id"], "state": "received"}


def test_several_customers_write_at_once(azure):
    texts = [text(azure, **{"from": f"+1425555010{number}", "text": str(number)}) for number in range(3)]

    answer = azure.control.post("/_local/sms", json=texts).json()

    assert len({item["message_id"] for item in answer["items"]}) == 3
    assert [inbox(azure, f"+1425555010{number}")[0]["text"] for number in range(3)] == ["0", "1", "2"]


def test_thread_holds_both_directions_in_order(azure, sms):
    azure.control.post("/_local/sms", json=text(azure, text="one"))
    sms.send(azure.acs.phone_numbers[0], CUSTOMER, "two")
    azure.control.post("/_local/sms", json=text(azure, text="three"))

    assert [item["text"] for item in inbox(azure)] == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"text": ""}, 400),
        ({"text": "x" * 2049}, 400),
        ({"text": "a\0b"}, 400),
        ({"text": "\udc00"}, 400),
        ({"text": None}, 400),
        ({"from": "123"}, 400),
        ({"from": "+18335550101"}, 400),
        ({"to": "+18335559999"}, 404),
        ({"more": 1}, 400),
    ],
)
def test_wrong_text_is_refused_and_leaves_nothing(azure, changes, status):
    import json

    body = json.dumps([text(azure), text(azure, **changes)])

    response = azure.control.post("/_local/sms", content=body, headers={"content-type": "application/json"})

    assert response.status_code == status
    assert response.json()["error"]["message"]
    assert inbox(azure) == []


def test_longest_text_is_taken_whole(azure):
    longest = "ż" * 2048

    azure.control.post("/_local/sms", json=text(azure, text=longest)).raise_for_status()

    assert inbox(azure)[0]["text"] == longest


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"host": "evil.example"}, 421),
        ({"content-type": "text/plain"}, 415),
    ],
)
def test_page_of_another_site_changes_nothing(azure, headers, status):
    import json

    standard = {"content-type": "application/json"}

    response = azure.control.post("/_local/sms", content=json.dumps(text(azure)), headers=standard | headers)

    assert response.status_code == status
    assert inbox(azure) == []


def test_own_page_may_write(azure):
    headers = {"origin": azure.portal, "sec-fetch-site": "same-origin"}

    assert azure.control.post("/_local/sms", json=text(azure), headers=headers).status_code == 200


def test_foreign_host_name_reads_nothing(azure):
    assert azure.control.get("/_local/state", headers={"host": "rebound.example"}).status_code == 421


def test_clock_moves_forward_only(azure):
    moved = azure.control.post("/_local/clock", json={"advance_seconds": 90}).json()
    back = azure.control.post("/_local/clock", json={"advance_seconds": -1})

    assert moved["offset_seconds"] == 90
    assert back.status_code == 400
    assert azure.control.get("/_local/state").json()["clock"]["offset_seconds"] == 90


def test_reset_returns_to_the_seed_with_the_same_ids(azure, resources, communication):
    before = azure.control.get("/_local/state").json()
    azure.control.post("/_local/sms", json=text(azure))
    azure.control.post("/_local/applications", json={"name": "Hub"})
    azure.control.post("/_local/clock", json={"advance_seconds": 90})
    resources.providers.register("Microsoft.EventGrid")

    azure.control.post("/_local/reset", json={})

    after = azure.control.get("/_local/state").json()
    assert {**after, "clock": None} == {**before, "clock": None}
    assert after["clock"]["offset_seconds"] == 0
    assert inbox(azure) == []


def test_stream_tells_of_each_change(azure):
    with azure.control.stream("GET", "/_local/stream", params={"number": CUSTOMER}) as response:
        lines = response.iter_lines()
        opened = next(lines)
        azure.control.post("/_local/sms", json=text(azure))
        changed = next(line for line in lines if line.startswith("data:"))

    assert response.headers["content-type"].startswith("text/event-stream")
    assert (opened, changed) == (": open", 'data: {"type":"inbox"}')


def test_description_covers_every_path_and_its_answers_fit(azure):
    description = azure.control.get("/_local/openapi.json").json()
    made = azure.control.post("/_local/sms", json=text(azure)).json()

    schema = {"$ref": "#/components/schemas/SmsMadeList", "components": description["components"]}
    jsonschema.validate(made, schema)
    assert set(description["paths"]) >= {
        "/_local/sms", "/_local/inbox", "/_local/clock", "/_local/reset", "/_local/state", "/_local/deliveries",
        "/_local/applications", "/_local/faults", "/_local/entra/rotate-keys", "/_local/sms/counts",
    }  # fmt: skip


def test_unknown_control_path_is_told(azure):
    response = azure.control.get("/_local/nothing")

    assert response.status_code == 404


def test_body_that_never_ends_is_cut_off(azure):
    response = azure.control.post(
        "/_local/sms", content=b'"' + b"x" * 5_000_000 + b'"', headers={"content-type": "application/json"}
    )

    assert response.status_code == 413


def test_log_holds_no_number_no_text_and_no_secret(azure, http, phone_numbers):
    azure.control.post("/_local/sms", json=text(azure))
    phone_numbers.get_purchased_phone_number(azure.acs.phone_numbers[0])

    log = (azure.data / "log").read_text()

    assert "communication GET /phoneNumbers/… 200" in log
    secrets = [azure.client_secret, azure.acs.phone_numbers[0].lstrip("+"), CUSTOMER.lstrip("+"), "parcel", "Bearer"]
    assert [secret for secret in secrets if secret in log] == []

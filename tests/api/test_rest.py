import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from api.scene import Program, Talk, program_of
from centrala.api.throttle import PerToken
from centrala.connection.models import Connection, Entry, EntryKey
from centrala.conversations.models import ChosenCode, Conversation, Message, WrapUp
from centrala.inbox.models import Event, State
from centrala.numbers.models import Carrier, PhoneNumber
from centrala.organization.models import User
from centrala.workstreams.models import WrapUpCode

NOT_FOUND = {"error": {"code": "not_found", "message": "There is no such thing, or this token may not see it."}}


def codes(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_conversation_is_told_whole(program: Program, talk: Talk) -> None:
    conversation = talk(1)

    listed = program.get("/conversations").json()
    single = program.get(f"/conversations/{conversation.pk}").json()

    assert listed == {"items": [single], "next": None}
    assert single == {
        "id": str(conversation.pk),
        "channel": "sms",
        "customer": "+14255550001",
        "customer_name": "Customer 1",
        "number": "+18335550100",
        "workstream": None,
        "queue": conversation.queue.name,
        "agent": None,
        "state": "open",
        "unread": 0,
        "preview": "",
        "opened_at": stamp(conversation.opened_at),
        "last_message_at": stamp(conversation.last_message_at),
        "closed_at": None,
        "tags": [],
        "wrap_up_codes": [],
        "wrap_up_note": None,
    }


def test_conversation_tells_how_it_ended(program: Program, talk: Talk) -> None:
    conversation = talk(1, state="closed")
    Conversation.objects.update(tags=["vip"])
    talk(2)
    wrap_up = WrapUp.objects.create(conversation=conversation, note="Wet.", at=now())
    ChosenCode.objects.create(wrap_up=wrap_up, code=WrapUpCode.objects.create(name="Renamed"), name="Complaint")

    [told] = program.get("/conversations", tag="VIP").json()["items"]

    assert (told["tags"], told["wrap_up_codes"], told["wrap_up_note"]) == (["vip"], ["Complaint"], "Wet.")


def test_conversation_names_its_agent(program: Program, agent: User, talk: Talk) -> None:
    conversation = talk(1)
    Conversation.objects.update(state="active", agent=agent)

    assert program.get(f"/conversations/{conversation.pk}").json()["agent"] == "ala"


def stamp(at: Any) -> str:
    """To the millisecond, as Django writes times into JSON."""
    return str(DjangoJSONEncoder().default(at))


@pytest.mark.parametrize("customer", ["+14255550002", "14255550002", " 14255550002"])
def test_conversations_of_a_customer_are_found_with_and_without_plus(
    customer: str, program: Program, talk: Talk
) -> None:
    talk(1)
    wanted = talk(2)

    items = program.get("/conversations", customer=customer).json()["items"]

    assert [item["id"] for item in items] == [str(wanted.pk)]


def test_conversations_are_filtered_by_state(program: Program, talk: Talk) -> None:
    talk(1)
    closed = talk(2, state="closed")

    items = program.get("/conversations", state="closed").json()["items"]

    assert [item["id"] for item in items] == [str(closed.pk)]


def test_conversations_come_in_pages_newest_first(program: Program, talk: Talk) -> None:
    made = [talk(number) for number in range(5)]

    pages = follow(program, "/conversations", limit=2, state="open")

    assert [[item["id"] for item in page] for page in pages] == [
        [str(made[4].pk), str(made[3].pk)],
        [str(made[2].pk), str(made[1].pk)],
        [str(made[0].pk)],
    ]


def follow(program: Program, path: str, **query: object) -> list[list[dict[str, Any]]]:
    answer = program.get(path, **query).json()
    pages = [answer["items"]]
    while answer["next"]:
        assert answer["next"].startswith("http://testserver/api/v1/")
        answer = program.get(answer["next"]).json()
        pages.append(answer["items"])
    return pages


def test_messages_come_last_page_first_in_the_order_they_are_read(program: Program, talk: Talk) -> None:
    conversation = talk(1, messages=5)

    pages = follow(program, f"/conversations/{conversation.pk}/messages", limit=2)

    assert [[item["text"] for item in page] for page in pages] == [
        ["Message 3", "Message 4"],
        ["Message 1", "Message 2"],
        ["Message 0"],
    ]


def test_answer_is_queued_and_told(program: Program, talk: Talk, agent: User) -> None:
    conversation = talk(1, messages=0)

    answer = program.post(f"/conversations/{conversation.pk}/messages", {"text": "Zażółć gęślą jaźń 🙂"})

    message = Message.objects.get()
    expected = {
        "id": str(message.pk),
        "direction": "outbound",
        "text": "Zażółć gęślą jaźń 🙂",
        "state": "queued",
        "error": None,
        "created_at": stamp(message.created_at),
        "expected_at": None,
        "automatic": False,
        "occasion": None,
    }
    assert (answer.status_code, answer.json()) == (202, expected)
    assert program.get(f"/conversations/{conversation.pk}/messages").json() == {"items": [expected], "next": None}
    assert message.author == agent
    assert [job.args for job in ProcrastinateJob.objects.all()] == [{"message_id": str(message.pk)}]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "refused"),
        (" \n ", "refused"),
        ("a" * 2_049, "refused"),
        ("a\0b", "refused"),
        ("a\ud800b", "refused"),
        (None, "not_valid"),
        (7, "not_valid"),
        (["a"], "not_valid"),
    ],
)
def test_text_that_cannot_be_sent_is_refused(text: object, code: str, program: Program, talk: Talk) -> None:
    conversation = talk(1, messages=0)

    answer = program.post(f"/conversations/{conversation.pk}/messages", json.dumps({"text": text}))

    assert codes(answer) == (422, code)
    assert Message.objects.count() == 0


@pytest.mark.parametrize(("body", "status"), [("", 422), ("{", 400), ("[]", 422), ("{}", 422), ("null", 422)])
def test_body_that_is_no_message_is_refused(body: str, status: int, program: Program, talk: Talk) -> None:
    answer = program.post(f"/conversations/{talk(1).pk}/messages", body)

    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"code", "message"}


def test_answer_to_a_closed_conversation_is_refused(program: Program, talk: Talk) -> None:
    answer = program.post(f"/conversations/{talk(1, state='closed').pk}/messages", {"text": "Hello"})

    assert answer.json() == {
        "error": {
            "code": "refused",
            "message": "This conversation is closed. The customer's next message opens a new one.",
        }
    }


def test_token_that_may_only_read_sends_nothing(agent: User, talk: Talk) -> None:
    answer = program_of(agent).post(f"/conversations/{talk(1, messages=0).pk}/messages", {"text": "Hello"})

    assert codes(answer) == (403, "forbidden")
    assert Message.objects.count() == 0


def test_outsider_sees_no_conversation(celina: User, talk: Talk) -> None:
    conversation = talk(1)
    outsider = program_of(celina, may_write=True)

    assert outsider.get("/conversations").json() == {"items": [], "next": None}
    assert outsider.get("/numbers").json() == {"items": [], "next": None}
    for answer in (
        outsider.get(f"/conversations/{conversation.pk}"),
        outsider.get(f"/conversations/{conversation.pk}/messages"),
        outsider.post(f"/conversations/{conversation.pk}/messages", {"text": "Hello"}),
    ):
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_message_is_told_alone(program: Program, celina: User, talk: Talk) -> None:
    conversation = talk(1, messages=1)
    [listed] = program.get(f"/conversations/{conversation.pk}/messages").json()["items"]

    alone = program.get(f"/messages/{listed['id']}")
    hidden = program_of(celina).get(f"/messages/{listed['id']}")

    assert alone.json() == listed
    assert (hidden.status_code, hidden.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize(
    ("method", "path", "allowed"), [("put", "/numbers", "GET"), ("delete", "/conversations", "GET, POST")]
)
def test_wrong_method_is_refused_in_the_api_s_words(method: str, path: str, allowed: str, program: Program) -> None:
    answer = getattr(program.client, method)(f"/api/v1{path}", headers=program.headers)

    message = f"This address takes {allowed}."
    assert (answer.status_code, answer["Allow"]) == (405, allowed)
    assert answer.json() == {"error": {"code": "method_not_allowed", "message": message}}


def test_program_that_asks_without_end_is_told_to_wait(
    program: Program, adam: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PerToken, "limit", 2)
    monkeypatch.setattr("centrala.api.throttle.time.time", lambda: 1_800_000_015.0)

    answers = [program.get("/numbers") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert (answers[2].json()["error"]["code"], answers[2]["Retry-After"]) == ("too_many_requests", "45")
    assert program_of(adam).get("/numbers").status_code == 200
    monkeypatch.setattr("centrala.api.throttle.time.time", lambda: 1_800_000_061.0)
    assert program.get("/numbers").status_code == 200


@pytest.mark.parametrize(
    "path", ["/conversations/5c2f9a3e-1d0b-4a57-9c66-0f4b7e8d2a11", "/conversations/1", "/nothing", "/conversations/"]
)
def test_unknown_address_is_refused_in_the_api_s_words(path: str, program: Program) -> None:
    answer = program.get(path)

    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize(
    "query",
    [
        {"state": "asleep"},
        {"limit": 0},
        {"limit": 201},
        {"limit": "many"},
        {"after": "yesterday"},
        {"after": "2026-11-23T12:00:00~5c2f9a3e-1d0b-4a57-9c66-0f4b7e8d2a11"},
        {"customer": "a\0b"},
        {"customer": "1" * 101},
    ],
)
def test_query_that_is_not_valid_is_refused(query: dict[str, object], program: Program) -> None:
    assert codes(program.get("/conversations", **query)) == (422, "not_valid")


def received(position: int, state: State = State.RECEIVED) -> Event:
    return Event.objects.create(
        event_id=f"event-{position}",
        type="Microsoft.Communication.SMSReceived",
        subject="/phonenumber/18335550100",
        event_time=now(),
        body=b"{}",
        endpoint=uuid4(),
        subscription="SMS",
        received_at=now() - timedelta(hours=position),
        state=state,
    )


def test_events_come_in_pages_newest_first(administrator: Program) -> None:
    events = [received(position) for position in range(3)]

    pages = follow(administrator, "/events", limit=2)

    assert [[item["id"] for item in page] for page in pages] == [["event-0", "event-1"], ["event-2"]]
    assert pages[0][0] == {
        "id": "event-0",
        "type": "Microsoft.Communication.SMSReceived",
        "subject": "/phonenumber/18335550100",
        "event_time": stamp(events[0].event_time),
        "received_at": stamp(events[0].received_at),
        "subscription": "SMS",
        "misdirected": False,
        "state": "received",
        "error": None,
        "processed_at": None,
    }


def test_events_are_filtered_by_state(administrator: Program) -> None:
    received(1)
    received(2, State.FAILED)

    items = administrator.get("/events", state="failed").json()["items"]

    assert [item["id"] for item in items] == ["event-2"]


@pytest.mark.parametrize("after", ["x", "2026-11-23T12:00:00+00:00~x", "2026-11-23T12:00:00~1", f"2026~{'9' * 30}"])
def test_place_in_no_list_of_events_is_refused(after: str, administrator: Program) -> None:
    assert codes(administrator.get("/events", after=after)) == (422, "not_valid")


def test_connection_is_told_without_its_secret(administrator: Program, number: PhoneNumber) -> None:
    connection = Connection.objects.get()
    Entry.objects.create(connection=connection, key=EntryKey.APP_ID, value="an-app")
    Entry.objects.create(connection=connection, key=EntryKey.TENANT_ID, value="a-tenant")

    answer = administrator.get("/connection")

    assert answer.json() == {
        "connected": True,
        "resource_name": "acs-centrala",
        "resource_id": connection.resource_id,
        "tenant_id": "a-tenant",
        "event_grid_app_id": "an-app",
        "connected_at": stamp(connection.connected_at),
        "webhooks": [
            {"service": endpoint.service, "url": endpoint.url} for endpoint in connection.endpoints.order_by("service")
        ],
    }
    assert connection.connection_string.access_key not in answer.content.decode()


def test_no_connection_is_told_as_such(administrator: Program, number: PhoneNumber) -> None:
    Connection.objects.update(disconnected_at=now())

    assert administrator.get("/connection").json() == {
        "connected": False,
        "resource_name": None,
        "resource_id": None,
        "tenant_id": None,
        "event_grid_app_id": None,
        "connected_at": None,
        "webhooks": [],
    }


def test_number_of_a_carrier_or_gone_is_told_as_that(program: Program, number: PhoneNumber) -> None:
    carrier = Carrier.objects.create(name="Fabrikam Telecom")
    for ours, more in (("+14255550177", {"carrier": carrier}), ("+14255550178", {"missing_since": now()})):
        PhoneNumber.objects.create(connection=number.connection, number=ours, country="US", **more)

    told = {item["number"]: item for item in program.get("/numbers").json()["items"]}

    assert (told["+14255550177"]["carrier"], told["+14255550177"]["status"]) == ("Fabrikam Telecom", "ready")
    assert (told["+14255550178"]["country"], told["+14255550178"]["status"]) == ("US", "inactive")


def test_numbers_of_the_connected_resource_are_told(program: Program, number: PhoneNumber) -> None:
    PhoneNumber.objects.create(connection=number.connection, number="+18335550101")

    pages = follow(program, "/numbers", limit=1)

    assert [[item["number"] for item in page] for page in pages] == [["+18335550100"], ["+18335550101"]]
    assert pages[0][0] == {
        "number": "+18335550100",
        "type": "toll_free",
        "receives_sms": True,
        "sends_sms": True,
        "receives_calls": False,
        "makes_calls": False,
        "synced_at": None,
        "carrier": None,
        "country": None,
        "monthly_cost": None,
        "currency": None,
        "status": "connected",
    }


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("path", "queries"), [("/conversations", 3), ("/events", 3), ("/numbers", 3)])
def test_list_asks_the_same_whatever_its_length(
    path: str, queries: int, count: int, administrator: Program, talk: Talk, django_assert_num_queries: Any
) -> None:
    connection = Connection.objects.get()
    for position in range(count):
        talk(position, messages=2)
        received(position)
        PhoneNumber.objects.get_or_create(connection=connection, number=f"+1833555010{position}")

    with django_assert_num_queries(queries):  # the token, its last use, the list
        answer = administrator.get(path)

    assert len(answer.json()["items"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_messages_ask_the_same_whatever_their_number(
    count: int, program: Program, talk: Talk, django_assert_num_queries: Any
) -> None:
    conversation = talk(1, messages=count)

    with django_assert_num_queries(4):  # the token, its last use, the conversation, its messages
        answer = program.get(f"/conversations/{conversation.pk}/messages")

    assert len(answer.json()["items"]) == count


def test_answers_are_kept_in_no_cache(program: Program) -> None:
    assert "no-store" in program.get("/conversations")["Cache-Control"]


def test_description_names_every_path(client: Client) -> None:
    document = client.get("/api/v1/openapi.json").json()

    assert document["openapi"].startswith("3.")
    assert document["info"]["title"] == "Centrala"
    assert {path: sorted(verbs) for path, verbs in document["paths"].items()} == {
        "/api/v1/conversations": ["get", "post"],
        "/api/v1/conversations/{conversation_id}": ["get"],
        "/api/v1/conversations/{conversation_id}/messages": ["get", "post"],
        "/api/v1/conversations/{conversation_id}/transcript": ["get"],
        "/api/v1/messages/{message_id}": ["get"],
        "/api/v1/calls": ["get", "post"],
        "/api/v1/recordings": ["get"],
        "/api/v1/events": ["get"],
        "/api/v1/connection": ["get"],
        "/api/v1/numbers": ["get"],
        "/api/v1/numbers/{number}/features": ["post"],
        "/api/v1/numbers/{number}/release": ["post"],
        "/api/v1/orders": ["get", "post"],
        "/api/v1/orders/{order_id}": ["get"],
        "/api/v1/orders/{order_id}/purchase": ["post"],
        "/api/v1/agents": ["get"],
        "/api/v1/offers": ["get"],
        "/api/v1/templates": ["get"],
        "/api/v1/campaigns": ["get"],
        "/api/v1/campaigns/{campaign_id}": ["get"],
    }
    assert document["components"]["schemas"]["MessageOut"]["required"] == [
        "id",
        "direction",
        "text",
        "state",
        "error",
        "created_at",
    ]


def test_unread_conversation_stays_unread_when_a_program_looks(program: Program, talk: Talk) -> None:
    conversation = talk(1)
    Conversation.objects.update(unread=3)

    program.get(f"/conversations/{conversation.pk}/messages")

    assert program.get(f"/conversations/{conversation.pk}").json()["unread"] == 3

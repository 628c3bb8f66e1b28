"""What happens to a request whose token is right."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette

from centrala.azure.cloud import Cloud
from centrala.connection.models import Connection, Endpoint, Service
from centrala.hooks.routes import routes
from centrala.hooks.runtime import running
from centrala.inbox.sessions import InboxUnavailable
from hooks.scene import Clock, Entra, event, validation
from hooks.test_writer import row


@pytest.fixture
def genuine(entra: Entra, hub: httpx.AsyncClient) -> httpx.AsyncClient:
    hub.headers["Authorization"] = f"Bearer {entra.token()}"
    return hub


async def rows(sql: asyncpg.Connection) -> list[asyncpg.Record]:
    return await sql.fetch("select * from inbox_event order by id")


async def test_event_is_kept_whole(genuine: httpx.AsyncClient, sms: str, sql: asyncpg.Connection, clock: Clock) -> None:
    body = json.dumps([event()]).encode()

    answer = await genuine.post(sms, content=body, headers={"aeg-subscription-name": "SMS-SUBSCRIPTION"})

    assert (answer.status_code, answer.content) == (200, b"")
    (row,) = await rows(sql)
    endpoint = await sql.fetchval("select id from connection_endpoint where service = 'sms'")
    assert dict(row) == {
        "id": row["id"],
        "event_id": "event-1",
        "type": "Microsoft.Communication.SMSReceived",
        "subject": "/phonenumber/18335550100",
        "event_time": datetime(2026, 11, 23, 11, 59, 58, 123456, UTC),
        "body": body[1:-1],
        "endpoint": endpoint,
        "misdirected": False,
        "subscription": "SMS-SUBSCRIPTION",
        "received_at": clock(),
        "state": "received",
        "processed_at": None,
        "error": "",
    }


async def test_batch_with_a_repeated_event_keeps_each_once(
    genuine: httpx.AsyncClient, sms: str, sql: asyncpg.Connection
) -> None:
    await genuine.post(sms, json=[event("a")])

    answer = await genuine.post(sms, json=[event("a"), event("b"), event("c"), event("b")])

    assert answer.status_code == 200
    assert [row["event_id"] for row in await rows(sql)] == ["a", "b", "c"]


async def test_event_on_another_service_s_endpoint_is_kept_and_marked(
    genuine: httpx.AsyncClient, paths: dict[Service, str], sql: asyncpg.Connection
) -> None:
    answer = await genuine.post(paths[Service.RECORDING], json=[event()])

    assert answer.status_code == 200
    assert [row["misdirected"] for row in await rows(sql)] == [True]


async def test_unknown_type_is_kept(genuine: httpx.AsyncClient, sms: str, sql: asyncpg.Connection) -> None:
    answer = await genuine.post(sms, json=[event(eventType="Microsoft.Communication.ChatMessageReceived")])

    assert answer.status_code == 200
    assert [(row["type"], row["misdirected"]) for row in await rows(sql)] == [
        ("Microsoft.Communication.ChatMessageReceived", False)
    ]


LENIENT = {
    "lone surrogate in the data": (rb'{"id":"e","data":{"message":"\ud83d"}}', "e", ""),
    "lone surrogate in the subject": (rb'{"id":"e","subject":"a\udc00b"}', "e", "a\ufffdb"),
    "two high surrogates": (rb'{"id":"e","subject":"\ud83d\ud83d"}', "e", "\ufffd\ufffd"),
    "lone surrogate in the id": (rb'{"id":"e\ud800"}', "e\ufffd", ""),
    "NUL in id and subject": (rb'{"id":"e\u0000","subject":"\u0000"}', "e\ufffd", "\ufffd"),
    "bytes that are no UTF-8": (b'{"id":"e","subject":"\xff"}', "e", "\ufffd"),
    "control character": (b'{"id":"e","subject":"a\tb\n"}', "e", "a\tb\n"),
    "keys in capitals": (b'{"Id":"e","Subject":"s","EventType":"T"}', "e", "s"),
    "only an id": (b'{"id":"e"}', "e", ""),
    "null for what may miss": (b'{"id":"e","subject":null,"eventType":null,"eventTime":null,"data":null}', "e", ""),
    "numbers for texts": (b'{"id":"e","subject":7,"eventTime":12}', "e", ""),
    "spaces around": (b' \r\n\t{ "id" : "e" , "data" : [ "\\ud800" , 1e3 ] } ', "e", ""),
    "time that is none": (b'{"id":"e","eventTime":"yesterday"}', "e", ""),
    "time before all times": (b'{"id":"e","eventTime":"0001-01-01T00:00:00+14:00"}', "e", ""),
    "id too long for an index": (b'{"id":"' + b"e" * 100_000 + b'"}', "e" * 256 + "#", ""),
}


@pytest.mark.parametrize("name", LENIENT)
async def test_odd_event_is_kept_byte_for_byte(
    name: str, genuine: httpx.AsyncClient, sms: str, sql: asyncpg.Connection
) -> None:
    body, event_id, subject = LENIENT[name]

    answer = await genuine.post(sms, content=b"[" + body + b',{"id":"second"}]')

    assert answer.status_code == 200
    first, second = await rows(sql)
    assert (first["body"], second["body"]) == (body.strip(), b'{"id":"second"}')
    assert first["event_id"].startswith(event_id)
    assert len(first["event_id"].encode()) < 2_000
    assert first["subject"] == subject


BAD = {
    "empty": (b"", "not_an_array_of_events"),
    "no JSON": (b"id=1", "not_an_array_of_events"),
    "an object": (b'{"id":"e"}', "not_an_array_of_events"),
    "cut off": (b'[{"id":"e"}', "not_an_array_of_events"),
    "comma missing": (rb'[{"id":"\ud800"} {"id":"f"}]', "not_an_array_of_events"),
    "comma at the end": (rb'[{"id":"\ud800"},]', "not_an_array_of_events"),
    "something behind": (rb'[{"id":"\ud800"}]]', "not_an_array_of_events"),
    "deep": (b"[" * 200_000, "not_an_array_of_events"),
    "deep data": (b'[{"id":"e","data":' + b"[" * 200_000, "not_an_array_of_events"),
    "numbers": (b"[1,2]", "not_an_array_of_events"),
    "null": (b"[null]", "not_an_array_of_events"),
    "an event without id": (b'[{"id":"e"},{"eventType":"T"}]', "event_without_id"),
    "an empty id": (b'[{"id":""}]', "event_without_id"),
    "a number as id": (b'[{"id":1}]', "event_without_id"),
    "a cloud event": (b'{"id":"e","specversion":"1.0","type":"T","source":"s"}', "cloud_events_schema"),
    "cloud events": (b'[{"id":"e","specversion":"1.0","type":"T","source":"s"}]', "cloud_events_schema"),
    "too many": (b"[" + b",".join(b'{"id":"%d"}' % number for number in range(5_001)) + b"]", "too_many_events"),
}


@pytest.mark.parametrize("name", BAD)
async def test_body_that_is_no_array_of_events_is_refused(
    name: str, genuine: httpx.AsyncClient, sms: str, sql: asyncpg.Connection
) -> None:
    body, code = BAD[name]

    answer = await genuine.post(sms, content=body)

    assert (answer.status_code, answer.text) == (400, f"{code}\n")
    assert await rows(sql) == []


async def test_handshake_is_answered_with_the_code(
    genuine: httpx.AsyncClient, sms: str, sql: asyncpg.Connection
) -> None:
    answer = await genuine.post(sms, json=[validation("a-code")], headers={"aeg-event-type": "SubscriptionValidation"})

    assert (answer.status_code, answer.json()) == (200, {"validationResponse": "a-code"})
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert await rows(sql) == []


async def test_handshake_without_token_is_refused(hub: httpx.AsyncClient, sms: str) -> None:
    answer = await hub.post(sms, json=[validation()], headers={"aeg-event-type": "SubscriptionValidation"})

    assert (answer.status_code, answer.text) == (401, "no_token\n")


async def test_handshake_reads_its_key_in_any_case(genuine: httpx.AsyncClient, sms: str) -> None:
    answer = await genuine.post(sms, json=[validation() | {"data": {"ValidationCode": "a-code"}}])

    assert answer.json() == {"validationResponse": "a-code"}


@pytest.mark.parametrize("data", [None, {}, {"validationCode": ""}, {"validationCode": 7}, "a-code"])
async def test_handshake_without_code_is_refused(data: object, genuine: httpx.AsyncClient, sms: str) -> None:
    answer = await genuine.post(sms, json=[validation() | {"data": data}])

    assert (answer.status_code, answer.text) == (400, "no_validation_code\n")


async def test_handshake_by_header_alone_is_refused(genuine: httpx.AsyncClient, sms: str) -> None:
    answer = await genuine.post(sms, json=[event()], headers={"aeg-event-type": "SubscriptionValidation"})

    assert (answer.status_code, answer.text) == (400, "no_validation_code\n")


async def test_deleted_subscription_is_logged(
    genuine: httpx.AsyncClient, sms: str, sql: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    deleted = event(eventType="Microsoft.EventGrid.SubscriptionDeletedEvent")
    headers = {"aeg-event-type": "SubscriptionDeletion", "aeg-subscription-name": "SMS\u00a0in"}

    answer = await genuine.post(sms, json=[deleted], headers={key: value.encode() for key, value in headers.items()})

    assert answer.status_code == 200
    assert await rows(sql) == []
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "subscription=SMS??in" in caplog.text


async def test_cloud_events_handshake_is_answered_without_consent(hub: httpx.AsyncClient, sms: str) -> None:
    answer = await hub.options(sms, headers={"WebHook-Request-Origin": "eventgrid.azure.net"})

    assert (answer.status_code, answer.text) == (200, "Choose Event Grid Schema for this event subscription.\n")
    assert [name for name in answer.headers if name.startswith("webhook-") or name == "allow"] == []


async def test_person_who_opens_the_address_is_told_what_it_is(hub: httpx.AsyncClient, sms: str) -> None:
    answer = await hub.get(sms)

    assert answer.status_code == 200
    assert answer.text == "Azure Event Grid posts its events here (sms). There is nothing to see.\n"


@pytest.mark.parametrize("method", ["POST", "GET", "OPTIONS"])
@pytest.mark.parametrize("change", ["secret", "service", "nul"])
async def test_unknown_address_does_not_exist(
    method: str, change: str, genuine: httpx.AsyncClient, sms: str, paths: dict[Service, str]
) -> None:
    other = {
        "secret": sms.replace(sms.split("/")[2], "a" * 32),
        "service": sms.replace("/sms", "/recording"),
        "nul": "/hooks/%00/sms",
    }

    answer = await genuine.request(method, other[change])

    assert answer.status_code == 404


async def test_disconnected_resource_s_address_does_not_exist(
    disconnected: None, genuine: httpx.AsyncClient, sms: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await genuine.post(sms, json=[event()])

    assert (answer.status_code, answer.text) == (404, "disconnected\n")
    assert "refused disconnected" in caplog.text


@pytest.fixture
def disconnected(connection: Connection, clock: Clock) -> None:
    Connection.objects.update(disconnected_at=clock())


async def test_rotated_address_answers_until_it_retires(
    rotated: None, genuine: httpx.AsyncClient, sms: str, clock: Clock
) -> None:
    before = await genuine.post(sms, json=[event()])
    clock.advance(seconds=1)
    after = await genuine.post(sms, json=[event()])

    assert (before.status_code, after.status_code, after.text) == (200, 404, "retired\n")


@pytest.fixture
def rotated(connection: Connection, clock: Clock) -> None:
    Endpoint.objects.update(retires_at=clock() + timedelta(seconds=1))


async def test_disconnect_is_noticed_within_two_seconds(
    genuine: httpx.AsyncClient, sms: str, sql: asyncpg.Connection, clock: Clock
) -> None:
    before = await genuine.post(sms, json=[event()])
    await sql.execute("update connection_connection set disconnected_at = now()")
    clock.advance(seconds=2)
    after = await genuine.post(sms, json=[event()])

    assert (before.status_code, after.status_code) == (200, 404)


async def test_body_that_takes_too_long_is_refused(
    genuine: httpx.AsyncClient, sms: str, sql: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("centrala.hooks.body.SECONDS", 0.05)

    async def endless() -> AsyncIterator[bytes]:
        yield b"["
        await asyncio.Event().wait()

    answer = await genuine.post(sms, content=endless())

    assert (answer.status_code, answer.text, answer.headers["Connection"]) == (408, "too_slow\n", "close")
    assert (await genuine.post(sms, json=[event()])).status_code == 200
    assert len(await rows(sql)) == 1


async def test_body_in_pieces_is_read_whole(genuine: httpx.AsyncClient, sms: str, sql: asyncpg.Connection) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b'[{"id":', b'"e"', b"}]"):
            yield piece

    answer = await genuine.post(sms, content=pieces())

    assert answer.status_code == 200
    assert [row["body"] for row in await rows(sql)] == [b'{"id":"e"}']


async def test_request_that_is_given_up_is_not_taken_for_a_slow_one(genuine: httpx.AsyncClient, sms: str) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b"["
        reading.set()
        await asyncio.Event().wait()

    reading = asyncio.Event()
    post = asyncio.create_task(genuine.post(sms, content=endless()))
    await reading.wait()
    post.cancel()

    with pytest.raises(asyncio.CancelledError):
        await post


async def test_endpoint_that_cannot_be_looked_up_is_a_reason_to_come_again(
    entra: Entra, cloud: Cloud, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("centrala.hooks.endpoints.RESTART_SECONDS", 0.15)
    app = Starlette(routes=routes())
    async with (
        running(dsn="postgresql://nobody@/none?host=/nowhere", cloud=cloud, clock=clock) as app.state.hooks,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client,
    ):
        answer = await client.post(f"/hooks/{'a' * 32}/sms", json=[event()])

    assert (answer.status_code, answer.text, answer.headers["Retry-After"]) == (503, "inbox_unavailable\n", "30")


async def test_nothing_of_the_webhooks_stays_behind(
    entra: Entra, dsn: str, cloud: Cloud, clock: Clock, sql: asyncpg.Connection
) -> None:
    names = "select count(*) from pg_stat_activity where application_name = any($1) and datname = current_database()"
    async with running(dsn=dsn, cloud=cloud, clock=clock) as made:
        await made.writer.write([row("a")])
        await made.endpoints.find("nobody")
        during = await sql.fetchval(names, ["centrala inbox", "centrala hooks"])

    assert during == 2
    with pytest.raises(InboxUnavailable, match="not running"):
        await made.writer.write([row("b")])
    async with asyncio.timeout(10):
        while await sql.fetchval(names, ["centrala inbox", "centrala hooks"]):
            await sql.execute("select pg_stat_clear_snapshot()")
    assert not [task for task in asyncio.all_tasks() if task.get_name() in {"sightings", "inbox writer"}]

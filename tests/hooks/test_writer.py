import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
from msgspec.structs import replace

from centrala.inbox.sessions import NAME, InboxUnavailable
from centrala.inbox.writer import InboxFull, Row, Writer

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def row(event_id: str) -> Row:
    return Row(
        event_id=event_id,
        type="Microsoft.Communication.SMSReceived",
        subject="/phonenumber/18335550100",
        event_time=AT,
        body=b"{}",
        endpoint=uuid4(),
        misdirected=False,
        subscription="sms",
        received_at=AT,
    )


@pytest.fixture
async def writer(dsn: str) -> AsyncIterator[Writer]:
    writer = Writer(dsn, patience=5)
    await writer.start()
    yield writer
    await writer.stop()


async def ids(sql: asyncpg.Connection) -> list[str]:
    return [record["event_id"] for record in await sql.fetch("select event_id from inbox_event order by id")]


async def test_rows_are_committed_when_write_returns(writer: Writer, sql: asyncpg.Connection) -> None:
    duplicates = await writer.write([row("a"), row("b")])

    assert duplicates == frozenset()
    assert await ids(sql) == ["a", "b"]


async def test_requests_at_once_share_a_commit(writer: Writer, sql: asyncpg.Connection) -> None:
    await asyncio.gather(*(writer.write([row(f"event-{number}")]) for number in range(500)))

    assert await sql.fetchval("select count(*) from inbox_event") == 500
    assert await sql.fetchval("select count(distinct xmin::text) from inbox_event") <= 3


async def test_duplicate_is_reported_to_the_request_that_came_second(writer: Writer, sql: asyncpg.Connection) -> None:
    await writer.write([row("old")])

    answers = await asyncio.gather(writer.write([row("new"), row("old")]), writer.write([row("new")]))

    assert answers == [frozenset({"old"}), frozenset({"new"})]
    assert await ids(sql) == ["old", "new"]


async def test_commit_tells_whoever_listens(writer: Writer, sql: asyncpg.Connection) -> None:
    heard: asyncio.Queue[object] = asyncio.Queue()
    await sql.add_listener("inbox", lambda *told: heard.put_nowait(told[-1]))

    await writer.write([row("a")])
    await asyncio.wait_for(heard.get(), 5)
    await writer.write([row("a")])  # nothing new
    await writer.write([row("b")])
    await asyncio.wait_for(heard.get(), 5)

    assert heard.empty()
    await sql.reset()


async def test_row_that_is_refused_fails_alone(writer: Writer, sql: asyncpg.Connection) -> None:
    bad = replace(row("bad"), endpoint="no uuid")  # type: ignore[arg-type]  # what the types forbid

    answers = await asyncio.gather(
        writer.write([row("a")]), writer.write([bad]), writer.write([row("b")]), return_exceptions=True
    )

    assert answers[0] == answers[2] == frozenset()
    assert isinstance(answers[1], asyncpg.DataError)
    assert await ids(sql) == ["a", "b"]


async def test_texts_that_postgresql_cannot_keep_are_cleaned(writer: Writer, sql: asyncpg.Connection) -> None:
    odd = replace(row("a\0b\ud800"), type="\udfff", subject="\0", subscription="s\0")

    await writer.write([odd])

    record = await sql.fetchrow("select event_id, type, subject, subscription from inbox_event")
    assert tuple(record) == ("a\ufffdb\ufffd", "\ufffd", "\ufffd", "s\ufffd")


@pytest.mark.parametrize("others", [[], ["plain"], ["", "NULL", "{}", ",", '"']])
async def test_text_comes_back_as_it_came(writer: Writer, sql: asyncpg.Connection, others: list[str]) -> None:
    """The columns of texts travel in PostgreSQL's notation of arrays."""
    texts = [*others, '"', "\\", '\\"', '","', "{a,b}", "null", "", " ", "line\nbreak\ttab", "zażółć 😀", "'"]

    await writer.write([replace(row(f"{number}"), subject=text) for number, text in enumerate(texts)])

    kept = await sql.fetch("select subject from inbox_event order by event_id::int")
    assert [record["subject"] for record in kept] == texts


async def test_second_session_helps_while_many_rows_wait(writer: Writer, sql: asyncpg.Connection) -> None:
    """And rows that both of them bring are kept once."""
    transaction = sql.transaction()
    await transaction.start()
    await sql.execute("lock table inbox_event in exclusive mode")
    batches = [[row(f"event-{number}") for number in range(start, start + 600)] for start in (0, 600, 300, 900, 0)]
    writing = [asyncio.create_task(writer.write(rows)) for rows in batches]
    waiting = "select count(*) from pg_stat_activity where application_name = $1 and wait_event_type = 'Lock'"
    while await sql.fetchval(waiting, NAME) < 2:
        await sql.execute("select pg_stat_clear_snapshot()")

    await transaction.commit()
    duplicates = await asyncio.gather(*writing)

    assert await sql.fetchval("select count(*) from inbox_event") == 1500
    assert sum(map(len, duplicates)) == 1500


async def test_session_that_is_killed_costs_nothing(writer: Writer, sql: asyncpg.Connection) -> None:
    await writer.write([row("a")])

    await kill_writer(sql)
    await writer.write([row("b")])

    assert await ids(sql) == ["a", "b"]


async def test_session_that_is_killed_in_the_middle_of_a_flush_costs_nothing(
    dsn: str, writer: Writer, sql: asyncpg.Connection
) -> None:
    await writer.write([row("a")])
    async with sql.transaction():
        await sql.execute("lock table inbox_event in exclusive mode")
        pending = asyncio.create_task(writer.write([row("b")]))
        while not await sql.fetchval("select exists(select from pg_locks where not granted)"):
            await asyncio.sleep(0.005)
        await kill_writer(sql)

    assert await pending == frozenset()
    assert await ids(sql) == ["a", "b"]


async def kill_writer(sql: asyncpg.Connection) -> None:
    query = """
        select pg_terminate_backend(pid, 5000) from pg_stat_activity
        where application_name = $1 and datname = current_database()
    """
    assert [record[0] for record in await sql.fetch(query, NAME)] == [True]


async def test_goodbye_whose_connection_does_not_close_costs_nothing(dsn: str, sql: asyncpg.Connection) -> None:
    """PostgreSQL says that it ends the session, then closes it: a flush may come between the two."""
    async with goodbye_between(dsn) as (address, say_goodbye):
        writer = Writer(address, patience=5)
        await writer.start()
        await writer.write([row("a")])

        await say_goodbye()
        await writer.write([row("b")])
        await writer.stop()

    assert await ids(sql) == ["a", "b"]


@asynccontextmanager
async def goodbye_between(dsn: str) -> AsyncIterator[tuple[str, Callable[[], Awaitable[None]]]]:
    """An address that leads to the database, and what makes it say goodbye to who is there without closing."""
    parts, query = urlsplit(dsn), parse_qs(urlsplit(dsn).query)
    socket = f"{query['host'][0]}/.s.PGSQL.{query['port'][0]}"
    guests: list[asyncio.StreamWriter] = []
    words = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"

    async def carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                sink.write(data)
        sink.close()

    async def guest(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        guests.append(sink)
        answers, questions = await asyncio.open_unix_connection(socket)
        await asyncio.gather(carry(source, questions), carry(answers, sink))

    async def say_goodbye() -> None:
        guests[0].write(b"E" + (len(words) + 4).to_bytes(4, "big") + words)
        await guests[0].drain()
        await asyncio.sleep(0.05)  # it has no answer to wait for

    server = await asyncio.start_server(guest, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    try:
        yield (
            urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@{host}:{port}", query="")),
            say_goodbye,
        )
    finally:
        server.close()
        for one in guests:
            one.close()


async def test_database_that_takes_too_long_is_not_waited_for(dsn: str, sql: asyncpg.Connection) -> None:
    writer = Writer(dsn, patience=0.1)
    await writer.start()

    async with sql.transaction():
        await sql.execute("lock table inbox_event in exclusive mode")
        with pytest.raises(InboxUnavailable, match="no commit within"):
            await writer.write([row("a")])

    await writer.write([row("b")])
    await writer.stop()
    assert "b" in await ids(sql)


async def test_full_queue_refuses_at_once(dsn: str) -> None:
    writer = Writer(dsn, room=10)
    await writer.start()

    with pytest.raises(InboxFull, match="too much waits"):
        await writer.write([row("a")])

    await writer.stop()


@pytest.mark.parametrize("bound", [{"most": 3}, {"room": 3_200}], ids=["events", "bytes"])
async def test_what_is_on_its_way_to_a_slow_database_takes_room_until_it_is_there(
    bound: dict[str, int], dsn: str, sql: asyncpg.Connection
) -> None:
    writer = Writer(dsn, **bound)
    await writer.start()
    async with sql.transaction():
        await sql.execute("lock table inbox_event in exclusive mode")
        first = asyncio.create_task(writer.write([row("a"), row("b")]))
        while not await sql.fetchval("select exists(select from pg_locks where not granted)"):
            await asyncio.sleep(0.005)
        second = asyncio.create_task(writer.write([row("c")]))
        await asyncio.sleep(0)

        with pytest.raises(InboxFull):
            await writer.write([row("d")])

    assert (await first, await second) == (frozenset(), frozenset())
    assert await writer.write([row("d"), row("e"), row("f")]) == frozenset()
    assert await ids(sql) == list("abcdef")
    await writer.stop()


async def test_database_that_does_not_exist_refuses_at_once(dsn: str) -> None:
    writer = Writer(dsn.replace("test_centrala", "nowhere"))
    await writer.start()

    with pytest.raises(InboxUnavailable, match="InvalidCatalogNameError"):
        await writer.write([row("a")])

    await writer.stop()


async def test_stop_finishes_what_waits_and_takes_no_more(dsn: str, sql: asyncpg.Connection) -> None:
    writer = Writer(dsn)
    await writer.start()
    pending = asyncio.create_task(writer.write([row("a")]))
    await asyncio.sleep(0)

    await writer.stop()

    assert await pending == frozenset()
    assert await ids(sql) == ["a"]
    with pytest.raises(InboxUnavailable, match="not running"):
        await writer.write([row("b")])

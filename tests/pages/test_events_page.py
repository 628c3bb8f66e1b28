"""The events page: what came, what became of it, and each event whole."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoAssertNumQueries

from centrala.center import events
from centrala.connection.models import Connection, Endpoint, RefusalCount, Service
from centrala.connection.sightings import forget_refusals
from centrala.inbox.models import Event, State
from centrala.organization.models import AuditEntry
from hub import arrive, drained, text
from pages.reading import Element, read
from pages.test_center import table

pytestmark = pytest.mark.usefixtures("connection")


def came(words: str = "Dzień dobry", *, minutes_ago: int = 0, **fields: object) -> Event:
    event = arrive(text(words))
    changes: dict[str, object] = {"received_at": now() - timedelta(minutes=minutes_ago)} | fields
    Event.objects.filter(pk=event.pk).update(**changes)
    return event


def links(page: Element) -> list[int]:
    """The events shown, in order."""
    rows = page.one("tbody").all("a")
    return [int(str(link.attributes["href"]).rstrip("/").rpartition("/")[2]) for link in rows]


def test_events_are_listed_newest_first_with_their_state(administrator: Client) -> None:
    failed = came(minutes_ago=5, state=State.FAILED, error="Nie ma nadawcy.", subscription="sms-events")
    unknown = came(minutes_ago=1, state=State.UNKNOWN, type="Microsoft.Communication.ChatMessageReceived")

    page = read(administrator.get("/center/events/"))

    assert links(page) == [unknown.pk, failed.pk]
    assert [row[1:5] for row in table(page)] == [
        ["ChatMessageReceived", "Unknown type", "—", "—"],
        ["SMSReceived", "Failed", "sms-events", "Nie ma nadawcy."],
    ]


@pytest.mark.parametrize("state", list(State))
def test_filter_shows_one_state(administrator: Client, state: State) -> None:
    ids = {each: came(state=each).pk for each in State}

    assert links(read(administrator.get("/center/events/", {"state": state}))) == [ids[state]]


@pytest.mark.parametrize("count", [1, 3])
def test_events_take_four_queries_however_many(
    administrator: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        came()

    with django_assert_num_queries(4):  # session, person, events, the container of dead letters
        page = read(administrator.get("/center/events/"))

    assert len(links(page)) == count


def test_older_events_go_on_where_the_page_ended_even_within_one_moment(
    administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events.read_events, "__kwdefaults__", {"limit": 2})
    ids = [came().pk for _ in range(5)]
    Event.objects.update(received_at=now(), state=State.PROCESSED)

    shown: list[int] = []
    address: str | None = "/center/events/?state=processed"
    while address:
        page = read(administrator.get(address))
        shown += links(page)
        following = page.all("a", rel="next")
        address = f"/center/events/{following[0].attributes['href']}" if following else None

    assert shown == sorted(ids, reverse=True)


@pytest.mark.parametrize(
    "query",
    [
        "?state=nonsense",
        "?after=yesterday~1",
        "?after=2030-01-01T00:00:00~1",
        "?after=2026-01-01T00:00:00%2B00:00~x",
        "?after=2026-01-01T00:00:00%2B00:00~9223372036854775808",
    ],
)
def test_address_that_makes_no_sense_shows_the_newest(administrator: Client, query: str) -> None:
    event = came()

    assert links(read(administrator.get(f"/center/events/{query}"))) == [event.pk]


def test_no_events_say_what_brings_them(administrator: Client) -> None:
    page = read(administrator.get("/center/events/"))
    filtered = read(administrator.get("/center/events/?state=failed"))

    assert page.one("div", class_="empty").one("h2").text() == "No events yet"
    assert filtered.one("div", class_="empty").one("h2").text() == "No event is in this state"


def test_event_is_shown_whole(administrator: Client) -> None:
    event = came("Zażółć <b>gęślą</b> jaźń", state=State.PROCESSED)

    page = read(administrator.get(f"/center/events/{event.pk}/"))

    body = "".join(str(child) for child in page.one("pre").children)
    assert '"message": "Zażółć <b>gęślą</b> jaźń"' in body
    assert event.event_id in page.one("dl").text()
    assert "SMS Web Hook Endpoint" in page.one("dl").text()


def test_body_that_is_no_json_is_shown_as_it_came(administrator: Client) -> None:
    event = came(body=b"\xff{nie")

    page = read(administrator.get(f"/center/events/{event.pk}/"))

    assert page.one("pre").text() == "\ufffd{nie"


@pytest.mark.parametrize(
    ("data", "english", "polish"),
    [
        (None, "The event has no data.", "Zdarzenie nie ma danych."),
        ({"from": ""}, "The event's data has no from.", "W danych zdarzenia brakuje pola from."),
        (
            {"to": "1" * 21},
            "The event's to is longer than 20 characters.",
            "Pole to w danych zdarzenia jest za długie; najwięcej znaków: 20.",
        ),
    ],
)
def test_reason_of_a_failure_is_told_in_the_readers_language(
    administrator: Client, data: dict[str, str] | None, english: str, polish: str
) -> None:
    body = text("Dzień dobry")
    body["data"] = body["data"] | data if data else None
    event = arrive(body)
    drained()

    for language, words in (("en", english), ("pl", polish)):
        headers = {"Accept-Language": language}
        listed = table(read(administrator.get("/center/events/", headers=headers)))
        page = read(administrator.get(f"/center/events/{event.pk}/", headers=headers))

        assert listed[0][4] == words
        assert page.one("div", class_="bar").all("p")[1].text() == words


def test_event_that_is_not_json_says_so_in_the_readers_language(administrator: Client) -> None:
    event = came(body=b"{")
    drained()

    page = read(administrator.get(f"/center/events/{event.pk}/", headers={"Accept-Language": "pl"}))

    words = page.one("div", class_="bar").all("p")[1].text()
    assert words == "Zdarzenie nie jest w formacie JSON, który można odczytać."


def test_misdirected_event_says_how_to_mend_the_subscription(administrator: Client, connection: Connection) -> None:
    recording = Endpoint.objects.get(service=Service.RECORDING)
    event = came(misdirected=True, endpoint=recording.pk)

    [row] = table(read(administrator.get("/center/events/")))
    page = read(administrator.get(f"/center/events/{event.pk}/"))

    assert row[4] == "Wrong endpoint"
    assert (
        "its subscription sends to “Recording Web Hook Endpoint”. Create a subscription of its own for this type that "
        "sends to “SMS Web Hook Endpoint”."
    ) in page.one("div", class_="bar").text()


ADDRESS, REPLAY, DELETE = "/center/events/", "/center/events/replay/", "/center/events/delete/"


def states() -> dict[int, str]:
    return dict(Event.objects.values_list("pk", "state"))


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"type": "IncomingCall"}, ["call"]),
        ({"type": "Microsoft.Communication.IncomingCall"}, ["call"]),
        ({"service": "incoming_call"}, ["call"]),
        ({"service": "sms"}, ["report", "text"]),
        ({"service": "sms", "type": "IncomingCall"}, []),
        ({"service": "sms", "state": "failed"}, ["report"]),
        ({"search": "15550199"}, ["text"]),
        ({"search": "id-of-the-call"}, ["call"]),
        ({"search": "nowhere"}, []),
        ({"search": "a\x00b"}, ["call", "report", "text"]),
        ({"service": "nonsense", "search": "x" * 501}, ["call", "report", "text"]),
    ],
)
def test_filter_and_search_show_what_was_asked_for(
    administrator: Client, asked: dict[str, str], shown: list[str]
) -> None:
    names = {
        came(minutes_ago=3, subject="/phonenumber/15550199").pk: "text",
        came(
            minutes_ago=2, type="Microsoft.Communication.SMSDeliveryReportReceived", subject="/", state=State.FAILED
        ).pk: "report",
        came(
            minutes_ago=1, type="Microsoft.Communication.IncomingCall", subject="/", event_id="id-of-the-call"
        ).pk: "call",
    }

    page = read(administrator.get(ADDRESS, asked))

    assert ([names[pk] for pk in links(page)] if page.all("tbody") else []) == shown


def test_chosen_events_are_replayed_and_the_page_comes_back_with_its_filter(administrator: Client) -> None:
    failed, other = came(state=State.FAILED), came(state=State.FAILED)
    page = read(administrator.get(ADDRESS, {"state": "failed"}))
    boxes = [str(box.attributes["value"]) for box in page.all("input", type="checkbox")]

    answer = administrator.post(REPLAY, {"event": [failed.pk], "state": "failed"})

    assert sorted(boxes) == sorted([str(failed.pk), str(other.pk)])
    assert answer["Location"] == "/center/events/?state=failed"
    assert states() == {failed.pk: State.RECEIVED, other.pk: State.FAILED}
    assert "1 event is handled again." in read(administrator.get(ADDRESS)).text()
    assert AuditEntry.objects.get(act="replay events").actor_name == "adam"


def test_event_that_was_handled_meanwhile_is_left_as_it_is(administrator: Client) -> None:
    failed, handled = came(state=State.FAILED), came(state=State.PROCESSED)

    administrator.post(REPLAY, {"event": [failed.pk, handled.pk]})

    assert states() == {failed.pk: State.RECEIVED, handled.pk: State.PROCESSED}
    assert "The others are not failed or unknown any more." in read(administrator.get(ADDRESS)).text()


@pytest.mark.parametrize("chosen", [[], ["x"], ["-1"], ["٣"], ["9" * 19], ["1.0"]])
def test_what_is_no_event_is_not_replayed(administrator: Client, chosen: list[str]) -> None:
    failed = came(state=State.FAILED)

    administrator.post(REPLAY, {"event": chosen})

    assert states() == {failed.pk: State.FAILED}
    assert "Choose at least one event." in read(administrator.get(ADDRESS)).text()


def test_all_that_the_filter_finds_are_replayed_in_the_background(administrator: Client) -> None:
    came(state=State.FAILED)

    administrator.post(REPLAY, {"all": "yes", "service": "sms", "state": "failed"})

    [job] = ProcrastinateJob.objects.filter(task_name="inbox.replay_all")
    assert job.args["state"] == "failed"
    assert len(job.args["types"]) == 2


@pytest.mark.parametrize("asked", [{"state": "nonsense"}, {"search": "x" * 501}, {"service": "fax"}])
def test_filter_that_makes_no_sense_replays_nothing(administrator: Client, asked: dict[str, str]) -> None:
    administrator.post(REPLAY, {"all": "yes"} | asked)

    assert not ProcrastinateJob.objects.filter(task_name="inbox.replay_all").exists()
    assert "Nothing is replayed" in read(administrator.get(ADDRESS)).text()


def test_chosen_events_are_deleted_after_the_page_has_said_what_that_means(administrator: Client) -> None:
    failed, other = came(state=State.FAILED), came(state=State.FAILED)
    page = read(administrator.get(ADDRESS, {"state": "failed"}))
    [button] = [one for one in page.all("button") if one.attributes.get("formaction") == DELETE]

    answer = administrator.post(DELETE, {"event": [failed.pk], "state": "failed"})

    assert (button.text(), button.attributes["form"]) == ("Delete for good", "replay")
    assert "lost for good" in page.text()
    assert answer["Location"] == "/center/events/?state=failed"
    assert states() == {other.pk: State.FAILED}
    assert "1 event is deleted." in read(administrator.get(ADDRESS)).text()
    assert AuditEntry.objects.get(act="delete events").actor_name == "adam"


def test_event_is_deleted_from_its_own_page_where_it_may_be(administrator: Client) -> None:
    failed, handled = came(state=State.FAILED), came(state=State.PROCESSED)
    pages = [read(administrator.get(f"/center/events/{one.pk}/")) for one in (failed, handled)]

    administrator.post(DELETE, {"event": [failed.pk, handled.pk]})

    assert [len(page.all("form", action=DELETE)) for page in pages] == [1, 0]
    assert states() == {handled.pk: State.PROCESSED}
    assert "The others are not failed or unknown any more." in read(administrator.get(ADDRESS)).text()


@pytest.mark.parametrize("who", ["agent", "supervisor", "outsider"])
def test_nobody_but_administrators_replays_or_sees_refusals(who: str, request: pytest.FixtureRequest) -> None:
    failed = came(state=State.FAILED)
    client: Client = request.getfixturevalue(who)

    answers = [
        client.post(REPLAY, {"event": [failed.pk]}),
        client.post(DELETE, {"event": [failed.pk]}),
        client.get("/center/events/refused/"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert states() == {failed.pk: State.FAILED}


def test_refusals_are_counted_with_their_reason(administrator: Client, connection: Connection) -> None:
    endpoint = Endpoint.objects.get(service=Service.SMS)
    RefusalCount.objects.create(endpoint=endpoint, hour=now(), word="expired", count=12)

    [row] = table(read(administrator.get("/center/events/refused/?after=rubbish")))

    assert row[1:3] == ["SMS Web Hook Endpoint", "12"]
    assert row[3].startswith("The token is not valid at this machine's time.")


def test_no_refusals_say_so(administrator: Client) -> None:
    page = read(administrator.get("/center/events/refused/"))

    assert page.one("div", class_="empty").one("h2").text() == "Nothing was refused"


def test_old_counts_of_refusals_are_forgotten(connection: Connection) -> None:
    endpoint = Endpoint.objects.get(service=Service.SMS)
    for days in (29, 31):
        RefusalCount.objects.create(endpoint=endpoint, hour=now() - timedelta(days=days), word="expired", count=1)

    assert forget_refusals() == 1
    assert RefusalCount.objects.get().hour > now() - timedelta(days=30)

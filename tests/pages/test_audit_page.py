"""The audit log's page: everything that was done, found by person, act, target and day."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from centrala.center import audit
from centrala.organization.audit import MASK
from centrala.organization.models import AuditEntry
from pages.reading import Element, read
from pages.test_center import table

ADDRESS = "/center/audit-log/"


def entry(act: str = "connect", target: str = "acs", *, by: str = "adam", **fields: object) -> AuditEntry:
    return AuditEntry.objects.create(act=act, target=target, actor_name=by, **fields)


def targets(page: Element) -> list[str]:
    return [row[3] for row in table(page)] if page.all("tbody") else []


@pytest.fixture
def reader(administrator: Client) -> Client:
    """Adam, whose account stands in the log as everybody's does."""
    assert AuditEntry.objects.get().act == "add user"
    return administrator


def test_entries_are_told_newest_first_with_before_and_after(reader: Client) -> None:
    before, after = {"kind": "trial", "voice": False}, {"kind": "sandbox", "voice": True}
    entry("change organization", "Centrala", before=before, after=after)
    entry("connect", "acs", by="command line (root)", after={"connection_string": MASK, "connected": None})
    entry("tidied", "acs", by="system", before={"since_at": "2026-01-01T00:00:00+00:00"})

    rows = [row[1:] for row in table(read(reader.get(ADDRESS)))]

    assert rows[:3] == [
        ["The system itself", "tidied", "acs", "since_at: 1 January 2026, 00:00 → became —"],
        ["Command line (root)", "Connected", "acs", f"Connection string: {MASK}"],
        ["adam", "Organisation changed", "Centrala", "Kind: Trial → became Sandbox Add voice: No → became Yes"],
    ]


def test_log_is_told_in_polish(reader: Client) -> None:
    entry("change organization", "Centrala", before={"kind": "trial"}, after={"kind": "sandbox"})

    page = read(reader.get(ADDRESS, headers={"Accept-Language": "pl"}))

    assert page.one("h1").text() == "Dziennik inspekcji"
    assert table(page)[0][1:] == [
        "adam",
        "Zmieniono organizację",
        "Centrala",
        "Rodzaj: Próbna → zmieniono na Piaskownica",
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"person": "BEATA"}, ["/subscriptions/abc"]),
        ({"act": "disconnect"}, ["/subscriptions/abc"]),
        ({"target": "SUBSCR"}, ["/subscriptions/abc"]),
        ({"day": "2026-03-01"}, ["spring"]),
        ({"person": "beata", "act": "connect"}, []),
        ({"target": "%"}, []),
        ({"person": "nobody"}, []),
    ],
)
def test_filter_finds(reader: Client, query: dict[str, str], found: list[str]) -> None:
    entry("connect", "spring", at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    entry("disconnect", "/subscriptions/abc", by="beata")

    page = read(reader.get(ADDRESS, query))

    assert targets(page) == found
    assert page.one("a", href=ADDRESS, class_="button").text() == "Show all"


def test_day_is_one_of_the_readers_time_zone(reader: Client) -> None:
    entry(target="late", at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
    reader.cookies["timezone"] = "Europe/Warsaw"

    days = {day: targets(read(reader.get(ADDRESS, {"day": day}))) for day in ("2026-03-01", "2026-03-02")}

    assert days == {"2026-03-01": [], "2026-03-02": ["late"]}


@pytest.mark.parametrize(
    "query",
    [
        "?day=yesterday",
        "?day=9999-12-31",
        "?day=0001-01-01",
        "?act=nonsense",
        f"?person={'x' * 200}",
        "?person=a%00b",
        "?target=%ED%A0%80%FF",
        "?after=2026-01-01T00:00:00%2B00:00~x",
        "?after=yesterday",
    ],
)
def test_address_that_makes_no_sense_shows_what_there_is(reader: Client, query: str) -> None:
    response = reader.get(f"{ADDRESS}{query}")

    assert response.status_code == 200
    assert targets(read(response)) == ([] if "target" in query else ["adam"])


def test_day_that_is_none_says_so_at_its_field(reader: Client) -> None:
    page = read(reader.get(ADDRESS, {"day": "9999-12-31"}))

    assert page.one("p", class_="error").text() == "There is no log of that day."


@pytest.mark.parametrize("count", [1, 3])
def test_log_takes_three_queries_however_long(
    reader: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        entry(target=str(number), before={"kind": "trial"}, after={"kind": "sandbox"})

    with django_assert_num_queries(3):  # session, person, entries
        page = read(reader.get(ADDRESS))

    assert len(targets(page)) == count + 1


def test_older_entries_go_on_where_the_page_ended_even_within_one_moment(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit.read_audit, "__kwdefaults__", {"limit": 2})
    at = now() - timedelta(days=1)
    kept = [entry(target=str(number), at=at) for number in range(5)]

    shown: list[str] = []
    address: str | None = f"{ADDRESS}?act=connect"
    while address:
        page = read(reader.get(address))
        shown += targets(page)
        following = page.all("a", rel="next")
        address = f"{ADDRESS}{following[0].attributes['href']}" if following else None

    assert shown == [each.target for each in sorted(kept, key=lambda each: each.id, reverse=True)]
    assert page.one("a", href=f"{ADDRESS}?act=connect").text() == "Newest"


def test_empty_log_says_what_will_stand_there(administrator: Client) -> None:
    page = read(administrator.get(ADDRESS, {"act": "disconnect"}))

    assert page.one("div", class_="empty").one("h2").text() == "Nothing of that kind is logged"


@pytest.mark.parametrize("who", ["agent", "supervisor", "outsider"])
def test_others_see_no_log(who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)

    response = client.get(ADDRESS)

    assert (response.status_code, read(response).one("h1").text()) == (404, "Page not found")

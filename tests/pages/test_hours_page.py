"""Operating hours and automated messages in the admin center."""

from datetime import date, time

import pytest
from django.test import Client

from centrala.connection.models import Connection
from centrala.organization.models import AuditEntry
from centrala.workstreams.models import AutomatedText, Occasion, OperatingHours, Workstream
from pages.reading import Element, read

OFFICE = {"name": "Office", "time_zone": "Europe/Warsaw", "holidays": "PL", "closed_on": "2026-12-24\n2026-12-31"}
OFFICE |= {"day_0": "8:00-16:00", "day_4": "8-12, 13.30–16", "day_5": "22:00-6:00", "day_6": "0:00-24:00"}


def errors(page: Element) -> list[str]:
    return [error.text() for error in page.all("p", class_="error")]


def shown(page: Element) -> dict[str, str]:
    """What the form shows, as a browser would send it back."""
    fields = {
        str(one.attributes["name"]): str(one.attributes.get("value", ""))
        for one in page.all("input")
        if "name" in one.attributes
    }
    fields |= {str(one.attributes["name"]): one.text() for one in page.all("textarea")}
    return {name: value for name, value in fields.items() if name not in ("csrfmiddlewaretoken", "next")}


def openings() -> list[str]:
    return [str(opening) for opening in OperatingHours.objects.get().openings.all()]


WEEK = ["0 08:00-16:00", "4 08:00-12:00", "4 13:30-16:00", "5 22:00-06:00", "6 00:00-00:00"]


def test_hours_are_added_shown_as_they_are_changed_and_deleted(administrator: Client) -> None:
    administrator.post("/center/operating-hours/add/", OFFICE)

    hours = OperatingHours.objects.get()
    assert (hours.holidays, hours.closed_on) == ("PL", [date(2026, 12, 24), date(2026, 12, 31)])
    assert openings() == WEEK
    address = f"/center/operating-hours/{hours.pk}/"
    again = shown(read(administrator.get(address))) | {"holidays": "PL"}
    assert (again["day_4"], again["day_6"], again["closed_on"]) == (
        "08:00-12:00, 13:30-16:00",
        "00:00-00:00",
        "2026-12-24 2026-12-31",
    )
    administrator.post(address, again)
    assert openings() == WEEK
    administrator.post(address, again | {"day_6": "", "name": "Biuro"})
    assert openings() == WEEK[:-1]
    administrator.post(f"{address}delete/")
    acts = AuditEntry.objects.filter(act__endswith="operating hours").order_by("at").values_list("act", flat=True)
    assert [act.split()[0] for act in acts] == ["add", "change", "delete"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("time_zone", "Warsaw"),
        ("time_zone", "../etc/passwd"),
        ("holidays", "XX"),
        ("closed_on", "24.12.2026"),
        ("closed_on", "\n".join(date.fromordinal(740_000 + n).isoformat() for n in range(400))),
        ("day_0", "8"),
        ("day_0", "8:00-25:00"),
        ("day_0", "8:60-16:00"),
        ("day_0", "24:00-6:00"),
        ("day_0", "eight to four"),
        ("day_3", "8:00-16:00; 17:00-20:00"),
        ("day_3", "8:00-9:00," * 30),
    ],
)
def test_wrong_hours_are_refused_at_their_field(administrator: Client, field: str, value: str) -> None:
    answer = administrator.post("/center/operating-hours/add/", OFFICE | {field: value})

    assert answer.status_code == 422
    assert len(errors(read(answer))) == 1
    assert not OperatingHours.objects.exists()


def test_countries_are_called_as_the_reader_calls_them(administrator: Client) -> None:
    english = read(administrator.get("/center/operating-hours/add/")).text()
    administrator.post("/language", {"language": "pl"})
    polish = read(administrator.get("/center/operating-hours/add/")).text()

    assert ("Germany" in english, "Niemcy" in polish) == (True, True)


@pytest.mark.usefixtures("connection")
def test_hours_that_a_workstream_goes_by_stay(administrator: Client) -> None:
    hours = OperatingHours.objects.create(name="Office")
    hours.openings.create(weekday=0, opens=time(8), closes=time(16))
    Workstream.objects.update(hours=hours)

    answer = administrator.post(f"/center/operating-hours/{hours.pk}/delete/", follow=True)

    assert "A workstream goes by these hours." in read(answer).text()
    assert OperatingHours.objects.exists()


@pytest.fixture
def texts(connection: Connection) -> str:
    return f"/center/workstreams/{Workstream.objects.get().pk}/messages/"


def test_automated_messages_are_kept_where_there_is_a_text(administrator: Client, texts: str) -> None:
    administrator.post(texts, {"greeting": "Hello from {OrganizationName}!", "closed": "  "})
    administrator.post(texts, {"greeting": "Dzień dobry!", "help": "Write to us."})

    assert dict(AutomatedText.objects.values_list("occasion", "text")) == {
        "greeting": "Dzień dobry!",
        "help": "Write to us.",
    }
    assert shown(read(administrator.get(texts)))["greeting"] == "Dzień dobry!"
    assert AuditEntry.objects.filter(act="change automated messages").count() == 2
    administrator.post(texts, {})
    assert not AutomatedText.objects.exists()


@pytest.mark.parametrize("text", ["x" * 2049, "Hello {AgentNam}", "{greeting}"])
def test_automated_message_that_cannot_be_sent_is_refused_at_its_field(
    administrator: Client, texts: str, text: str
) -> None:
    answer = administrator.post(texts, {"greeting": text, "help": "Write to us."})

    assert answer.status_code == 422
    assert len(errors(read(answer))) == 1
    assert not AutomatedText.objects.exists()


def test_examples_are_in_the_workstreams_language(administrator: Client, texts: str) -> None:
    Workstream.objects.update(language="pl")

    page = read(administrator.get(texts)).text()

    assert "A conversation begins" in page
    assert "Dziękujemy za wiadomość" in page


@pytest.mark.parametrize("path", ["operating-hours/", "operating-hours/add/", "workstreams/1/messages/"])
def test_only_administrators_set_up_hours_and_messages(agent: Client, supervisor: Client, path: str) -> None:
    for client in (agent, supervisor):
        assert client.get(f"/center/{path}").status_code == 404
        assert client.post(f"/center/{path}", OFFICE).status_code == 404


def test_every_occasion_has_an_example() -> None:
    from centrala.center.automated import EXAMPLES, SPOKEN_EXAMPLES

    assert set(EXAMPLES) | set(SPOKEN_EXAMPLES) == set(Occasion)

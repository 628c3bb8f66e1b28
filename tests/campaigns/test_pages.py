"""The pages of campaigns and templates."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from centrala.campaigns import feeding
from centrala.campaigns.models import Campaign, State, Template
from centrala.connection.models import Connection
from centrala.conversations.models import Conversation, Message
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import AuditEntry
from hub import arrive, drained, text
from pages.reading import Element, read

ROWS = "Telefon;Imię\n+48600100200;Ala\n600;Kto\n+48600100200;Znów\n".encode("cp1250")


def sent(client: Client, *, rows: bytes = ROWS, **fields: object) -> tuple[int, Element, str]:
    values = {"name": "News", "number": PhoneNumber.objects.get().pk, "text": "Hello {imie}!", "template": ""} | fields
    answer = client.post("/center/campaigns/new/", values | {"file": SimpleUploadedFile("c.csv", rows)})
    return (
        answer.status_code,
        read(answer) if answer.status_code != 302 else Element("", {}, None),
        str(answer.get("Location", "")),
    )


def errors(page: Element) -> list[str]:
    return [error.text() for error in page.all("p", class_="error")]


@pytest.fixture
def campaign(supervisor: Client, connection: Connection) -> Campaign:
    assert sent(supervisor)[0] == 302
    return Campaign.objects.get()


def test_summary_says_who_gets_what_and_who_is_left_out(supervisor: Client, campaign: Campaign) -> None:
    page = read(supervisor.get(f"/center/campaigns/{campaign.pk}/"))

    rows = [[cell.text() for cell in row.all("td")] for row in page.one("table").one("tbody").all("tr")]
    assert [row[:2] for row in rows] == [
        ["600", "No telephone number"],
        ["+48 600 100 200", "The number stands in an earlier line"],
    ]
    assert "Hello Ala!" in page.text()
    assert page.one("button", class_="primary").text().strip() == "Send to 1 customer"
    assert Message.objects.count() == 0


def test_campaign_is_started_paused_resumed_cancelled_by_its_buttons(supervisor: Client, campaign: Campaign) -> None:
    address = f"/center/campaigns/{campaign.pk}/"
    moves = [("start", State.RUNNING), ("pause", State.PAUSED), ("resume", State.RUNNING), ("cancel", State.CANCELLED)]
    for act, state in moves:
        assert supervisor.get(f"{address}{act}/").status_code == 405
        assert supervisor.post(f"{address}{act}/")["Location"] == address
        campaign.refresh_from_db()
        assert campaign.state == state

    page = read(supervisor.post(f"{address}start/", follow=True))
    assert "The campaign has moved on meanwhile: it is now “Cancelled”." in page.text()


def test_progress_goes_on_by_itself_until_the_state_changes(supervisor: Client, campaign: Campaign) -> None:
    address = f"/center/campaigns/{campaign.pk}/"
    supervisor.post(f"{address}start/")

    part = read(supervisor.get(f"{address}progress/?state=running"))
    assert "0 of 1 have left (0%)." in part.text()
    assert part.one("section").attributes["hx-trigger"] == "every 2s"
    feeding.feed()
    feeding.feed()

    assert supervisor.get(f"{address}progress/?state=running")["HX-Refresh"] == "true"


def test_results_are_downloaded_as_polish_excel_reads_them(supervisor: Client, campaign: Campaign) -> None:
    supervisor.post(f"/center/campaigns/{campaign.pk}/start/")
    supervisor.cookies["language"] = "pl"
    answer = supervisor.post(f"/center/campaigns/{campaign.pk}/results/", headers={"accept-language": "pl"})

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Wiersz;Numer;Wynik;Uwagi;Wysłano;Rozstrzygnięto"
    assert lines[2] == "3;600;To nie numer telefonu;;;"
    assert AuditEntry.objects.filter(act="export campaign").count() == 1


def test_draft_is_discarded_with_all_its_rows(supervisor: Client, campaign: Campaign) -> None:
    answer = supervisor.post(f"/center/campaigns/{campaign.pk}/discard/", follow=True)

    assert "“News” is discarded." in read(answer).text()
    assert Campaign.objects.count() == 0
    assert supervisor.get(f"/center/campaigns/{campaign.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        (
            {"rows": b"a;b\n1;2\n"},
            "No column is named number, phone, numer or telefon. The first line holds: “a”, “b”.",
        ),
        ({"rows": b""}, "The submitted file is empty."),
        ({"text": "Hello {surname}"}, "The text asks for {surname}, and the file has no such column."),
        ({"text": ""}, "Choose a template above, or write a text."),
        ({"number": 999}, "Select a valid choice."),
        ({"name": "a\x07b"}, "A control character is in this text."),
    ],
)
def test_what_cannot_be_sent_is_refused_at_its_field(
    supervisor: Client, connection: Connection, fields: dict[str, object], why: str
) -> None:
    status, page, _location = sent(supervisor, **fields)  # type: ignore[arg-type]

    assert status == 422
    assert errors(page)[0].startswith(why)
    assert Campaign.objects.count() == 0


def test_agents_and_strangers_see_no_campaigns(
    agent: Client, outsider: Client, supervisor: Client, campaign: Campaign
) -> None:
    for path in ("", "new/", f"{campaign.pk}/", f"{campaign.pk}/progress/"):
        assert [who.get(f"/center/campaigns/{path}").status_code for who in (agent, outsider)] == [404, 404]
    assert agent.post(f"/center/campaigns/{campaign.pk}/start/").status_code == 404
    assert supervisor.get("/center/templates/").status_code == 404
    places = [
        link.text().strip()
        for link in read(supervisor.get("/center/campaigns/")).one("nav", class_="site-map").all("a")
    ]
    assert places == ["Campaigns"]


def test_template_is_kept_and_used_by_a_campaign(
    administrator: Client, supervisor: Client, connection: Connection
) -> None:
    values = {"name": "Parcel", "language": "pl", "text": "Hej {imię}!"}
    assert administrator.post("/center/templates/add/", values).status_code == 302
    again = read(administrator.post("/center/templates/add/", values))
    assert errors(again) == ["There is a template of this name in this language already."]
    template = Template.objects.get()

    status, page, _location = sent(supervisor, template=template.pk)
    assert (status, errors(page)) == (422, ["Choose a template or write a text: both at once cannot be sent."])
    assert sent(supervisor, template=template.pk, text="")[0] == 302

    assert list(Campaign.objects.get().recipients.exclude(text="").values_list("text", flat=True)) == ["Hej Ala!"]
    administrator.post(f"/center/templates/{template.pk}/delete/")
    assert Template.objects.count() == 0
    acts = AuditEntry.objects.filter(act__endswith="template").order_by("at").values_list("act", flat=True)
    assert list(acts) == ["add template", "delete template"]


def test_agent_starts_a_conversation_with_a_template(agent: Client, connection: Connection) -> None:
    template = Template.objects.create(name="Parcel", text="Your parcel waits at {place}.")
    values = {"customer": "+48600100200", "number": PhoneNumber.objects.get().pk, "template": template.pk, "text": ""}

    filled = read(agent.post("/desk/new", values | {"fill": "yes"}))
    assert filled.one("textarea").text().strip() == template.text
    assert Message.objects.count() == 0

    refused = read(agent.post("/desk/new", values | {"text": template.text}))
    assert errors(refused) == ["Fill in {place} first."]
    assert agent.post("/desk/new", values | {"text": "Your parcel waits at ours."}).status_code == 302
    assert Message.objects.get().text == "Your parcel waits at ours."


def test_desk_says_which_campaign_the_customer_has_had(agent: Client, supervisor: Client, campaign: Campaign) -> None:
    supervisor.post(f"/center/campaigns/{campaign.pk}/start/")
    feeding.feed()
    arrive(text("Tak", **{"from": "48600100200"}))
    drained()
    talk = Conversation.objects.get(state="open")

    panel = read(agent.get(f"/desk/{talk.pk}/")).one("aside")

    assert "Has had the campaign" in panel.text()
    assert "News" in panel.text()

"""How a conversation ended: wrap-up codes, a note and tags, from the list an administrator keeps to the history."""

import pytest
from django.test import Client

from centrala.connection.models import Connection
from centrala.conversations.models import ChosenCode, Contact, Conversation, ConversationState, Tag, WrapUp
from centrala.customers import dossier, erasing
from centrala.errors import Refused
from centrala.organization.models import AuditEntry, User
from centrala.workstreams.codes import save_code
from centrala.workstreams.models import Channel, Queue, Workstream, WrapUpCode
from pages.reading import Element, read
from pages.scene import Talk

HTMX = {"HX-Request": "true", "HX-Target": "work"}
ACTIVE, WRAP_UP = ConversationState.ACTIVE, ConversationState.WRAP_UP
LIST = "/center/wrap-up-codes/"


@pytest.fixture
def complaint(connection: Connection) -> WrapUpCode:
    return WrapUpCode.objects.create(name="Complaint")


def offered(page: Element) -> list[str]:
    return [label.text() for label in page.one("fieldset", class_="choices").all("label")]


def chips(page: Element) -> list[str]:
    return [chip.text() for chip in page.all(class_="chip") if "data-adds" not in chip.attributes]


def require_code() -> None:
    Workstream.objects.update(code_required=True)


def test_code_is_added_renamed_retired_and_deleted(administrator: Client, connection: Connection) -> None:
    workstream = Workstream.objects.get()
    entered = {"name": "Complaint", "workstream": workstream.pk, "place": "2", "is_active": "on"}
    assert administrator.post(f"{LIST}add/", entered)["Location"] == LIST
    code = WrapUpCode.objects.get()

    administrator.post(f"{LIST}{code.pk}/", {"name": "Grievance", "workstream": "", "place": "1"})

    code.refresh_from_db()
    assert (code.name, code.workstream, code.place, code.is_active) == ("Grievance", None, 1, False)
    row = read(administrator.get(LIST)).one("tbody").one("tr")
    assert [cell.text() for cell in row.all("td")] == ["All workstreams", "1", "Retired"]
    administrator.post(f"{LIST}{code.pk}/delete/")
    assert not WrapUpCode.objects.exists()
    acts = AuditEntry.objects.filter(act__endswith="wrap-up code").order_by("at").values_list("act", flat=True)
    assert [act.split()[0] for act in acts] == ["add", "change", "delete"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 61),
        ("name", "a\x1bb"),
        ("workstream", "0"),
        ("place", "-1"),
        ("place", "one"),
        ("place", "99999"),
    ],
)
def test_wrong_code_is_refused_at_its_field(
    administrator: Client, complaint: WrapUpCode, field: str, value: str
) -> None:
    answer = administrator.post(f"{LIST}add/", {"name": "Order", "place": "1", "is_active": "on"} | {field: value})

    assert answer.status_code == 422
    assert len(read(answer).all("p", class_="error")) == 1
    assert WrapUpCode.objects.count() == 1


@pytest.mark.parametrize("of_one", [True, False])
def test_two_codes_of_one_name_are_refused(administrator: Client, complaint: WrapUpCode, of_one: bool) -> None:
    workstream = Workstream.objects.get() if of_one else None
    WrapUpCode.objects.update(workstream=workstream)
    entered = {"name": "Complaint", "workstream": workstream.pk if workstream else "", "place": "1"}

    answer = administrator.post(f"{LIST}add/", entered)

    assert answer.status_code == 422
    assert "There is a code of this name already." in read(answer).text()
    with pytest.raises(Refused):
        save_code(code=WrapUpCode(name="Complaint", workstream=workstream), actor=User.objects.get(username="adam"))


def test_only_administrators_keep_codes(agent: Client, supervisor: Client, complaint: WrapUpCode) -> None:
    for client in (agent, supervisor):
        for path in ("", "add/", f"{complaint.pk}/", f"{complaint.pk}/delete/"):
            assert (client.get(LIST + path).status_code, client.post(LIST + path).status_code) == (404, 404)


def test_what_the_agent_says_is_shown_in_the_panel_and_in_the_history(
    agent: Client, talk: Talk, complaint: WrapUpCode
) -> None:
    old = talk(state=WRAP_UP, minutes_ago=60)

    entered = {"codes": [complaint.pk], "note": "Paczka była mokra.", "tags": "VIP,  Paczka , vip"}
    assert agent.post(f"/desk/{old.pk}/close", entered)["Location"] == f"/desk/{old.pk}/"

    old.refresh_from_db()
    assert (old.state, old.tags) == ("closed", ["vip", "paczka"])
    panel = read(agent.get(f"/desk/{old.pk}/")).one("div", id="wrapped")
    assert chips(panel) == ["Complaint", "vip", "paczka"]
    assert "Paczka była mokra." in panel.text()
    again = read(agent.get(f"/desk/{talk().pk}/")).one("ul", class_="earlier")
    assert chips(again) == ["Complaint", "vip", "paczka"]


def test_new_name_does_not_change_what_was_said(agent: Client, talk: Talk, complaint: WrapUpCode) -> None:
    conversation = talk(state=WRAP_UP)
    agent.post(f"/desk/{conversation.pk}/wrap-up", {"codes": [complaint.pk], "note": "", "tags": ""})
    WrapUpCode.objects.update(name="Grievance", is_active=False)

    page = read(agent.get(f"/desk/{conversation.pk}/"))
    assert chips(page) == ["Complaint"]
    assert offered(page) == ["Grievance"]  # retired since, and still chosen here
    agent.post(f"/desk/{conversation.pk}/wrap-up", {"codes": [complaint.pk], "note": "Jeszcze coś", "tags": ""})
    assert ChosenCode.objects.get().name == "Complaint"


def test_used_code_is_not_deleted(administrator: Client, agent: Client, talk: Talk, complaint: WrapUpCode) -> None:
    agent.post(f"/desk/{talk(state=WRAP_UP).pk}/close", {"codes": [complaint.pk], "note": "", "tags": ""})

    answer = administrator.post(f"{LIST}{complaint.pk}/delete/", follow=True)

    assert "This code was used" in read(answer).text()
    assert WrapUpCode.objects.get() == complaint
    WrapUpCode.objects.update(workstream=Workstream.objects.get())
    kept = administrator.post(f"/center/workstreams/{Workstream.objects.get().pk}/delete/", follow=True)
    assert "Its wrap-up codes were used" in read(kept).text()


def test_agents_choose_from_the_codes_of_their_workstream(agent: Client, talk: Talk, complaint: WrapUpCode) -> None:
    wrapped = talk(state=WRAP_UP)
    other = Workstream.objects.create(name="Other", channel=Channel.SMS, queue=Queue.objects.get(kind="messaging"))
    WrapUpCode.objects.create(name="Elsewhere", workstream=other)
    WrapUpCode.objects.create(name="Retired", is_active=False)
    WrapUpCode.objects.create(name="Question", workstream=Workstream.objects.get(name="SMS"), place=0)

    assert offered(read(agent.get(f"/desk/{wrapped.pk}/"))) == ["Question", "Complaint"]
    foreign = WrapUpCode.objects.get(name="Elsewhere")
    refused = agent.post(f"/desk/{wrapped.pk}/close", {"codes": [foreign.pk], "note": "", "tags": ""}, headers=HTMX)
    assert refused.status_code == 422
    assert not WrapUp.objects.exists()


def test_required_code_holds_the_closing_up_until_there_is_one(
    agent: Client, talk: Talk, complaint: WrapUpCode
) -> None:
    require_code()
    conversation = talk(state=WRAP_UP)

    for entered in ({}, {"codes": [], "note": "Nic", "tags": ""}):
        refused = agent.post(f"/desk/{conversation.pk}/close", entered, headers=HTMX)
        assert refused.status_code == 422
        assert "Choose a wrap-up code first" in read(refused).text()
    assert Conversation.objects.get().state == "wrap_up"
    agent.post(f"/desk/{conversation.pk}/close", {"codes": [complaint.pk], "note": "", "tags": ""})
    assert Conversation.objects.get().state == "closed"


def test_code_is_not_asked_for_where_there_is_none(agent: Client, talk: Talk) -> None:
    conversation = talk(state=WRAP_UP)
    require_code()

    agent.post(f"/desk/{conversation.pk}/close")

    assert Conversation.objects.get().state == "closed"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tags", "x" * 41),
        ("tags", ",".join(str(number) for number in range(21))),
        ("tags", "a\x1bb"),
        ("tags", "a\0b"),
        ("note", "x" * 4001),
        ("note", "a\0b"),
        ("codes", "0"),
        ("codes", "complaint"),
    ],
)
@pytest.mark.parametrize("path", ["wrap-up", "close"])
def test_ending_that_cannot_be_kept_is_refused_at_its_field(
    agent: Client, talk: Talk, complaint: WrapUpCode, path: str, field: str, value: str
) -> None:
    conversation = talk(state=WRAP_UP)

    answer = agent.post(f"/desk/{conversation.pk}/{path}", {"codes": [], "note": "", "tags": ""} | {field: value})

    assert answer.status_code == 422
    assert len(read(answer).one("div", id="wrap-up").all("p", class_="error")) == 1
    conversation.refresh_from_db()
    assert (conversation.state, conversation.tags) == ("wrap_up", [])


def test_agent_says_it_before_the_end_as_well(agent: Client, talk: Talk, complaint: WrapUpCode) -> None:
    conversation = talk(state=ACTIVE)
    form = read(agent.get(f"/desk/{conversation.pk}/wrap-up", headers=HTMX))
    assert offered(form) == ["Complaint"]

    agent.post(f"/desk/{conversation.pk}/wrap-up", {"codes": [complaint.pk], "note": "", "tags": "vip"})
    agent.post(f"/desk/{conversation.pk}/end")
    agent.post(f"/desk/{conversation.pk}/close")

    conversation.refresh_from_db()
    assert (conversation.state, conversation.tags, conversation.codes) == ("closed", ["vip"], ["Complaint"])


@pytest.mark.parametrize("state", [ACTIVE, WRAP_UP])
def test_colleague_says_nothing_of_it(agent: Client, supervisor: Client, talk: Talk, state: str) -> None:
    conversation = talk(state=ConversationState(state))

    answer = supervisor.post(f"/desk/{conversation.pk}/wrap-up", {"note": "Moje", "tags": "vip"}, headers=HTMX)

    assert answer.status_code == 422
    assert not WrapUp.objects.exists()
    assert Conversation.objects.get().tags == []


def test_list_is_filtered_by_a_tag_that_is_in_use(agent: Client, talk: Talk) -> None:
    tagged = talk("+48600100201", state=WRAP_UP)
    talk("+48600100202", state=WRAP_UP)
    agent.post(f"/desk/{tagged.pk}/wrap-up", {"note": "", "tags": "Żółta & mokra"})

    [link] = read(agent.get("/desk/")).one("div", id="tag-menu").all("a")
    page = read(agent.get(str(link.attributes["href"])))

    assert [name.text() for name in page.one("ul", id="list").all(class_="name")] == ["+48 600 100 201"]
    assert page.one("p", class_="filtered").one("strong").text() == "żółta & mokra"
    refresh = str(page.one("div", hx_target="#list").attributes["hx-get"])
    assert [name.text() for name in read(agent.get(refresh)).all(class_="name")] == ["+48 600 100 201"]
    assert "Nothing has this tag" in read(agent.get("/desk/list", {"tag": "unknown"})).text()


def test_tags_that_look_alike_are_one(agent: Client, talk: Talk) -> None:
    conversation = talk(state=WRAP_UP)
    typed = "Z\u0307o\u0301łte, żółte\u200b, \ufeffŻÓŁTE, \u200b"

    agent.post(f"/desk/{conversation.pk}/wrap-up", {"note": "", "tags": typed})

    conversation.refresh_from_db()
    assert conversation.tags == ["żółte"]
    for asked in ("żółte", "Z\u0307o\u0301łte"):
        assert f"row-{conversation.pk}" in agent.get("/desk/", {"show": "all", "tag": asked}).content.decode()


def test_tag_that_nothing_has_any_more_is_offered_no_more(agent: Client, talk: Talk) -> None:
    one, other = talk("+48600100201", state=WRAP_UP), talk("+48600100202", state=WRAP_UP)
    for conversation in (one, other):
        agent.post(f"/desk/{conversation.pk}/wrap-up", {"note": "", "tags": "vip, kowalski"})
    agent.post(f"/desk/{one.pk}/wrap-up", {"note": "", "tags": "vip"})
    assert set(Tag.objects.values_list("name", flat=True)) == {"vip", "kowalski"}

    erasing.erase(contact=other.contact, actor=None)

    assert set(Tag.objects.values_list("name", flat=True)) == {"vip"}


def test_customers_export_tells_the_ending_and_erasing_takes_it_away(
    agent: Client, ala: User, talk: Talk, complaint: WrapUpCode
) -> None:
    conversation = talk(state=WRAP_UP)
    agent.post(f"/desk/{conversation.pk}/close", {"codes": [complaint.pk], "note": "Mokra.", "tags": "vip"})
    contact = Contact.objects.get()

    [told] = dossier.export(contact=contact, actor=None)["conversations"]
    assert (told["tags"], told["wrap_up_codes"], told["wrap_up_note"]) == (["vip"], ["Complaint"], "Mokra.")
    erasing.erase(contact=contact, actor=None)
    assert not WrapUp.objects.exists()
    assert not ChosenCode.objects.exists()

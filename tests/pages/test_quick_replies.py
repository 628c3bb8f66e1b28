"""Quick replies: kept by administrators and by each agent, inserted in the reply box with the keyboard alone."""

import pytest
from django.http import HttpResponse
from django.test import Client
from playwright.async_api import expect
from pytest_django.live_server_helper import LiveServer

from browser_fixtures import OpenPage
from centrala.connection.models import Connection
from centrala.conversations.models import Contact, Conversation
from centrala.organization import actions as organization
from centrala.organization.models import AuditEntry, User
from centrala.workstreams.models import Channel, Queue, QuickReply, Workstream
from hub import TENANT
from looking import faults
from pages.reading import read
from pages.scene import Talk

SHARED, OWN = "/center/quick-replies/", "/profile/quick-replies/"


def shortcuts(answer: HttpResponse) -> list[str]:
    return [option.one("strong").text() for option in read(answer).all("li")]


def test_shared_reply_is_added_changed_and_deleted(administrator: Client, connection: Connection) -> None:
    administrator.post(f"{SHARED}add/", {"shortcut": "/Hours", "text": "We are here from 8 to 16.", "workstream": ""})
    reply = QuickReply.objects.get()
    assert (str(reply), reply.owner, reply.workstream) == ("/hours", None, None)

    workstream = Workstream.objects.get()
    entered = {"shortcut": "godziny", "text": "Od 8 do 16.", "workstream": workstream.pk}
    administrator.post(f"{SHARED}{reply.pk}/", entered)

    row = read(administrator.get(SHARED)).one("tbody").one("tr")
    assert (row.one("th").text(), [cell.text() for cell in row.all("td")]) == ("/godziny", ["SMS", "Od 8 do 16."])
    administrator.post(f"{SHARED}{reply.pk}/delete/")
    assert not QuickReply.objects.exists()
    acts = AuditEntry.objects.filter(act__endswith="quick reply").order_by("at").values_list("act", flat=True)
    assert [act.split()[0] for act in acts] == ["add", "change", "delete"]


def test_own_reply_is_the_agents_alone(agent: Client, supervisor: Client, ala: User, talk: Talk) -> None:
    agent.post(f"{OWN}add/", {"shortcut": "hej", "text": "Hej!"})
    reply = QuickReply.objects.get()
    assert reply.owner == ala

    conversation = talk()
    assert shortcuts(agent.get(f"/desk/{conversation.pk}/quick-replies")) == ["/hej"]
    assert shortcuts(supervisor.get(f"/desk/{conversation.pk}/quick-replies")) == []
    for path in ("", "delete/"):
        assert supervisor.post(f"{OWN}{reply.pk}/{path}", {"shortcut": "x", "text": "x"}).status_code == 404
    assert not AuditEntry.objects.filter(act__endswith="quick reply").exists()
    agent.post(f"{OWN}{reply.pk}/delete/")
    assert not QuickReply.objects.exists()


def test_only_administrators_keep_shared_replies(agent: Client, supervisor: Client, db: None) -> None:
    reply = QuickReply.objects.create(shortcut="hours", text="8-16")
    for client in (agent, supervisor):
        for path in ("", "add/", f"{reply.pk}/", f"{reply.pk}/delete/"):
            assert (client.get(SHARED + path).status_code, client.post(SHARED + path).status_code) == (404, 404)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("shortcut", ""),
        ("shortcut", "two words"),
        ("shortcut", "x" * 31),
        ("shortcut", "a\0b"),
        ("shortcut", "HOURS"),  # taken
        ("text", " "),
        ("text", "x" * 2049),
        ("text", "Hello {Name}"),
        ("workstream", "0"),
    ],
)
def test_wrong_reply_is_refused_at_its_field(administrator: Client, db: None, field: str, value: str) -> None:
    QuickReply.objects.create(shortcut="hours", text="8-16")
    entered = {"shortcut": "order", "text": "Your order", "workstream": ""}

    answer = administrator.post(f"{SHARED}add/", entered | {field: value})

    assert answer.status_code == 422
    assert len(read(answer).all("p", class_="error")) == 1
    assert QuickReply.objects.count() == 1


def test_agent_is_offered_the_nearest_first_with_slugs_filled(agent: Client, ala: User, talk: Talk) -> None:
    organization.set_up(name="Mleczarnia", tenant_id=TENANT)
    Contact.objects.create(number="+48600100200", name="Celina <b>")
    conversation = talk("+48600100200")
    other = Workstream.objects.create(name="Other", channel=Channel.SMS, queue=Queue.objects.get(kind="messaging"))
    QuickReply.objects.create(shortcut="all", text="{OrganizationName}")
    QuickReply.objects.create(shortcut="elsewhere", text="Nie tu", workstream=other)
    QuickReply.objects.create(shortcut="sms", text="{QueueName}", workstream=conversation.workstream)
    QuickReply.objects.create(shortcut="own", text="Tu {AgentName}. {CustomerName}?", owner=ala)

    page = read(agent.get(f"/desk/{conversation.pk}/quick-replies"))

    told = {option.one("strong").text(): option.attributes["data-text"] for option in page.all("li")}
    assert list(told) == ["/own", "/sms", "/all"]
    assert told == {"/own": "Tu Ala. Celina <b>?", "/sms": "Default messaging queue", "/all": "Mleczarnia"}


@pytest.mark.browser
@pytest.mark.long
@pytest.mark.parametrize(("locale", "scheme", "width"), [("en-US", "light", 1280), ("pl-PL", "dark", 360)])
async def test_reply_is_inserted_by_keyboard_and_counted(
    live_server: LiveServer,
    new_page: OpenPage,
    problems: list[str],
    agent: Client,
    written: Conversation,
    locale: str,
    scheme: str,
    width: int,
) -> None:
    page = await new_page(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 800})
    [session] = [cookie for cookie in agent.cookies.values() if cookie.key.endswith("sessionid")]
    await page.context.add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
    await page.goto(f"{live_server.url}/desk/{written.pk}/")
    reply, find = page.locator("#reply"), page.get_by_role("combobox")
    await reply.focus()
    await page.keyboard.type("Hi 1/2 /")
    await expect(page.get_by_role("option")).to_have_count(2)
    await page.evaluate("document.getElementById('connection').hidden = true")  # this server has no event stream
    assert await faults(page) == []
    await find.focus()

    await page.keyboard.type("hou")
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")

    await expect(reply).to_have_value("Hi 1/2 From 8 to 16.")
    await expect(reply).to_be_focused()
    await expect(page.locator("#reply-count")).to_contain_text("20")
    await page.keyboard.type(" /")
    await expect(page.get_by_role("option", selected=True)).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("option", selected=True)).to_contain_text("/hours")
    await page.keyboard.press("Escape")
    await expect(reply).to_have_value("Hi 1/2 From 8 to 16. /")
    problems.clear()


@pytest.fixture
def written(transactional_db: None, ala: User, talk: Talk) -> Conversation:
    QuickReply.objects.create(shortcut="hello", text="Hello!")
    QuickReply.objects.create(shortcut="hours", text="From 8 to 16.")
    return talk()

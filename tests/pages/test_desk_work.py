"""Work on the desk: offers, presence, and the moves of a conversation."""

import json

import pytest
from django.test import Client
from django.utils.timezone import now

from centrala.connection.models import Connection
from centrala.conversations.models import Conversation, ConversationState, Message, OptOut
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User
from centrala.routing import actions
from centrala.routing.models import Agent, Offer, Trace
from centrala.routing.router import route
from centrala.workstreams.models import Presence, Queue, QueueKind
from pages.reading import Element, read
from pages.scene import Talk

HTMX = {"HX-Request": "true", "HX-Target": "work"}
ACTIVE = ConversationState.ACTIVE


@pytest.fixture
def offer(ala: User, talk: Talk) -> Offer:
    actions.seen(user=ala)
    talk("+48600100200", "Gdzie jest moja paczka?")
    route()
    return Offer.objects.get()


def acts(page: Element) -> list[str]:
    """The moves that are offered in the head of the thread, by address."""
    buttons = page.one("div", id="acts").all("button")
    return [
        str(button.attributes["formaction"]).rsplit("/", 1)[1]
        for button in buttons
        if button.attributes.get("formaction")
    ]


def test_offer_comes_with_the_list_and_says_who_wrote_what(agent: Client, offer: Offer) -> None:
    for page in (read(agent.get("/desk/")), read(agent.get("/desk/list"))):
        shown = page.one("li", id=f"offer-{offer.pk}")
        assert shown.one("strong").text() == "+48 600 100 200"
        assert "Gdzie jest moja paczka?" in shown.text()
        assert shown.one(class_="offer-left").attributes["data-left"] == offer.expires_at.isoformat()


def test_accepted_offer_opens_its_conversation(agent: Client, offer: Offer) -> None:
    answer = agent.post(f"/desk/offers/{offer.pk}/accept", headers=HTMX)

    assert answer["Location"] == f"/desk/{offer.conversation_id}/"
    page = read(agent.get(answer["Location"]))
    assert page.one("span", id="thread-state").text() == "Active"
    assert acts(page) == ["end", "set-aside", "release"]
    assert page.one("ul", id="offers").all("li") == []


def test_declined_offer_leaves_the_desk_and_the_agent_undisturbed(agent: Client, offer: Offer) -> None:
    answer = agent.post(f"/desk/offers/{offer.pk}/decline", headers=HTMX)

    assert (answer.status_code, json.loads(answer["HX-Trigger"])) == (204, {"live:list": None, "live:thread": None})
    page = read(agent.get("/desk/list"))
    assert page.all("li", id=f"offer-{offer.pk}") == []
    assert page.one("button", id="presence-now").text() == "Your presence: Do not disturb"
    assert "You declined an offer" in page.one("div", id="presence-menu").text()


def test_offer_that_is_no_longer_good_says_so_and_refreshes_the_desk(agent: Client, offer: Offer) -> None:
    actions.expire_offers(at=offer.expires_at)

    answer = agent.post(f"/desk/offers/{offer.pk}/accept", headers=HTMX)

    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#refusal")
    assert "live:list" in answer["HX-Trigger"]
    assert "no longer good" in read(answer).text()
    assert "no longer good" in read(agent.post(f"/desk/offers/{offer.pk}/accept")).one(id="refusal").text()
    page = read(agent.get("/desk/"))
    assert page.one("button", id="presence-now").text() == "Your presence: Inactive"
    assert "You did not answer an offer in time" in page.one("div", id="presence-menu").text()


def test_offer_to_somebody_else_does_not_exist(supervisor: Client, offer: Offer) -> None:
    assert read(supervisor.get("/desk/")).one("ul", id="offers").all("li") == []
    for act in ("accept", "decline"):
        assert supervisor.post(f"/desk/offers/{offer.pk}/{act}").status_code == 404


def test_chosen_presence_is_shown_and_holds(agent: Client, ala: User) -> None:
    assert agent.post("/desk/presence", {"presence": "away"}, headers=HTMX).status_code == 204

    menu = read(agent.get("/desk/")).one("div", id="presence-menu")
    pressed = [
        choice.attributes["value"] for choice in menu.all("button") if choice.attributes["aria-pressed"] == "true"
    ]
    assert pressed == ["away"]
    assert Agent.objects.get(user=ala).chosen == Presence.AWAY


@pytest.mark.parametrize("presence", ["inactive", "", "asleep", "AVAILABLE"])
def test_presence_that_nobody_chooses_is_refused(agent: Client, presence: str) -> None:
    assert agent.post("/desk/presence", {"presence": presence}).status_code == 422
    assert not Agent.objects.exists()


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("open", ["pick"]),
        ("active", ["end", "set-aside", "release"]),
        ("waiting", ["pick"]),
        ("wrap_up", ["close"]),
        ("closed", []),
    ],
)
def test_head_of_the_thread_offers_what_may_be_done(agent: Client, talk: Talk, state: str, offered: list[str]) -> None:
    conversation = talk(state=ConversationState(state))

    assert acts(read(agent.get(f"/desk/{conversation.pk}/"))) == offered


def test_colleagues_work_is_not_to_be_moved(agent: Client, supervisor: Client, talk: Talk) -> None:
    conversation = talk(state=ACTIVE)

    page = read(supervisor.get(f"/desk/{conversation.pk}/"))
    answer = supervisor.post(f"/desk/{conversation.pk}/end", headers=HTMX)

    assert page.one("span", id="thread-state").text() == "Active Ala"
    assert acts(page) == []
    assert answer.status_code == 422
    assert "has moved on" in read(answer).text()


def test_conversation_goes_its_whole_way_by_hand(agent: Client, talk: Talk) -> None:
    conversation = talk()

    seen = []
    for act in ("pick", "set-aside", "pick", "release", "pick", "end", "close"):
        assert agent.post(f"/desk/{conversation.pk}/{act}")["Location"] == f"/desk/{conversation.pk}/"
        conversation.refresh_from_db()
        seen.append(conversation.state)

    assert seen == ["active", "waiting", "active", "open", "active", "wrap_up", "closed"]


@pytest.mark.parametrize("state", ["wrap_up", "closed"])
def test_ended_conversation_says_so_in_place_of_the_reply_box(agent: Client, talk: Talk, state: str) -> None:
    conversation = talk(state=ConversationState(state))

    page, part = (read(agent.get(f"/desk/{conversation.pk}/{path}")) for path in ("", "messages"))

    assert page.all("textarea", id="reply") == []
    for told in (page.one("p", id="barred"), part.one("p", id="barred")):
        assert "next message opens a new one" in told.text()
        assert "hidden" not in told.attributes


def test_transfer_gives_it_to_a_colleague(agent: Client, supervisor: Client, talk: Talk) -> None:
    conversation, beata = talk(state=ACTIVE), User.objects.get(username="beata")

    form = read(agent.get(f"/desk/{conversation.pk}/transfer", headers=HTMX))
    answer = agent.post(f"/desk/{conversation.pk}/transfer", {"to": f"person-{beata.pk}"})

    assert [option.text() for option in form.all("option")][1:] == ["Default messaging queue", "beata · Offline"]
    assert answer["Location"] == f"/desk/{conversation.pk}/"
    conversation.refresh_from_db()
    assert (conversation.state, conversation.agent) == ("active", beata)


def test_transfer_gives_it_to_a_queue(agent: Client, talk: Talk) -> None:
    conversation = talk(state=ACTIVE)
    complaints = Queue.objects.create(name="Complaints")
    Queue.objects.create(name="Calls", kind=QueueKind.VOICE)

    agent.post(f"/desk/{conversation.pk}/transfer", {"to": f"queue-{complaints.pk}"})

    conversation.refresh_from_db()
    assert (conversation.state, conversation.queue, conversation.agent) == ("open", complaints, None)


@pytest.mark.parametrize("to", ["", "queue-0", "person-0", "nonsense", "celina"])
def test_transfer_to_nobody_is_refused_at_the_field(agent: Client, talk: Talk, to: str) -> None:
    celina = User.objects.create(username="celina")  # no role: works not here
    conversation = talk(state=ACTIVE)

    answer = agent.post(f"/desk/{conversation.pk}/transfer", {"to": f"person-{celina.pk}" if to == "celina" else to})

    assert answer.status_code == 422
    assert read(answer).one("p", id="id_to_error").text()
    assert Conversation.objects.get().agent == User.objects.get(username="ala")


def test_who_signs_out_is_offered_nothing_more(agent: Client, ala: User, offer: Offer) -> None:
    agent.post("/sign-out")

    offer.refresh_from_db()
    assert offer.outcome == "withdrawn"
    assert route() == 0


def test_queue_tells_how_many_wait(agent: Client, talk: Talk) -> None:
    assert "hidden" in read(agent.get("/desk/")).one("span", id="waiting-count").attributes

    talk("+48600100201")
    talk("+48600100202", state=ACTIVE)

    assert read(agent.get("/desk/")).one("span", id="waiting-count").text() == "1 1 conversation waits"


def test_row_of_a_colleagues_conversation_names_the_colleague(agent: Client, supervisor: Client, talk: Talk) -> None:
    talk(state=ACTIVE)

    assert "Ala" in read(supervisor.get("/desk/list?show=all")).one("span", class_="where").text()
    assert "Ala" not in read(agent.get("/desk/list?show=all")).one("span", class_="where").text()


def test_role_taken_away_takes_the_offers_with_it(agent: Client, offer: Offer) -> None:
    User.objects.filter(username="ala").update(role="")

    assert agent.post(f"/desk/offers/{offer.pk}/accept").status_code == 404
    offer.refresh_from_db()
    assert offer.outcome == "pending"


def test_agent_writes_to_a_customer_first(agent: Client, ala: User, connection: Connection) -> None:
    number = PhoneNumber.objects.get()
    form = read(agent.get("/desk/new"))
    assert [option.text() for option in form.all("option")] == ["+1 833-555-0100"]

    answer = agent.post("/desk/new", {"customer": "0048 600-100-200", "number": number.pk, "text": "Paczka czeka."})

    conversation = Conversation.objects.get()
    assert answer["Location"] == f"/desk/{conversation.pk}/"
    assert (conversation.contact.number, conversation.agent, conversation.state) == ("+48600100200", ala, "active")
    assert conversation.workstream is not None
    sent = Message.objects.get()
    assert (sent.text, sent.author, sent.state) == ("Paczka czeka.", ala, "queued")
    assert str(Trace.objects.first()) == "Ala wrote to the customer first."


def test_writing_first_to_who_is_in_the_queue_picks_the_conversation(agent: Client, ala: User, talk: Talk) -> None:
    conversation = talk("+48600100200")

    agent.post("/desk/new", {"customer": "+48600100200", "number": PhoneNumber.objects.get().pk, "text": "Jestem."})

    conversation.refresh_from_db()
    assert (Conversation.objects.count(), conversation.agent, conversation.messages.count()) == (1, ala, 2)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("customer", ""),
        ("customer", "600"),
        ("customer", "call me"),
        ("customer", "+18335550100"),  # our own
        ("customer", "+48600100200" * 9),
        ("customer", "+1425\x00555"),
        ("number", "0"),
        ("number", ""),
        ("text", "  "),
        ("text", "x" * 2049),
    ],
)
def test_first_text_that_cannot_be_sent_is_refused_at_its_field(
    agent: Client, connection: Connection, field: str, value: str
) -> None:
    sent = {"customer": "+48600100200", "number": PhoneNumber.objects.get().pk, "text": "Paczka czeka."}

    answer = agent.post("/desk/new", sent | {field: value}, headers=HTMX)

    assert answer.status_code == 422
    assert len(read(answer).all("p", class_="error")) == 1
    assert not Message.objects.exists()
    assert not Conversation.objects.exists()


def test_first_text_to_who_wrote_stop_is_refused(agent: Client, talk: Talk) -> None:
    conversation = talk("+48600100200", state=ConversationState.CLOSED)
    OptOut.objects.create(contact=conversation.contact, number=conversation.number, opted_out=True, at=now())

    sent = {"customer": "+48600100200", "number": conversation.number.pk, "text": "Paczka czeka."}
    answer = agent.post("/desk/new", sent, headers=HTMX)

    assert answer.status_code == 422
    assert "wrote STOP" in read(answer).text()
    assert Conversation.objects.count() == 1

"""What programs learn besides conversations: who is there, what is offered, templates, campaigns; and writing first."""

import pytest

from api.scene import Program, Talk, program_of
from centrala.campaigns import actions as campaigns
from centrala.campaigns.models import Template
from centrala.conversations.models import Conversation, Message, MessageState
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import Role, User
from centrala.routing import actions
from centrala.routing.router import route
from centrala.workstreams.models import Occasion

pytestmark = pytest.mark.django_db
START = {"customer": "+48 600 100 200", "number": "+18335550100", "text": "Your parcel waits."}


def test_program_writes_to_a_customer_first(program: Program, number: PhoneNumber, agent: User) -> None:
    answer = program.post("/conversations", START)

    told = answer.json()
    assert answer.status_code == 202
    assert (told["conversation"]["customer"], told["conversation"]["agent"]) == ("+48600100200", "ala")
    assert (told["message"]["text"], told["message"]["state"]) == ("Your parcel waits.", "queued")
    assert told["message"]["id"] == str(Message.objects.get().pk)
    assert program.post("/conversations", START | {"number": "18335550100"}).status_code == 202
    assert Conversation.objects.count() == 1


def test_first_text_with_a_key_is_sent_once(program: Program, number: PhoneNumber) -> None:
    key = {"Idempotency-Key": "order-7"}
    first, again = (program.post("/conversations", START, **key) for _ in range(2))

    assert first.json()["message"] == again.json()["message"]
    assert Message.objects.count() == 1
    other = program.post("/conversations", START | {"customer": "+48600100201"}, **key)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "refused")


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"number": "+48111"}, 422, "None of our numbers that send texts is like that. GET /numbers names them."),
        ({"customer": "x"}, 422, "This is no telephone number."),
        ({"customer": "+18335550100"}, 422, "This is one of our own numbers."),
        ({"text": " "}, 422, "Write something first"),
        ({"text": None}, 422, "body.body.text"),
        ({"number": "a\0b"}, 422, "None of our numbers"),
    ],
)
def test_first_text_that_cannot_be_is_refused(
    change: dict[str, object], status: int, says: str, program: Program, number: PhoneNumber
) -> None:
    answer = program.post("/conversations", START | change)

    assert answer.status_code == status
    assert answer.json()["error"]["message"].startswith(says)
    assert Message.objects.count() == 0


def test_agents_are_told_as_colleagues_see_them(program: Program, agent: User, celina: User, talk: Talk) -> None:
    User.objects.create(username="beata", role=Role.SUPERVISOR)
    actions.seen(user=agent)
    actions.pick(conversation=talk(1), user=agent)

    told = program.get("/agents", limit=1).json()
    assert told["items"] == [
        {"username": "ala", "name": "ala", "role": "agent", "presence": "busy", "capacity": 100, "taken": 30}
    ]
    following = program.get(told["next"]).json()
    assert [(one["username"], one["presence"]) for one in following["items"]] == [("beata", "offline")]
    assert following["next"] is None


def test_offers_are_told_while_they_wait_for_an_answer(program: Program, agent: User, talk: Talk) -> None:
    actions.seen(user=agent)
    conversation = talk(1)
    route()

    [offer] = program.get("/offers").json()["items"]
    assert (offer["conversation"], offer["agent"]) == (str(conversation.pk), "ala")
    actions.accept(offer=conversation.offers.get(), user=agent)
    assert program.get("/offers").json() == {"items": [], "next": None}


def test_templates_and_campaigns_are_told(
    program: Program, administrator: Program, adam: User, number: PhoneNumber
) -> None:
    Template.objects.create(name="Parcel", text="Hi {name}")
    campaign = campaigns.draft(name="News", number=number, text="Hello", file=b"+48600100200\nx", author=adam)

    [template] = program.get("/templates").json()["items"]
    assert (template["name"], template["placeholders"]) == ("Parcel", ["name"])
    [listed] = administrator.get("/campaigns").json()["items"]
    alone = administrator.get(f"/campaigns/{campaign.pk}").json()
    assert (listed["state"], listed["author"]) == ("draft", "adam")
    assert {name: alone[name] for name in ("lines", "waiting", "left_out", "messages")} == {
        "lines": 2,
        "waiting": 1,
        "left_out": 1,
        "messages": {},
    }
    assert program.get("/campaigns").json()["items"] == []
    assert program.get(f"/campaigns/{campaign.pk}").status_code == 404
    assert administrator.get(f"/campaigns/{2**70}").status_code == 404


def test_outsider_s_token_learns_nothing(celina: User, agent: User, number: PhoneNumber) -> None:
    outsider = program_of(celina)
    Template.objects.create(name="Parcel", text="Hi")

    for path in ("/agents", "/offers", "/templates", "/campaigns"):
        assert outsider.get(path).json() == {"items": [], "next": None}


def test_message_says_that_the_hub_wrote_it_and_when(program: Program, talk: Talk) -> None:
    conversation = talk(1, messages=1)
    Message.objects.update(direction="outbound", state=MessageState.SENT, occasion=Occasion.GREETING)

    [message] = program.get(f"/conversations/{conversation.pk}/messages").json()["items"]

    assert (message["automatic"], message["occasion"]) == (True, "greeting")

"""A call on the desk: offered, shown, and who may talk in it."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client
from django.utils.timezone import now
from pytest_django import Settings

from calling import call, node, talk_of
from centrala.calls import actions, tickets
from centrala.calls.mixing import Role
from centrala.calls.models import Call, CallEnd, Node
from centrala.calls.tickets import Ticket
from centrala.connection.models import Connection
from centrala.conversations.models import Conversation
from centrala.desk.threads import earlier_conversations
from centrala.organization.models import AuditEntry, User
from centrala.organization.sessions import mark
from centrala.routing.actions import end, transfer_to_agent
from centrala.routing.models import Offer, Overflowed
from centrala.workstreams.models import Queue, QueueKind
from pages.reading import read
from pages.scene import Talk

POLISH = {"Accept-Language": "pl"}


@pytest.fixture
def here(db: None) -> Node:
    """The process that the hub's own address leads to."""
    return node(settings.PUBLIC_URL)


def asks(client: Client, conversation: Conversation, *, secure: bool = False) -> tuple[int, dict[str, str]]:
    answer = client.post(f"/desk/{conversation.pk}/talk", secure=secure)
    return answer.status_code, answer.json()


def test_offer_says_that_it_is_a_call(agent: Client, ala: User, connection: Connection) -> None:
    talk = talk_of(call(connection))
    Offer.objects.create(
        conversation=talk, agent=ala, units=30, offered_at=now(), expires_at=now() + timedelta(minutes=1)
    )

    offer = read(agent.get("/desk/list")).one("li", class_="offer")

    assert "data-voice" in offer.attributes
    assert offer.one("p", class_="preview").text() == "A call: the customer is on the line."


@pytest.mark.parametrize(
    ("rings", "expected"),
    [
        (True, "Overflow: +1 425 555 0188 is being called. The customer hears music until somebody answers there."),
        (False, "+1 425 555 0188 did not take the call: the customer waits on. It is busy."),
    ],
)
def test_call_that_overflow_sends_outside_says_where_it_rings_and_that_nobody_answered(
    agent: Client, connection: Connection, rings: bool, expected: str
) -> None:
    made = call(connection)
    Call.objects.update(sent_to="+14255550188", sent_at=now() if rings else None, detail="" if rings else "It is busy.")

    told = read(agent.get(f"/desk/{talk_of(made).pk}/")).one("section", id="call-facts").one("p", class_="bar").text()

    assert " ".join(told.replace("-", " ").split()) == expected


def test_call_in_a_list_has_a_word_and_a_sign(agent: Client, connection: Connection) -> None:
    talk_of(call(connection))

    row = read(agent.get("/desk/list")).one("span", class_="preview")

    assert row.text() == "Call"
    assert len(row.all("svg")) == 1


def test_caller_without_a_number_is_called_so_in_the_readers_language(agent: Client, connection: Connection) -> None:
    call(connection, customer="anonymous")

    names = [
        read(agent.get("/desk/list", headers={"Accept-Language": language})).one("span", class_="name").text()
        for language in ("en", "pl")
    ]

    assert names == ["The customer hid the number", "Klient ukrył numer"]


@pytest.mark.parametrize(("customer", "others"), [("anonymous", 0), ("+14255550123", 1)])
def test_strangers_without_a_number_are_not_shown_as_one_customer(
    ala: User, connection: Connection, customer: str, others: int
) -> None:
    first, _second = (talk_of(call(connection, customer=customer)) for _ in range(2))

    assert len(earlier_conversations(ala, first)) == others


def test_missed_call_says_so_in_the_list(agent: Client, connection: Connection) -> None:
    made = call(connection)
    actions.ended(made.pk, CallEnd.CUSTOMER)

    row = read(agent.get("/desk/list?show=all")).one("span", class_="preview")

    assert row.text() == "Call · The customer hung up before anybody answered"


def test_page_of_a_call_takes_notes_and_no_answers(agent: Client, ala: User, connection: Connection) -> None:
    talk = talk_of(call(connection, agent=ala))

    page = read(agent.get(f"/desk/{talk.pk}/"))

    assert [page.all("form", id=name) != [] for name in ("composer", "note-form")] == [False, True]
    assert page.all("p", id="barred") == page.all("button", id="quick-open") == []
    assert "Set aside" not in page.one("div", id="act-menu").text()
    facts = page.one("section", id="call-facts")
    assert "The call is yours:" in facts.text()
    assert len(facts.all("time", class_="clock")) == 1


def test_call_that_waits_and_one_of_a_colleague_say_how_they_stand(
    agent: Client, supervisor: Client, connection: Connection
) -> None:
    waiting = talk_of(call(connection))
    theirs = talk_of(call(connection, customer="+14255550124", agent=User.objects.get(username="beata")))

    words = [read(agent.get(f"/desk/{talk.pk}/")).one("p", class_="call-words").text() for talk in (waiting, theirs)]

    assert words == ["The customer waits in the queue and hears music.", "beata has the call."]


def test_call_that_ended_says_how_and_how_long_it_took(agent: Client, ala: User, connection: Connection) -> None:
    made = call(connection, agent=ala)
    actions.ended(made.pk, CallEnd.CUSTOMER)
    Call.objects.filter(pk=made.pk).update(ended_at=Call.objects.get().connected_at + timedelta(minutes=3, seconds=7))

    facts = read(agent.get(f"/desk/{talk_of(made).pk}/messages")).one("section", id="call-facts").text()

    assert "The customer hung up" in facts
    assert "3:07" in facts


@pytest.mark.parametrize(("ending", "told"), [(CallEnd.CUSTOMER, False), (CallEnd.BUSY, False), (CallEnd.FAILED, True)])
def test_azures_words_stand_where_ours_do_not_say_enough(
    agent: Client, ala: User, connection: Connection, ending: CallEnd, told: bool
) -> None:
    made = call(connection, agent=ala)
    actions.ended(made.pk, ending)
    Call.objects.filter(pk=made.pk).update(ending=ending, detail="No route to the destination.")

    facts = read(agent.get(f"/desk/{talk_of(made).pk}/")).one("section", id="call-facts").text()

    assert ("No route to the destination." in facts) == told


def test_caller_who_was_marked_as_spam_is_flagged_and_not_marked_twice(
    agent: Client, ala: User, connection: Connection
) -> None:
    talk = talk_of(call(connection, agent=ala))
    before = read(agent.get(f"/desk/{talk.pk}/"))

    after = read(agent.post(f"/desk/{talk.pk}/spam", follow=True))

    assert ["spam" in page.one("div", id="act-menu").text() for page in (before, after)] == [True, False]
    flags = [page.one("section", id="call-facts").all("p", class_="flag") for page in (before, after)]
    assert [[flag.text() for flag in one] for one in flags] == [[], ["Marked as spam, waits for a decision"]]


@pytest.mark.parametrize(("direction", "label"), [("inbound", "Calls"), ("outbound", "Called from")])
def test_our_number_is_told_by_who_called_whom(
    agent: Client, ala: User, connection: Connection, direction: str, label: str
) -> None:
    made = call(connection, agent=ala)
    Call.objects.filter(pk=made.pk).update(direction=direction)

    facts = read(agent.get(f"/desk/{talk_of(made).pk}/")).one("aside", id="customer").all("dt")

    assert [one.text() for one in facts][1] == label


def test_page_of_a_call_is_polish(agent: Client, ala: User, connection: Connection) -> None:
    talk = talk_of(call(connection, agent=ala))

    page = read(agent.get(f"/desk/{talk.pk}/", headers=POLISH))

    assert page.one("button", id="phone-mute").text() == "Wycisz"


def test_calls_of_ones_own_stand_above_the_desk(agent: Client, ala: User, connection: Connection, here: Node) -> None:
    made = call(connection, agent=ala, at=here)
    call(connection, customer="+14255550124", at=here)

    [row] = read(agent.get("/desk/list")).all("li", class_="mine")

    assert row.attributes["data-talk"] == f"/desk/{talk_of(made).pk}/talk"


@pytest.mark.parametrize(("secure", "scheme"), [(False, "ws"), (True, "wss")])
def test_agent_gets_a_ticket_for_the_socket_where_the_page_is_from(
    agent: Client, ala: User, connection: Connection, here: Node, secure: bool, scheme: str
) -> None:
    made = call(connection, agent=ala, at=here)

    status, told = asks(agent, talk_of(made), secure=secure)

    address, ticket = told["address"].split("?ticket=")
    assert (status, address) == (200, f"{scheme}://testserver/calls/talk")
    assert tickets.read(ticket) == Ticket(made.pk, ala.pk, name="Ala", session=mark(str(agent.session.session_key)))


def test_other_process_is_dialled_at_its_own_address_and_the_page_allows_it(
    agent: Client, ala: User, connection: Connection, here: Node
) -> None:
    made = call(connection, agent=ala, at=node("https://second.example.org"))
    gone = node("https://gone.example.org")
    Node.objects.filter(pk=gone.pk).update(seen_at=now() - timedelta(minutes=1))

    _status, told = asks(agent, talk_of(made), secure=True)
    policy = agent.get("/desk/", secure=True).headers["Content-Security-Policy"]

    assert told["address"].startswith("wss://second.example.org/calls/talk?ticket=")
    [allowed] = [part.strip() for part in policy.split(";") if part.strip().startswith("connect-src")]
    assert allowed == "connect-src 'self' wss://testserver wss://second.example.org"


def test_process_that_the_hubs_address_leads_to_is_dialled_there_from_the_page_of_another(
    agent: Client, ala: User, connection: Connection, here: Node, settings: Settings
) -> None:
    settings.NODE_URL = "https://second.example.org"
    made = call(connection, agent=ala, at=here)

    _status, told = asks(agent, talk_of(made))

    address = settings.PUBLIC_URL.replace("https", "wss")
    assert told["address"].startswith(f"{address}/calls/talk?ticket=")
    assert f" {address}" in agent.get("/desk/").headers["Content-Security-Policy"]


def test_whoever_has_no_part_in_a_call_is_refused_with_the_reason(
    agent: Client, supervisor: Client, ala: User, connection: Connection, here: Node, talk: Talk
) -> None:
    texts = talk()
    waiting = call(connection, at=here)
    theirs = call(connection, customer="+14255550124", agent=ala, at=here)
    over = call(connection, customer="+14255550125", agent=ala, at=here)
    end(conversation=talk_of(over), user=ala)
    lost = call(connection, customer="+14255550126", agent=ala)
    given = call(connection, customer="+14255550127", agent=ala, at=here)
    transfer_to_agent(conversation=talk_of(given), user=ala, to=User.objects.get(username="beata"))

    def reason(client: Client, conversation: Conversation) -> str:
        status, told = asks(client, conversation)
        assert (status, list(told)) == (422, ["refused"])
        return told["refused"].split(":")[0].split(";")[0].rstrip(".")

    assert reason(agent, texts) == "This conversation is no call"
    assert reason(agent, talk_of(waiting)) == "The call is not yours"
    assert reason(supervisor, talk_of(theirs)) == "The call is not yours"
    assert reason(agent, talk_of(over)) == "The call is over"
    assert reason(agent, talk_of(lost)) == "The process that had the call ended"
    assert reason(agent, talk_of(given)) == "The call is not yours"


def test_outsider_learns_nothing_of_a_call(outsider: Client, ala: User, connection: Connection, here: Node) -> None:
    talk = talk_of(call(connection, agent=ala, at=here))

    assert outsider.post(f"/desk/{talk.pk}/talk").status_code in {403, 404}


def test_no_call_is_joined_by_an_address_that_is_followed(agent: Client) -> None:
    assert agent.get(f"/desk/{UUID(int=7)}/talk").status_code == 405


def test_answer_to_a_call_is_refused_with_what_to_do(agent: Client, ala: User, connection: Connection) -> None:
    talk = talk_of(call(connection, agent=ala))

    answer = agent.post(f"/desk/{talk.pk}/reply", {"text": "Dzień dobry"}, headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert "This is a call." in read(answer).text()


def hears(client: Client, conversation: Conversation, role: str) -> tuple[int, dict[str, str]]:
    answer = client.post(f"/desk/{conversation.pk}/hear/{role}")
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("role", "act"), [("listening", "listen to call"), ("coaching", "coach in call"), ("joined", "join call")]
)
def test_supervisor_is_let_into_a_colleagues_call_and_it_stands_in_the_audit_log(
    supervisor: Client,
    ala: User,
    connection: Connection,
    here: Node,
    role: str,
    act: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = call(connection, agent=ala, at=here)

    status, told = hears(supervisor, talk_of(made), role)
    hears(supervisor, talk_of(made), role)  # a browser that lost its way is no second visit
    assert AuditEntry.objects.filter(act=act).count() == 1
    monkeypatch.setattr("centrala.calls.access.now", lambda: now() + timedelta(minutes=2))
    hears(supervisor, talk_of(made), role)  # but this is one

    beata = User.objects.get(username="beata")
    assert status == 200
    session = mark(str(supervisor.session.session_key))
    assert tickets.read(told["address"].split("?ticket=")[1]) == Ticket(made.pk, beata.pk, Role(role), "beata", session)
    [_second, entry] = AuditEntry.objects.filter(act=act).order_by("-at")
    assert (entry.actor, entry.target) == (beata, str(made.pk))


def test_who_may_not_listen_is_refused_and_sees_no_button(
    agent: Client, supervisor: Client, ala: User, connection: Connection, here: Node
) -> None:
    beata = User.objects.get(username="beata")
    theirs, own = call(connection, agent=ala, at=here), call(connection, customer="+14255550124", agent=beata, at=here)
    waiting = call(connection, customer="+14255550125", at=here)

    buttons = [
        len(read(client.get(f"/desk/{talk_of(one).pk}/")).all("button", id="hear"))
        for client, one in ((agent, own), (supervisor, own), (supervisor, waiting), (supervisor, theirs))
    ]
    answers = [
        hears(client, talk_of(one), "listening")[0]
        for client, one in ((agent, own), (supervisor, own), (supervisor, waiting))
    ]

    assert (buttons, answers) == ([0, 0, 0, 1], [422, 422, 422])
    assert not AuditEntry.objects.filter(act="listen to call").exists()


def test_supervisor_of_other_queues_hears_nothing(
    supervisor: Client, ala: User, connection: Connection, here: Node
) -> None:
    made = call(connection, agent=ala, at=here)
    User.objects.get(username="beata").queues.add(Queue.objects.create(name="Elsewhere", kind=QueueKind.VOICE))

    status, told = hears(supervisor, talk_of(made), "joined")

    assert (status, list(told)) == (422, ["refused"])


@pytest.mark.parametrize("role", ["agent", "customer", "nobody"])
def test_part_in_a_call_that_nobody_may_choose_is_not_there(
    supervisor: Client, ala: User, connection: Connection, here: Node, role: str
) -> None:
    made = call(connection, agent=ala, at=here)

    assert supervisor.post(f"/desk/{talk_of(made).pk}/hear/{role}").status_code == 404


@pytest.mark.parametrize(
    ("instead", "offered", "told", "listed"),
    [
        ("voicemail", "A voicemail.", "A voicemail: listen to it below. Call back: +1 425-555-0123", "Voicemail"),
        (
            "call_back",
            "A call back: the customer waits for your call.",
            "The customer wants to be called back, and waits for it at this place in the queue. "
            "Call back: +1 425-555-0123",
            "Call back",
        ),
    ],
)
def test_work_without_a_call_says_what_it_is_and_whom_to_call(
    agent: Client, ala: User, connection: Connection, instead: str, offered: str, told: str, listed: str
) -> None:
    one = call(connection)
    talk = talk_of(one)
    Overflowed.objects.create(conversation=talk, at=now(), instead=instead, settled_at=now())
    actions.ended(one.pk, CallEnd.CUSTOMER)
    Offer.objects.create(
        conversation=talk, agent=ala, units=30, offered_at=now(), expires_at=now() + timedelta(minutes=1)
    )

    rows = read(agent.get("/desk/list"))
    offer = rows.one("li", class_="offer")
    page = read(agent.get(f"/desk/{talk.pk}/"))

    assert ("data-voice" in offer.attributes, offer.one("p", class_="preview").text()) == (False, offered)
    assert page.one("section", id="call-facts").one("p", class_="bar").text() == told
    assert rows.one("li", id=f"row-{talk.pk}").one("span", class_="preview").text() == listed

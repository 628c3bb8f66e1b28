"""Context variables, routing rules and the trial of an IVR's call in the admin center; what the desk shows of them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from calling import answering, talk_of
from centrala.calls import actions
from centrala.calls.models import Call
from centrala.connection.models import Connection
from centrala.organization.models import User
from centrala.routing.models import Offer
from centrala.workstreams.actions import default_queue, set_up
from centrala.workstreams.context import ContextVariable, RoutingRule, RuleCondition
from centrala.workstreams.models import Channel, Queue, QueueKind, Workstream
from pages.reading import Element, read


@pytest.fixture
def voice(connection: Connection) -> Workstream:
    set_up(name="Voice", channel=Channel.VOICE, numbers=list(connection.numbers.all()))
    return Workstream.objects.get(name="Voice")


@pytest.fixture
def queue(db: None) -> Queue:
    return Queue.objects.create(name="Polish", kind=QueueKind.VOICE)


@pytest.fixture
def language(voice: Workstream) -> ContextVariable:
    return ContextVariable.objects.create(workstream=voice, name="Language")


def errors(page: Element) -> list[str]:
    return [error.text() for error in page.all("p", class_="error")]


def rule(language: ContextVariable, queue: Queue, value: str = "pl") -> RoutingRule:
    made = RoutingRule.objects.create(workstream=language.workstream, name=f"Speaks {value}", queue=queue)
    RuleCondition.objects.create(rule=made, variable=language, test="is", value=value)
    return made


def test_variables_are_added_shown_and_deleted(administrator: Client, voice: Workstream) -> None:
    address = f"/center/workstreams/{voice.pk}/variables/"
    assert "Context variables" in read(administrator.get(f"/center/workstreams/{voice.pk}/")).text()

    assert administrator.post(address, {"name": "Order", "description": "Of the shop"})["Location"] == address
    again = administrator.post(address, {"name": "Order"})
    odd = administrator.post(address, {"name": "My order"})

    assert "Of the shop" in read(administrator.get(address)).text()
    assert (again.status_code, errors(read(again))) == (422, ["There is a variable of this name already."])
    assert errors(read(odd)) == ["Only letters from A to Z, digits and _ make a name."]
    administrator.post(f"/center/workstreams/variables/{voice.variables.get().pk}/delete/")
    assert not voice.variables.exists()


def test_rule_is_made_changed_and_deleted(administrator: Client, language: ContextVariable, queue: Queue) -> None:
    listing = f"/center/workstreams/{language.workstream_id}/rules/"
    sent = {"name": "Polish callers", "place": "1", "queue": str(queue.pk)}
    sent |= {"variable_2": str(language.pk), "test_2": "begins", "value_2": "pl"}

    assert administrator.post(f"{listing}add/", sent)["Location"] == listing

    made = RoutingRule.objects.get()
    assert [str(one) for one in made.conditions.all()] == ["Language begins pl"]
    assert "Language begins with pl" in read(administrator.get(listing)).text()
    page = read(administrator.get(f"/center/workstreams/rules/{made.pk}/"))
    assert page.one("input", name="value_1").attributes["value"] == "pl"
    administrator.post(f"/center/workstreams/rules/{made.pk}/", sent | {"test_2": "filled"})
    assert [str(one) for one in made.conditions.all()] == ["Language filled"]
    administrator.post(f"/center/workstreams/rules/{made.pk}/delete/")
    assert not RoutingRule.objects.exists()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "Choose at least one condition."),
        ({"value_1": "pl"}, "Choose the variable, or take the value away."),
        ({"variable_1": "language", "test_1": "is"}, "Say with what it is compared."),
        ({"variable_1": "language", "test_1": "is", "value_1": "a\u202eb"}, "A control character is in this text."),
        ({"variable_1": "0", "value_1": "pl"}, "Select a valid choice."),
    ],
)
def test_rule_that_cannot_be_asked_is_refused_at_its_field(
    administrator: Client, language: ContextVariable, queue: Queue, given: dict[str, str], told: str
) -> None:
    sent = {"name": "Polish", "place": "1", "queue": str(queue.pk)}
    sent |= {name: str(language.pk) if value == "language" else value for name, value in given.items()}

    answer = administrator.post(f"/center/workstreams/{language.workstream_id}/rules/add/", sent)

    assert (answer.status_code, RoutingRule.objects.count()) == (422, 0)
    [error] = errors(read(answer))
    assert error.startswith(told)


def test_rules_of_one_workstream_ask_no_variable_of_another(
    administrator: Client, language: ContextVariable, queue: Queue
) -> None:
    other = Workstream.objects.create(name="Other", channel="voice", queue=default_queue(QueueKind.VOICE))
    sent = {"name": "Polish", "place": "1", "queue": str(queue.pk)}
    sent |= {"variable_1": str(language.pk), "test_1": "is", "value_1": "pl"}

    answer = administrator.post(f"/center/workstreams/{other.pk}/rules/add/", sent)

    assert (answer.status_code, RoutingRule.objects.count()) == (422, 0)


@pytest.mark.parametrize(
    "header",
    ["Language=pl;Secret=42", "User-to-User: Language=pl;Secret=42", f"{b'Language=pl;Secret=42'.hex()};encoding=hex"],
)
def test_trial_shows_what_is_read_what_is_not_and_which_queue_it_is(
    administrator: Client, language: ContextVariable, queue: Queue, header: str
) -> None:
    rule(language, queue, "en")
    rule(language, queue)
    address = f"/center/workstreams/{language.workstream_id}/try/"

    result = read(administrator.post(address, {"header": header})).one("section", id="result")

    assert result.one("p", role="status").text() == "The rule “Speaks pl” takes it: it waits in “Polish”."
    assert [one.text() for one in result.one("dl").all("dd")] == ["pl"]
    told = [one.text() for one in result.all("li")]
    assert told == [
        "Secret : The workstream has no variable of this name.",
        "Speaks en: does not take it",
        "Speaks pl: takes it",
    ]
    assert not Call.objects.exists()


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"others": "X-MS-Custom-Language: pl\n\nnothing"}, ["nothing : The workstream has no variable of this name."]),
        (
            {"header": "zz;encoding=hex", "others": "Language: pl"},
            ["User-To-User : It is no hex: pairs of 0-9 and A-F, and nothing else."],
        ),
        ({"header": "Language=pl", "others": "Language: en"}, ["Language : It came before: the first one counts."]),
    ],
)
def test_trial_reads_other_headers_beside_one_that_cannot_be_read(
    administrator: Client, language: ContextVariable, sent: dict[str, str], told: list[str]
) -> None:
    page = read(administrator.post(f"/center/workstreams/{language.workstream_id}/try/", sent))

    result = page.one("section", id="result")
    assert [one.text() for one in result.one("dl").all("dd")] == ["pl"]
    assert [one.text() for one in result.all("li")] == told


def test_trial_refuses_more_than_the_header_may_have(administrator: Client, voice: Workstream) -> None:
    answer = administrator.post(f"/center/workstreams/{voice.pk}/try/", {"header": "a" * 5000})

    assert (answer.status_code, len(errors(read(answer)))) == (422, 1)


def test_trial_without_rules_says_where_such_a_call_waits(administrator: Client, voice: Workstream) -> None:
    page = read(administrator.post(f"/center/workstreams/{voice.pk}/try/", {"header": "a=1"}))

    told = "No rule takes it: it waits in “Default voice queue”, the queue of the workstream."
    assert page.one("p", role="status").text() == told


@pytest.mark.parametrize("place", ["workstreams/{0}/variables/", "workstreams/{0}/rules/", "workstreams/{0}/try/"])
def test_only_administrators_of_voice_see_them(
    agent: Client, supervisor: Client, administrator: Client, voice: Workstream, place: str
) -> None:
    texts = Workstream.objects.get(name="SMS")

    assert [one.get(f"/center/{place.format(voice.pk)}").status_code for one in (agent, supervisor)] == [404, 404]
    assert administrator.get(f"/center/{place.format(texts.pk)}").status_code == 404
    assert administrator.get(f"/center/{place.format(voice.pk)}").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_as_often_however_much_there_is(
    administrator: Client,
    language: ContextVariable,
    queue: Queue,
    count: int,
    django_assert_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    for number in range(count):
        rule(language, queue, f"value {number}")
    address = f"/center/workstreams/{language.workstream_id}/rules/"
    administrator.get(address)

    with django_assert_num_queries(9):
        administrator.get(address)


@pytest.fixture
def told(voice: Workstream, connection: Connection) -> Call:
    """A call with which something came along."""
    call = answering(connection)
    call.variables = {"Order": "<4711>", "Language": "pl", "A": "", "B": "1", "C": "2"}
    call.not_read = [["User-To-User", "bad_hex"], ["X", "of a later version"]]
    call.save()
    actions.connected(call.pk)
    return call


def test_desk_shows_what_came_along_and_what_was_not_understood(agent: Client, told: Call) -> None:
    page = read(agent.get(f"/desk/{talk_of(told).pk}/"))

    shown = page.one("div", class_="told-along")
    assert [one.text() for one in shown.all("dt")] == ["A", "B", "C", "Language", "Order"]
    assert [one.text() for one in shown.all("dd")] == ["—", "1", "2", "pl", "<4711>"]
    notes = [one.text() for one in shown.all("li")]
    assert notes == [
        "User-To-User : It is no hex: pairs of 0-9 and A-F, and nothing else.",
        "X : of a later version",
    ]


def test_offer_shows_the_first_three_values(agent: Client, ala: User, told: Call) -> None:
    Offer.objects.create(
        conversation=talk_of(told), agent=ala, units=30, offered_at=now(), expires_at=now() + timedelta(minutes=1)
    )

    offer = read(agent.get("/desk/list")).one("li", class_="offer")

    assert [one.text() for one in offer.all("p", class_="told")] == ["B: 1", "C: 2"]


def test_caller_who_comes_back_is_shown_with_the_call_before(agent: Client, told: Call, connection: Connection) -> None:
    back = answering(connection)
    back.resumes = talk_of(told)
    back.save()
    actions.connected(back.pk)

    page = read(agent.get(f"/desk/{talk_of(back).pk}/"))

    facts = page.one("section", id="call-facts").text()
    assert "From where the call of" in facts

"""An agent asks a colleague into a call: who may, what both see, and when it is over."""

import threading
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, transaction
from django.db import connection as database
from django.test import Client
from django.utils.timezone import now

from calling import call, node, talk_of
from centrala.calls import actions, consulting, tickets
from centrala.calls.access import may_stay
from centrala.calls.mixing import Role
from centrala.calls.models import ANSWERED_WITHIN, Call, CallEnd, Consultation, Consulted
from centrala.calls.queries import standing
from centrala.connection.models import Connection
from centrala.conversations.locking import locked_conversation
from centrala.errors import Refused
from centrala.organization import actions as organization
from centrala.organization.models import Role as Job
from centrala.organization.models import User
from centrala.organization.people import disable
from centrala.routing import duty
from centrala.routing.actions import transfer_to_agent
from centrala.routing.models import Step, Trace
from hub import ala as agent_of_the_hub
from hub import connected
from pages.conftest import PASSWORD
from pages.reading import read


@pytest.fixture
def beata(supervisor: Client) -> User:
    return User.objects.get(username="beata")


@pytest.fixture
def hers(agent: Client, ala: User, connection: Connection) -> Call:
    """Ala's call."""
    return call(connection, agent=ala, at=node(settings.PUBLIC_URL))


def ask(client: Client, made: Call, colleague: User) -> int:
    return client.post(f"/desk/{talk_of(made).pk}/consult", {"colleague": colleague.pk}).status_code


def answer(client: Client, what: str) -> int:
    return client.post(f"/desk/consultations/{Consultation.objects.get().pk}/{what}").status_code


def facts(client: Client, made: Call) -> str:
    return read(client.get(f"/desk/{talk_of(made).pk}/")).one("section", id="call-facts").text()


def test_colleague_who_is_asked_comes_and_gets_the_call(
    agent: Client, supervisor: Client, hers: Call, beata: User
) -> None:
    assert ask(agent, hers, beata) == 302
    asked = read(supervisor.get("/desk/list")).one("li", class_="offer")
    assert "Ala asks for your advice" in asked.text()
    assert "beata is asked into the call" in facts(agent, hers)

    assert answer(supervisor, "accept") == 302
    row = read(supervisor.get("/desk/list")).one("li", class_="mine")
    told = supervisor.post(row.attributes["data-talk"]).json()
    ticket = tickets.read(told["address"].partition("ticket=")[2])
    assert ticket is not None
    assert (ticket.person, ticket.role, row.attributes["data-role"]) == (beata.pk, Role.CONSULTED, "consulted")
    assert standing(hers.pk).consulted == {beata.pk}
    assert "beata is in the call" in facts(agent, hers)

    assert answer(agent, "hand-over") == 302
    talk = talk_of(hers)
    assert (talk.agent, standing(hers.pk).consulted) == (beata, frozenset())
    steps = Trace.objects.filter(conversation=talk).order_by("id").values_list("step", flat=True)
    assert list(steps)[-2:] == [Step.CONSULTED, Step.TO_AGENT]


@pytest.mark.parametrize(("what", "told"), [("decline", "beata declined."), ("accept", "")])
def test_colleague_who_declines_or_leaves_is_not_let_in(
    agent: Client, supervisor: Client, hers: Call, beata: User, what: str, told: str
) -> None:
    ask(agent, hers, beata)
    answer(supervisor, what)
    if not told:
        assert answer(supervisor, "end") == 302

    let_in = supervisor.post(f"/desk/{talk_of(hers).pk}/consulted")

    assert (let_in.status_code, "not asked into this call" in let_in.json()["refused"]) == (422, True)
    assert (told in facts(agent, hers), standing(hers.pk).consulted) == (True, frozenset())
    assert answer(supervisor, "accept") == 422
    assert ask(agent, hers, beata) == 302


def test_colleague_who_does_not_answer_in_time_is_not_asked_any_more(
    agent: Client, supervisor: Client, hers: Call, beata: User
) -> None:
    ask(agent, hers, beata)
    Consultation.objects.update(asked_at=now() - ANSWERED_WITHIN - timedelta(seconds=1))
    until = standing(hers.pk).asks_until
    assert until is not None
    assert until < now()
    assert (answer(supervisor, "accept"), read(supervisor.get("/desk/list")).all("li", class_="offer")) == (422, [])

    consulting.miss(hers.pk)

    assert (Consultation.objects.get().state, standing(hers.pk).asks_until) == (Consulted.MISSED, None)
    assert "beata did not answer." in facts(agent, hers)


def test_consultation_is_over_with_the_call_and_with_its_agent(
    agent: Client, supervisor: Client, administrator: Client, hers: Call, beata: User, ala: User
) -> None:
    ask(agent, hers, beata)
    answer(supervisor, "accept")
    transfer_to_agent(conversation=talk_of(hers), user=ala, to=User.objects.get(username="adam"))
    assert (standing(hers.pk).consulted, answer(agent, "hand-over")) == (frozenset(), 422)

    transfer_to_agent(conversation=talk_of(hers), user=User.objects.get(username="adam"), to=ala)
    actions.ended(hers.pk, CallEnd.CUSTOMER)
    assert list(consulting.holding()) == []


def test_whom_nobody_can_ask_is_said(agent: Client, supervisor: Client, hers: Call, beata: User, ala: User) -> None:
    page = agent.get(f"/desk/{talk_of(hers).pk}/consult")
    people = [option.text() for option in read(page).one("select", id="id_colleague").all("option")]
    assert people == ["Choose a person", "beata · Offline"]

    call(hers.connection, agent=beata, customer="+14255550177")
    refused = agent.post(f"/desk/{talk_of(hers).pk}/consult", {"colleague": beata.pk})

    assert (refused.status_code, "beata is in another call" in read(refused).text()) == (422, True)
    with pytest.raises(Refused, match="cannot be asked"):
        consulting.consult(conversation=talk_of(hers), user=ala, colleague=ala)


def test_nobody_else_may_ask_answer_or_end(
    agent: Client, supervisor: Client, administrator: Client, hers: Call, beata: User, ala: User
) -> None:
    assert ask(supervisor, hers, ala) == 422
    ask(agent, hers, beata)

    assert [answer(administrator, what) for what in ("accept", "decline", "end", "hand-over")] == [422] * 4
    assert answer(agent, "accept") == 422
    assert Consultation.objects.get().state == Consulted.ASKED


def test_customer_is_on_hold_once_the_colleague_comes_whatever_was_before(
    agent: Client, supervisor: Client, hers: Call, beata: User, ala: User
) -> None:
    held = []
    for _ in range(2):
        ask(agent, hers, beata)
        consulting.accept(consultation=Consultation.objects.latest("id"), user=beata)
        held.append(standing(hers.pk).held)
        consulting.finish(consultation=Consultation.objects.latest("id"), user=ala)
        actions.hold(hers.pk, by=ala.pk, on=False)

    assert held == [True, True]
    actions.hold(hers.pk, by=beata.pk, on=True)
    assert not standing(hers.pk).held


def test_colleague_who_is_disabled_is_out_and_inherits_nothing(
    agent: Client, supervisor: Client, hers: Call, beata: User
) -> None:
    ask(agent, hers, beata)
    answer(supervisor, "accept")
    disable(user=beata, actor=None)

    assert (standing(hers.pk).consulted, may_stay(hers.pk, {beata.pk: Role.CONSULTED})) == (frozenset(), set())
    actions.agent_gone(hers.pk, heir=beata.pk)
    assert talk_of(hers).state == "open"


def test_agent_who_is_disabled_has_deserted_the_call(hers: Call, ala: User) -> None:
    assert not standing(hers.pk).deserted

    disable(user=ala, actor=None)

    assert standing(hers.pk).deserted


def test_who_is_in_one_call_comes_into_no_other(
    agent: Client, supervisor: Client, administrator: Client, hers: Call, beata: User
) -> None:
    adam = User.objects.get(username="adam")
    other = call(hers.connection, agent=adam, customer="+14255550177")
    ask(agent, hers, beata)
    ask(administrator, other, beata)
    first, second = Consultation.objects.order_by("id")
    consulting.accept(consultation=first, user=beata)

    with pytest.raises(Refused, match="another call"):
        consulting.accept(consultation=second, user=beata)


def test_accepting_twice_is_told_once_and_withdrawing_is_told_too(
    agent: Client, supervisor: Client, hers: Call, beata: User, ala: User
) -> None:
    ask(agent, hers, beata)
    assert [answer(supervisor, "accept") for _ in range(2)] == [302, 302]
    answer(agent, "end")
    ask(agent, hers, beata)
    consulting.finish(consultation=Consultation.objects.latest("id"), user=ala)

    steps = Trace.objects.filter(conversation=talk_of(hers), agent=beata).order_by("id").values_list("step", flat=True)
    assert list(steps) == [Step.CONSULTED, Step.NOT_CONSULTED]


def test_call_that_ends_ends_its_consultations(agent: Client, supervisor: Client, hers: Call, beata: User) -> None:
    ask(agent, hers, beata)
    answer(supervisor, "accept")

    actions.ended(hers.pk, CallEnd.CUSTOMER)

    assert Consultation.objects.get().state == Consulted.OVER


@pytest.mark.django_db(transaction=True)
def test_hand_over_and_a_customer_who_hangs_up_do_not_wait_for_each_other() -> None:
    ala, beata = agent_of_the_hub(), organization.add_user(username="beata", password=PASSWORD, role=Job.AGENT)
    made = call(connected(), agent=ala, at=node(settings.PUBLIC_URL))
    consulting.consult(conversation=talk_of(made), user=ala, colleague=beata)
    one = Consultation.objects.get()
    consulting.accept(consultation=one, user=beata)
    locked, failed = threading.Event(), []

    def hang_up() -> None:
        try:
            with transaction.atomic():
                duty.lock(ala)  # as whatever ends a call does first
                locked.set()
                time.sleep(0.5)
                locked_conversation(talk_of(made).pk)
        except OperationalError as error:
            failed.append(error)
        finally:
            database.close()

    other = threading.Thread(target=hang_up)
    other.start()
    locked.wait()
    consulting.hand_over(consultation=one, user=ala)
    other.join()

    assert (failed, talk_of(made).agent) == ([], beata)


def test_agent_whose_browser_does_not_come_back_leaves_the_call_to_the_colleague(hers: Call, beata: User) -> None:
    actions.agent_gone(hers.pk, heir=beata.pk)

    assert talk_of(hers).agent == beata

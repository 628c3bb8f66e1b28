"""What came along with a call fills the variables of its workstream, and sends it to a queue."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from centrala.azure.calls import Calls
from centrala.calls import actions
from centrala.calls.context import contexts
from centrala.calls.models import Call, CallEnd, CallState
from centrala.calls.ringing import HANDLERS
from centrala.calls.sending_on import send_on
from centrala.connection.models import Connection
from centrala.conversations.models import Contact, Conversation
from centrala.customers import dossier, erasing
from centrala.errors import Refused
from centrala.inbox.drain import drain
from centrala.inbox.models import Event, State
from centrala.organization.models import AuditEntry, Role, User
from centrala.routing.actions import pick
from centrala.workstreams.actions import set_up
from centrala.workstreams.changes import remove_queue, remove_workstream
from centrala.workstreams.choosing import chosen, rules_of
from centrala.workstreams.context import ContextVariable, RoutingRule, RuleCondition, Test
from centrala.workstreams.context_changes import add_variable, remove_variable, save_rule
from centrala.workstreams.models import Channel, Queue, QueueKind, Workstream
from centrala.workstreams.overflow import Condition, OverflowRule, Remedy
from centrala.workstreams.told_along import REFERENCE
from hub import CUSTOMER, arrive, connected, event
from hub import ala as agent

pytestmark = pytest.mark.django_db
IVR = "+14255550188"


@pytest.fixture
def connection() -> Connection:
    return connected()


@pytest.fixture
def adam() -> User:
    return User.objects.create(username="adam", role=Role.ADMINISTRATOR)


@pytest.fixture
def voice(connection: Connection) -> Workstream:
    """With the variables Language and Order."""
    set_up(name="Voice", channel=Channel.VOICE, numbers=list(connection.numbers.all()))
    workstream = Workstream.objects.get(name="Voice")
    for name in ("Language", "Order"):
        ContextVariable.objects.create(workstream=workstream, name=name)
    return workstream


def rule(voice: Workstream, name: str, *conditions: tuple[str, str, str], place: int = 1) -> Queue:
    """A rule that leads to a queue of the same name, by variable, test and value."""
    queue = Queue.objects.create(name=name, kind=QueueKind.VOICE)
    asked = [
        RuleCondition(variable=voice.variables.get(name=variable), test=test, value=value)
        for variable, test, value in conditions
    ]
    admin, _made = User.objects.get_or_create(username="adam", role=Role.ADMINISTRATOR)
    save_rule(rule=RoutingRule(workstream=voice, name=name, place=place, queue=queue), conditions=asked, actor=admin)
    return queue


def calls(header: str = "", *, connect: bool = True, **more: Any) -> Call:
    """Somebody calls, with this User-to-User header; it is connected."""
    known = set(Call.objects.values_list("pk", flat=True))
    custom = {"customContext": {"sipHeaders": {"User-To-User": header}, "voipHeaders": {}}} if header else {}
    arrive(event("incoming_call", correlationId=f"call {len(known)}", **custom | more))
    Event.objects.update(received_at=now(), event_time=now())
    drain(HANDLERS)
    call = Call.objects.exclude(pk__in=known).get()
    if connect:
        Call.objects.filter(pk=call.pk).update(state=CallState.ANSWERING, call_connection_id=str(call.pk))
        actions.connected(call.pk)
    call.refresh_from_db()
    return call


def talk(call: Call) -> Conversation:
    return Conversation.objects.get(call=call)


def steps(call: Call) -> list[str]:
    return [str(one) for one in talk(call).trace.order_by("pk")]


def test_variables_of_the_same_name_are_filled_and_the_rest_is_noted_without_its_value(voice: Workstream) -> None:
    custom = {"SipHeaders": {"user-to-user": "Order=4711;Secret=42"}, "voipHeaders": {"Language": "pl", "Other": "x"}}

    call = calls(customContext=custom)

    assert call.variables == {"Order": "4711", "Language": "pl"}
    assert call.not_read == [["Secret", "unknown"], ["Other", "unknown"]]


@pytest.mark.parametrize(
    "custom", [None, 7, "User-to-User", [], {"sipHeaders": 7}, {"sipHeaders": {"User-To-User": 7}}]
)
def test_call_is_never_lost_by_what_came_along(voice: Workstream, custom: object) -> None:
    call = calls(customContext=custom)

    assert (call.variables, talk(call).queue) == ({}, voice.queue)
    assert not Event.objects.filter(state=State.FAILED).exists()


def test_number_without_a_workstream_keeps_nothing_of_it(connection: Connection) -> None:
    assert calls("Order=4711").variables == {}


@pytest.mark.parametrize(
    ("test", "value", "header", "taken"),
    [
        (Test.IS, "pl", "Language=PL", True),
        (Test.IS, "pl", "Language=p", False),
        (Test.IS_NOT, "pl", "Order=1", True),
        (Test.IS_NOT, "pl", "Language=pl", False),
        (Test.CONTAINS, "olsk", "Language=Polski", True),
        (Test.CONTAINS, "olsk", "Language=English", False),
        (Test.BEGINS, "pol", "Language=Polski", True),
        (Test.BEGINS, "olsk", "Language=Polski", False),
        (Test.EMPTY, "", "Order=1", True),
        (Test.EMPTY, "", "Language=pl", False),
        (Test.FILLED, "", "Language=pl", True),
        (Test.FILLED, "", "Language=", False),
    ],
)
def test_rule_takes_a_call_whose_variable_is_so(
    voice: Workstream, test: Test, value: str, header: str, taken: bool
) -> None:
    queue = rule(voice, "Polish", ("Language", test, value))

    assert (talk(calls(header)).queue == queue) is taken


def test_first_rule_whose_every_condition_holds_counts(voice: Workstream) -> None:
    last = rule(voice, "Polish", ("Language", Test.IS, "pl"), place=3)
    rule(voice, "Polish orders", ("Language", Test.IS, "pl"), ("Order", Test.FILLED, ""), place=2)
    first = rule(voice, "Big orders", ("Order", Test.BEGINS, "9"), ("Language", Test.IS_NOT, "en"), place=1)

    assert talk(calls("Language=pl;Order=99")).queue == first
    assert talk(calls("Language=pl")).queue == last
    assert talk(calls("Language=en;Order=99")).queue == voice.queue


def test_way_of_a_call_says_which_rule_it_was(voice: Workstream) -> None:
    assert steps(calls("Language=pl")) == ["The customer called; waits in Default voice queue."]
    rule(voice, "Polish", ("Language", Test.IS, "pl"))

    assert steps(calls("Language=pl"))[1:] == ["The routing rule “Polish” sent it to Polish."]
    assert steps(calls("Language=en"))[1:] == ["No routing rule takes it: it waits in Default voice queue."]


def test_overflow_is_that_of_the_queue_to_which_the_rule_leads(voice: Workstream) -> None:
    queue = rule(voice, "Polish", ("Language", Test.IS, "pl"))
    second = Queue.objects.create(name="Second", kind=QueueKind.VOICE)
    OverflowRule.objects.create(
        queue=queue, condition=Condition.TOO_MANY, threshold=1, remedy=Remedy.OTHER_QUEUE, target=second
    )
    assert talk(calls("Language=pl")).queue == queue

    assert talk(calls("Language=pl")).queue == second


@pytest.mark.parametrize("rules", [1, 3])
def test_rules_are_read_in_three_questions_however_many_there_are(
    voice: Workstream, rules: int, django_assert_num_queries: Any
) -> None:
    for number in range(rules):
        rule(voice, f"Rule {number}", ("Language", Test.IS, "pl"), ("Order", Test.FILLED, ""))

    with django_assert_num_queries(3):
        assert chosen(rules_of(voice), {"Language": "en"}) is None


def test_call_with_which_nothing_came_is_asked_about_nothing(voice: Workstream, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert contexts([], {}) == {}


class TestChanges:
    def test_names_are_checked_and_taken_once(self, voice: Workstream, adam: User) -> None:
        for name, reason in [
            ("Order", "already"),
            ("Two words", "Only letters"),
            ("Imię", "Only letters"),
            ("", "."),
            ("encoding", "a meaning of its own"),
        ]:
            with pytest.raises(Refused, match=reason) as refused:
                add_variable(variable=ContextVariable(workstream=voice, name=name), actor=adam)
            assert refused.value.field == "name"

        add_variable(variable=ContextVariable(workstream=voice, name="order"), actor=adam)

        assert {str(one) for one in voice.variables.all()} == {"Language", "order", "Order"}
        assert AuditEntry.objects.get(act="add context variable").after == {"variable": "order", "description": ""}

    def test_fifty_are_the_most(self, voice: Workstream, adam: User) -> None:
        ContextVariable.objects.bulk_create(ContextVariable(workstream=voice, name=f"n{one}") for one in range(48))

        with pytest.raises(Refused, match="50 variables at most"):
            add_variable(variable=ContextVariable(workstream=voice, name="Last"), actor=adam)

    def test_variable_that_a_rule_asks_stays(self, voice: Workstream, adam: User) -> None:
        rule(voice, "Polish", ("Language", Test.IS, "pl"))

        with pytest.raises(Refused, match="A routing rule asks"):
            remove_variable(variable=voice.variables.get(name="Language"), actor=adam)

        remove_variable(variable=voice.variables.get(name="Order"), actor=adam)
        assert [str(one) for one in voice.variables.all()] == ["Language"]

    def test_queue_to_which_a_rule_leads_stays_and_rules_go_with_their_workstream(
        self, voice: Workstream, adam: User
    ) -> None:
        queue = rule(voice, "Polish", ("Language", Test.IS, "pl"))
        with pytest.raises(Refused, match="A routing rule leads"):
            remove_queue(queue=queue, actor=adam)

        remove_workstream(workstream=voice, actor=adam)
        remove_queue(queue=queue, actor=adam)

        assert (RoutingRule.objects.count(), ContextVariable.objects.count()) == (0, 0)

    def test_rule_leads_to_a_queue_for_calls_and_asks_something(self, voice: Workstream, adam: User) -> None:
        made = RoutingRule(workstream=voice, name="Polish", queue=Queue.objects.get(kind=QueueKind.MESSAGING))
        with pytest.raises(Refused, match="another kind"):
            save_rule(rule=made, conditions=[], actor=adam)
        made.queue = voice.queue
        with pytest.raises(Refused, match="at least one"):
            save_rule(rule=made, conditions=[], actor=adam)
        language = voice.variables.get(name="Language")
        with pytest.raises(Refused, match="with what") as refused:
            save_rule(rule=made, conditions=[RuleCondition(variable=language, test=Test.IS, value=" ")], actor=adam)
        assert (refused.value.field, RoutingRule.objects.count()) == ("value_1", 0)


class TestHandOver:
    @pytest.fixture
    def sent(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The User-to-User headers that Azure was given."""
        headers: list[str] = []
        monkeypatch.setattr(
            Calls, "transfer", lambda _self, _id, *, user_to_user, **_more: headers.append(user_to_user)
        )
        return headers

    @pytest.fixture
    def gone(self, voice: Workstream, sent: list[str]) -> Call:
        """A call that its agent has sent on to an IVR."""
        Workstream.objects.filter(pk=voice.pk).update(transfer_countries=["US"], sends_context=True)
        call, ala = calls("Language=pl;Order=4711"), agent()
        pick(conversation=talk(call), user=ala)
        send_on(conversation=talk(call), user=ala, number=IVR)
        actions.ended(call.pk, CallEnd.TRANSFERRED)
        call.refresh_from_db()
        return call

    def test_variables_and_a_reference_go_along(self, gone: Call, sent: list[str]) -> None:
        assert gone.conversation_id is not None
        assert sent == [f"{REFERENCE}={gone.conversation_id.hex};Language=pl;Order=4711"]

    def test_nothing_goes_along_where_the_workstream_does_not_say_so(self, voice: Workstream, sent: list[str]) -> None:
        Workstream.objects.filter(pk=voice.pk).update(transfer_countries=["US"])
        call, ala = calls("Language=pl"), agent()
        pick(conversation=talk(call), user=ala)

        send_on(conversation=talk(call), user=ala, number=IVR)

        assert sent == [""]

    def test_who_comes_back_goes_on_with_the_call_and_its_variables(self, gone: Call, sent: list[str]) -> None:
        back = calls(f"{REFERENCE}={gone.conversation_id};Order=4712")

        assert back.resumes == talk(gone)
        assert (back.variables, back.not_read) == ({"Language": "pl", "Order": "4712"}, [])

    @pytest.mark.parametrize("caller", [{"phoneNumber": {"value": IVR}}, {"kind": "unknown", "rawId": "4:anonymous"}])
    def test_customer_is_the_same_where_the_ivr_shows_its_own_number_or_none(
        self, gone: Call, sent: list[str], caller: dict[str, Any]
    ) -> None:
        back = calls(sent[0], **{"from": caller})

        assert talk(back).contact == talk(gone).contact
        told = dossier.export(contact=Contact.objects.get(number=CUSTOMER), actor=None)
        assert [one["variables"] for one in told["calls"]] == [{"Language": "pl", "Order": "4711"}] * 2

    def test_call_from_elsewhere_is_its_own_customers(self, gone: Call, sent: list[str]) -> None:
        back = calls(f"{REFERENCE}={gone.conversation_id}", **{"from": {"phoneNumber": {"value": "+14255550189"}}})

        assert (back.resumes, talk(back).contact.number, back.variables) == (talk(gone), "+14255550189", {})

    @pytest.mark.parametrize("reference", ["4711", "7a1f9c52000040008000000000000001", ""])
    def test_reference_that_nobody_knows_is_noted(self, gone: Call, reference: str) -> None:
        back = calls(f"{REFERENCE}={reference};Order=1")

        assert (back.resumes, back.variables, back.not_read) == (None, {"Order": "1"}, [[REFERENCE, "no_call"]])

    def test_reference_is_good_for_a_day_and_of_callers_who_were_sent_on(self, gone: Call, sent: list[str]) -> None:
        Call.objects.filter(pk=gone.pk).update(sent_at=now() - timedelta(hours=25))
        assert calls(sent[0]).resumes is None
        other = calls()

        assert calls(f"{REFERENCE}={other.conversation_id}").resumes is None

    def test_both_are_erased_with_the_customer(self, gone: Call, sent: list[str]) -> None:
        back = calls(sent[0], **{"from": {"phoneNumber": {"value": IVR}}})
        told = Event.objects.latest("pk")
        told.body = bytes(told.body).replace(CUSTOMER.encode(), IVR.encode())  # its subject, too, names who called
        told.save()
        with pytest.raises(Refused, match="under way"):
            erasing.erase(contact=talk(back).contact, actor=None)
        actions.ended(back.pk, CallEnd.CUSTOMER)

        erasing.erase(contact=talk(back).contact, actor=None)

        assert (Call.objects.count(), Conversation.objects.count(), Event.objects.count()) == (0, 0, 0)

    def test_who_is_about_to_come_back_is_not_erased_meanwhile(self, gone: Call, sent: list[str]) -> None:
        back = calls(sent[0], connect=False, **{"from": {"phoneNumber": {"value": IVR}}})
        contact = talk(gone).contact
        with pytest.raises(Refused, match="under way"):
            erasing.erase(contact=contact, actor=None)
        actions.ended(back.pk, CallEnd.NOT_ANSWERED)

        erasing.erase(contact=contact, actor=None)

        assert Call.objects.count() == 0

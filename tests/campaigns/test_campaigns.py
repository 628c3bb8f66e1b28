"""A campaign: checked, confirmed, handed over at the number's pace, never ahead of conversations, never twice."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from centrala.campaigns import actions, feeding, results
from centrala.campaigns.models import Campaign, Place, Problem, State, Why
from centrala.conversations.actions import reply
from centrala.conversations.customers import pseudonym
from centrala.conversations.models import (
    Contact,
    Conversation,
    ConversationState,
    Message,
    MessageState,
    OptOut,
    Suppression,
)
from centrala.customers import dossier, erasing
from centrala.errors import Refused
from centrala.numbers import pace
from centrala.numbers.models import NumberType, PhoneNumber
from centrala.organization.models import AuditEntry, Role, User
from hub import OURS, arrive, connected, drained, text

pytestmark = pytest.mark.django_db

POLISH = "+48600100200"
Make = Callable[..., Campaign]


@pytest.fixture
def beata(db: None) -> User:
    return User.objects.create(username="beata", role=Role.SUPERVISOR)


@pytest.fixture
def make(beata: User) -> Make:
    connected()

    def campaign(*rows: str, words: str = "Hello", heading: str = "number") -> Campaign:
        file = "\n".join([heading, *rows]).encode()
        return actions.draft(name="News", number=PhoneNumber.objects.get(), text=words, file=file, author=beata)

    return campaign


def step(campaign: Campaign, at: datetime) -> int:
    """With everything sent that was handed over before."""
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")
    return feeding.step(campaign_id=campaign.pk, at=at)


def customers(count: int) -> list[str]:
    return [f"+48600{one:06}" for one in range(count)]


def places(campaign: Campaign) -> list[tuple[int, str, str]]:
    return list(campaign.recipients.order_by("line").values_list("line", "place", "why"))


def test_every_line_gets_its_text_or_its_reason(make: Make) -> None:
    sender = PhoneNumber.objects.get()
    stopped = Contact.objects.create(number="+48600100201")
    OptOut.objects.create(contact=stopped, number=sender, opted_out=True, at=now())
    Contact.objects.create(number="+48600100202", held="The court")
    Suppression.objects.create(customer=pseudonym("+48600100203"), number=sender)

    campaign = make(
        f"{POLISH};Ala",
        "0048 600 100 200;Again",
        "+48600100201;Stop",
        "+48600100202;Held",
        "+48600100203;Erased",
        f"{OURS};Ours",
        "600;Short",
        "+48600100204; ",
        "+48600100205",
        f"+48600100206;{'x' * 2_050}",
        "+48600100207;Zażółć;",
        words="Hello { First-name }!",
        heading="Phone;first name",
    )

    assert [why for _line, _place, why in places(campaign)] == [
        "",
        Why.DUPLICATE,
        Why.OPTED_OUT,
        Why.HELD,
        Why.OPTED_OUT,
        Why.OWN,
        Why.INVALID,
        Why.EMPTY,
        Why.COLUMNS,
        Why.TOO_LONG,
        "",
    ]
    waiting = campaign.recipients.filter(place=Place.WAITING).order_by("line")
    assert [(row.text, row.units) for row in waiting] == [("Hello Ala!", 1), ("Hello Zażółć!", 1)]
    assert Message.objects.count() == 0
    assert AuditEntry.objects.get(act="add campaign").after["going"] == 2


@pytest.mark.parametrize(
    ("words", "heading", "field", "why"),
    [
        ("Hi {name}", "number", "text", "The text asks for {name}, and the file has no such column. It has: {number}."),
        ("Hi {}", "number", "text", "The text asks for {}, and the file has no such column. It has: {number}."),
        ("Hi {a}", "number;a;A", "file", "Several columns are named “a”. Leave one of them."),
        (" ", "number", "text", "Write something first: an empty message cannot be sent."),
    ],
)
def test_campaign_that_cannot_be_is_refused_at_its_field(
    make: Make, words: str, heading: str, field: str, why: str
) -> None:
    with pytest.raises(Refused) as refused:
        make(POLISH, words=words, heading=heading)

    assert (refused.value.field, refused.value.message) == (field, why)
    assert Campaign.objects.count() == 0


def test_nothing_leaves_before_it_is_confirmed_and_everything_once_after(make: Make, beata: User) -> None:
    campaign = make(*customers(3))
    assert feeding.feed() == 0

    actions.start(campaign=campaign, actor=beata)
    with pytest.raises(Refused, match="it is now “Running”"):
        actions.start(campaign=campaign, actor=beata)
    handed = [feeding.feed() for _ in range(3)]

    assert handed == [3, 0, 0]
    campaign.refresh_from_db()
    assert campaign.state == State.DONE
    assert set(Message.objects.values_list("pk", flat=True)) == set(campaign.recipients.values_list("pk", flat=True))
    assert {job.priority for job in ProcrastinateJob.objects.filter(task_name="conversations.send_message")} == {-10}


def test_answer_leaves_at_once_however_long_the_campaign_is(make: Make, beata: User) -> None:
    campaign = make(*customers(400))
    arrive(text("Where is my parcel?"))
    drained()
    actions.start(campaign=campaign, actor=beata)
    begun = now()

    handed = sum(feeding.feed(at=begun) for _ in range(50))
    answers = [reply(conversation=Conversation.objects.get(state="open"), author=None, text="Tomorrow.") for _ in "abc"]

    assert 1 <= handed <= 6
    assert all(answer.due_at is not None and answer.due_at <= now() for answer in answers)


@pytest.mark.long
def test_campaign_takes_as_long_as_the_rate_says_and_no_longer(make: Make, beata: User) -> None:
    campaign = make(*customers(160))
    actions.start(campaign=campaign, actor=beata)
    begun = now()

    halves = next(half for half in range(1, 1_000) if not _waits(campaign, begun + timedelta(seconds=half / 2)))

    assert 56 <= halves / 2 <= 60  # 160 units at four fifths of 200 a minute
    assert campaign.takes(160) == timedelta(minutes=1)


def _waits(campaign: Campaign, at: datetime) -> bool:
    step(campaign, at)
    return campaign.recipients.filter(place=Place.WAITING).exists()


def test_text_that_is_longer_than_the_room_leaves_when_the_number_is_free(make: Make, beata: User) -> None:
    campaign = make(*customers(2), words="ą" * 2_000)
    actions.start(campaign=campaign, actor=beata)
    begun = now()

    assert [feeding.feed(at=begun + timedelta(seconds=after)) for after in (0, 1, 30)] == [1, 0, 1]


def test_number_that_azure_holds_up_gets_nothing_meanwhile(make: Make, beata: User) -> None:
    campaign = make(*customers(2))
    actions.start(campaign=campaign, actor=beata)
    begun = now()
    pace.hold(campaign.number, until=begun + timedelta(seconds=20))

    assert [feeding.feed(at=begun + timedelta(seconds=after)) for after in (0, 15, 21)] == [0, 0, 2]


def test_step_that_fails_has_done_nothing_and_stops_its_campaign_alone(make: Make, beata: User) -> None:
    broken, other = make(*customers(3)), make(POLISH)
    for campaign in (broken, other):
        actions.start(campaign=campaign, actor=beata)
    talk = Conversation.objects.create(
        contact=Contact.objects.create(number="+48600999999"),
        number=broken.number,
        state=ConversationState.CLOSED,
        opened_at=now(),
        last_message_at=now(),
    )
    taken = Message.objects.create(
        id=broken.recipients.get(line=3).pk,
        conversation=talk,
        direction="inbound",
        state=MessageState.RECEIVED,
        created_at=now(),
    )

    assert feeding.feed() == 1

    broken.refresh_from_db()
    assert (broken.state, broken.problem) == (State.PAUSED, Problem.FAULT)
    assert broken.recipients.filter(place=Place.WAITING).count() == 3
    assert Message.objects.count() == 2
    taken.delete()
    actions.resume(campaign=broken, actor=beata)
    assert feeding.feed() == 3


def test_stop_in_the_middle_stops_that_customer_alone(make: Make, beata: User) -> None:
    campaign = make(*customers(3))
    actions.start(campaign=campaign, actor=beata)
    arrive(text("STOP", **{"from": customers(3)[1].lstrip("+")}))
    drained()

    assert feeding.feed() == 2
    assert [why for _line, _place, why in places(campaign)] == ["", Why.OPTED_OUT, ""]


def test_pause_resume_and_cancel_work_at_once(make: Make, beata: User) -> None:
    campaign = make(*customers(50))
    actions.start(campaign=campaign, actor=beata)
    begun = now()
    first = feeding.feed(at=begun)

    actions.pause(campaign=campaign, actor=beata)
    assert feeding.feed(at=begun + timedelta(seconds=30)) == 0
    actions.resume(campaign=campaign, actor=beata)
    second = feeding.feed(at=begun + timedelta(seconds=30))
    actions.cancel(campaign=campaign, actor=beata)
    assert feeding.feed(at=begun + timedelta(seconds=60)) == 0

    campaign.refresh_from_db()
    tally = results.tally(campaign)
    assert (campaign.state, tally.left_out, tally.under_way) == (State.CANCELLED, 50 - first - second, first + second)
    assert set(campaign.recipients.filter(place=Place.LEFT_OUT).values_list("why", "text")) == {(Why.CANCELLED, "")}
    acts = AuditEntry.objects.order_by("at").values_list("act", flat=True)
    assert list(acts)[1:] == ["start campaign", "pause campaign", "resume campaign", "cancel campaign"]


def test_campaign_of_a_disconnected_resource_is_paused_with_the_reason(make: Make, beata: User) -> None:
    campaign = make(POLISH)
    actions.start(campaign=campaign, actor=beata)
    connection = campaign.number.connection
    connection.disconnected_at = now()
    connection.save()

    assert feeding.feed() == 0

    campaign.refresh_from_db()
    assert (campaign.state, campaign.problem) == (State.PAUSED, Problem.DISCONNECTED)


def test_answer_to_a_campaign_opens_a_conversation_of_its_own(make: Make, beata: User) -> None:
    campaign = make(POLISH, words="Your parcel waits.")
    actions.start(campaign=campaign, actor=beata)
    feeding.feed()
    told = Conversation.objects.get()
    assert (told.state, told.preview, told.unread) == (ConversationState.CLOSED, "Your parcel waits.", 0)

    arrive(text("Where?", **{"from": POLISH.lstrip("+")}))
    drained()

    answer = Conversation.objects.get(state=ConversationState.OPEN)
    assert [row.campaign for row in results.recent(answer.contact, answer.number, at=now())] == [campaign]


def test_text_of_a_campaign_stands_in_the_conversation_that_goes_on(make: Make, beata: User) -> None:
    arrive(text("Hello", **{"from": POLISH.lstrip("+")}))
    drained()
    campaign = make(POLISH, words="Your parcel waits.")
    actions.start(campaign=campaign, actor=beata)
    feeding.feed()

    talk = Conversation.objects.get()
    assert (talk.state, talk.unread, talk.preview) == (ConversationState.OPEN, 1, "Your parcel waits.")
    assert talk.messages.get(direction="outbound").author == beata


def test_export_and_erasure_of_a_customer_include_campaigns(make: Make, beata: User) -> None:
    campaign = make(POLISH, f"{POLISH}", "+48600100201", words="Hi {number}")
    actions.start(campaign=campaign, actor=beata)
    feeding.feed()
    contact = Contact.objects.get(number=POLISH)

    told = dossier.export(contact=contact, actor=beata)
    assert [(row["line"], row["place"], row["left_out_because"]) for row in told["campaigns"]] == [
        (2, "handed", None),
        (3, "left_out", "duplicate"),
    ]
    erasing.erase(contact=contact, actor=beata)

    assert list(campaign.recipients.values_list("number", flat=True)) == ["+48600100201"]
    assert results.tally(campaign).total == 1


def test_results_as_a_file_hold_no_formula(make: Make, beata: User) -> None:
    campaign = make(POLISH, "=cmd|' /C calc'!A0", "@SUM(1)", "-1")
    actions.start(campaign=campaign, actor=beata)
    feeding.feed()
    Message.objects.update(state=MessageState.FAILED, error='=HYPERLINK("x")')

    lines = list(results.as_csv(campaign, separator=","))

    assert lines[0].startswith("\ufeffLine,Number,Result,Notes,")
    assert lines[1] == f'2,{POLISH},Failed,"\'=HYPERLINK(""x"")",,\r\n'
    assert [line.split(",")[1] for line in lines[2:]] == ["'=cmd|' /C calc'!A0", "'@SUM(1)", "'-1"]


def test_short_code_takes_its_whole_rate(make: Make, beata: User) -> None:
    PhoneNumber.objects.update(type=NumberType.SHORT_CODE)
    campaign = make(*customers(500))
    actions.start(campaign=campaign, actor=beata)
    begun = now()

    assert [step(campaign, begun) for _ in "ab"] == [160, 0]
    assert 39 <= step(campaign, begun + timedelta(seconds=0.5)) <= 40


def test_no_more_is_handed_over_while_azure_is_slower_than_the_rate(make: Make, beata: User) -> None:
    campaign = make(*customers(50))
    actions.start(campaign=campaign, actor=beata)
    begun = now()

    handed = sum(feeding.feed(at=begun + timedelta(seconds=5 * one)) for one in range(10))

    assert feeding.LEAST_UNDER_WAY <= handed < feeding.LEAST_UNDER_WAY + pace.most(campaign.number)
    assert step(campaign, begun + timedelta(minutes=1)) == pace.most(campaign.number)

"""What the hub writes by itself: on which occasion, once, and to nobody who does not want it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from centrala.conversations import automation, jobs, sending
from centrala.conversations.models import Conversation, Message, MessageState
from centrala.errors import Refused
from centrala.numbers.models import NumberType, PhoneNumber
from centrala.routing import actions
from centrala.routing.sweeps import close_silent
from centrala.workstreams import slugs
from centrala.workstreams.hours import Open, at
from centrala.workstreams.models import AutomatedText, Occasion, OperatingHours, Workstream
from hub import ala, arrive, connected, drained, text

pytestmark = pytest.mark.django_db

ALL = {occasion: f"{occasion.name.capitalize()} {{AgentName}}{{QueueName}}" for occasion in Occasion}


@pytest.fixture
def workstream() -> Workstream:
    """On a geographic number, with a text for every occasion."""
    connected()
    PhoneNumber.objects.update(type=NumberType.GEOGRAPHIC)
    workstream = Workstream.objects.get()
    for occasion in Occasion:
        AutomatedText.objects.create(workstream=workstream, occasion=occasion, text=ALL[occasion])
    return workstream


def writes(words: str, **data: object) -> Conversation:
    arrive(text(words, **data))
    drained()
    return Conversation.objects.latest("opened_at")


def work() -> list[str]:
    """Runs the jobs that write, twice, as a killed worker would; the occasions of what was written."""
    for job in ProcrastinateJob.objects.filter(task_name="conversations.write_automatically").order_by("pk"):
        jobs.write_automatically(**job.args)
        jobs.write_automatically(**job.args)
    return list(Message.objects.exclude(occasion="").order_by("created_at").values_list("occasion", flat=True))


def test_customer_is_greeted_once_a_conversation(workstream: Workstream) -> None:
    for words in ("Hello", "Is anybody there?"):
        conversation = writes(words)

    assert work() == ["greeting"]
    greeting = Message.objects.exclude(occasion="").get()
    assert (greeting.text, greeting.state) == ("Greeting Default messaging queue", "queued")
    conversation.refresh_from_db()
    assert (conversation.preview, conversation.unread) == ("Is anybody there?", 2)
    sends = ProcrastinateJob.objects.filter(task_name="conversations.send_message")
    assert [job.args["message_id"] for job in sends] == [str(greeting.pk)]


def test_text_that_its_places_make_too_long_ends_where_a_message_does(workstream: Workstream) -> None:
    AutomatedText.objects.filter(occasion="greeting").update(text="{QueueName} " * 150)

    writes("Hello")

    assert work() == ["greeting"]
    assert len(Message.objects.exclude(occasion="").get().text) == 2048


@pytest.mark.usefixtures("workstream")
def test_burst_costs_one_job() -> None:
    for n in range(20):
        arrive(text("Hello", **{"from": f"+1425555{n:04}"}))
    drained()

    assert ProcrastinateJob.objects.filter(task_name="conversations.write_automatically").count() == 1
    assert work() == ["greeting"] * 20


def test_workstream_without_texts_costs_no_job() -> None:
    connected()

    writes("Hello")

    assert not ProcrastinateJob.objects.exists()


@pytest.mark.parametrize(("closed_today", "told"), [(False, "closed"), (True, "holiday")])
def test_who_writes_outside_of_the_hours_is_told_so(workstream: Workstream, closed_today: bool, told: str) -> None:
    hours = OperatingHours.objects.create(
        name="Office", time_zone="UTC", closed_on=[now().date()] if closed_today else []
    )
    if closed_today:
        hours.openings.create(weekday=now().weekday(), opens=time(0), closes=time(0))
    Workstream.objects.update(hours=hours)

    writes("Hello")

    assert work() == [told]


def test_holiday_without_a_text_of_its_own_is_told_as_closed(workstream: Workstream) -> None:
    AutomatedText.objects.filter(occasion=Occasion.HOLIDAY).delete()
    hours = OperatingHours.objects.create(name="Office", time_zone="UTC", closed_on=[now().date()])
    hours.openings.create(weekday=now().weekday(), opens=time(0), closes=time(0))
    Workstream.objects.update(hours=hours)

    writes("Hello")

    assert work() == ["closed"]


@pytest.mark.usefixtures("workstream")
def test_agent_who_takes_and_ends_a_conversation_is_named() -> None:
    conversation, agent = writes("Hello"), ala()

    actions.pick(conversation=conversation, user=agent)
    assert work() == ["greeting", "assigned"]
    actions.end(conversation=conversation, user=agent)
    assert work() == ["greeting", "assigned", "ended"]

    assert Message.objects.get(occasion="assigned").text == "Assigned AlaDefault messaging queue"


@pytest.mark.usefixtures("workstream")
def test_conversation_that_silence_closes_says_goodbye() -> None:
    conversation, agent = writes("Hello"), ala()
    actions.pick(conversation=conversation, user=agent)
    actions.set_aside(conversation=conversation, user=agent)

    close_silent(at=now() + timedelta(days=8))

    assert work()[-1] == "silent"


@pytest.mark.usefixtures("workstream")
def test_commands_are_answered_and_nobody_who_begins_with_one_is_greeted() -> None:
    for minutes, words in enumerate(["STOP", "stop", "HELP", "START"]):
        writes(words, receivedTimestamp=(now() + timedelta(minutes=minutes)).isoformat())

    assert work() == ["stopped", "help", "started"]


@pytest.mark.usefixtures("workstream")
def test_who_wrote_stop_is_told_that_and_nothing_else() -> None:
    conversation = writes("Hello")
    writes("STOP")
    agent = ala()
    actions.pick(conversation=conversation, user=agent)

    assert work() == ["stopped"]
    assert sending._claim(Message.objects.get(occasion="stopped").pk) is not None


@pytest.mark.usefixtures("workstream")
def test_greeting_under_way_does_not_leave_after_stop() -> None:
    writes("Hello")
    work()
    writes("STOP")

    greeting = Message.objects.get(occasion="greeting")
    assert sending._claim(greeting.pk) is None
    greeting.refresh_from_db()
    assert (greeting.state, greeting.error) == (MessageState.FAILED, "opted_out")


def test_platform_answers_commands_to_a_toll_free_number(workstream: Workstream) -> None:
    PhoneNumber.objects.update(type=NumberType.TOLL_FREE)

    writes("STOP")

    assert work() == []


@pytest.mark.usefixtures("workstream")
def test_senders_name_takes_no_greeting() -> None:
    writes("Your parcel is here", **{"from": "KURIER"})

    assert work() == []


@pytest.mark.usefixtures("workstream")
def test_conversation_that_is_gone_is_no_fault() -> None:
    conversation = writes("Hello")
    Message.objects.all().delete()
    conversation.delete()

    assert work() == []
    assert automation.write(conversation_id=conversation.pk, occasions=[Occasion.ENDED], at=now()) is None


@pytest.mark.parametrize("text", ["{AgentNam}", "{agentname}", "{}", "Hello {x y}"])
def test_slug_that_nobody_fills_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="is no slug"):
        slugs.check(text)


def test_slug_without_a_value_is_left_out() -> None:
    slugs.check("{AgentName} of {OrganizationName}")

    assert slugs.fill("Hello{AgentName}, {Unknown}!", {}) == "Hello, !"


WARSAW = [
    # the clock goes back from 3 to 2 on 25 October 2026: 2:30 comes twice
    ("2026-10-25T00:15:00", Open.NO),  # 2:15, the first time; open from 2:30
    ("2026-10-25T00:30:00", Open.YES),  # 2:30, the first time
    ("2026-10-25T01:15:00", Open.NO),  # 2:15, again
    ("2026-10-25T01:30:00", Open.YES),  # 2:30, again
    # and forward from 2 to 3 on 29 March: 2:30 does not come
    ("2026-03-29T00:59:00", Open.NO),  # 1:59
    ("2026-03-29T01:00:00", Open.YES),  # 3:00
    ("2026-03-29T02:00:00", Open.NO),  # 4:00
]


@pytest.mark.parametrize(("moment", "expected"), WARSAW)
def test_hours_go_by_the_clock_on_the_wall(moment: str, expected: Open) -> None:
    hours = OperatingHours.objects.create(name="Night", time_zone="Europe/Warsaw")
    hours.openings.create(weekday=6, opens=time(2, 30), closes=time(4))

    assert at(datetime.fromisoformat(moment).replace(tzinfo=UTC), hours) == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-10T16:00", Open.YES),  # Tuesday
        ("2026-11-10T20:59", Open.YES),
        ("2026-11-10T23:30", Open.YES),  # the night shift
        ("2026-11-11T05:59", Open.YES),  # which ends on a holiday, and began before
        ("2026-11-11T06:00", Open.HOLIDAY),
        ("2026-11-11T12:00", Open.HOLIDAY),  # Independence Day in Poland
        ("2026-11-12T02:00", Open.HOLIDAY),  # the night shift that would have begun on it
        ("2026-11-13T12:00", Open.HOLIDAY),  # a day off of one's own
        ("2026-11-15T12:00", Open.NO),  # Sunday
    ],
)
def test_nights_and_holidays(moment: str, expected: Open) -> None:
    hours = OperatingHours.objects.create(name="Office", time_zone="UTC", holidays="PL", closed_on=[date(2026, 11, 13)])
    for weekday in range(5):
        hours.openings.create(weekday=weekday, opens=time(8), closes=time(21))
        hours.openings.create(weekday=weekday, opens=time(22), closes=time(6))

    assert at(datetime.fromisoformat(moment).replace(tzinfo=UTC), hours) == expected


def test_without_hours_it_is_always_open() -> None:
    assert at(now(), None) == Open.YES

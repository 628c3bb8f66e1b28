"""The overflow of a queue in the admin center."""

import pytest
from django.test import Client

from centrala.numbers.models import PhoneNumber
from centrala.organization.models import AuditEntry
from centrala.workstreams.actions import default_queue
from centrala.workstreams.models import Queue, QueueKind, Workstream
from centrala.workstreams.overflow import OverflowRule
from hub import connected
from pages.reading import Element, read


@pytest.fixture
def queue(db: None) -> Queue:
    return default_queue(QueueKind.VOICE)


@pytest.fixture
def second(db: None) -> Queue:
    return Queue.objects.create(name="Second", kind=QueueKind.VOICE)


def errors(page: Element) -> list[str]:
    return [error.text() for error in page.all("p", class_="error")]


def test_rules_are_saved_shown_and_taken_away(administrator: Client, queue: Queue, second: Queue) -> None:
    address = f"/center/queues/{queue.pk}/overflow/"
    sent = {
        "out_of_hours-remedy": "end",
        "too_many-remedy": "other_queue",
        "too_many-threshold": "5",
        "too_many-target": str(second.pk),
        "too_many-place": "2",
        "long_wait-place": "1",
    }

    answer = administrator.post(address, sent)

    assert answer["Location"] == f"/center/queues/{queue.pk}/"
    told = ["out_of_hours: end", "too_many 5: other_queue Second"]
    assert sorted(map(str, OverflowRule.objects.all())) == told
    assert "Second" in read(administrator.get(f"/center/queues/{queue.pk}/")).text()
    page = read(administrator.get(address))
    assert [field.attributes.get("value") for field in page.all("input", name="too_many-threshold")] == ["5"]
    administrator.post(address, {"too_many-place": "1", "long_wait-place": "1"})
    assert not OverflowRule.objects.exists()
    entry = AuditEntry.objects.filter(act="change overflow").latest("at")
    assert (sorted(entry.before["overflow"]), entry.after) == (told, {"overflow": []})


def allow(*countries: str, name: str = "Voice", queue: Queue | None = None) -> None:
    waits = queue or default_queue(QueueKind.VOICE)
    Workstream.objects.create(name=name, channel="voice", queue=waits, transfer_countries=list(countries))


def leading_to(number: str) -> dict[str, str]:
    usual = {"too_many-place": "1", "long_wait-place": "1"}
    return usual | {"too_many-remedy": "outside", "too_many-threshold": "5", "too_many-number": number}


def test_number_outside_is_kept_as_it_will_be_called_and_shown(administrator: Client, queue: Queue) -> None:
    allow("US")

    administrator.post(f"/center/queues/{queue.pk}/overflow/", leading_to("(425) 555-0188"))

    assert [str(rule) for rule in OverflowRule.objects.all()] == ["too_many 5: outside +14255550188"]
    assert "To a number outside, +1 425 555 0188" in _plain(read(administrator.get(f"/center/queues/{queue.pk}/")))
    page = read(administrator.get(f"/center/queues/{queue.pk}/overflow/"))
    assert [field.attributes.get("value") for field in page.all("input", name="too_many-number")] == ["+14255550188"]


def _plain(page: Element) -> str:
    """However the number's parts are kept together."""
    return page.text().replace("\N{NO-BREAK SPACE}", " ").replace("-", " ")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("", "Write the number that callers are sent on to."),
        ("112", "This is an emergency number"),
        ("+48600100200", "Calls to this country are not allowed. Allowed: US. (Workstream “Voice”"),
        ("+14255550144", "This is one of our own numbers"),
        ("nobody", "is no telephone number"),
    ],
)
def test_number_outside_that_may_not_be_called_is_refused_with_the_reason(
    administrator: Client, queue: Queue, number: str, expected: str
) -> None:
    allow("US")
    PhoneNumber.objects.create(connection=connected(), number="+14255550144")

    answer = administrator.post(f"/center/queues/{queue.pk}/overflow/", leading_to(number))

    [told] = errors(read(answer))
    assert (answer.status_code, expected in told) == (422, True)
    assert not OverflowRule.objects.exists()


def test_number_outside_is_allowed_by_every_workstream_of_the_queue(administrator: Client, queue: Queue) -> None:
    allow("US")
    allow(name="Complaints")

    [told] = errors(read(administrator.post(f"/center/queues/{queue.pk}/overflow/", leading_to("+14255550188"))))

    assert "No country is allowed for calls yet" in told
    assert "“Complaints”" in told


def test_queue_that_others_lead_to_goes_by_what_any_workstream_allows(
    administrator: Client, queue: Queue, second: Queue
) -> None:
    allow("US")

    administrator.post(f"/center/queues/{second.pk}/overflow/", leading_to("+14255550188"))

    assert OverflowRule.objects.get().queue == second


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"too_many-remedy": "end"}, "Say how many."),
        ({"waited-remedy": "end", "waited-threshold": "61"}, "Ensure this value is less than or equal to 60."),
        ({"out_of_hours-remedy": "other_queue"}, "Choose the queue that it leads to."),
    ],
)
def test_rule_that_says_too_little_is_not_saved(
    administrator: Client, queue: Queue, sent: dict[str, str], expected: str
) -> None:
    usual = {"too_many-place": "1", "long_wait-place": "1"}

    answer = administrator.post(f"/center/queues/{queue.pk}/overflow/", usual | sent)

    assert (answer.status_code, errors(read(answer))) == (422, [expected])
    assert not OverflowRule.objects.exists()


def test_call_without_a_rule_waits_but_for_the_hours(administrator: Client, queue: Queue) -> None:
    page = read(administrator.get(f"/center/queues/{queue.pk}/overflow/"))

    nothing = [
        page.one("select", name=f"{name}-remedy").all("option")[0].text() for name in ("out_of_hours", "too_many")
    ]
    assert nothing == ["Nothing: the call is ended", "Nothing: it waits"]


def test_queue_of_texts_has_the_wait_alone(administrator: Client, db: None) -> None:
    texts = default_queue(QueueKind.MESSAGING)

    page = read(administrator.get(f"/center/queues/{texts.pk}/overflow/"))

    assert [legend.text() for legend in page.all("legend")] == ["It has waited here for so many minutes"]


def test_queue_that_overflow_leads_to_stays(administrator: Client, queue: Queue, second: Queue) -> None:
    OverflowRule.objects.create(queue=queue, condition="waited", threshold=1, remedy="other_queue", target=second)

    administrator.post(f"/center/queues/{second.pk}/delete/")

    assert Queue.objects.filter(pk=second.pk).exists()


def test_nobody_else_finds_the_page(agent: Client, queue: Queue) -> None:
    assert agent.get(f"/center/queues/{queue.pk}/overflow/").status_code == 404

"""Queues and workstreams in the admin center."""

import pytest
from django.test import Client

from centrala.connection.models import Connection
from centrala.conversations.models import ConversationState
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import AuditEntry, Role, User
from centrala.workstreams.models import Channel, Line, Method, Queue, QueueKind, Workstream
from pages.reading import Element, read
from pages.scene import Talk

QUEUE = {"name": "Complaints", "kind": "messaging", "priority": "2", "method": "round_robin"}


def default_queue() -> Queue:
    return Queue.objects.get(kind=QueueKind.MESSAGING, is_default=True)


def posted(page: Element) -> dict[str, object]:
    """What a browser would send of the form as it stands."""
    form = next(form for form in page.all("form") if form.attributes.get("class") == "card form")
    sent: dict[str, object] = {}
    for field in form.all("input"):
        name, kind = str(field.attributes["name"]), field.attributes.get("type")
        if kind in ("checkbox", "radio"):
            if "checked" in field.attributes:
                value = str(field.attributes.get("value", "on"))
                sent[name] = (
                    [*sent.get(name, []), value]
                    if kind == "checkbox" and name in ("numbers", "allowed_presences", "members")
                    else value
                )  # type: ignore[misc]
        else:
            sent[name] = str(field.attributes.get("value", ""))
    for select in form.all("select"):
        chosen = [option for option in select.all("option") if "selected" in option.attributes]
        sent[str(select.attributes["name"])] = str((chosen or select.all("option"))[0].attributes["value"])
    sent.pop("csrfmiddlewaretoken", None)
    return sent


def errors(page: Element) -> list[str]:
    return [error.text() for error in page.all("p", class_="error")]


@pytest.fixture
def workstream(connection: Connection) -> Workstream:
    return Workstream.objects.get()


def test_queue_is_added_changed_and_deleted(administrator: Client, ala: User) -> None:
    answer = administrator.post("/center/queues/add/", QUEUE | {"members": [ala.pk]})

    assert answer["Location"] == "/center/queues/"
    queue = Queue.objects.get(is_default=False)
    assert (queue.name, queue.priority, queue.method, list(queue.members.all())) == (
        "Complaints",
        2,
        "round_robin",
        [ala],
    )
    page = read(administrator.get(f"/center/queues/{queue.pk}/"))
    sent = posted(page)
    assert sent["members"] == [str(ala.pk)]
    administrator.post(f"/center/queues/{queue.pk}/", sent | {"name": "Reklamacje", "members": []})
    queue.refresh_from_db()
    assert (queue.name, queue.members.count(), queue.kind) == ("Reklamacje", 0, "messaging")
    administrator.post(f"/center/queues/{queue.pk}/delete/")
    assert not Queue.objects.filter(is_default=False).exists()
    acts = AuditEntry.objects.filter(act__endswith="queue").order_by("at").values_list("act", flat=True)
    assert list(acts) == ["add queue", "change queue", "delete queue"]
    assert AuditEntry.objects.get(act="change queue").before == {"name": "Complaints", "members": ["ala"]}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 101),
        ("name", "a\u0000b"),
        ("name", "Taken"),
        ("kind", "record"),
        ("priority", "-1"),
        ("priority", "99999999"),
        ("priority", "high"),
        ("method", ""),
        ("members", "999"),
        ("members", "ala"),
    ],
)
def test_wrong_queue_is_refused_at_its_field(administrator: Client, field: str, value: str) -> None:
    Queue.objects.create(name="Taken")

    answer = administrator.post("/center/queues/add/", QUEUE | {field: value})

    assert answer.status_code == 422
    assert len(errors(read(answer))) == 1
    assert list(Queue.objects.filter(is_default=False).values_list("name", flat=True)) == ["Taken"]


@pytest.mark.usefixtures("connection")
def test_of_the_default_queue_only_the_method_changes(administrator: Client) -> None:
    queue = default_queue()

    assert set(posted(read(administrator.get(f"/center/queues/{queue.pk}/")))) == {"method"}
    administrator.post(f"/center/queues/{queue.pk}/", QUEUE)
    administrator.post(f"/center/queues/{queue.pk}/delete/")

    queue.refresh_from_db()
    assert (queue.method, queue.priority, queue.is_default) == (Method.ROUND_ROBIN, 1, True)


def test_queue_that_something_needs_is_not_deleted(administrator: Client, talk: Talk, workstream: Workstream) -> None:
    used, past = Queue.objects.create(name="Used"), Queue.objects.create(name="Past")
    Workstream.objects.update(queue=used)
    conversation = talk(state=ConversationState.CLOSED)
    type(conversation).objects.update(queue=past)

    for queue, why in ((used, "A workstream leads to this queue."), (past, "Conversations went through this queue")):
        answer = administrator.post(f"/center/queues/{queue.pk}/delete/", follow=True)
        assert why in read(answer).one("div", role="status").text()

    assert Queue.objects.filter(name__in=["Used", "Past"]).count() == 2


def test_workstream_is_changed_as_it_was_shown(administrator: Client, workstream: Workstream) -> None:
    address = f"/center/workstreams/{workstream.pk}/"
    sent = posted(read(administrator.get(address)))

    unchanged = administrator.post(address, sent)
    changed = administrator.post(
        address, sent | {"units": "50", "blocking": "for", "wrap_up_seconds": "90", "language": "pl"}
    )

    assert (unchanged.status_code, changed.status_code) == (302, 302)
    assert AuditEntry.objects.filter(act="change workstream").count() == 1
    workstream.refresh_from_db()
    assert (workstream.units, workstream.wrap_up_seconds, workstream.language) == (50, 90, "pl")
    assert Line.objects.count() == 1


@pytest.mark.parametrize(("blocking", "kept"), [("always", None), ("never", 0), ("for", 90)])
def test_wrap_up_takes_capacity_as_chosen(
    administrator: Client, workstream: Workstream, blocking: str, kept: int | None
) -> None:
    address = f"/center/workstreams/{workstream.pk}/"
    sent = posted(read(administrator.get(address))) | {"blocking": blocking, "wrap_up_seconds": "90"}

    administrator.post(address, sent)

    workstream.refresh_from_db()
    assert workstream.wrap_up_seconds == kept
    assert posted(read(administrator.get(address)))["blocking"] == blocking


def test_number_moves_from_one_workstream_to_another(administrator: Client, workstream: Workstream) -> None:
    number = PhoneNumber.objects.get()
    sent = posted(read(administrator.get("/center/workstreams/add/")))

    answer = administrator.post("/center/workstreams/add/", sent | {"name": "Second", "numbers": [number.pk]})

    assert errors(read(answer)) == []
    second = Workstream.objects.get(name="Second")
    assert (second.channel, Line.objects.get().workstream) == (Channel.SMS, second)
    administrator.post(f"/center/workstreams/{second.pk}/delete/")
    assert not Line.objects.exists()
    assert Workstream.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "SMS 2"),
        ("units", "101"),
        ("units", ""),
        ("offer_seconds", "601"),
        ("offer_seconds", "-1"),
        ("auto_close_minutes", "0"),
        ("auto_close_minutes", "99999999999999999999"),
        ("allowed_presences", []),
        ("allowed_presences", ["inactive"]),
        ("language", "xx"),
        ("queue", ""),
        ("queue", "0"),
        ("numbers", ["0"]),
        ("blocking", "sometimes"),
        ("wrap_up_seconds", "0"),
        ("wrap_up_seconds", "3601"),
    ],
)
def test_wrong_workstream_is_refused_at_its_field(
    administrator: Client, workstream: Workstream, field: str, value: object
) -> None:
    Workstream.objects.create(name="SMS 2", channel=Channel.SMS, queue=default_queue())
    address = f"/center/workstreams/{workstream.pk}/"
    sent = posted(read(administrator.get(address))) | {"blocking": "for", "wrap_up_seconds": "90"}

    answer = administrator.post(address, sent | {field: value})

    assert answer.status_code == 422
    assert len(errors(read(answer))) == 1
    kept = Workstream.objects.get(pk=workstream.pk)
    assert (kept.name, kept.units, kept.wrap_up_seconds, kept.lines.count()) == ("SMS", 30, None, 1)


def test_queue_of_another_kind_is_not_offered(administrator: Client, workstream: Workstream) -> None:
    voice = Queue.objects.create(name="Calls", kind=QueueKind.VOICE)
    address = f"/center/workstreams/{workstream.pk}/"
    page = read(administrator.get(address))

    assert "Calls" not in page.text()
    assert administrator.post(address, posted(page) | {"queue": voice.pk}).status_code == 422


def test_workstream_without_a_limit_of_silence_closes_nothing(administrator: Client, workstream: Workstream) -> None:
    address = f"/center/workstreams/{workstream.pk}/"

    administrator.post(address, posted(read(administrator.get(address))) | {"auto_close_minutes": ""})

    workstream.refresh_from_db()
    assert workstream.auto_close_minutes is None


@pytest.mark.parametrize(
    "path", ["queues/", "queues/add/", "queues/1/", "workstreams/", "workstreams/add/", "workstreams/1/"]
)
def test_only_administrators_set_up_work(agent: Client, supervisor: Client, path: str) -> None:
    for client in (agent, supervisor):
        assert client.get(f"/center/{path}").status_code == 404
        assert client.post(f"/center/{path}", QUEUE).status_code == 404


def test_members_are_those_who_work_here(administrator: Client) -> None:
    User.objects.create(username="celina")
    User.objects.create(username="beata", role=Role.SUPERVISOR, first_name="Beata")
    User.objects.create(username="gone", role=Role.AGENT, is_active=False)

    members = [choice.text() for choice in read(administrator.get("/center/queues/add/")).all("div", class_="check")]

    assert members == ["adam", "Beata"]


def test_words_of_a_workstream_are_kept_each_once_and_told_in_the_audit_log(
    administrator: Client, workstream: Workstream
) -> None:
    address = f"/center/workstreams/{workstream.pk}/"
    sent = posted(read(administrator.get(address)))

    answer = administrator.post(
        address, sent | {"stop_words": "Basta, STOP, bástą ,, KONIEC SMS", "help_words": "?!, SOS"}
    )
    assert answer.status_code == 422
    assert errors(read(answer)) == ["“?!” has neither letters nor digits."]

    administrator.post(address, sent | {"stop_words": "Basta, STOP, bástą ,, KONIEC SMS", "help_words": "SOS"})
    workstream.refresh_from_db()

    assert (workstream.stop_words, workstream.help_words) == (["Basta", "KONIEC SMS"], ["SOS"])
    assert AuditEntry.objects.get(act="change workstream").after["stop_words"] == ["Basta", "KONIEC SMS"]
    assert posted(read(administrator.get(address)))["stop_words"] == "Basta, KONIEC SMS"


@pytest.mark.parametrize(
    ("field", "words", "why"),
    [
        ("help_words", "Wypisz", "“Wypisz” already stands for something else: a word can be in one list only."),
        ("start_words", "end", "“end” already stands for something else: a word can be in one list only."),
        ("help_words", "a" * 31, f"“{'a' * 31}” is longer than 30 characters."),
        ("help_words", "a\u202eb", "A control character is in this text. Fix: type it anew."),
        ("help_words", ",".join(f"w{one}" for one in range(21)), "At most 20 words of one kind can be kept."),
    ],
)
def test_word_that_cannot_be_is_refused_at_its_list(
    administrator: Client, workstream: Workstream, field: str, words: str, why: str
) -> None:
    address = f"/center/workstreams/{workstream.pk}/"
    sent = posted(read(administrator.get(address)))

    answer = administrator.post(address, sent | {"stop_words": "WYPISZ", field: words})

    assert (answer.status_code, errors(read(answer))) == (422, [why])
    workstream.refresh_from_db()
    assert workstream.stop_words == []

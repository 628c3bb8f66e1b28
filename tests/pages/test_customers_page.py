"""One customer's data in the admin center: found, named, exported, held, erased, and nobody else's touched."""

import json

import pytest
from django.test import Client

from centrala.conversations import consent
from centrala.conversations.models import Contact, Conversation, Message, OptOut, Suppression
from centrala.inbox.models import Event
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import AuditEntry
from centrala.routing.router import route
from hub import CUSTOMER, arrive, connected, drained, text
from pages.reading import read

OTHER = f"{CUSTOMER}4"  # one digit more


@pytest.fixture
def customer(db: None) -> Contact:
    """Wrote twice and said STOP; somebody else wrote as well, and a text is still waiting in the inbox."""
    connected()
    for sender, words in ((CUSTOMER, "Hello"), (OTHER, "Somebody else's"), (CUSTOMER, "STOP")):
        arrive(text(words, **{"from": sender.lstrip("+")}))
    drained()
    arrive(text("One more", **{"from": CUSTOMER.lstrip("+")}))
    return Contact.objects.get(number=CUSTOMER)


def address(contact: Contact, act: str = "") -> str:
    return f"/center/customers/{contact.pk}/{act}"


@pytest.mark.parametrize("number", [CUSTOMER, "1425 555-0123", "0014255550123"])
def test_customer_is_found_however_the_number_is_written(administrator: Client, customer: Contact, number: str) -> None:
    answer = administrator.get("/center/customers/", {"number": number})

    assert answer["Location"] == address(customer)
    page = read(administrator.get(answer["Location"]))
    assert page.one("h1").text() == "+1 425-555-0123"
    assert "Wants no texts from" in page.text()


@pytest.mark.parametrize("number", ["+48600100200", "x", "\0", " "])
def test_nobodys_number_is_told_at_the_field(administrator: Client, number: str) -> None:
    page = read(administrator.get("/center/customers/", {"number": number}))

    assert len(page.all("p", class_="error")) == 1


def test_erased_customer_leaves_nothing_but_stop_and_a_hash(administrator: Client, customer: Contact) -> None:
    route()

    answer = administrator.post(address(customer, "erase/"), follow=True)

    assert "Erased: conversations 1, messages 2, raw events 3." in read(answer).text()
    assert list(Contact.objects.values_list("number", flat=True)) == [OTHER]
    assert [message.text for message in Message.objects.all()] == ["Somebody else's"]
    assert Event.objects.count() == 1
    entry = AuditEntry.objects.get(act="erase contact")
    assert entry.before == {"conversations": 1, "messages": 2, "events": 3}
    assert CUSTOMER.lstrip("+") not in str((entry.target, entry.before, entry.after))
    number = PhoneNumber.objects.get()
    assert consent.has_opted_out(Contact.objects.create(number=CUSTOMER), number)
    assert not consent.has_opted_out(Contact.objects.get(number=OTHER), number)


def test_start_of_an_erased_customer_takes_the_stop_back(administrator: Client, customer: Contact) -> None:
    administrator.post(address(customer, "erase/"))

    arrive(text("START", **{"from": CUSTOMER.lstrip("+")}))
    drained()

    assert Suppression.objects.exists()
    assert not consent.has_opted_out(Contact.objects.get(number=CUSTOMER), PhoneNumber.objects.get())


def test_stop_outlives_the_change_of_the_key(customer: Contact, administrator: Client, settings: object) -> None:
    administrator.post(address(customer, "erase/"))
    old = settings.SECRET_KEY  # type: ignore[attr-defined]
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [old]  # type: ignore[attr-defined]

    assert consent.has_opted_out(Contact.objects.create(number=CUSTOMER), PhoneNumber.objects.get())


def test_legal_hold_forbids_to_erase_until_it_is_lifted(administrator: Client, customer: Contact) -> None:
    administrator.post(address(customer, "hold/"), {"reason": "Court case 7/2026"})

    refused = administrator.post(address(customer, "erase/"), follow=True)

    assert "A legal hold forbids it: Court case 7/2026." in read(refused).text()
    assert Conversation.objects.count() == 2
    administrator.post(address(customer, "hold/"), {"reason": ""})
    administrator.post(address(customer, "erase/"))
    assert Conversation.objects.count() == 1
    acts = AuditEntry.objects.filter(act__endswith="contact").order_by("at").values_list("act", flat=True)
    assert list(acts) == ["hold contact", "release contact", "erase contact"]


@pytest.mark.parametrize("reason", ["x" * 201, "a\0b"])
def test_reason_that_cannot_be_kept_is_refused(administrator: Client, customer: Contact, reason: str) -> None:
    answer = administrator.post(address(customer, "hold/"), {"reason": reason}, follow=True)

    assert answer.status_code == 200
    customer.refresh_from_db()
    assert customer.held == ""


def test_customer_is_named(administrator: Client, customer: Contact) -> None:
    administrator.post(address(customer), {"name": "Celina <b>"})

    assert read(administrator.get(address(customer))).one("h1").text() == "Celina <b>"
    wrong = administrator.post(address(customer), {"name": "x" * 201})
    assert wrong.status_code == 422


def test_export_is_a_file_of_the_customers_own(administrator: Client, customer: Contact) -> None:
    answer = administrator.post(address(customer, "export/"))

    assert answer["Content-Disposition"] == 'attachment; filename="customer.json"'
    told = json.loads(answer.content)
    assert (told["number"], len(told["events"])) == (CUSTOMER, 3)
    assert "Somebody else's" not in answer.content.decode()


@pytest.mark.parametrize("act", ["", "export/", "hold/", "erase/"])
def test_only_administrators_look_after_customers(
    agent: Client, supervisor: Client, customer: Contact, act: str
) -> None:
    for client in (agent, supervisor):
        assert client.get(address(customer, act)).status_code == 404
        assert client.post(address(customer, act)).status_code == 404
    assert OptOut.objects.count() == 1

"""Numbers of one person, linked: seen as one, exported and erased as one if wanted, and otherwise as they were."""

import json

import pytest
from django.test import Client

from centrala.conversations import consent
from centrala.conversations.models import Contact, Conversation, Person
from centrala.customers import erasing, linking
from centrala.errors import Refused
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import AuditEntry, User
from centrala.routing.actions import answer
from hub import CUSTOMER, arrive, connected, drained, text
from pages.reading import read

SECOND, THIRD = "+48600100200", "+48600100201"


@pytest.fixture
def contacts(db: None) -> list[Contact]:
    """Three customers who each wrote once; the second one said STOP."""
    connected()
    for sender, words in ((CUSTOMER, "First"), (SECOND, "STOP"), (THIRD, "Third")):
        arrive(text(words, **{"from": sender.lstrip("+")}))
    drained()
    return [Contact.objects.get(number=number) for number in (CUSTOMER, SECOND, THIRD)]


def link(client: Client, contact: Contact, number: str) -> list[str]:
    """What is wrong with it."""
    page = read(client.post(f"/center/customers/{contact.pk}/link/", {"number": number}, follow=True))
    return [error.text() for error in page.all("p", class_="error")]


def test_history_over_linked_numbers_is_seen_as_one(
    administrator: Client, agent: Client, contacts: list[Contact]
) -> None:
    first, _second, third = contacts
    assert link(administrator, first, "48 600 100 200") == []
    assert link(administrator, third, SECOND) == []

    page = read(administrator.get(f"/center/customers/{first.pk}/"))
    linked, history = page.all("table")
    assert [row.one("th").text() for row in linked.one("tbody").all("tr")] == ["+48 600 100 200", "+48 600 100 201"]
    assert len(history.one("tbody").all("tr")) == 3
    talk = Conversation.objects.get(contact=first)
    panel = read(agent.get(f"/desk/{talk.pk}/")).one("aside")
    assert len(panel.one("ul", class_="earlier").all("li")) == 2
    assert "Also writes from" in panel.text()
    entries = AuditEntry.objects.filter(act="link contact")
    assert entries.count() == 2
    assert all(number not in json.dumps([one.target, one.after]) for one in entries for number in (CUSTOMER, SECOND))


def test_answer_and_stop_stay_with_their_number(administrator: Client, ala: User, contacts: list[Contact]) -> None:
    first, second, _third = contacts
    link(administrator, first, SECOND)
    number = PhoneNumber.objects.get()

    message = answer(conversation=Conversation.objects.get(contact=first), author=ala, text="Hello")

    assert message.conversation.contact.number == CUSTOMER
    assert (consent.has_opted_out(first, number), consent.has_opted_out(second, number)) == (False, True)


def test_number_is_unlinked_and_the_last_one_is_nobody_of_several(
    administrator: Client, contacts: list[Contact]
) -> None:
    first, second, third = contacts
    link(administrator, first, SECOND)
    link(administrator, first, THIRD)

    answer = administrator.post(f"/center/customers/{second.pk}/unlink/", {"back": str(first.pk)})
    assert answer["Location"] == f"/center/customers/{first.pk}/"
    assert [one.number for one in first.linked] == []  # as it was read
    first.refresh_from_db()
    assert [one.number for one in first.linked] == [THIRD]
    administrator.post(f"/center/customers/{third.pk}/unlink/", {"back": "x"})

    assert Person.objects.count() == 0
    assert set(Contact.objects.values_list("person", flat=True)) == {None}


def test_link_that_cannot_be_is_refused_at_its_field(administrator: Client, contacts: list[Contact]) -> None:
    first, second, _third = contacts
    assert link(administrator, first, CUSTOMER) == ["This is the same number."]
    assert link(administrator, first, "+48600100999")[0].startswith("Nothing is kept about this number.")
    assert link(administrator, first, SECOND) == []
    assert link(administrator, second, CUSTOMER) == ["These numbers are linked already."]
    for one in range(linking.MOST):
        Contact.objects.create(number=f"+4860020{one:04}", person=Contact.objects.get(pk=first.pk).person)
    assert link(administrator, first, THIRD) == ["At most 20 numbers can be one person's."]


def test_export_and_erasure_take_one_number_or_all(administrator: Client, contacts: list[Contact]) -> None:
    first, _second, _third = contacts
    link(administrator, first, SECOND)
    export = f"/center/customers/{first.pk}/export/"

    one, whole = (json.loads(administrator.post(export, sent).content) for sent in ({}, {"whole": "yes"}))
    assert (one["linked_to"], one.get("linked")) == ([SECOND], None)
    assert [told["number"] for told in whole["linked"]] == [SECOND]
    administrator.post(f"/center/customers/{first.pk}/erase/", {"whole": "yes"})

    assert list(Contact.objects.values_list("number", flat=True)) == [THIRD]
    assert Person.objects.count() == 0


def test_erasing_one_number_leaves_the_others_linked(administrator: Client, contacts: list[Contact]) -> None:
    first, _second, third = contacts
    for number in (SECOND, THIRD):
        link(administrator, first, number)

    administrator.post(f"/center/customers/{first.pk}/erase/")

    third.refresh_from_db()
    assert [one.number for one in third.linked] == [SECOND]


def test_erasing_all_erases_none_where_one_is_held(administrator: Client, contacts: list[Contact]) -> None:
    first, second, _third = contacts
    link(administrator, first, SECOND)
    erasing.hold(contact=second, reason="The court", actor=None)

    with pytest.raises(Refused, match="The court"):
        erasing.erase_person(contact=Contact.objects.get(pk=first.pk), actor=None)

    assert Contact.objects.count() == 3


def test_links_are_the_administrators_alone(agent: Client, supervisor: Client, contacts: list[Contact]) -> None:
    for client in (agent, supervisor):
        for act in ("link", "unlink"):
            assert client.post(f"/center/customers/{contacts[0].pk}/{act}/", {"number": SECOND}).status_code == 404
    assert Person.objects.count() == 0

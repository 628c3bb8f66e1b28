"""Numbers of an own carrier: added, changed, taken away; a sync leaves them alone."""

from typing import Any

import pytest
from django.db import IntegrityError
from django.utils.timezone import now

from centrala.carriers import own_numbers
from centrala.carriers.actions import remove_carrier, save_carrier
from centrala.carriers.own_numbers import OwnNumber
from centrala.connection.models import Connection
from centrala.conversations.models import Contact, Conversation
from centrala.dialling.models import Profile
from centrala.errors import Refused
from centrala.numbers.actions import sync
from centrala.numbers.models import Carrier, NumberType, PhoneNumber
from centrala.ordering import actions as ordering
from centrala.organization.models import AuditEntry, User
from centrala.workstreams import actions as workstreams
from centrala.workstreams.models import Channel

pytestmark = pytest.mark.django_db

WARSAW = "+48221234567"


def own(number: str = WARSAW, **changed: Any) -> OwnNumber:
    told: dict[str, Any] = {
        "country": "PL",
        "type": NumberType.GEOGRAPHIC,
        "receives_calls": True,
        "makes_calls": True,
    }
    return OwnNumber(number=number, **told | changed)


def added(connection: Connection, carrier: Carrier, adam: User, *numbers: OwnNumber) -> PhoneNumber:
    numbers = numbers or (own(),)
    own_numbers.add(connection=connection, carrier=carrier, numbers=numbers, actor=adam)
    return PhoneNumber.objects.get(number=numbers[0].number)


@pytest.mark.parametrize(
    "text", ["+48221234567", "48221234567", "0048 22 123 45 67", " +48 (22) 123-45-67 ", "+48 22 123 45 67"]
)
def test_number_is_read_however_it_is_written(text: str) -> None:
    assert own_numbers.read(text, country="PL") == WARSAW


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+44 (0)20 7946 0018", "GB", "+442079460018"),
        ("+49 (0)30 901820", "DE", "+4930901820"),
        ("+1 (1) 425 555 0100", "US", "+14255550100"),
        ("+36 (06) 1 429 1234", "HU", "+3614291234"),
        ("+7 (8) 495 123 45 67", "RU", "+74951234567"),
    ],
)
def test_trunk_prefix_in_brackets_is_no_part_of_the_number(text: str, country: str, number: str) -> None:
    assert own_numbers.read(text, country=country) == number


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no telephone number"),
        ("four", "no telephone number"),
        ("+48 22 123 45 67 ext. 8", "no telephone number"),
        ("+٤٨٢٢١٢٣٤٥٦٧", "no telephone number"),
        ("+4822123456712345", "at most 15"),
        ("+999123456789", "No country"),
        ("+14255550100", "another country"),
        ("221234567", "another country"),
        ("+4822123456", "a digit too many or too few"),
        ("112", "another country"),
    ],
)
def test_what_is_no_number_of_the_country_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason) as refused:
        own_numbers.read(text, country="PL")
    assert refused.value.field == "number"


def test_two_countries_of_one_code_are_told_apart() -> None:
    assert own_numbers.read("+14165550100", country="CA") == "+14165550100"
    with pytest.raises(Refused, match="of the country CA"):
        own_numbers.read("+14165550100", country="US")


def test_number_is_the_carriers_and_is_in_the_audit_log(connection: Connection, carrier: Carrier, adam: User) -> None:
    number = added(connection, carrier, adam)

    assert (number.carrier, number.country, number.type) == (carrier, "PL", NumberType.GEOGRAPHIC)
    assert (number.receives_calls, number.makes_calls, number.receives_sms) == (True, True, False)
    entry = AuditEntry.objects.get(act="add own number")
    assert (entry.target, entry.after["carrier"]) == (WARSAW, "Contoso Telecom")


def test_sync_neither_marks_nor_changes_it(connection: Connection, carrier: Carrier, adam: User) -> None:
    number = added(connection, carrier, adam)
    sync(connection=connection)
    number.refresh_from_db()
    assert (number.missing_since, number.carrier) == (None, carrier)


def test_number_that_was_ported_to_microsoft_is_microsofts_after_a_sync(
    connection: Connection, carrier: Carrier
) -> None:
    bought = connection.numbers.exclude(synced_at=None)[0]
    PhoneNumber.objects.filter(pk=bought.pk).update(carrier=carrier, receives_sms=False, sends_sms=False)
    sync(connection=connection)
    bought.refresh_from_db()
    assert bought.carrier is None


def test_number_that_is_here_already_is_refused_and_nothing_is_added(
    connection: Connection, carrier: Carrier, adam: User
) -> None:
    added(connection, carrier, adam)
    with pytest.raises(Refused, match="of the carrier Contoso Telecom"):
        added(connection, carrier, adam)

    before = PhoneNumber.objects.count()
    with pytest.raises(Refused, match="Here already"):
        added(connection, carrier, adam, own("+48221234568"), own())
    assert PhoneNumber.objects.count() == before


def test_number_that_the_resource_owns_is_microsofts(connection: Connection, carrier: Carrier, adam: User) -> None:
    bought = connection.numbers.exclude(synced_at=None)[0]
    with pytest.raises(Refused, match="Microsoft's"):
        added(connection, carrier, adam, own(bought.number, country="US"))


def test_number_that_only_a_call_told_of_becomes_the_carriers(
    connection: Connection, carrier: Carrier, adam: User
) -> None:
    rung = PhoneNumber.objects.create(connection=connection, number=WARSAW, receives_calls=True)
    number = added(connection, carrier, adam)
    assert (number.pk, number.carrier) == (rung.pk, carrier)


def test_number_that_was_inactive_is_active_once_it_is_added_again(
    connection: Connection, carrier: Carrier, adam: User
) -> None:
    number = added(connection, carrier, adam)
    PhoneNumber.objects.filter(pk=number.pk).update(missing_since=now())
    assert added(connection, carrier, adam).missing_since is None


def test_number_is_changed_and_what_changed_is_told(connection: Connection, carrier: Carrier, adam: User) -> None:
    number = added(connection, carrier, adam)
    other = save_carrier(carrier=Carrier(name="Northwind Voice"), actor=adam)

    own_numbers.change(number=number, carrier=other, to=own(type=NumberType.MOBILE, makes_calls=False), actor=adam)

    number.refresh_from_db()
    assert (number.carrier, number.type, number.makes_calls) == (other, NumberType.MOBILE, False)
    entry = AuditEntry.objects.get(act="change own number")
    assert entry.before == {"carrier": "Contoso Telecom", "type": "geographic", "makes_calls": True}
    assert entry.after == {"carrier": "Northwind Voice", "type": "mobile", "makes_calls": False}


def test_plan_in_use_is_not_taken_away_nor_is_the_number(connection: Connection, carrier: Carrier, adam: User) -> None:
    number = added(connection, carrier, adam)
    workstream = workstreams.set_up(name="Calls", channel=Channel.VOICE, numbers=[number])
    Profile.objects.create(label="Out", number=number, workstream=workstream, countries=["PL"])

    with pytest.raises(Refused, match="Calls"):
        own_numbers.change(number=number, carrier=carrier, to=own(receives_calls=False), actor=adam)
    with pytest.raises(Refused, match="Out"):
        own_numbers.change(number=number, carrier=carrier, to=own(makes_calls=False), actor=adam)
    with pytest.raises(Refused, match="Calls"):
        own_numbers.remove(number=number, actor=adam)
    number.lines.all().delete()
    with pytest.raises(Refused, match="Out"):
        own_numbers.remove(number=number, actor=adam)


def test_number_nobody_has_called_is_gone_and_one_with_conversations_is_inactive(
    connection: Connection, carrier: Carrier, adam: User
) -> None:
    number = added(connection, carrier, adam)
    own_numbers.remove(number=number, actor=adam)
    assert not PhoneNumber.objects.filter(number=WARSAW).exists()

    number = added(connection, carrier, adam)
    made = workstreams.set_up(name="Calls", channel=Channel.VOICE, numbers=[])
    contact, at = Contact.objects.create(number="+48600100200"), now()
    talk = Conversation.objects.create(
        channel=Channel.VOICE,
        contact=contact,
        number=number,
        queue=made.queue,
        opened_at=at,
        queued_at=at,
        last_message_at=at,
    )
    own_numbers.remove(number=number, actor=adam)
    talk.number.refresh_from_db()
    assert talk.number.missing_since is not None


def test_azure_is_not_asked_to_change_or_take_back_an_own_number(
    connection: Connection, carrier: Carrier, adam: User
) -> None:
    number = added(connection, carrier, adam)
    with pytest.raises(Refused, match="carrier of your own"):
        ordering.release(number=number, actor=adam)


def test_own_number_takes_no_texts(connection: Connection, carrier: Carrier) -> None:
    with pytest.raises(IntegrityError):
        PhoneNumber.objects.create(connection=connection, number=WARSAW, carrier=carrier, sends_sms=True)


def test_carriers_have_names_of_their_own(carrier: Carrier, adam: User) -> None:
    with pytest.raises(Refused, match="already"):
        save_carrier(carrier=Carrier(name="contoso TELECOM"), actor=adam)
    with pytest.raises(Refused, match="Microsoft"):
        save_carrier(carrier=Carrier(name="microsoft"), actor=adam)
    with pytest.raises(Refused, match="already"):
        save_carrier(carrier=Carrier(name="Contoso  Telecom "), actor=adam)
    with pytest.raises(Refused, match="control character"):
        save_carrier(carrier=Carrier(name="Contoso\u200b Telecom"), actor=adam)
    carrier.name = "Contoso Voice"
    assert save_carrier(carrier=carrier, actor=adam).name == "Contoso Voice"
    assert AuditEntry.objects.get(act="change carrier").before == {"name": "Contoso Telecom"}


def test_carrier_with_numbers_stays(connection: Connection, carrier: Carrier, adam: User) -> None:
    number = added(connection, carrier, adam)
    with pytest.raises(Refused, match="still has numbers"):
        remove_carrier(carrier=carrier, actor=adam)
    own_numbers.remove(number=number, actor=adam)
    remove_carrier(carrier=carrier, actor=adam)
    assert not Carrier.objects.exists()

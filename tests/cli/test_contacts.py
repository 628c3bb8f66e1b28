"""`centrala contacts export`: everything about one customer, nothing about another."""

import json

import pytest

from centrala.cli import main
from centrala.conversations.models import Contact, Message
from centrala.organization.models import AuditEntry
from hub import CUSTOMER, arrive, connected, drained, text

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = f"{CUSTOMER}4"  # one digit more


@pytest.fixture
def written() -> None:
    connected()
    for sender, words in ((CUSTOMER, "Zażółć\ngęślą"), (OTHER, "Somebody else's"), (CUSTOMER, "Anybody there?")):
        arrive(text(words, **{"from": sender.lstrip("+")}))
    arrive(b'{"id": "odd", "subject": "", "data": {"who": "+14255550123"}}', type_="Odd")
    drained()
    Contact.objects.filter(number=CUSTOMER).update(name="Celina")


@pytest.mark.parametrize("number", [CUSTOMER, "14255550123", "0014255550123", "+1 (425) 555-0123"])
def test_export_holds_everything_of_one_customer(
    number: str, written: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["contacts", "export", number]) == 0

    told = json.loads(capsys.readouterr().out)
    [conversation] = told["conversations"]
    texts = {message["text"] for message in conversation["messages"]}
    assert (told["number"], told["name"]) == (CUSTOMER, "Celina")
    assert texts == {"Zażółć\ngęślą", "Anybody there?"}
    assert sorted(event["type"].rpartition(".")[2] for event in told["events"]) == ["Odd", "SMSReceived", "SMSReceived"]
    assert "Somebody else's" not in json.dumps(told)


def test_export_is_readable_too(written: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contacts", "export", CUSTOMER, "--readable"]) == 0

    out = capsys.readouterr().out
    assert out.startswith(f"{CUSTOMER}  Celina\n\nConversation with +18335550100, opened ")
    assert "< received\n    Zażółć\n    gęślą\n" in out
    assert out.endswith("3 raw events of Azure name this number; without --readable they are printed, too.\n")


def test_audit_log_tells_of_it_without_the_number(written: None) -> None:
    main(["contacts", "export", CUSTOMER])

    entry = AuditEntry.objects.get(act="export contact")
    assert entry.after == {"conversations": 1, "messages": 2, "events": 3}
    assert CUSTOMER.lstrip("+") not in str((entry.target, entry.before, entry.after))


@pytest.mark.parametrize("number", ["+48600100200", "nobody", "", "\0", "+", "9" * 400])
def test_number_that_is_nobodys_is_refused(number: str, written: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contacts", "export", number]) == 1

    assert capsys.readouterr().err.startswith("centrala: Nothing is kept about this number. Fix: ")
    assert AuditEntry.objects.filter(act="export contact").count() == 0
    assert Message.objects.count() == 3


def test_word_that_stops_texts_is_part_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    connected()
    arrive(text("STOP"))
    drained()

    assert main(["contacts", "export", CUSTOMER, "--readable"]) == 0

    assert "wants no more texts from +18335550100" in capsys.readouterr().out


def test_customer_is_held_released_and_erased(written: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contacts", "hold", CUSTOMER, "--reason", "Court case"]) == 0
    assert main(["contacts", "erase", CUSTOMER, "--yes"]) == 1
    assert "A legal hold forbids it: Court case." in capsys.readouterr().err
    assert main(["contacts", "release", CUSTOMER]) == 0

    assert main(["contacts", "erase", CUSTOMER, "--yes"]) == 0

    assert "1 conversations, 2 messages, 3 events erased." in capsys.readouterr().out
    assert list(Contact.objects.values_list("number", flat=True)) == [OTHER]


def test_erasing_has_to_be_meant(written: None) -> None:
    with pytest.raises(SystemExit):
        main(["contacts", "erase", CUSTOMER])

    assert Contact.objects.filter(number=CUSTOMER).exists()

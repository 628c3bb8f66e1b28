"""`centrala ivr`: what a voice workstream reads of an IVR, and what a call would do."""

import json

import pytest

from centrala.cli import main
from centrala.workstreams.actions import set_up
from centrala.workstreams.context import ContextVariable, RoutingRule, RuleCondition
from centrala.workstreams.models import Channel, Queue, QueueKind, Workstream
from hub import connected

pytestmark = pytest.mark.django_db(transaction=True)
HEX = f"{b'Language=pl;Secret=42'.hex()};encoding=hex"


@pytest.fixture
def voice() -> None:
    """A rule sends Polish callers to a queue of their own."""
    set_up(name="Voice", channel=Channel.VOICE, numbers=list(connected().numbers.all()))
    workstream = Workstream.objects.get(name="Voice")
    language = ContextVariable.objects.create(workstream=workstream, name="Language", description="Two letters")
    queue = Queue.objects.create(name="Polish", kind=QueueKind.VOICE)
    rule = RoutingRule.objects.create(workstream=workstream, name="Speaks Polish", queue=queue)
    RuleCondition.objects.create(rule=rule, variable=language, test="is", value="pl")


def test_variables_and_rules_are_listed(voice: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ivr", "Voice"]) == 0

    assert capsys.readouterr().out == (
        "Language\tTwo letters\nrule: Speaks Polish: Language is pl -> Polish\nqueue: Default voice queue\n"
    )


@pytest.mark.parametrize("words", [["--try", HEX], ["--try", "User-to-User: Language=pl;Secret=42"]])
def test_call_is_tried_out(words: list[str], voice: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ivr", "Voice", "--json", *words]) == 0

    assert json.loads(capsys.readouterr().out) == {
        "variables": {"Language": "pl"},
        "not_read": [{"name": "Secret", "reason": "The workstream has no variable of this name."}],
        "rule": "Speaks Polish",
        "queue": "Polish",
    }


def test_other_headers_are_tried_out_in_plain_words(voice: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ivr", "Voice", "--try", "a;encoding=hex", "--header", "X-MS-Custom-Language: en"]) == 0

    assert capsys.readouterr().out == (
        "Language\ten\nnot read: User-To-User: It is no hex: pairs of 0-9 and A-F, and nothing else.\n"
        "rule: none takes it\nqueue: Default voice queue\n"
    )


@pytest.mark.parametrize("name", ["SMS", "nobody", ""])
def test_what_is_no_voice_workstream_is_refused(name: str, voice: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ivr", name]) == 1

    told = "centrala: There is no such voice workstream. Fix: one of these: Voice.\n"
    assert capsys.readouterr().err == told

"""What `centrala doctor --fix` does, how findings are printed, and what becomes of a rule that fails."""

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import pytest
from django.utils.translation import override

from centrala.cli.doctor_output import as_json, as_text, has_error
from centrala.connection.models import Sight, Sighting
from centrala.connection.provisioning.provisioner import silently
from centrala.doctor.context import Context
from centrala.doctor.exact import exact
from centrala.doctor.finding import Fix, State
from centrala.doctor.mending import mends
from centrala.doctor.rule import Needs, Rule
from centrala.doctor.rules import RULES
from centrala.doctor.running import run
from centrala.organization.crypto import decrypt
from doctor import breaking
from doctor.breaking import Break
from doctor.scene import Scene

KEYS, KEY, PROVISION = "Let their owner alone", "Read the resource's access key", "Bring Azure to"


@contextmanager
def left_broken(broken: Break, scene: Scene) -> Iterator[None]:
    """Without the mending that belongs to it."""
    breaking_it = broken(scene)
    breaking_it.__enter__()
    yield


MENDED = {
    breaking.keys_are_open: KEYS,
    breaking.key_is_rotated: KEY,
    breaking.calls_are_tried_for_a_day: PROVISION,
    breaking.event_grid_lost_the_role: PROVISION,
}


@pytest.mark.long
@pytest.mark.parametrize("broken", MENDED, ids=lambda broken: broken.__name__)
def test_fix_mends_what_is_broken(broken: Break, in_order: Scene) -> None:
    with left_broken(broken, in_order):
        context = in_order.context()
        found = mends(run(context), context, credential=in_order.credential, actor=None, tell=silently)

        for one in found:
            one.act()

    assert [str(one.text).startswith(MENDED[broken]) for one in found] == [True]
    assert in_order.changes() == {}


def test_nothing_is_mended_where_nothing_is_wrong(in_order: Scene) -> None:
    context = in_order.context()

    assert mends(in_order.before, context, credential=in_order.credential, actor=None, tell=silently) == []


def test_azure_is_left_alone_without_anybody_s_sign_in(in_order: Scene) -> None:
    with breaking.calls_are_tried_for_a_day(in_order):
        context = in_order.context()
        assert mends(run(context), context, credential=None, actor=None, tell=silently) == []


def test_json_keeps_its_contract(in_order: Scene) -> None:
    with breaking.worker_is_silent(in_order):
        rows = json.loads(as_json(in_order.findings()))

    assert {tuple(row) for row in rows} == {("id", "title", "state", "cause", "fix")}
    assert [row["id"] for row in rows] == [rule.id for rule in RULES]
    assert next(row for row in rows if row["id"] == "worker") == {
        "id": "worker",
        "title": "A worker is running",
        "state": "error",
        "cause": "The worker was last heard of 10 minutes ago.",
        "fix": "Start it: centrala worker",
    }


def test_text_begins_with_what_is_worst_and_is_plain_where_no_terminal_is(in_order: Scene) -> None:
    with breaking.worker_is_silent(in_order):
        findings = in_order.findings()

    lines = as_text(findings).splitlines()

    assert lines[0] == "ERROR        A worker is running (worker)"
    assert lines[3].strip() == "centrala worker"
    assert lines[-1] == f"1 error, 0 warning, 2 not checked, {len(RULES) - 3} ok"
    assert "\033" not in "".join(lines)
    assert has_error(findings)
    assert not has_error(in_order.before)


def test_text_is_coloured_at_a_terminal_unless_asked_not_to(in_order: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdout", Terminal())
    coloured = as_text(in_order.before)
    monkeypatch.setenv("NO_COLOR", "1")

    assert "\033[32m" in coloured
    assert "\033" not in as_text(in_order.before)


def test_findings_are_in_the_reader_s_language_also_from_threads(in_order: Scene) -> None:
    with breaking.worker_is_silent(in_order), override("pl"):
        (found,) = [one for one in in_order.findings() if one.id == "worker"]

    assert found.title == "Proces roboczy działa"
    assert found.cause == "Proces roboczy odezwał się ostatnio 10 min temu."


def rule(name: str, check: object) -> Rule:
    return Rule(
        id=name,
        title=name,
        severity=State.ERROR,
        needs=Needs.NOTHING,
        check=check,  # type: ignore[arg-type]
        fix=Fix(),
        looks_at="",
        because="",
    )


def test_rule_that_crashes_is_told_and_hides_no_other(in_order: Scene, caplog: pytest.LogCaptureFixture) -> None:
    def crash(_context: Context) -> str:
        return str(1 / 0)

    findings = run(
        in_order.context(), [rule("before", lambda _: "wrong"), rule("bug", crash), rule("after", lambda _: "")]
    )

    assert [(one.id, one.state) for one in findings] == [
        ("before", State.ERROR),
        ("bug", State.NOT_CHECKED),
        ("after", State.OK),
    ]
    assert findings[1].cause == "The rule itself failed (ZeroDivisionError); the log says where. Please report it."
    assert "the rule bug crashed" in caplog.text


def test_keys_that_are_lost_are_an_error_of_the_installation_and_no_bug(in_order: Scene) -> None:
    def lost(_context: Context) -> str:
        return decrypt("made with another key")

    [finding] = run(in_order.context(), [rule("lost", lost)])

    assert finding.state is State.ERROR
    assert finding.cause.startswith("A stored secret cannot be decrypted with the keys of this installation. Fix:")


def test_rule_that_does_not_come_back_holds_up_no_other(in_order: Scene) -> None:
    end = Event()

    findings = run(
        in_order.context(), [rule("slow", lambda _: str(end.wait(30))), rule("quick", lambda _: "")], seconds=0.2
    )
    end.set()

    assert [(one.id, one.state) for one in findings] == [("slow", State.NOT_CHECKED), ("quick", State.OK)]
    assert findings[0].cause == "There was no answer within 0.2 seconds."


def test_without_any_sign_in_what_azure_knows_is_not_checked_and_all_else_is(in_order: Scene) -> None:
    needs = {rule.id: rule.needs for rule in RULES}
    Sighting.objects.filter(kind=Sight.DELETION).delete()  # of subscriptions that other tests made anew

    findings = in_order.findings(credential=None)

    unchecked = {one.id for one in findings if one.state is State.NOT_CHECKED}
    assert unchecked == {name for name, need in needs.items() if need in {Needs.AZURE, Needs.DIRECTORY}}
    assert {one.state for one in findings if one.id not in unchecked} == {State.OK}


def test_commands_name_what_the_hub_knows(in_order: Scene) -> None:
    resource = in_order.resource
    at = f"--subscription {resource.subscription_id}"

    with breaking.provider_is_unregistered(in_order), breaking.identity_is_off(in_order):
        commands = {one.id: one.fix.command for one in in_order.findings() if one.wrong}

    assert commands == {
        "providers": f"az provider register {at} --namespace Microsoft.EventGrid",
        "managed-identity": f"az communication identity assign --system-assigned {at}"
        f" --resource-group {resource.resource_group} --name {resource.name}",
    }


def test_commands_keep_their_words_in_capitals_for_what_nobody_knows(in_order: Scene) -> None:
    with breaking.disconnected(in_order):
        command = exact("az x --ids RESOURCE_ID --id EVENT_GRID_ID", in_order.context())

    assert command == f"az x --ids RESOURCE_ID --id {in_order.cloud.event_grid_app_id}"


def test_resource_without_a_number_is_told(in_order: Scene) -> None:
    """The second resource of the group has none."""
    made = in_order.azure.acs.resource_id.replace("acs-centrala", "acs-empty")
    version = {"api-version": "2025-09-01"}
    body = {"location": "global", "properties": {"dataLocation": "Europe"}}
    in_order.ask("PUT", made, json=body, params=version)
    keys = in_order.ask("POST", f"{made}/listKeys", params=version).json()
    known = in_order.connection.encrypted_connection_string
    with breaking.connection_string_is(keys["primaryConnectionString"]):
        (found,) = [one for one in in_order.findings() if one.id == "numbers"]
    in_order.ask("DELETE", made, params=version)

    assert (found.state, found.cause) == (
        State.WARNING,
        "The resource owns no number. A new tenant may buy one, and search five times a week.",
    )
    assert in_order.connection.encrypted_connection_string == known

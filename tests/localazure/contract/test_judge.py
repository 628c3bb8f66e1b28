"""The judge has been seen to convict: each kind of wrong answer, and no right one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from contract import plugin, specs
from contract.judge import Judge, judged
from contract.recorded import Exchange

TESTS = Path(__file__).parents[1]
SUBSCRIPTION = "/subscriptions/11111111-2222-3333-4444-555555555555"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
ACS = f"{GROUP}/providers/Microsoft.Communication/communicationServices/acs"
TOPIC = f"{GROUP}/providers/Microsoft.EventGrid/systemTopics/topic"
HOOK = f"{TOPIC}/eventSubscriptions/hook"
JSON = {"content-type": "application/json; charset=utf-8"}


@pytest.fixture(autouse=True)
def specifications() -> specs.Specs:
    if specs.folder() is None:
        pytest.skip("Azure's specifications are missing (AZURE_SPECS)")
    return specs.specs()


@pytest.fixture
def told(specifications):
    """Path, expected and seen of every violation."""

    def told(exchange: Exchange) -> list[tuple[str, str, str]]:
        return [(one.at, one.expected, one.seen) for one in Judge(specifications).violations(exchange)]

    return told


def answer(method, path, body=None, *, status=200, headers=JSON, version="2025-02-15") -> Exchange:
    text = "" if body is None else json.dumps(body)
    return Exchange(
        method=method,
        path=path,
        query=f"api-version={version}",
        status=status,
        headers=headers if text else {},
        body=text,
    )


def topic(**changes) -> dict[str, object]:
    properties = {
        "provisioningState": "Succeeded",
        "source": ACS,
        "topicType": "Microsoft.Communication.CommunicationServices",
    }
    return {
        "id": TOPIC,
        "name": "topic",
        "type": "Microsoft.EventGrid/systemTopics",
        "location": "global",
        "tags": None,
        "properties": properties,
    } | changes


def hook(destination, **changes) -> dict[str, object]:
    properties = {"provisioningState": "Succeeded", "topic": TOPIC, "destination": destination}
    return {
        "id": HOOK,
        "name": "hook",
        "type": "Microsoft.EventGrid/systemTopics/eventSubscriptions",
        "properties": properties | changes,
    }


def web_hook(**properties) -> dict[str, object]:
    return {"endpointType": "WebHook", "properties": {"endpointBaseUrl": "https://hub.example/hook"} | properties}


def test_right_answers_are_no_violation(told):
    assert told(answer("GET", TOPIC, topic())) == []
    assert told(answer("GET", HOOK, hook(web_hook(endpointUrl=None)))) == []
    assert told(answer("DELETE", TOPIC, status=204)) == []
    assert told(answer("GET", "/tenants", {"value": []}, version="2022-12-01")) == []


def test_missing_property_is_found(told):
    body = topic()
    del body["location"]

    assert told(answer("GET", TOPIC, body)) == [
        ("$", "the properties ['location']", "'location' is a required property")
    ]


def test_wrong_type_is_found(told):
    assert told(answer("GET", TOPIC, topic(tags={"team": 7}))) == [("$.tags.team", "type string", "7")]


def test_wrong_enumeration_is_found(told):
    [(at, expected, seen)] = told(answer("GET", TOPIC, topic(properties={"provisioningState": "Fine"})))

    assert (at, seen) == ("$.properties.provisioningState", "'Fine'")
    assert expected.startswith("enum ['Creating'")


def test_wrong_format_is_found(told):
    body = hook(web_hook(), expirationTimeUtc="tomorrow")

    assert told(answer("GET", HOOK, body)) == [("$.properties.expirationTimeUtc", "format date-time", "'tomorrow'")]


def test_property_that_nobody_knows_is_found(told):
    assert told(answer("GET", TOPIC, topic(colour="red"))) == [("$", "only properties of the specification", "colour")]


def test_property_that_only_the_newest_client_knows_is_right_and_hides_nothing(told):
    newer = {"location": "global", "properties": {"dataLocation": "Europe", "disableLocalAuth": False}}
    body = {"id": ACS, "name": "acs", "type": "Microsoft.Communication/CommunicationServices"} | newer

    assert told(answer("GET", ACS, body)) == []
    assert told(answer("GET", ACS, body | {"colour": "red"})) == [
        ("$", "only properties of the specification", "colour")
    ]
    assert told(answer("GET", ACS, body | {"location": 1})) == [("$.location", "type string", "1")]


def test_secret_is_found(told):
    body = hook(web_hook(endpointUrl="https://hub.example/hook?secret"))

    [(at, expected, _)] = told(answer("GET", HOOK, body))

    assert at == "$.properties.destination.properties.endpointUrl"
    assert expected == "nothing (a secret, or only ever written)"


def test_subtype_is_chosen_by_the_discriminator(told):
    wrong = hook({"endpointType": "EventHub", "properties": {"endpointBaseUrl": "https://hub.example/hook"}})
    strange = hook({"endpointType": "Pigeon", "properties": {}})

    assert ("$.properties.destination.properties", "only properties of the specification", "endpointBaseUrl") in told(
        answer("GET", HOOK, wrong)
    )
    assert any(at == "$.properties.destination.endpointType" for at, _, _ in told(answer("GET", HOOK, strange)))


def test_reference_into_another_file_is_followed(told):
    body = topic(systemData={"createdByType": "Robot"})

    [(at, _, seen)] = told(answer("GET", TOPIC, body))

    assert (at, seen) == ("$.systemData.createdByType", "'Robot'")


def test_undocumented_status_is_found(told):
    assert told(answer("GET", TOPIC, topic(), status=203)) == [("status", "one of 200, default", "203")]


def test_body_where_none_belongs_is_found(told):
    assert told(answer("DELETE", TOPIC, {"gone": True}, status=204)) == [("body", "none", '{"gone": true}')]


def test_long_running_answer_without_an_address_to_poll_is_found(told):
    assert told(answer("DELETE", TOPIC, status=202)) == [("headers", "where to poll", "[]")]
    assert (
        told(
            Exchange(
                method="DELETE",
                path=TOPIC,
                query="api-version=1",
                status=202,
                headers={"location": "https://x/y"},
                body="",
            )
        )
        == []
    )


def test_answer_that_is_no_json_is_found(told):
    assert told(answer("GET", TOPIC, "hello", headers={"content-type": "text/plain"})) == [
        ("headers", "JSON", "text/plain")
    ]


def test_refusal_without_the_envelope_is_found(told):
    assert told(answer("GET", TOPIC, {"message": "no"}, status=404)) != []
    assert told(answer("GET", f"{SUBSCRIPTION}/never/heard", {"error": {"code": "", "message": "x"}}, status=404)) != []
    assert told(answer("GET", TOPIC, status=500)) == [("body", "the service's envelope of errors", "no body")]


def test_repeated_version_decides_which_specification_judges(specifications):
    older = specifications.find("POST", "/sms", "2021-03-07")
    newer = specifications.find("POST", "/sms", "2026-01-23")

    assert (older.version, newer.version) == ("2021-03-07", "2026-01-23")
    assert specifications.find("POST", "/sms", "2019-01-01").version == "2021-03-07"


def test_our_own_schemas_convict_too(told):
    tenant = "/11111111-2222-3333-4444-555555555555"
    token = {"token_type": "Bearer", "expires_in": 3599, "access_token": "a.b.c"}

    assert told(answer("POST", f"{tenant}/oauth2/v2.0/token", token)) == []
    assert told(answer("POST", f"{tenant}/oauth2/v2.0/token", token | {"expires_in": "3599"})) == [
        ("$.expires_in", "type integer", "'3599'")
    ]
    assert told(answer("POST", f"{tenant}/oauth2/v2.0/token", {"error": "oh"}, status=400)) != []
    listed = {"@odata.context": "https://localhost/v1.0/$metadata#applications", "value": [{"id": "x"}]}
    assert {at for at, _, _ in told(answer("GET", "/v1.0/applications", listed))} >= {"$.value[0]", "$.value[0].id"}


def test_violation_names_operation_path_expectation_and_sight(specifications):
    [one], called, number = judged(specifications, iter([answer("GET", TOPIC, topic(tags=[]))] * 2))

    assert str(one).startswith("SystemTopics_Get (GET /subscriptions/{subscription}/resourcegroups/{group}/providers/")
    assert str(one).endswith("-> 200\n    at $.tags: expected type object\n    seen []")
    assert (number, sum(called.values())) == (2, 2)


def test_operation_that_nothing_called_is_told(specifications, tmp_path):
    (tmp_path / "answers.jsonl").write_text(json.dumps(vars(answer("GET", TOPIC, topic()))) + "\n")

    lines, failed = plugin.summary([plugin.judgement(tmp_path)], complete=True)

    told = [line for line in lines if line.startswith("NO TEST CALLS")]
    assert failed
    assert f"{len(told)} operations without a test" in lines[-1]
    assert "NO TEST CALLS GET /tenants with success" in told
    assert not [line for line in told if line.endswith("systemTopics/{topic} with success") and "CALLS GET" in line]


@pytest.fixture
def run(tmp_path):
    """A run of pytest over answers that another left behind."""

    def run(line: Exchange, **environment: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "answers.jsonl").write_text(json.dumps(vars(line)) + "\n")
        (tmp_path / "test_fine.py").write_text("def test_fine(): pass\n")
        own = {"LOCALAZURE_RECORD": str(tmp_path), "PYTHONPATH": str(TESTS), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "contract.plugin", "--rootdir", str(tmp_path)],
            cwd=tmp_path,
            env=os.environ | own | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.long
def test_run_with_a_violation_fails(run):
    ended = run(answer("GET", TOPIC, topic(colour="red")))

    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "1 passed" in ended.stdout
    assert "VIOLATION SystemTopics_Get" in ended.stdout
    assert "seen colour" in ended.stdout
    assert "1 answers of the local cloud held against Microsoft's: 1 violations" in ended.stdout


@pytest.mark.parametrize(("demanded", "code"), [("0", 0), ("1", 1)])
def test_run_without_the_specifications_says_so_and_fails_where_they_are_demanded(run, tmp_path, demanded, code):
    ended = run(answer("GET", TOPIC, topic()), AZURE_SPECS=str(tmp_path), CENTRALA_REQUIRE_SPECS=demanded)

    assert (ended.returncode, "AZURE'S SPECIFICATIONS ARE MISSING" in ended.stdout) == (code, True), ended.stdout

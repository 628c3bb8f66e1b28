"""Seed files: what they describe is there, what is wrong in them is told with its line, and reset returns to them."""

import sqlite3
import subprocess
import sys

import jwt
import msgspec
import pytest

from localazure import pytest_plugin
from localazure.failure import CannotStart
from localazure.records import plan
from localazure.seeding.reading import parsed, read, text_of
from localazure_tests.cloud import Cloud

SMALL = """
people:
  - name: Ala
subscriptions:
  - name: Local
    registered: [Microsoft.Communication, Microsoft.EventGrid]
    resource_groups:
      - name: rg
        communication_services:
          - name: acs
            numbers:
              - number: +18335550100
        system_topics:
          - name: acs-events
            source: acs
applications:
  - name: Hub
    owners: [Ala]
"""


NUMBER = "+18335550100"
OWNERS = "owners: [Ala]"
GROUP = "subscriptions[0].resource_groups[0]"
ACS = f"{GROUP}.communication_services[0]"


def seeded(text):
    return parsed("seed.yaml", text.encode()).plan


def run(*arguments):
    command = [sys.executable, "-m", "localazure", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    file = tmp_path_factory.mktemp("seed") / "example.yaml"
    file.write_text(run("seed", "--example").stdout)
    cloud = Cloud(tmp_path_factory.mktemp("example"), "--seed", str(file))
    yield cloud
    assert cloud.stop() == 0


def application_token(cloud, name, scope):
    one = cloud.facts["applications"][name]
    form = {
        "grant_type": "client_credentials",
        "client_id": one["client_id"],
        "client_secret": next(iter(one["secrets"].values())),
        "scope": scope,
    }
    answer = cloud.azure.post(f"/{cloud.facts['tenant_id']}/oauth2/v2.0/token", data=form)
    return answer.raise_for_status().json()["access_token"]


def listed(cloud, path, token):
    return cloud.arm("GET", path, token).raise_for_status().json()["value"]


def test_example_uses_every_key_there_is():
    def keys(kind):
        fields = msgspec.inspect.type_info(kind).fields
        return {one.encode_name for one in fields}

    kinds = [kind for kind in vars(plan).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
    made = {"id", "principal_id", "metric_id"}  # nobody needs to choose these
    text = text_of("example")
    assert [key for kind in kinds for key in keys(kind) - made if f"{key}:" not in text and f"{key} " not in text] == []


def test_example_is_there_as_it_says(example):
    token = example.token()
    subscriptions = listed(example, "/subscriptions", token)
    production = f"/subscriptions/{example.facts['subscription_id']}"
    group = f"{production}/resourceGroups/rg-service"
    [topic] = listed(example, f"{group}/providers/Microsoft.EventGrid/systemTopics", token)
    state = example.control.get("/_local/state").json()
    [resource] = state["communication_services"]

    assert [(one["displayName"], one["state"]) for one in subscriptions] == [
        ("Production", "Enabled"), ("Sandbox", "Warned")
    ]  # fmt: skip
    assert example.facts["subscription_id"] == "6f1c1d5e-3f0a-4c52-a2a7-54d0a2c7a9e1"
    assert (topic["name"], topic["properties"]["source"]) == ("contoso-acs-events", resource["id"])
    assert resource["phone_numbers"] == [
        {"number": "+18335550100", "type": "tollFree", "calling": "inbound+outbound", "sms": "inbound+outbound"},
        {"number": "+12065550100", "type": "geographic", "calling": "inbound", "sms": "none"},
        {"number": "40404", "type": "shortCode", "calling": "none", "sms": "inbound+outbound"},
    ]
    assert {name: one["role"] for name, one in example.facts["people"].items()} == {
        "adam": "Owner", "beata": "Contributor", "ala": "Reader", "celina": ""
    }  # fmt: skip


def test_seeded_carrier_has_its_trunks_and_routes_after_a_reset_too(example):
    example.control.post("/_local/sip/trunks", json={"trunk": "sbc1.contoso.example", "ping": "expired"})
    example.control.post("/_local/reset", json={}).raise_for_status()
    trunks = example.control.get("/_local/sip/trunks").json()["items"]
    call = {"from": "+14255550123", "to": "+13605550100", "through": "sbc2.contoso.example"}

    rings = example.control.post("/_local/calls", json=call).json()

    assert [(one["trunk"], one["resource"], one["port"], one["overall"]) for one in trunks] == [
        ("sbc1.contoso.example", "contoso-acs", 5061, "active"),
        ("sbc2.contoso.example", "contoso-acs", 5061, "active"),
    ]
    assert (rings["state"], rings["through"]) == ("ringing", "sbc2.contoso.example")


CARRIER = """
            sip_domains: [contoso.example]
            trunks: [{name: sbc.contoso.example}]
            routes: [{name: All, pattern: .*, trunks: [sbc.contoso.example]}]
            numbers:"""


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("sip_domains: [contoso.example]", "sip_domains: []", "its domain is not verified. Fix: add the domain to"),
        ("{name: sbc.contoso.example}", "{name: sbc.1.2}", "no border controller has such a name. Fix: write a name"),
        ("{name: sbc.contoso.example}", "{name: sbc.contoso.example, port: 0}", "write a port: 1 to 65535"),
        ("[{name: sbc.contoso.example}]", "[{name: sbc.contoso.example}, {name: sbc.contoso.example}]", "there are tw"),
        ("trunks: [sbc.contoso.example]", "trunks: [sbc9.contoso.example]", "there is no such trunk. Fix: write one"),
        ("trunks: [sbc.contoso.example]", "trunks: [sbc.contoso.example, sbc.contoso.example]", "leave one of them"),
        ("pattern: .*", "pattern: '['", "that is no regular expression. Fix: write one such as"),
        ("pattern: .*", "pattern: .*, caller_id: Contoso", "write a number such as +12065550100"),
        ("routes: [", "routes: [{name: all, pattern: .*}, ", "there are two of 'All'. Fix: give each its own"),
    ],
)
def test_carrier_that_cannot_be_is_refused_with_its_fix(before, after, told):
    text = SMALL.replace("\n            numbers:", CARRIER)
    assert seeded(text).subscriptions[0].resource_groups[0].communication_services[0].routes[0].name == "All"

    with pytest.raises(CannotStart) as refused:
        parsed("seed.yaml", text.replace(before, after).encode())

    assert told in str(refused.value)


def test_seeded_application_signs_in_with_the_role_it_was_assigned(example):
    token = application_token(example, "Pipeline", "api://hub/.default")
    claims = jwt.decode(token, options={"verify_signature": False})
    report = application_token(example, "Report", "https://management.azure.com/.default")

    assert claims["roles"] == ["AzureEventGridSecureWebhookSubscriber"]
    assert claims["aud"] == example.facts["applications"]["Hub"]["client_id"]
    assert [one["displayName"] for one in listed(example, "/subscriptions", report)] == ["Production"]


def test_reset_returns_to_the_file(example):
    before = example.control.get("/_local/state").json()
    token = example.token()
    topic = f"{before['communication_services'][0]['id'].partition('/providers/')[0]}/providers/Microsoft.EventGrid"
    example.arm("DELETE", f"{topic}/systemTopics/contoso-acs-events", token).raise_for_status()
    example.control.post("/_local/numbers", json={"number": "+12065550199"}).raise_for_status()

    example.control.post("/_local/reset", json={}).raise_for_status()

    after = example.control.get("/_local/state").json()
    assert {**after, "clock": None} == {**before, "clock": None}
    assert len(after["system_topics"]) == 1


def test_built_in_seeds_differ_by_the_resource_alone():
    full, bare = read("full").plan, read("bare").plan
    [group], [empty] = full.subscriptions[0].resource_groups, bare.subscriptions[0].resource_groups

    assert ([one.name for one in group.communication_services], empty.communication_services) == (["acs-centrala"], ())
    assert [one.name for one in full.people] == [one.name for one in bare.people] == ["Adam", "Beata", "Ala", "Celina"]
    assert (full.client.name, full.client.graph) == (bare.client.name, bare.client.graph)


def test_scalars_stay_the_texts_that_stand_in_the_file():
    plan = seeded(
        """
        people: [{name: NO, guest: true}, {name: 0123}, {name: 2026-01-01}]
        subscriptions:
          - name: 1e3
            resource_groups:
              - name: on
                tags: {version: 1.10, on: off}
                communication_services: [{name: acs, numbers: [{number: +18335550100}, {number: 040404}]}]
        """
    )

    [group] = plan.subscriptions[0].resource_groups
    assert [one.name for one in plan.people] == ["NO", "0123", "2026-01-01"]
    assert (plan.subscriptions[0].name, group.name, group.tags) == ("1e3", "on", {"version": "1.10", "on": "off"})
    assert [one.number for one in group.communication_services[0].numbers] == ["+18335550100", "040404"]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("name: Ala", "nme: Ala", "line 3, people[0].nme 'Ala': there is no such key. Fix: the keys here are name, "),
        (
            "  - name: Ala",
            "  - guest: yes",
            "line 3, people[0].guest 'yes': that cannot stand here. Fix: write true or f",
        ),
        ("- name: rg", "- tags: {}", f"line 8, {GROUP}: the key name is missing. Fix: add name: 1 to 90 letters"),
        (
            NUMBER,
            "0x10",
            f"line 12, {ACS}.numbers[0].number '0x10': that cannot stand here. Fix: write a number such as",
        ),
        (
            NUMBER,
            f"{NUMBER}\n                type: mobile",
            "'mobile': the number is of another type. Fix: write tollFree",
        ),
        (NUMBER, "40404\n                calling: inbound", "nobody can call a short code. Fix: write none"),
        (
            NUMBER,
            f"{NUMBER}\n              - number: {NUMBER}",
            f"line 13, {ACS}.numbers[1].number '{NUMBER}': there are",
        ),
        (
            "source: acs",
            "source: x",
            f"line 15, {GROUP}.system_topics[0].source 'x': nobody has that name. Fix: write one",
        ),
        (
            "[Ala]",
            "[Celina]",
            "line 18, applications[0].owners[0] 'Celina': nobody has that name. Fix: write one of Ala,",
        ),
        (OWNERS, "roles: [{role: Boss}]", "role 'Boss': there is no such role. Fix: write one of Contributor, "),
        (
            OWNERS,
            "roles: [{role: Owner, scope: x}]",
            "scope 'x': there is nothing of that name. Fix: write one of Local, L",
        ),
        (OWNERS, "graph: [Everything]", "line 18, applications[0].graph[0] 'Everything': Graph has no such right here"),
        (OWNERS, "service_principal: false\n    graph: [User.Read.All]", "'false': it is needed for roles and rights"),
        (
            OWNERS,
            "secrets: [{name: one, value: sesame}]",
            ".secrets[0].value: that cannot stand here. Fix: write 8 to 256",
        ),
        (
            "name: Hub",
            "name: Ala",
            "line 17, applications[0].name 'Ala': there are two of 'Ala'. Fix: give each its own",
        ),
        (
            ", Microsoft.EventGrid]",
            "]",
            "registered: Microsoft.EventGrid is used here and not registered. Fix: add Micro",
        ),
        (
            "- name: acs\n",
            "- name: acs\n            data_location: Mars\n",
            "data_location 'Mars': there is no such place",
        ),
        (
            "- name: rg",
            "- location: mars\n        name: rg",
            "location 'mars': Azure has no such region. Fix: write",
        ),
        ("name: Ala", "name: Łucja", "line 3, people[0].name 'Łucja': no user name can be made of it. Fix: add user_n"),
        ("name: Ala", "name: Ala\n    id:", "line 4, people[0].id: that cannot stand here. Fix: write an id in lower"),
    ],
)
def test_mistake_is_told_with_its_line_its_value_and_the_fix(before, after, told):
    assert before in SMALL

    with pytest.raises(CannotStart) as error:
        seeded(SMALL.replace(before, after, 1))

    assert str(error.value).startswith("seed.yaml, line ")
    assert told in str(error.value)
    assert "sesame" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "line 1: The file is empty. Fix: describe a subscription"),
        (b"people:\n\t- name: Ala", "line 2: found character"),
        (b"a: 1\na: 2", "line 2: The key a stands here twice. Fix: keep one"),
        (b"a: &x [1]\nb: *x", "line 2: Aliases (*) are not taken here. Fix: write it out"),
        (b"a: !!python/object/apply:os.getcwd []", "line 1: The tag python/object/apply:os.getcwd is not taken here"),
        (b"a: 1\n---\nb: 2", "line 2: but found another document"),
        (b"[" * 100_000, "line 1: This is no UTF-8, or is nested without end"),
        (b"\xff\xfe\x00\xd8", "line 1: "),
        (b"name: \xff", "line 1: "),
        (b"- one", "line 1, the whole: that cannot stand here. Fix: write keys with their values: tenant, client,"),
        (b"subscriptions: []", "line 1, subscriptions: that cannot stand here. Fix: write a list: a line for each, "
         "beginning with a hyphen; at least one."),
        (b"? [a]\n: b", "line 1: A key is one word here"),
    ],
)  # fmt: skip
def test_what_is_no_seed_is_refused(content, told):
    with pytest.raises(CannotStart) as error:
        parsed("seed.yaml", content)

    assert told in str(error.value)


@pytest.mark.long
def test_seed_that_is_wrong_is_one_line_and_leaves_the_state_alone(tmp_path):
    cloud = Cloud(tmp_path / "data")
    assert cloud.stop() == 0
    before = (tmp_path / "data" / "localazure.db").read_bytes()
    (tmp_path / "seed.yaml").write_text("subscriptions: none")

    seed = tmp_path / "seed.yaml"
    ended = run("up", "--data", tmp_path / "data", "--port", 0, "--portal-port", 0, "--fresh", "--seed", seed)
    checked = run("seed", "--check", seed)

    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert ended.stderr.startswith(f"localazure: {tmp_path}/seed.yaml, line 1, subscriptions 'none': that cannot")
    assert (checked.returncode, checked.stderr) == (1, ended.stderr)
    assert (tmp_path / "data" / "localazure.db").read_bytes() == before


def test_seed_that_cannot_be_read_is_one_line(tmp_path):
    ended = run("up", "--data", tmp_path, "--seed", "nothing.yaml")

    assert ended.stderr.startswith("localazure: The seed nothing.yaml cannot be read (No such file or directory). ")
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)


@pytest.mark.long
def test_seed_that_changed_since_is_refused_until_the_state_is_fresh(tmp_path):
    file = tmp_path / "seed.yaml"
    file.write_text(SMALL)
    ports = ["--port", "0", "--portal-port", "0"]
    cloud = Cloud(tmp_path / "data", "--seed", str(file))
    assert cloud.stop() == 0
    file.write_text(f"# a comment changes nothing\n{SMALL}")
    cloud.start()
    assert cloud.stop() == 0
    file.write_text(SMALL.replace("Local", "Other"))

    changed = run("up", "--data", tmp_path / "data", *ports, "--seed", file)
    other = run("up", "--data", tmp_path / "data", *ports, "--seed", "full")
    process = pytest_plugin.start(tmp_path / "data", "--seed", str(file), "--fresh")
    facts = pytest_plugin.wait_until_ready(process, tmp_path / "data")

    assert pytest_plugin.stop(process) == 0
    assert changed.stderr == (
        f"localazure: The data folder {tmp_path}/data was seeded from {file}, which has changed since. "
        "Fix: start anew with --fresh, or go on with what is there without --seed.\n"
    )
    assert f"was seeded from {file}, not from full. Fix: " in other.stderr
    assert facts["subscription_id"] != cloud.facts["subscription_id"]


@pytest.mark.long
def test_folder_of_another_version_is_one_line_and_exit_1(tmp_path):
    cloud = Cloud(tmp_path)
    assert cloud.stop() == 0
    with sqlite3.connect(tmp_path / "localazure.db") as database:
        database.execute("UPDATE records SET body = '{\"full\":true}' WHERE kind = 'Seed'")
    database.close()

    ended = run("up", "--data", tmp_path, "--port", 0, "--portal-port", 0)

    assert (ended.returncode, ended.stderr) == (
        1, f"localazure: The data folder {tmp_path} was written by another version. Fix: start anew with --fresh.\n"
    )  # fmt: skip

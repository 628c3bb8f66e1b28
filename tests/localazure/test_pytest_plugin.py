"""The fixture in somebody else's project: only the installed package, no file of ours."""

import os
import subprocess
import sys

import pytest

from localazure.pytest_plugin import start, stop, wait_until_ready

pytestmark = pytest.mark.long

THEIRS = """
from azure.communication.sms import SmsClient
from azure.identity import ClientSecretCredential


def test_text_reaches_the_customer(local_azure):
    client = SmsClient.from_connection_string(
        local_azure.acs.connection_string, connection_verify=local_azure.ca_bundle
    )
    [sent] = client.send(local_azure.acs.phone_numbers[0], "+14255550123", "from elsewhere")
    [text] = local_azure.control.get("/_local/inbox", params={"number": "+14255550123"}).json()["items"]
    assert (sent.successful, text["text"]) == (True, "from elsewhere")


def test_reset_forgets_it(local_azure):
    local_azure.control.post("/_local/reset", json={}).raise_for_status()
    assert local_azure.control.get("/_local/inbox", params={"number": "+14255550123"}).json() == {"items": []}


def test_token_is_given(local_azure):
    credential = ClientSecretCredential(
        local_azure.tenant_id,
        local_azure.client_id,
        local_azure.client_secret,
        authority=local_azure.url,
        disable_instance_discovery=True,
        connection_verify=local_azure.ca_bundle,
    )
    assert credential.get_token("https://management.azure.com/.default").token
"""


@pytest.fixture
def their_project(tmp_path):
    (tmp_path / "test_theirs.py").write_text(THEIRS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def environment() -> dict[str, str]:
    """Ours without what our own run has set."""
    ours = ("CENTRALA_", "DATABASE_URL", "PYTEST_", "LOCALAZURE_", "DJANGO_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def run_pytest(folder, *options):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-p", "no:schemathesis", *options],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "in two workers"])
def test_fixture_gives_another_project_a_cloud(their_project, workers):
    ended = run_pytest(their_project, *workers)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "3 passed" in ended.stdout


SEEDED = """
def test_seed_is_theirs(local_azure):
    assert list(local_azure.communication_services) == ["contoso-acs"]
    assert local_azure.acs.phone_numbers == ("+18335550177",)
    assert list(local_azure.people) == ["ala"]
    assert local_azure.applications["Hub"].secrets["hub"].startswith("Loc8Q~")
"""
SEED = """
people: [{name: Ala}]
subscriptions:
  - name: Contoso
    resource_groups:
      - name: rg
        communication_services: [{name: contoso-acs, numbers: [{number: +18335550177}]}]
applications: [{name: Hub, secrets: [{name: hub}]}]
"""
OVERRIDDEN = """
import pytest


@pytest.fixture(scope="session")
def local_azure_seed(request):
    return request.config.rootpath / "folder" / "seed.yaml"
"""


@pytest.mark.parametrize("way", ["ini option", "fixture"])
def test_fixture_starts_from_the_projects_own_seed(tmp_path, way):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "seed.yaml").write_text(SEED)
    (tmp_path / "test_theirs.py").write_text(SEEDED)
    (tmp_path / "conftest.py").write_text(OVERRIDDEN if way == "fixture" else "")
    option = "" if way == "fixture" else "local_azure_seed = folder/seed.yaml"
    (tmp_path / "pytest.ini").write_text(f"[pytest]\n{option}\n")

    ended = run_pytest(tmp_path)

    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_fixture_says_what_is_wrong_in_the_seed(tmp_path):
    (tmp_path / "seed.yaml").write_text(SEED.replace("contoso-acs", "contoso acs"))
    (tmp_path / "test_theirs.py").write_text(SEEDED)
    (tmp_path / "pytest.ini").write_text("[pytest]\nlocal_azure_seed = seed.yaml\n")

    ended = run_pytest(tmp_path)

    assert "communication_services[0].name 'contoso acs': that cannot stand here. Fix: write 1 to 63" in ended.stdout


def test_nothing_is_recorded_unless_it_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.delenv("LOCALAZURE_RECORD")
    process = start(tmp_path)
    wait_until_ready(process, tmp_path)

    assert stop(process) == 0

    assert list(tmp_path.rglob("*.jsonl")) == []


def test_cloud_that_cannot_start_says_why(tmp_path):
    process = start(tmp_path, "--host", "no.such.host.invalid")

    with pytest.raises(RuntimeError, match="localazure did not start: "):
        wait_until_ready(process, tmp_path)

"""The fixture in somebody else's project: only the installed package, no file of ours."""

import os
import subprocess
import sys

import pytest

from localazure.pytest_plugin import start, stop, wait_until_ready

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


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "in two workers"])
def test_fixture_gives_another_project_a_cloud(their_project, workers):
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-p", "no:schemathesis", *workers],
        cwd=their_project,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "3 passed" in ended.stdout


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

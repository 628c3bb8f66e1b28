"""docs/az.md is executed as it stands, with Microsoft's unmodified command line."""

import os
import re
import subprocess
import sys
from pathlib import Path

import jwt
import pytest

ROOT = Path(__file__).parents[2]
AZ = ROOT / ".venv-az" / "bin"
MARK = "=== next block"
TAKEN_OVER = 'eval "$(localazure env --data "$LOCALAZURE_DATA")"'

pytestmark = pytest.mark.long


def script() -> str:
    """The page's sh blocks, each announced, in one shell that stops at the first failure."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / "docs" / "az.md").read_text(), re.DOTALL | re.MULTILINE)
    return "\n".join(["set -e", *(f"echo '{MARK}'\n{block}" for block in blocks), 'echo "APP=$APPLICATION_ID"'])


@pytest.fixture
def shell(azure, tmp_path):
    path = f"{AZ}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(azure.data), "LOCALAZURE_DATA": str(azure.data)}

    # az remembers clouds: each test has a configuration of its own
    fresh = f'export AZURE_CONFIG_DIR="{tmp_path}/az"'

    def run(text: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", text.replace(TAKEN_OVER, f"{TAKEN_OVER}\n{fresh}")],
            env=environment | more,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


@pytest.fixture(autouse=True)
def az_is_installed() -> None:
    assert (AZ / "az").exists(), "the az command line is missing: make az"


def test_page_leads_from_sign_in_to_a_working_subscription(azure, shell, receiver, write, http):
    hook = receiver()

    ended = shell(script(), WEBHOOK_URL=hook.url)

    assert ended.returncode == 0, ended.stderr
    _, _, signing_in, reading, application, provider, created = ended.stdout.split(f"{MARK}\n")
    assert signing_in.splitlines()[-1] == "Local"
    assert reading.splitlines() == [azure.url.removeprefix("https://"), azure.acs.connection_string]
    assert application.splitlines() == ["Centrala"]
    assert provider.splitlines()[-1] == "Registered"
    *_, state, app = created.splitlines()
    assert state == "Succeeded"
    token = hook.handshakes.get_nowait().headers["authorization"].removeprefix("Bearer ")
    assert jwt.decode(token, options={"verify_signature": False})["aud"] == app.removeprefix("APP=")
    write("after az")
    assert hook.next().events[0]["data"]["message"] == "after az"


def test_wrong_application_id_is_told_by_az(azure, shell, receiver):
    hook = receiver()
    wrong = script().replace(
        'application-id-or-uri "$APPLICATION_ID"', "application-id-or-uri 11111111-2222-3333-4444-555555555555"
    )

    ended = shell(wrong, WEBHOOK_URL=hook.url)

    assert ended.returncode != 0
    assert "(Url validation) Webhook validation handshake failed" in ended.stderr
    assert hook.handshakes.empty()

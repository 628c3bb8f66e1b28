"""docs/az.md is executed as it stands, with Microsoft's unmodified command line."""

import os
import re
import subprocess
import sys
from pathlib import Path
from shlex import quote

import jwt
import pytest

ROOT = Path(__file__).parents[2]
AZ = ROOT / ".venv-az" / "bin"
MARK = "=== "
TAKEN_OVER = 'eval "$(localazure env --data "$LOCALAZURE_DATA")"'
AWAY = "Take it all away again"
SECONDS = 240

pytestmark = pytest.mark.long


def blocks() -> list[tuple[str, str]]:
    """The page's sh blocks with the heading above each."""
    page = (ROOT / "docs" / "az.md").read_text()
    told, heading = [], ""
    found = re.finditer(r"^## (?P<heading>[^\n]+)$|^```sh\n(?P<block>.*?)^```", page, re.DOTALL | re.MULTILINE)
    for match in found:
        heading = match["heading"] or heading
        if match["block"]:
            told.append((heading, match["block"]))
    return told


def script(*, until: str = AWAY) -> str:
    """One shell that announces each block's heading, stops at the first failure, and ends before `until`."""
    lines = ["set -e"]
    for heading, block in blocks():
        if heading == until:
            break
        lines.append(f"echo {quote(MARK + heading)}\n{block}")
    return "\n".join([*lines, f"echo '{MARK}APPLICATION'\necho \"$APPLICATION_ID\""])


def told(output: str) -> dict[str, list[str]]:
    """The lines that az printed below each heading."""
    found: dict[str, list[str]] = {}
    for part in output.split(MARK)[1:]:
        heading, *lines = part.splitlines()
        found.setdefault(heading, []).extend(lines)
    return found


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
            timeout=SECONDS,
            check=False,
        )

    return run


@pytest.fixture(autouse=True)
def az_is_installed() -> None:
    assert (AZ / "az").exists(), "the az command line is missing: make az"


def test_page_has_forty_commands():
    page = "".join(block for _, block in blocks())

    assert len(re.findall(r"^\w*=?\"?\$?\(?az ", page, re.MULTILINE)) >= 40


def test_page_leads_from_sign_in_to_a_working_subscription_and_back(azure, shell, receiver, write):
    hook = receiver()

    ended = shell(script(), WEBHOOK_URL=hook.url)

    assert ended.returncode == 0, ended.stderr
    found = told(ended.stdout)
    [application] = found.pop("APPLICATION")
    del found[""]  # the environment is taken over above the first heading
    assert {heading: _plain(lines) for heading, lines in found.items()} == _expected(azure, hook.url, application)
    token = hook.handshakes.get_nowait().headers["authorization"].removeprefix("Bearer ")
    assert jwt.decode(token, options={"verify_signature": False})["aud"] == application
    write("after az")
    assert hook.next().events[0]["data"]["message"] == "after az"
    away = dict(blocks())[AWAY]
    ended = shell(f"set -e\n{TAKEN_OVER}\n{away}", APPLICATION_ID=application)
    assert ended.returncode == 0, ended.stderr
    assert azure.control.get("/_local/state").json()["event_subscriptions"] == []


def test_wrong_application_id_is_told_by_az(azure, shell, receiver):
    hook = receiver()
    wrong = script(until="A subscription on the resource itself").replace(
        'application-id-or-uri "$APPLICATION_ID"', "application-id-or-uri 11111111-2222-3333-4444-555555555555"
    )

    ended = shell(wrong, WEBHOOK_URL=hook.url)

    assert ended.returncode != 0
    assert "(Url validation) Webhook validation handshake failed" in ended.stderr
    assert hook.handshakes.empty()


def _expected(azure, url: str, application: str) -> dict[str, list[str]]:
    """What az prints below each heading, JSON left out."""
    host, topic = azure.url.removeprefix("https://"), "Microsoft.Communication.CommunicationServices"
    kind = "Microsoft.Communication/CommunicationServices"
    return {
        "Sign in": ["localazure", "Local"],
        "Look around": ["Enabled", "polandcentral", "Bearer", azure.resource_group, kind],
        "Read the resource and its keys": [host, azure.acs.connection_string, "88", "care", "first", "*"],
        "A resource of one's own": ["false", "Succeeded", "care", "westeurope", "true"],
        "Register the application": ["Centrala", "Centrala", f"api://{application}", "40", "1", application],
        "Give it a role": ["BuiltInRole", "ServicePrincipal", "Contributor"],
        "Register Event Grid": ["1", "Registered"],
        "Create the system topic and the event subscription": ["Succeeded", "centrala", topic, "centrala-sms", url],
        "A subscription on the resource itself": ["direct", "/phonenumber/1"],
    }


def _plain(lines: list[str]) -> list[str]:
    """Without the table that `az login` prints, and JSON."""
    return [line for line in lines if line and not line.startswith((" ", "[", "]", "{", "}"))]

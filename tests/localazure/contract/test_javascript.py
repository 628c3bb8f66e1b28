"""Microsoft's JavaScript clients get on with the local cloud, too."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "javascript"
INSTALLED = Path(__file__).parents[3] / ".node"
WITHOUT = "JAVASCRIPT'S CLIENTS WERE NOT TRIED: node and npm are not on this machine"

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def packages() -> Path:
    """The folder of the installed packages: npm installs them once, and again when package.json has changed."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip(WITHOUT)
    wanted, have = HERE / "package.json", INSTALLED / "package.json"
    if not have.exists() or have.read_text() != wanted.read_text():
        shutil.rmtree(INSTALLED, ignore_errors=True)
        fresh = INSTALLED.with_name(".node-installing")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        shutil.copy(wanted, fresh)
        subprocess.run(
            [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=fresh, check=True, timeout=300
        )
        fresh.rename(INSTALLED)
    return INSTALLED / "node_modules"


def test_javascript_clients_get_a_token_subscribe_and_send(azure, packages, resources, receiver):
    resources.providers.register("Microsoft.EventGrid")
    hook = receiver()
    facts = {
        "url": azure.url,
        "tenant": azure.tenant_id,
        "client": azure.client_id,
        "secret": azure.client_secret,
        "subscription": azure.subscription_id,
        "group": azure.resource_group,
        "source": azure.acs.resource_id,
        "connection": azure.acs.connection_string,
        "number": azure.acs.phone_numbers[0],
        "webhook": hook.url,
    }

    ended = subprocess.run(
        ["node", str(HERE / "smoke.js")],
        input=json.dumps(facts),
        env={"PATH": os.environ["PATH"], "NODE_PATH": str(packages), "NODE_EXTRA_CA_CERTS": azure.ca_bundle},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert (told["topic"], told["state"], told["names"]) == (azure.acs.resource_id, "Succeeded", ["hook"])
    assert (told["sent"]["httpStatusCode"], told["sent"]["successful"]) == (202, True)
    assert hook.handshakes.get_nowait().headers["aeg-event-type"] == "SubscriptionValidation"
    [report] = hook.next().events
    assert report["id"] == told["sent"]["messageId"]
    assert report["data"]["tag"] == "javascript"

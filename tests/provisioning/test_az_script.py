"""The exported script, run by the unmodified az against the local cloud, ends where apply ends."""

import os
import subprocess
import sys
from pathlib import Path
from shlex import quote

import pytest

from centrala.connection import actions
from centrala.connection.actions import ConnectFields
from centrala.connection.provisioning.exports import az
from provisioning.scene import WHOLE, Scene

AZ = Path(__file__).parents[2] / ".venv-az" / "bin"
SECONDS = 300
SIGN_IN = """
set -e
eval "$(localazure env --data "$LOCALAZURE_DATA")"
export AZURE_CONFIG_DIR="$CONFIGURATION"
az cloud register --name localazure --endpoint-resource-manager "$AZURE_RESOURCE_MANAGER" --output none
az cloud set --name localazure
az login --service-principal --tenant "$AZURE_TENANT_ID" --username "$AZURE_CLIENT_ID" \\
  --password "$AZURE_CLIENT_SECRET" --output none
"""

pytestmark = pytest.mark.long


@pytest.fixture
def run(scene: Scene, tmp_path: Path):
    assert (AZ / "az").exists(), "the az command line is missing: make az"
    environment = {
        "PATH": f"{AZ}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "LOCALAZURE_DATA": str(scene.azure.data),
        "CONFIGURATION": str(tmp_path / "az"),
    }

    def shell(text: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", text], env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )

    signed_in = shell(SIGN_IN)
    assert signed_in.returncode == 0, signed_in.stderr

    def script(text: str) -> subprocess.CompletedProcess[str]:
        taken_over = 'eval "$(localazure env --data "$LOCALAZURE_DATA")"\nexport AZURE_CONFIG_DIR="$CONFIGURATION"\n'
        return shell(f"{taken_over} bash -c {quote(text)} centrala-azure.sh")

    return script


def test_script_ends_where_apply_ends(scene: Scene, run) -> None:
    first = run(az.script(scene.provisioner().plan()))

    assert first.returncode == 0, first.stderr
    assert "Now connect Centrala: centrala connect --resource-id" in first.stdout
    [application] = scene.applications()
    fields = ConnectFields(
        resource_name=scene.azure.acs.resource_name,
        resource_id=scene.azure.acs.resource_id,
        connection_string=scene.azure.acs.connection_string,
        event_grid_app_id=application["appId"],
        event_grid_app_tenant_id=scene.azure.tenant_id,
        confirmed=True,
    )
    actions.connect(fields=fields, actor=None, cloud=scene.cloud)

    second = run(az.script(scene.provisioner().plan()))
    third = run(az.script(scene.provisioner().plan()))

    assert second.returncode == 0, second.stderr
    assert third.returncode == 0, third.stderr
    assert scene.counted() == WHOLE
    assert scene.provisioner().plan().to_do == ()

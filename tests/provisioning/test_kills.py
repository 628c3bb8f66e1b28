"""`centrala provision` killed at every step, before the step is done and after it: the next run finishes, nothing is
doubled. One demo, one long way: every killed run goes on where the one before was killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from running_demo import Demo, clean_environment, running_demo, until

pytestmark = pytest.mark.long

STEPS = [
    "POST /*/providers/microsoft.eventgrid/register",
    "PATCH /v1.0/applications(uniquename=*",
    "POST /v1.0/serviceprincipals",
    "PATCH /v1.0/applications/*",
    "POST /v1.0/serviceprincipals/*/approleassignedto",
    "POST /v1.0/serviceprincipals/*/approleassignedto",
    "GET /phonenumbers*",  # while connecting
    "PUT /*/systemtopics/acs-centrala-events",
    "PUT /*/eventsubscriptions/centrala-sms",
    "PUT /*/eventsubscriptions/centrala-recording",
    "PUT /*/eventsubscriptions/centrala-incoming-call",
]


def begun(demo: Demo) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "centrala.cli", "provision", "--yes", "--data", str(demo.data)]
    return subprocess.Popen(
        words, env=clean_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def killed_at(demo: Demo, control: httpx.Client, step: str, *, done: bool) -> None:
    body = {"operation": step, "hang": True, "done": done}
    control.post("/_local/faults", json=body).raise_for_status()
    process = begun(demo)
    try:
        until(lambda: control.get("/_local/faults").json()["items"] == [] or process.poll() is not None, 60)
        assert process.poll() is None, f"it ended before {step}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # its own group: this command and nothing else
        process.wait()
    control.delete("/_local/faults").raise_for_status()


def counts(control: httpx.Client) -> dict[str, int]:
    state = control.get("/_local/state").json()
    applications = [one for one in state["applications"] if one["display_name"] != "Centrala demo"]
    return {
        "applications": len(applications),
        "topics": len(state["system_topics"]),
        "subscriptions": len(state["event_subscriptions"]),
    }


def test_run_killed_at_every_step_finishes_at_the_next_and_doubles_nothing(tmp_path: Path) -> None:
    with running_demo(tmp_path, "--unconnected") as demo, demo.control() as control:
        for step in STEPS:
            for done in (False, True):
                killed_at(demo, control, step, done=done)

        ended = demo.command("provision", "--yes")
        planned = demo.command("provision", "--plan")

        assert ended.returncode == 0, ended.stderr
        assert (planned.returncode, planned.stdout.splitlines()[-1]) == (0, "Nothing is to be done.")
        assert counts(control) == {"applications": 1, "topics": 1, "subscriptions": 3}

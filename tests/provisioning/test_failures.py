"""Azure failing in the middle: every kind of failure at every step, before what was asked is done, and after it."""

from dataclasses import replace

import pytest

from centrala.connection.provisioning import Progress, Stopped
from provisioning.scene import WHOLE, Reports, Scene

pytestmark = pytest.mark.long

# What each step asks of Azure, and the step's key.
STEPS = {
    "POST /*/providers/microsoft.eventgrid/register": "provider:Microsoft.EventGrid",
    "PATCH /v1.0/applications(uniquename=*": "application",
    "POST /v1.0/serviceprincipals": "principal",
    "PATCH /v1.0/applications/*": "role",
    "POST /v1.0/serviceprincipals/*/approleassignedto": "assignment:event-grid",
    "PUT /*/systemtopics/acs-centrala-events": "topic",
    "PUT /*/eventsubscriptions/centrala-sms": "subscription:sms",
    "PUT /*/eventsubscriptions/centrala-recording": "subscription:recording",
    "PUT /*/eventsubscriptions/centrala-incoming-call": "subscription:incoming-call",
}
READING = ["POST /*/listkeys", "GET /*/providers/microsoft.eventgrid", "GET /v1.0/*", "GET /*/systemtopics"]


@pytest.mark.parametrize("done", [False, True], ids=["undone", "done"])
@pytest.mark.parametrize("status", [409, 429, 500, 503])
def test_failure_at_every_step_is_got_over(scene: Scene, status: int, done: bool) -> None:
    for step in STEPS:
        scene.order(step, status=status, done=done, retry_after_seconds=0)
    reports = Reports()

    scene.provisioner(reports=reports).apply()

    assert scene.counted() == WHOLE
    assert scene.azure.control.get("/_local/faults").json()["items"] == []  # each was met
    retried = {one.key for one in reports.of(Progress.RETRYING)}
    assert done or retried == set(STEPS.values())


@pytest.mark.parametrize("done", [False, True], ids=["undone", "done"])
def test_silence_at_every_step_is_got_over(scene: Scene, done: bool) -> None:
    for step in STEPS:
        scene.order(step, hang=True, done=done)
    provisioner = scene.provisioner()
    provisioner.cloud = replace(scene.cloud, answer_seconds=3)

    provisioner.apply()

    assert scene.counted() == WHOLE
    assert scene.azure.control.get("/_local/faults").json()["items"] == []


@pytest.mark.parametrize("status", [429, 500])
def test_failure_while_reading_is_got_over(scene: Scene, status: int) -> None:
    for question in READING:
        scene.order(question, status=status, retry_after_seconds=0)

    scene.provisioner().apply()

    assert scene.counted() == WHOLE
    assert scene.azure.control.get("/_local/faults").json()["items"] == []


def test_missing_right_at_every_step_stops_there_and_the_next_run_goes_on(scene: Scene) -> None:
    stopped_at = []
    for step in STEPS:
        scene.order(step, status=403)
        with pytest.raises(Stopped) as stopped:
            scene.provisioner().apply()
        stopped_at.append(stopped.value.key)
        assert "centrala provision --export az" in stopped.value.fix

    scene.provisioner().apply()

    assert stopped_at == list(STEPS.values())
    assert scene.counted() == WHOLE


def test_two_runs_at_once_take_turns(scene: Scene) -> None:
    """The second one begins while the first waits for the topic, and finds everything done."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    second = Reports()

    def run() -> None:
        try:
            scene.provisioner(reports=second).apply()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        begun = []
        first = Reports(when={Progress.RETRYING: lambda: begun.append(pool.submit(run))})
        scene.order("PUT /*/systemtopics/acs-centrala-events", status=503, times=2, retry_after_seconds=0)
        scene.provisioner(reports=first).apply()
        begun[0].result(60)

    assert second.of(Progress.RUNNING) == []
    assert scene.counted() == WHOLE

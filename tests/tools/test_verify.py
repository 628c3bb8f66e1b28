"""Nothing is lost and nothing doubled, though web, worker and PostgreSQL are killed all the while."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from running_demo import clean_environment

ROOT = Path(__file__).parents[2]
EVENTS = 50_000
SECONDS = 240  # a third of it, on two cores that nobody else uses


@pytest.mark.long
def test_each_event_is_there_once_after_kills() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "bench.verify", "--events", str(EVENTS)],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert ended.stdout, ended.stderr
    told = json.loads(ended.stdout.splitlines()[-1])
    assert ended.returncode == 0, ended.stdout
    assert (told["events"], told["given_up"], told["missing"], told["surplus"]) == (EVENTS, 0, 0, 0)
    assert min(told["killed"].get(victim, 0) for victim in ("web", "worker", "postgres")) > 0
    assert told["retried"] > 0

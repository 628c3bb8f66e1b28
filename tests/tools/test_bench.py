"""The benches still run: small and once, which says nothing about speed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from running_demo import clean_environment

ROOT = Path(__file__).parents[2]
KEYS = {
    "ingest_single": {"cpu_ratio", "per_second"},
    "ingest_batch": {"copy_ratio", "per_second"},
    "saturation": {"lost", "never_taken"},
    "drain": {"per_second"},
    "live": {"median_ms", "p99_ms", "posts_p99_ms", "late_ms"},
    "offered": {"posts_p99_ms", "lost", "late_ms"},
    "desk": {
        f"{page}_{kind}"
        for page in ("list", "thread", "search_rare", "search_common", "search_number")
        for kind in ("cold_ms", "warm_ms", "warm_ratio")
    },
    "local_sms": {"round_trips_200_s"},
    "local_delivery": {"per_second"},
    "media": {"rooms_per_core", "late_p99_ms"},
    "calls": {"greeted_ms", "lost", "silent_share", "talks_per_core", "delay_p99_ms"},
    "startup": {"local_azure_s", "local_azure_mb", "demo_warm_s"},
}


@pytest.mark.long
def test_quick_bench_writes_every_figure(tmp_path: Path) -> None:
    output = tmp_path / "results.json"

    ended = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--output", str(output)],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    found = json.loads(output.read_text())
    assert {group: set(figures) for group, figures in found.items()} == KEYS
    assert set(found.pop("saturation").values()) == {0}
    assert found["offered"].pop("lost") == 0
    for name in ("lost", "silent_share"):  # none on a calm machine
        assert found["calls"].pop(name) >= 0
    assert all(value > 0 for figures in found.values() for value in figures.values())
    assert len(ended.stdout.splitlines()) == sum(len(names) for names in KEYS.values())

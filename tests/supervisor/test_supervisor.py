"""A supervisor and its children as real processes."""

import os
import signal
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from centrala.postgres import Cluster
from centrala.supervisor import DidNotStart, Process, Restart
from supervisor.scene import Run, supervised, wait_until


def children(run: Run) -> list[psutil.Process]:
    return psutil.Process(run.process.pid).children()


@pytest.mark.parametrize("order", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_stops_the_children_politely(order: signal.Signals) -> None:
    with supervised("[Process('one', python(POLITE))], [Process('two', python(POLITE))]") as run:
        run.until("one      | hello", "two      | hello", "ready")

        run.process.send_signal(order)

        assert run.end() == 0
    assert run.lines[-2:] == ["two      | bye", "one      | bye"]


def test_next_stage_waits_until_the_one_before_is_ready(tmp_path: Path) -> None:
    flag = str(tmp_path / "flag")
    slow = "import sys, time, signal; time.sleep(0.3); open(sys.argv[1], 'w'); print('up'); signal.pause()"
    first = f"[Process('slow', [*python({slow!r}), {flag!r}], ready=Path({flag!r}).exists)]"
    stages = f"{first}, [Process('next', python(POLITE))]"
    with supervised(stages) as run:
        run.until("next     | hello", "ready")

        run.process.terminate()

        assert run.end() == 0
    assert run.lines[0] == "slow     | up"


@pytest.mark.long
def test_step_is_done_before_the_next_stage() -> None:
    step = "Step('migrate', lambda: print('migrated', flush=True))"
    with supervised(f"[{step}], [Process('web', python(POLITE))]") as run:
        run.until("web      | hello", "ready")

        run.process.terminate()

        assert run.end() == 0
    assert run.lines[0] == "migrated"


def test_step_that_cannot_be_done_ends_everything() -> None:
    step = "Step('migrate', Cluster.at(Path('/nowhere')).dsn)"
    with supervised(f"[{step}], [Process('web', python(POLITE))]") as run:
        assert run.end() == 1

    assert run.lines == ["centrala | There is no database in /nowhere yet: start it first."]


def test_killed_child_is_started_again() -> None:
    with supervised("[Process('web', python(POLITE))]") as run:
        run.until("web      | hello", "ready")
        first = children(run)[0].pid

        os.kill(first, signal.SIGKILL)
        said = run.until("was killed")
        run.until("web      | hello")

        assert children(run)[0].pid != first
        run.process.terminate()
        assert run.end() == 0
    assert said == "centrala | web was killed by SIGKILL; starting it again in 0.01 s"


@pytest.mark.long
def test_child_that_keeps_ending_is_started_ever_later() -> None:
    with supervised("[Process('web', python('pass'))]") as run:
        run.until("again in 0.01 s", "again in 0.02 s", "again in 0.04 s")
        last = run.until("starting it again")

        run.process.terminate()

        assert run.end() == 0
    assert last == "centrala | web ended with code 0; starting it again in 0.04 s"


def test_child_that_cannot_start_ends_everything() -> None:
    bad = "[Process('web', python('print(1); exit(\"Port 8080 is taken\")'), ready=lambda: False)]"
    with supervised(f"[Process('one', python(POLITE))], {bad}") as run:
        assert run.end() == 1

    assert run.lines[-1] == "centrala | web did not start: Port 8080 is taken"
    assert "ready" not in run.lines


def test_answer_of_another_program_does_not_make_a_dead_child_ready() -> None:
    process = Process("web", [sys.executable, "-c", "exit('Port 8080 is taken')"], ready=_child_has_ended)

    with pytest.raises(DidNotStart, match="web did not start: Port 8080 is taken"):
        process.start()


def test_program_that_is_not_there_is_named() -> None:
    with supervised("[Process('web', ['/no/such/program'], ready=lambda: False)]") as run:
        assert run.end() == 1

    assert run.lines[-1] == "centrala | web did not start: /no/such/program: No such file or directory"


@pytest.mark.long
def test_child_that_never_gets_ready_ends_everything() -> None:
    with supervised("[Process('web', python(POLITE), ready=lambda: False, patience=0.3)]") as run:
        assert run.end() == 1

    assert run.lines[-1].startswith("centrala | web was not ready after 0.3 s")


@pytest.mark.long
def test_stubborn_child_is_killed_after_the_grace() -> None:
    with supervised("[Process('web', python(STUBBORN), grace=0.2)]") as run:
        run.until("web      | hello", "ready")
        child = children(run)[0]

        run.process.terminate()

        assert run.end() == 0
    assert not child.is_running()


def test_signal_during_the_start_stops_it() -> None:
    with supervised("[Process('web', python(POLITE), ready=lambda: False)]") as run:
        run.until("web      | hello")

        run.process.terminate()

        assert run.end() == 0


def test_bug_in_a_member_is_shown_and_ends_everything() -> None:
    with supervised("[Process('web', python(POLITE), ready=lambda: 1 / 0)]") as run:
        assert run.end() == 1

    assert "ZeroDivisionError: division by zero" in run.lines
    assert run.lines[-1].startswith("centrala | web: an unforeseen error")


def test_ctrl_c_at_the_terminal_reaches_only_the_supervisor() -> None:
    with supervised("[Process('web', python(POLITE))]") as run:
        run.until("web      | hello", "ready")
        groups = {os.getpgid(child.pid) for child in children(run)}

        os.killpg(run.process.pid, signal.SIGINT)

        assert run.end() == 0
    assert run.process.pid not in groups
    assert "web      | bye" in run.lines


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_killed_supervisor_leaves_no_child(tmp_path: Path) -> None:
    data = tmp_path / "data"
    stages = "[Cluster.at(Path(sys.argv[1]))], [Process('web', python(STUBBORN)), Process('two', python(POLITE))]"
    with supervised(stages, str(data)) as run:
        run.until("web      | hello", "two      | hello", "ready")
        family = psutil.Process(run.process.pid).children(recursive=True)

        run.process.kill()

        wait_until(lambda: not any(_alive(child) for child in family))
    Cluster.at(data).destroy()
    assert len(family) > 3


@pytest.mark.long
def test_killed_database_comes_back_with_its_rows(tmp_path: Path) -> None:
    cluster = Cluster.at(tmp_path / "data")
    with supervised("[Cluster.at(Path(sys.argv[1]))]", str(cluster.place.data)) as run:
        run.until("ready")
        with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
            connection.execute("create table kept as select 1 as it")
        killed = children(run)[0].pid

        os.kill(killed, signal.SIGKILL)
        run.until("postgres was killed by SIGKILL; starting it again")
        wait_until(cluster.running)
        with psycopg.connect(cluster.dsn("postgres")) as connection:
            kept = connection.execute("select it from kept").fetchall()

        run.process.terminate()
        assert run.end() == 0
    stopped = not cluster.running()
    cluster.destroy()
    assert kept == [(1,)]
    assert stopped


def test_database_that_cannot_start_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with supervised("[Cluster.at(Path(sys.argv[1]))]", str(tmp_path / "data")) as run:
        assert run.end() == 1

    assert len(run.lines) == 1
    assert f"{tmp_path / 'data'}: File exists" in run.lines[0]


def test_restart_delays_double_up_to_the_longest() -> None:
    restart = Restart()

    assert [restart.delay(failures) for failures in (0, 1, 2, 3, 4, 5, 1000)] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


def test_output_that_is_not_text_is_shown_anyway(capsys: pytest.CaptureFixture[str]) -> None:
    process = Process("web", [sys.executable, "-c", "import os; os.write(1, b'\\xff caf\\xc3\\xa9')"])

    process.start()
    ended = process.wait()

    assert ended == "ended with code 0"
    assert capsys.readouterr().err == "web      | \N{REPLACEMENT CHARACTER} café\n"


def test_environment_is_added_to_ours(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OURS", "ours")
    code = "import os; print(os.environ['OURS'], os.environ['THEIRS'])"
    process = Process("web", [sys.executable, "-c", code], env={"THEIRS": "theirs"})

    process.start()
    process.wait()

    assert capsys.readouterr().err == "web      | ours theirs\n"


def _alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def _child_has_ended() -> bool:
    """Waits for it and leaves it to be waited for again."""
    return os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT) is not None

"""One local cloud that is killed and started again on the same data."""

import socket
import ssl
import subprocess
import sys
from types import SimpleNamespace

import httpx
import pytest

from localazure import pytest_plugin
from localazure.certificates import Authority
from localazure_tests.acs import Acs
from localazure_tests.cloud import CUSTOMER, Cloud
from localazure_tests.receiver import Receiver, status
from localazure_tests.waiting import until
from localazure_tests.webhooks import SMS_RECEIVED

pytestmark = pytest.mark.long


@pytest.fixture
def cloud(tmp_path):
    cloud = Cloud(tmp_path)
    yield cloud
    assert cloud.stop() == 0


@pytest.fixture
def hook(cloud, tmp_path):
    with Receiver(*Authority(cloud.data).issue(tmp_path / "hook")) as receiver:
        yield receiver


def test_durable_queue_delivers_after_a_kill_and_restart_what_was_waiting(cloud, hook):
    hook.answer = status(503)
    before, token = cloud.facts, cloud.token()
    path = cloud.subscribe(hook.url, token)
    until(lambda: cloud.arm("GET", path, token).json()["properties"]["provisioningState"] == "Succeeded")
    cloud.write("before the kill")
    hook.next()
    until(lambda: cloud.control.get("/_local/deliveries").json()["items"][0]["attempts"])
    cloud.advance(5)
    cloud.kill()
    hook.answer = status(200)

    cloud.start()
    cloud.advance(25)

    received = hook.next()
    assert {**cloud.facts, "acs": None} == {**before, "acs": None}
    assert cloud.facts["acs"] == before["acs"]
    assert received.types == [SMS_RECEIVED]
    assert received.headers["aeg-delivery-count"] == "1"
    assert cloud.arm("GET", path, token).json()["properties"]["provisioningState"] == "Succeeded"
    [item] = cloud.control.get("/_local/inbox", params={"number": CUSTOMER}).json()["items"]
    assert item["text"] == "before the kill"


def test_handshake_under_way_goes_on_after_a_kill(cloud, hook):
    answer, hook.answer = hook.answer, status(500)
    hook.answer = lambda received: (500, {})
    token = cloud.token()
    path = cloud.subscribe(hook.url, token)
    hook.handshakes.get(timeout=10)
    cloud.kill()
    hook.answer = answer

    cloud.start()

    hook.handshakes.get(timeout=10)
    until(lambda: cloud.arm("GET", path, token).json()["properties"]["provisioningState"] == "Succeeded")


def test_stopped_cloud_starts_anew_when_asked(tmp_path):
    first = Cloud(tmp_path)
    first.write("forgotten")
    assert first.stop() == 0

    process = pytest_plugin.start(tmp_path, "--fresh", "--seed", "bare")
    facts = pytest_plugin.wait_until_ready(process, tmp_path)

    assert facts["tenant_id"] != first.facts["tenant_id"]
    assert facts["acs"] is None
    assert pytest_plugin.stop(process) == 0


def up(*options):
    command = [sys.executable, "-m", "localazure", "up", *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


def test_taken_port_is_one_line_and_exit_1(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        ended = up("--data", tmp_path, "--port", port, "--portal-port", 0)

    assert ended.returncode == 1
    assert ended.stderr == (
        f"localazure: Port {port} on 127.0.0.1 cannot be used (Address already in use). "
        "Fix: stop the program that has it, or choose another with --port.\n"
    )


def test_folder_that_cannot_be_written_is_one_line_and_exit_1(tmp_path):
    (tmp_path / "file").write_text("in the way")

    ended = up("--data", tmp_path / "file" / "data", "--port", 0, "--portal-port", 0)

    assert ended.returncode == 1
    assert ended.stderr == (
        f"localazure: The data folder {tmp_path}/file/data cannot be written (Not a directory). "
        "Fix: give another with --data.\n"
    )


def test_second_cloud_on_the_same_data_is_refused(cloud):
    ended = up("--data", cloud.data, "--port", 0, "--portal-port", 0)

    assert ended.returncode == 1
    assert ended.stderr.startswith("localazure: Another local cloud runs on the data folder")
    assert ended.stderr.count("\n") == 1


def test_environment_is_printed_for_the_shell(cloud):
    command = [sys.executable, "-m", "localazure", "env", "--data", str(cloud.data)]
    script = 'eval "$(' + " ".join(command) + ')" && env -0'
    printed = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=20, check=True).stdout

    values = dict(line.split("=", 1) for line in printed.split("\0") if line)
    assert values["REQUESTS_CA_BUNDLE"] == values["SSL_CERT_FILE"] == cloud.facts["ca_bundle_with_public"]
    assert values["AZURE_AUTHORITY_HOST"] == cloud.facts["url"]
    assert values["AZURE_CLIENT_SECRET"] == cloud.facts["client_secret"]
    assert values["AZURE_CORE_INSTANCE_DISCOVERY"] == "false"


def test_environment_of_a_cloud_that_never_ran_is_an_error(tmp_path):
    command = [sys.executable, "-m", "localazure", "env", "--data", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"localazure: No local cloud has run in {tmp_path}.")


def test_secrets_on_disk_are_the_owners_alone(cloud):
    modes = {name: (cloud.data / name).stat().st_mode & 0o777 for name in
             ("ca.key", "listener/key.pem", "localazure.db", "ready.json", "started.json")}  # fmt: skip

    assert set(modes.values()) == {0o600}


def test_certificate_for_the_hub_is_of_the_same_authority(tmp_path):
    process = pytest_plugin.start(tmp_path, "--certificate", str(tmp_path / "hub"))
    facts = pytest_plugin.wait_until_ready(process, tmp_path)
    pytest_plugin.stop(process)

    with Receiver(tmp_path / "hub" / "cert.pem", tmp_path / "hub" / "key.pem") as receiver:
        context = ssl.create_default_context(cafile=facts["ca_bundle"])
        with httpx.Client(verify=context, trust_env=False) as client:
            answer = client.post(receiver.url, headers={"aeg-event-type": "Notification"}, json=[{"data": {}}])

    assert answer.status_code == 200
    assert (tmp_path / "hub" / "key.pem").stat().st_mode & 0o777 == 0o600


def test_idle_clients_and_open_streams_do_not_delay_the_end(cloud):
    cloud.token()

    with cloud.control.stream("GET", "/_local/stream", params={"number": CUSTOMER}) as stream:
        lines = stream.iter_lines()
        next(lines)
        code = pytest_plugin.stop(cloud._process)
        rest = list(lines)

    assert (code, rest) == (0, [""])
    assert "graceful shutdown exceeded" not in (cloud.data / "log").read_text()


def test_ready_file_that_cannot_be_written_is_one_line_and_exit_1(tmp_path):
    ended = up("--data", tmp_path, "--port", 0, "--portal-port", 0, "--ready-file", tmp_path / "none" / "ready.json")

    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("localazure: The ready file")
    assert "Traceback" not in ended.stderr


def test_broken_database_is_one_line_and_exit_1(tmp_path):
    (tmp_path / "localazure.db").write_text("this is no database, it is long enough to be seen as one" * 50)

    ended = up("--data", tmp_path, "--port", 0, "--portal-port", 0)

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"localazure: {tmp_path}/localazure.db cannot be used (file is not a database).")
    assert ended.stderr.count("\n") == 1


def acs_of(cloud):
    facts = cloud.facts["acs"]
    named = SimpleNamespace(connection_string=facts["connection_string"], phone_numbers=facts["phone_numbers"])
    return Acs(SimpleNamespace(url=cloud.facts["url"], acs=named), cloud.azure)


def test_number_operation_under_way_and_opt_outs_outlive_a_kill(cloud):
    cloud.write("STOP")
    cloud.control.post("/_local/faults", json={"operation": "numbers.operation", "delay_seconds": 3600})
    acs = acs_of(cloud)
    begun = acs.request("DELETE", "/phoneNumbers/%2B18335550101?api-version=2025-06-01")
    cloud.kill()
    cloud.start()

    acs = acs_of(cloud)
    running = acs.request("GET", begun.headers["operation-location"]).json()["status"]
    cloud.advance(3600)
    ended = acs.request("GET", begun.headers["operation-location"]).json()["status"]

    assert (running, ended) == ("running", "succeeded")
    assert acs.opt_outs("check").json()["value"][0]["isOptedOut"]

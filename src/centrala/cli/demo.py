"""`centrala demo`: the local cloud and the hub on this machine, seeded, in the foreground."""

import argparse
import os
import sys
from pathlib import Path

from centrala.cli.demo_files import make_room, mark, read_json, write_configuration, write_json
from centrala.cli.up import embedded_database, hub, prepare
from centrala.installation import Installation, data_folder
from centrala.postgres import Cluster
from centrala.supervisor import Process, Step, Supervisor

CLOUD = "azure.json"  # the local cloud's ready file

FOREIGN = ("AZURE_", "CENTRALA_", "DATABASE_URL", "PUBLIC_URL", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_")
KEPT = {"CENTRALA_DATA", "CENTRALA_STALLED_AFTER"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8080, help="the hub for people, http")
    parser.add_argument("--tls-port", type=int, default=8443, help="the hub for machines, https")
    parser.add_argument("--azure-port", type=int, default=4280, help="the local cloud, https")
    parser.add_argument("--portal-port", type=int, default=4281, help="the local cloud's portal, http")
    parser.add_argument("--fresh", action="store_true", help="throw an earlier demo of this folder away first")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--unconnected", action="store_true", help="leave connecting to you")
    how.add_argument(
        "--trial", action="store_true", help="a trial organisation, to which the local cloud lends a number"
    )
    parser.add_argument("--ready-file", type=Path, help="where to write addresses and credentials when all answers")


def run(options: argparse.Namespace) -> int:
    _forget_other_worlds()
    data = data_folder()
    make_room(data, fresh=options.fresh)
    if options.ready_file:
        options.ready_file.unlink(missing_ok=True)
    try:
        return _supervisor(options, data)
    finally:
        if options.ready_file:
            options.ready_file.unlink(missing_ok=True)


def _forget_other_worlds() -> None:
    """The demo is a world of its own: no database, cloud, key, proxy or bundle that the shell names is for it."""
    for name in list(os.environ):
        if name.startswith(FOREIGN) and name not in KEPT:
            del os.environ[name]
    os.environ |= dict.fromkeys(("NO_PROXY", "no_proxy"), "localhost,127.0.0.1,::1")


def _supervisor(options: argparse.Namespace, data: Path) -> int:
    clusters = embedded_database(Installation.here())
    begin = Step("setup", lambda: _set_up(options, data, clusters))
    supervisor = Supervisor([_local_cloud(options, data), *clusters], [begin], hub([], port=options.port))
    return supervisor.run(on_ready=lambda: _announce(options, data))


def _local_cloud(options: argparse.Namespace, data: Path) -> Process:
    ready = data / CLOUD
    ready.unlink(missing_ok=True)
    argv = [sys.executable, "-m", "localazure", "up", "--data", str(data / "azure"), "--ready-file", str(ready)]
    argv += ["--port", str(options.azure_port), "--portal-port", str(options.portal_port)]
    argv += ["--certificate", str(data / "certificate"), "--log-file", str(data / "azure.log")]
    return Process("azure", argv, ready=ready.exists)


def _set_up(options: argparse.Namespace, data: Path, clusters: list[Cluster]) -> None:
    """With the local cloud and the database up: the configuration, the tables, the organisation and its people."""
    for cluster in clusters:
        mark(cluster)
    cloud = read_json(data / CLOUD)
    write_configuration(data, cloud, port=options.port, tls_port=options.tls_port)
    prepare(clusters)
    from centrala.cli import demo_seed  # Django is ready now, and reads what was just written

    demo_seed.organisation(data, tenant_id=cloud["tenant_id"], trial=options.trial)


def _announce(options: argparse.Namespace, data: Path) -> None:
    """With everything up: connects, unless that is left to the person, and says where everything is."""
    from centrala.cli import demo_seed, demo_trial

    cloud = read_json(data / CLOUD)
    demo_seed.dataverse(cloud)
    if options.trial:
        demo_trial.lent(cloud)
    elif not options.unconnected:
        demo_seed.connected(cloud)
    facts = demo_seed.facts(options, cloud, read_json(data / demo_seed.PEOPLE_FILE))
    print(demo_seed.greeting(facts), flush=True)
    if options.ready_file:
        write_json(options.ready_file.absolute(), facts)

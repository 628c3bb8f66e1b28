"""`centrala demo`: the local cloud and the hub on this machine, seeded, in the foreground."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from centrala.cli.demo_files import make_room, read_json, write_configuration, write_json
from centrala.cli.up import embedded_database, hub
from centrala.installation import Installation
from centrala.supervisor import Process, Supervisor


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8080, help="the hub for people, http")
    parser.add_argument("--tls-port", type=int, default=8443, help="the hub for machines, https")
    parser.add_argument("--azure-port", type=int, default=4280, help="the local cloud, https")
    parser.add_argument("--portal-port", type=int, default=4281, help="the local cloud's portal, http")
    parser.add_argument("--fresh", action="store_true", help="throw an earlier demo of this folder away first")
    parser.add_argument("--unconnected", action="store_true", help="leave connecting to you")
    parser.add_argument("--ready-file", type=Path, help="where to write addresses and credentials when all answers")


def run(options: argparse.Namespace) -> int:
    # The demo is a world of its own: a database or a cloud that the shell names is not for it.
    for variable in [name for name in os.environ if name.startswith(("AZURE_", "DATABASE_URL", "PUBLIC_URL"))]:
        del os.environ[variable]
    data = Installation.here().data
    make_room(data, fresh=options.fresh)
    if options.ready_file:
        options.ready_file.unlink(missing_ok=True)
    try:
        return _run(options, data)
    finally:
        if options.ready_file:
            options.ready_file.unlink(missing_ok=True)


def _run(options: argparse.Namespace, data: Path) -> int:
    azure = _local_cloud(options, data)
    try:
        azure.start()
        cloud = read_json(data / "azure.json")
        write_configuration(data, cloud, port=options.port, tls_port=options.tls_port)
        with embedded_database(Installation.here()) as clusters:
            return _hub(options, data, cloud, Supervisor([azure, *clusters], hub([], port=options.port)))
    finally:
        azure.stop()


def _local_cloud(options: argparse.Namespace, data: Path) -> Process:
    ready = data / "azure.json"
    ready.unlink(missing_ok=True)
    argv = [sys.executable, "-m", "localazure", "up", "--data", str(data / "azure"), "--ready-file", str(ready)]
    argv += ["--port", str(options.azure_port), "--portal-port", str(options.portal_port)]
    argv += ["--certificate", str(data / "certificate")]
    return Process("azure", argv, ready=ready.exists)


def _hub(options: argparse.Namespace, data: Path, cloud: dict[str, Any], supervisor: Supervisor) -> int:
    from centrala.cli.database import migrate, set_up_django

    set_up_django()
    migrate()
    from centrala.cli import demo_seed

    people = demo_seed.organisation(data, tenant_id=cloud["tenant_id"])

    def ready() -> None:
        if not options.unconnected:
            demo_seed.connected(cloud)
        facts = demo_seed.facts(options, cloud, people)
        print(demo_seed.greeting(facts), flush=True)
        if options.ready_file:
            write_json(options.ready_file.absolute(), facts)

    return supervisor.run(on_ready=ready)

"""`centrala connect`: the five fields, from the command line; the connection string also from the environment."""

import argparse
import os
import sys
from contextlib import suppress

from centrala.cli.database import database
from centrala.installation import Installation

VARIABLE = "ACS_CONNECTION_STRING"
ANOTHER_APPLICATION = (
    "The application has changed: until the event subscriptions name the new one, texts and recordings come again, and "
    "calls are lost. Fix: centrala provision, or enter the id in each event subscription within a day."
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--resource-name", help="default: the last part of the id")
    parser.add_argument("--resource-id", required=True)
    parser.add_argument("--connection-string", help=f"better in {VARIABLE}: arguments can be read by others here")
    parser.add_argument("--event-grid-app-id", required=True, help="Application (client) ID")
    parser.add_argument("--event-grid-app-tenant-id", required=True, help="Directory (tenant) ID")
    parser.add_argument("--taken-over", action="store_true", help="another installation had it, and does not any more")
    parser.add_argument("--yes", action="store_true", help="the resource serves this installation only")


def run(options: argparse.Namespace) -> int:
    from centrala.azure.identifiers import ResourceId

    fallback = options.resource_id.rstrip("/").rpartition("/")[2]
    with suppress(ValueError):  # the check of the field says better what is wrong
        fallback = ResourceId.parse(options.resource_id).name
    with database():
        from centrala.connection.actions import ConnectFields, FieldsRefused, connect
        from centrala.connection.audience import warning_of
        from centrala.numbers.actions import sync
        from centrala.workstreams.actions import put_to_work

        fields = ConnectFields(
            resource_name=options.resource_name or fallback,
            resource_id=options.resource_id,
            connection_string=options.connection_string or os.environ.get(VARIABLE, ""),
            event_grid_app_id=options.event_grid_app_id,
            event_grid_app_tenant_id=options.event_grid_app_tenant_id,
            confirmed=options.yes,
            taken_over=options.taken_over,
        )
        credential = Installation.here().own_credential()
        try:
            connection = connect(fields=fields, actor=None, credential=credential)
        except FieldsRefused as refused:
            for name, text in refused.errors.items():
                option = "yes" if name == "confirmed" else name.replace("_", "-")
                print(f"--{option}: {text}", file=sys.stderr)
            return 1
        if connection.former_applications:
            print(ANOTHER_APPLICATION, file=sys.stderr)
        if text := warning_of(connection, credential):
            print(text, file=sys.stderr)
        numbers = sync(connection=connection)
        put_to_work(numbers=numbers)
        print(f"Connected to {connection.resource_name}, {len(numbers)} numbers.")
        for endpoint in connection.endpoints.filter(retires_at=None).order_by("service"):
            print(f"{endpoint.get_service_display()}: {endpoint.url}")
    return 0

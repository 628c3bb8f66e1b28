"""`centrala provision`: acts as the principal that AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET name."""

import argparse

from centrala.cli.database import database
from centrala.errors import Misconfigured
from centrala.installation import Installation


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--resource-id", required=True)
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(options: argparse.Namespace) -> int:
    credential = Installation.here().own_credential()
    if credential is None:
        raise Misconfigured(
            "Nobody is signed in to Azure. Fix: set AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET."
        )
    with database():
        from centrala.azure.identifiers import ResourceId
        from centrala.connection.provisioning import Provisioner
        from centrala.numbers import actions

        connection = Provisioner(
            resource=ResourceId.parse(options.resource_id),
            tenant_id=Installation.here().setting("AZURE_TENANT_ID", "azure_tenant_id"),
            credential=credential,
            actor=None,
            say=print,
        ).provision()
        print(f"{len(actions.sync(connection=connection))} numbers.")
    return 0

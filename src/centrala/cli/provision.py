"""`centrala provision`: acts as the principal that AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET name."""

import argparse

from centrala.azure.identifiers import ResourceId
from centrala.cli.asking import confirm
from centrala.cli.database import database
from centrala.errors import Misconfigured, Refused
from centrala.installation import Installation


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--resource-id", required=True)
    parser.add_argument("--yes", action="store_true", help="do not ask; needed where no terminal is")


def run(options: argparse.Namespace) -> int:
    resource = _resource(options.resource_id)
    credential = Installation.here().own_credential()
    if credential is None:
        raise Misconfigured(
            "Nobody is signed in to Azure. Fix: set AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET."
        )
    confirm(
        f"In Azure this registers the provider Microsoft.EventGrid, connects {resource.name} (with an application "
        "registration of its own), and makes a system topic and an event subscription for SMS. What is there is kept.",
        yes=options.yes,
    )
    with database():
        from centrala.connection.provisioning import Provisioner
        from centrala.numbers import actions

        connection = Provisioner(
            resource=resource,
            tenant_id=Installation.here().setting("AZURE_TENANT_ID", "azure_tenant_id"),
            credential=credential,
            actor=None,
            say=print,
        ).provision()
        print(f"{len(actions.sync(connection=connection))} numbers.")
    return 0


def _resource(text: str) -> ResourceId:
    try:
        return ResourceId.parse(text)
    except ValueError:
        raise Refused(
            f"--resource-id {text} is not the id of a Communication Services resource. Fix: copy the Id from the "
            "resource's page Properties, /subscriptions/…/communicationServices/NAME."
        ) from None

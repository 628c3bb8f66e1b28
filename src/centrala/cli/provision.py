"""`centrala provision`: what Azure needs so that events arrive; planned, applied, or handed over."""

import argparse
from typing import TYPE_CHECKING
from uuid import UUID

from centrala.azure.errors import AzureError
from centrala.azure.eventgrid import DeadLetters
from centrala.cli import acting
from centrala.cli.asking import confirm, refuse_unasked
from centrala.cli.database import database
from centrala.errors import Refused
from centrala.installation import Installation

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

    from centrala.azure.identifiers import ResourceId
    from centrala.connection.provisioning import Provisioner

TO_DO = 1


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--resource-id", help="default: the connected one, else the only one you can see")
    parser.add_argument("--new-resource", metavar="NAME", help="make a Communication Services resource first")
    parser.add_argument("--subscription", metavar="ID", help="of the new resource; default: the only one you can see")
    parser.add_argument("--resource-group", metavar="NAME", help="of the new resource; made where there is none")
    parser.add_argument(
        "--data-location", metavar="PLACE", help="where the new resource keeps its data: Europe, for one"
    )
    parser.add_argument("--application-id", default="", help="an application of your own; default: one for this hub")
    parser.add_argument(
        "--dead-letter",
        metavar="STORAGE_ID/CONTAINER",
        help="a storage account's resource id and a blob container for events that could not be delivered",
    )
    parser.add_argument("--taken-over", action="store_true", help="another installation had it, and does not any more")
    parser.add_argument("--plan", action="store_true", help="only say what would be done; exit code 1 if anything")
    parser.add_argument("--export", choices=("az", "arm", "terraform"), help="print the plan for somebody else to run")
    parser.add_argument("--device-code", action="store_true", help="sign in to Azure in a browser, with a code")
    parser.add_argument("--yes", action="store_true", help="do not ask; needed where no terminal is")


def run(options: argparse.Namespace) -> int:
    if not (options.plan or options.export):
        refuse_unasked(yes=options.yes)
    dead_letters = _dead_letters(options.dead_letter) if options.dead_letter else None
    named = acting.named_resource(options.resource_id) if options.resource_id else None
    application_id = _application_id(options.application_id)
    with database():
        from centrala.cli import provision_output as output
        from centrala.connection.provisioning import Provisioner

        credential = acting.credential(Installation.here(), device_code=options.device_code)
        made = _made(options, credential) if options.new_resource else None
        provisioner = Provisioner(
            resource=made or named or acting.only_resource(credential),
            credential=credential,
            actor=None,
            application_id=application_id,
            dead_letters=dead_letters,
            taken_over=options.taken_over,
            tell=output.Teller(),
        )
        if options.export:
            from centrala.connection.provisioning.exports import EXPORTS

            print(EXPORTS[options.export](provisioner.plan()), end="")
            return 0
        return _plan(provisioner) if options.plan else _apply(provisioner, yes=options.yes)


def _made(options: argparse.Namespace, credential: "TokenCredential") -> "ResourceId":
    """The resource of --new-resource, made. Raises Refused, AzureError."""
    from centrala.connection.creating import Wanted, create

    if options.plan or options.export or options.resource_id:
        raise Refused("--new-resource makes a resource: it goes with neither --plan, --export nor --resource-id.")
    if not (options.resource_group and options.data_location):
        raise Refused("--new-resource needs --resource-group and --data-location.")
    subscription = options.subscription or acting.only_subscription(credential)
    place = f"in {options.resource_group}, with its data in {options.data_location}"
    confirm(f"Makes the Communication Services resource {options.new_resource} {place}.", yes=options.yes)
    wanted = Wanted(
        subscription_id=subscription,
        group=options.resource_group,
        name=options.new_resource,
        data_location=options.data_location,
    )
    return create(wanted=wanted, credential=credential, actor=None)


def _plan(provisioner: "Provisioner") -> int:
    from centrala.cli import provision_output as output

    plan = provisioner.plan()
    print(output.shown(plan))
    return TO_DO if plan.to_do else 0


def _apply(provisioner: "Provisioner", *, yes: bool) -> int:
    from centrala.cli import provision_output as output
    from centrala.connection.azure_words import in_words
    from centrala.numbers import actions as numbers
    from centrala.workstreams.actions import put_to_work

    plan = provisioner.plan()
    if plan.to_do:
        confirm(output.shown(plan), yes=yes)
    connection = provisioner.apply()
    try:
        synced = numbers.sync(connection=connection)
    except AzureError as error:
        raise Refused(
            f"Events arrive. The phone numbers could not be fetched: {in_words(error)} Fix: see what `centrala doctor` "
            "says, then fetch them by `centrala numbers --sync`."
        ) from None
    put_to_work(numbers=synced)
    print(f"{connection.resource_name} is connected, its events arrive here. {len(synced)} numbers.")
    return 0


def _application_id(text: str) -> str:
    try:
        return str(UUID(text.strip())) if text.strip() else ""
    except ValueError:
        raise Refused(
            f"--application-id {text} is not an id of the form 00000000-0000-0000-0000-000000000000. Fix: copy "
            "Application (client) ID from the application's page under App registrations."
        ) from None


def _dead_letters(text: str) -> DeadLetters:
    try:
        return DeadLetters.parse(text)
    except ValueError:
        raise Refused(
            f"--dead-letter {text} does not name a blob container. Fix: the Id of the storage account's page "
            "Properties, a slash, and the container: /subscriptions/…/storageAccounts/NAME/CONTAINER."
        ) from None

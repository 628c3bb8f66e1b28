"""`centrala doctor`: what is wrong between this hub and Azure, and what to do about it."""

import argparse
from typing import TYPE_CHECKING

from azure.core.credentials import TokenCredential

from centrala.azure.caller import caller_of
from centrala.azure.dataverse import origin
from centrala.azure.errors import AzureError
from centrala.azure.identifiers import ResourceId
from centrala.cli import acting
from centrala.cli.asking import confirm
from centrala.cli.database import database
from centrala.errors import Refused
from centrala.installation import Installation

if TYPE_CHECKING:
    from centrala.doctor.context import Context
    from centrala.doctor.finding import Finding

SOMETHING_WRONG = 1


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs: a list of findings")
    parser.add_argument("--rule", action="append", metavar="ID", help="only this rule; may be given again")
    parser.add_argument("--fix", action="store_true", help="mend what can be mended from here; shows it and asks")
    parser.add_argument("--yes", action="store_true", help="with --fix: do not ask; needed where no terminal is")
    parser.add_argument("--device-code", action="store_true", help="sign in to Azure in a browser, with a code")
    parser.add_argument("--dataverse-url", metavar="URL", help="look at a Dynamics 365 organisation as well")
    parser.add_argument("--resource-id", help="the resource to look at where none is connected")


def run(options: argparse.Namespace) -> int:
    address = _address(options.dataverse_url) if options.dataverse_url else ""
    resource = acting.named_resource(options.resource_id) if options.resource_id else None
    with database(migrated=False):
        from centrala.cli import doctor_output as output

        installation = Installation.here()
        credential = _credential(installation, device_code=options.device_code)
        findings, context = _look(options, installation, credential, address, resource)
        if options.fix and _mend(findings, context, credential, options):
            findings, _again = _look(options, installation, credential, address, resource)
    print(output.as_json(findings) if options.json else output.as_text(findings))
    return SOMETHING_WRONG if output.has_error(findings) else 0


def _look(
    options: argparse.Namespace,
    installation: Installation,
    credential: TokenCredential | None,
    address: str,
    resource: ResourceId | None,
) -> tuple[list["Finding"], "Context"]:
    from django.conf import settings

    from centrala.doctor.context import gather
    from centrala.doctor.dynamics import Dynamics
    from centrala.doctor.rules import RULES
    from centrala.doctor.running import run as examine

    asked = set(options.rule or ())
    if unknown := sorted(asked - {rule.id for rule in RULES}):
        raise Refused(f"There is no rule {', '.join(unknown)}. Fix: one of {', '.join(rule.id for rule in RULES)}.")
    if address and credential is None:
        raise Refused(f"Nobody is signed in to ask {address}. Fix: --device-code, or sign in with `az login`.")
    context = gather(
        credential=credential,
        own=installation.own_credential(),
        installation=installation,
        resource=resource,
        dynamics=Dynamics(address, credential=credential, cloud=settings.CLOUD) if address and credential else None,
    )
    return examine(context, [rule for rule in RULES if not asked or rule.id in asked]), context


def _mend(
    findings: list["Finding"], context: "Context", credential: TokenCredential | None, options: argparse.Namespace
) -> bool:
    """Whether anything was done."""
    from centrala.cli import provision_output
    from centrala.doctor.mending import mends

    found = mends(findings, context, credential=credential, actor=None, tell=provision_output.Teller())
    if not found:
        return False
    confirm("\n".join(f"- {one.text}" for one in found), yes=options.yes)
    for one in found:
        one.act()
    return True


def _credential(installation: Installation, *, device_code: bool) -> TokenCredential | None:
    """Of whoever runs this, as for `centrala provision`; None where nobody is signed in."""
    found = acting.credential(installation, device_code=device_code)
    try:
        caller_of(found, installation.cloud)
    except AzureError:
        if device_code:
            raise
        return None
    return found


def _address(text: str) -> str:
    try:
        return origin(text)
    except ValueError:
        raise Refused(
            f"--dataverse-url {text} is not the address of an organisation. Fix: https://ORG.crm.dynamics.com"
        ) from None

"""`centrala organization`: shows it, or sets what is given."""

import argparse
from uuid import UUID

from centrala.cli.database import database
from centrala.errors import Refused


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name")
    parser.add_argument("--tenant", type=UUID, help="the organisation's Microsoft Entra tenant id")
    parser.add_argument("--kind", choices=["production", "sandbox", "trial"])
    parser.add_argument("--licence", choices=["yes", "no"], help="whether the organisation is licensed for channels")


def run(options: argparse.Namespace) -> int:
    with database():
        from centrala.organization import actions
        from centrala.organization.models import Kind, Organization

        there = Organization.objects.first()
        if any([options.name, options.tenant, options.kind, options.licence]):
            tenant = options.tenant or (there.tenant_id if there else None)
            if tenant is None:
                raise Refused("The organisation has no tenant yet. Fix: --tenant with its directory (tenant) id.")
            there = actions.set_up(
                name=options.name or (there.name if there else "Centrala"),
                tenant_id=tenant,
                kind=Kind(options.kind or (there.kind if there else Kind.PRODUCTION)),
                licensed=options.licence == "yes" if options.licence else bool(there and there.licensed),
            )
        if there is None:
            raise Refused("There is no organisation yet. Fix: centrala organization --name NAME --tenant ID.")
        licence = "licensed" if there.licensed else "not licensed"
        print(f"{there.name}\ntenant {there.tenant_id}\n{there.kind}, {licence}")
    return 0

"""`centrala organization`: shows it, or sets what is given."""

import argparse
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from centrala.cli.database import database
from centrala.cli.figures import whole
from centrala.errors import Refused

if TYPE_CHECKING:
    from centrala.organization.actions import Wanted
    from centrala.organization.standing import Standing

YES_OR_NO = ["yes", "no"]
LONGEST_TRIAL_DAYS = 90
LONGEST_KEPT_DAYS = 3650


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name")
    parser.add_argument("--tenant", type=UUID, help="the organisation's Microsoft Entra tenant id")
    parser.add_argument("--kind", choices=["production", "sandbox", "trial"])
    parser.add_argument(
        "--trial-days",
        type=whole(range(LONGEST_TRIAL_DAYS + 1), "a number of days"),
        help="with --kind trial: when it ends, from now (default 30 days after its start; 0: at once)",
    )
    parser.add_argument("--licence", choices=YES_OR_NO, help="the licence for digital messaging (Omnichannel)")
    parser.add_argument("--voice", choices=YES_OR_NO, help="Add voice, with the licence of the add-on")
    parser.add_argument("--terms", choices=YES_OR_NO, help="whether the Voice and SMS Terms are accepted")
    parser.add_argument(
        "--keep-events",
        type=whole(range(LONGEST_KEPT_DAYS + 1), "a number of days"),
        metavar="DAYS",
        help="how long a processed event is kept (90; 0: for ever)",
    )


def run(options: argparse.Namespace) -> int:
    with database():
        from centrala.connection.access import own_connection
        from centrala.organization import actions
        from centrala.organization.standing import standing

        wanted = _wanted(options)
        if wanted != actions.Wanted():
            try:
                actions.change(wanted=wanted, actor=None, connected=own_connection)
            except Refused as refused:
                option = {"tenant_id": "--tenant: ", "trial_days": "--trial-days: "}.get(refused.field or "", "")
                raise Refused(f"{option}{refused.message}") from None
        there = standing()
        if not there.is_set_up:
            raise Refused("There is no organisation yet. Fix: centrala organization --name NAME --tenant ID.")
        print(_told(there))
    return 0


def _wanted(options: argparse.Namespace) -> "Wanted":
    from centrala.organization.actions import Wanted
    from centrala.organization.models import Kind

    said = {None: None, "yes": True, "no": False}
    return Wanted(
        name=options.name,
        tenant_id=options.tenant,
        kind=Kind(options.kind) if options.kind else None,
        licensed=said[options.licence],
        voice=said[options.voice],
        terms=said[options.terms],
        keep_events_days=options.keep_events,
        trial=None if options.trial_days is None else timedelta(days=options.trial_days),
    )


def _told(there: "Standing") -> str:
    found = there.organization
    assert found is not None
    licence = "licensed" if there.licensed else "not licensed"
    voice = "voice added" if there.voice_added else "voice not added"
    terms = "Voice and SMS Terms not accepted"
    if found.terms_accepted_at is not None:
        terms = f"Voice and SMS Terms accepted by {found.terms_accepted_by}, {_moment(found.terms_accepted_at)}"
    lines = [found.name, f"tenant {found.tenant_id}", f"{found.kind}, {licence}, {voice}", terms]
    if there.trial_ends_at is not None:
        lines.append(f"trial {'ends' if there.trial_running else 'ended'} {_moment(there.trial_ends_at)}")
    kept = found.keep_events_days
    lines.append(f"processed events are kept {f'for {kept} days' if kept else 'for ever'}")
    return "\n".join(lines)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"

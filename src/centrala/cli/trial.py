"""`centrala trial`: numbers that whoever runs the installation lends to a trial, and its minutes."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from centrala.cli import acting
from centrala.cli.asking import confirm
from centrala.cli.database import database
from centrala.errors import Refused
from centrala.installation import Installation

if TYPE_CHECKING:
    from centrala.trial.models import Trial

ACTS = {
    "start": "lends a toll-free number of your resource, and what its calls need in Azure is made",
    "status": "how the trial stands",
    "provision": "mends what the trial's calls need in Azure, where this hub has moved or somebody has deleted it",
    "grant": "more minutes; a trial that has used its minutes up goes on",
    "end": "ends the trial at once",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    for name, text in ACTS.items():
        act = acts.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        act.add_argument("--data", type=Path, default=argparse.SUPPRESS, help="the installation's folder")
        act.add_argument("--json", action="store_true", help="as one line of JSON")
        if name != "status":
            act.add_argument("--yes", action="store_true", help="do not ask; needed where no terminal is")
        if name == "start":
            act.add_argument("--resource-id", help="of the lender; default: the only resource you can see")
            act.add_argument(
                "--number", action="append", default=[], help="that may be lent; again for more; default: any US number"
            )
            act.add_argument("--buy", action="store_true", help="buy a toll-free number where the resource owns none")
        if name in {"start", "provision"}:
            act.add_argument("--device-code", action="store_true", help="sign in to Azure in a browser, with a code")
        if name in {"start", "grant"}:
            needed = name == "grant"
            act.add_argument("--minutes", type=int, required=needed, default=None if needed else 60)


def run(options: argparse.Namespace) -> int:
    with database():
        does = {"start": _start, "status": _status, "provision": _provision, "grant": _grant, "end": _end}
        does[options.act](options)
    return 0


def _start(options: argparse.Namespace) -> None:
    from centrala.cli.provision_output import Teller
    from centrala.trial import actions
    from centrala.trial.lending import Lender
    from centrala.workstreams import actions as workstreams
    from centrala.workstreams.models import Channel

    actions.refuse_another_trial()
    named = acting.named_resource(options.resource_id) if options.resource_id else None
    credential = acting.credential(Installation.here(), device_code=options.device_code)
    resource = named or acting.only_resource(credential)
    bought = " One is bought where it owns none." if options.buy else ""
    _ask(options, f"Lends a toll-free number of {resource.name} for {options.minutes} minutes of calls.{bought}")
    tell: dict[str, Any] = {} if options.json else {"tell": Teller()}
    lender = Lender(resource=resource, credential=credential, **tell)
    number = lender.lend(lendable=options.number, minutes=options.minutes, buy=options.buy)
    workstreams.set_up(name="Voice", channel=Channel.VOICE, numbers=[number])
    _status(options)


def _provision(options: argparse.Namespace) -> None:
    from centrala.cli.provision_output import Teller
    from centrala.trial.access import running_trial
    from centrala.trial.lending import Lender

    trial = running_trial()
    if trial is None:
        raise Refused("No number is lent. Fix: centrala trial start.")
    credential = acting.credential(Installation.here(), device_code=options.device_code)
    _ask(options, f"Makes or mends what calls need at {trial.connection.resource_name}.")
    tell: dict[str, Any] = {} if options.json else {"tell": Teller()}
    Lender(resource=trial.connection.resource, credential=credential, **tell).provision()
    _status(options)


def _status(options: argparse.Namespace) -> None:
    from centrala.organization.standing import standing
    from centrala.trial.models import Trial

    there, trial = standing(), Trial.objects.select_related("connection").first()
    told = _told(trial) | {
        "running": there.trial_running,
        "ends_at": there.trial_ends_at.isoformat() if there.trial_ends_at else None,
    }
    if options.json:
        print(json.dumps(told))
        return
    print("The trial runs." if there.trial_running else "No trial is running.")
    if trial is None:
        print("No number is lent. Fix: centrala trial start.")
        return
    for number in told["numbers"]:
        print(f"{number['number']}\t{number['type']}")
    print(f"{trial.minutes_left} of {trial.minutes_granted} minutes left.")
    if trial.ending:
        print(f"{trial.get_ending_display()}: {told['ended_at']}")


def _told(trial: "Trial | None") -> dict[str, Any]:
    if trial is None:
        return {"lent": False, "numbers": []}
    numbers = trial.connection.numbers.order_by("pk") if trial.ended_at is None else trial.connection.numbers.none()
    return {
        "lent": trial.ended_at is None,
        "resource_id": trial.connection.resource_id,
        "numbers": [{"number": one.number, "type": one.type} for one in numbers],
        "minutes_granted": trial.minutes_granted,
        "minutes_left": trial.minutes_left,
        "seconds_used": trial.used,
        "seconds_in_calls": trial.leased,
        "ending": trial.ending or None,
        "ended_at": trial.ended_at.isoformat() if trial.ended_at else None,
    }


def _grant(options: argparse.Namespace) -> None:
    from centrala.trial import actions

    actions.grant(minutes=options.minutes, actor=None)
    _status(options)


def _end(options: argparse.Namespace) -> None:
    from centrala.trial import actions

    _ask(options, "The trial ends at once: its numbers are gone for good, and its calls are hung up.")
    actions.end(actor=None)
    _status(options)


def _ask(options: argparse.Namespace, plan: str) -> None:
    """A script that wants JSON reads nothing else."""
    if options.json and options.yes:
        return
    if options.json:
        raise Refused("With --json nobody is asked. Fix: say --yes.")
    confirm(plan, yes=options.yes)

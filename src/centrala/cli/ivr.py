"""`centrala ivr`: context variables and routing rules of a voice workstream; with --try what an IVR's call would do."""

import argparse
import json
from typing import TYPE_CHECKING, Any

from centrala.cli.database import database
from centrala.errors import Refused

if TYPE_CHECKING:
    from centrala.workstreams.models import Workstream


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("workstream", help="the name of a voice workstream")
    parser.add_argument("--try", dest="header", help="a User-to-User header, as the other system sends it")
    parser.add_argument(
        "--header", dest="others", action="append", default=[], help="another header, as 'Language: pl'"
    )
    parser.add_argument("--json", action="store_true")


def run(options: argparse.Namespace) -> int:
    with database():
        from centrala.workstreams.models import Channel, Workstream

        workstream = Workstream.objects.filter(channel=Channel.VOICE, name=options.workstream).first()
        if workstream is None:
            known = ", ".join(Workstream.objects.filter(channel=Channel.VOICE).values_list("name", flat=True))
            raise Refused(f"There is no such voice workstream. Fix: one of these: {known or 'none yet'}.")
        trial = options.header is not None or bool(options.others)
        told = _tried(workstream, options) if trial else _set_up(workstream)
        if options.json:
            print(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            print("\n".join(_lines(told)))
    return 0


def _set_up(workstream: "Workstream") -> dict[str, Any]:  # JSON's values
    from centrala.workstreams.choosing import rules_of

    return {
        "variables": {one.name: one.description for one in workstream.variables.all()},
        "rules": [
            {"name": one.name, "conditions": [str(part) for part in one.conditions.all()], "queue": str(one.queue)}
            for one in rules_of(workstream)
        ],
        "queue": str(workstream.queue),
    }


def _tried(workstream: "Workstream", options: argparse.Namespace) -> dict[str, Any]:  # JSON's values
    from centrala.workstreams.choosing import tried
    from centrala.workstreams.told_along import USER_TO_USER, header_of, named_headers, read

    sip = {USER_TO_USER: header_of(options.header)} if options.header else {}
    trial = tried(workstream, read(sip, named_headers(options.others)))
    return {
        "variables": dict(trial.variables),
        "not_read": [{"name": what, "reason": why} for what, why in trial.notes],
        "rule": trial.rule.name if trial.rule else None,
        "queue": str(trial.queue),
    }


def _lines(told: dict[str, Any]) -> list[str]:
    lines = [f"{name}\t{value}".rstrip() for name, value in told["variables"].items()]
    lines += [f"not read: {one['name']}: {one['reason']}" for one in told.get("not_read", [])]
    for one in told.get("rules", []):
        lines.append(f"rule: {one['name']}: {' and '.join(one['conditions'])} -> {one['queue']}")
    if "rule" in told:
        lines.append(f"rule: {told['rule'] or 'none takes it'}")
    return [*lines, f"queue: {told['queue']}"]

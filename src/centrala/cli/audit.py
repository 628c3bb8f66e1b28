"""`centrala audit`: the audit log, newest first; with --forget-before, the one way in which entries go."""

import argparse
import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from centrala.cli.asking import confirm
from centrala.cli.database import database
from centrala.cli.figures import whole
from centrala.errors import Refused

KEPT_DAYS = 90  # at least: who hides what they did needs the log to be gone soon


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=whole(range(1, 10_001), "a number of rows"), default=20, help="default 20")
    parser.add_argument("--json", action="store_true", help="one entry a line")
    parser.add_argument(
        "--forget-before", type=date.fromisoformat, metavar="DAY", help="delete the entries from before this day (UTC)"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask before deleting")


def run(options: argparse.Namespace) -> int:
    if options.forget_before is not None:
        return _forget(options)
    with database():
        from centrala.organization.models import AuditEntry

        for entry in AuditEntry.objects.all()[: options.limit]:
            told = {"at": entry.at.isoformat(timespec="seconds"), "who": entry.actor_name, "act": entry.act}
            told |= {"target": entry.target, "before": entry.before, "after": entry.after}
            print(json.dumps(told, ensure_ascii=False) if options.json else _line(told))
    return 0


def _forget(options: argparse.Namespace) -> int:
    before = datetime.combine(options.forget_before, time.min, UTC)
    if before > datetime.now(UTC) - timedelta(days=KEPT_DAYS):
        raise Refused(f"--forget-before {options.forget_before}: the last {KEPT_DAYS} days are always kept.")
    confirm(f"Deletes the entries of the audit log from before {options.forget_before}, for good.", yes=options.yes)
    with database():
        from centrala.organization.audit import forget

        print(f"{forget(before=before, actor=None)} entries deleted.")
    return 0


def _line(told: dict[str, Any]) -> str:  # JSON's values
    became = {name: [told["before"].get(name), value] for name, value in told["after"].items()}
    gone = {name: [value, None] for name, value in told["before"].items() if name not in told["after"]}
    changes = json.dumps(became | gone, ensure_ascii=False)
    return f"{told['at']}  {told['who']:<20} {told['act']:<22} {told['target']}  {changes}"

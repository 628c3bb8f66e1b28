"""How a plan and its progress look in a terminal."""

import sys
from datetime import UTC, datetime

from centrala.connection.provisioning import Change, Plan, Progress, Report, Step

MARKS = {Change.KEPT: "=", Change.MADE: "+", Change.CHANGED: "~"}
DONE = {Change.KEPT: "is there", Change.MADE: "made", Change.CHANGED: "changed"}


def shown(plan: Plan) -> str:
    lines = [line for step in plan.steps for line in _step(step)]
    made, changed = (sum(step.change is change for step in plan.steps) for change in (Change.MADE, Change.CHANGED))
    lines.append(f"To make: {made}, to change: {changed}." if plan.to_do else "Nothing is to be done.")
    return "\n".join(lines)


def _step(step: Step) -> list[str]:
    lines = [f"{MARKS[step.change]} {step.title}: {step.name}"]
    for one in step.differences:
        before = "" if one.before is None else f"{one.before or '(none)'} -> "
        lines.append(f"    {one.field}: {before}{one.after or '(none)'}")
    return lines


class Teller:
    """Prints a line for each report. On a terminal a countdown stays on one line."""

    def __init__(self) -> None:
        self._counting = False

    def __call__(self, report: Report) -> None:
        text = _line(report)
        if not text:
            return
        counts = report.progress in {Progress.SPREADING, Progress.REGISTERING}
        if sys.stdout.isatty():
            print("\r\033[K" if self._counting else "", end="")
            print(text, end="" if counts else "\n", flush=True)
            self._counting = counts
        else:
            print(text, flush=True)


def _line(report: Report) -> str:
    what = f"{report.title}: {report.name}" if report.key else report.name
    if report.progress is Progress.DONE:
        return f"{MARKS[report.change]} {what}, {DONE[report.change]}."
    if report.progress is Progress.QUEUED:
        return "Another run is under way; this one waits for it."
    if report.progress is Progress.RETRYING:
        return f"  {what}: {report.reason} Trying again in {_left(report.again)}."
    if report.progress is Progress.REGISTERING:
        return f"  {what}: Azure is registering it, at most {_left(report.until)} more."
    if report.progress is Progress.SPREADING:
        return (
            f"  {what}: Entra spreads the new application, at most {_left(report.until)} more; asked again by itself."
        )
    return ""


def _left(moment: datetime | None) -> str:
    seconds = max(0, round((moment - datetime.now(UTC)).total_seconds())) if moment else 0
    return f"{seconds // 60}:{seconds % 60:02d}" if seconds >= 60 else f"{seconds} s"

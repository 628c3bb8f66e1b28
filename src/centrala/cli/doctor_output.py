"""What `centrala doctor` prints: for programs, or for a person at a terminal."""

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence

from centrala.doctor.finding import Finding, State
from centrala.doctor.running import by_gravity

WORDS = {State.ERROR: "ERROR", State.WARNING: "WARNING", State.NOT_CHECKED: "not checked", State.OK: "ok"}
COLOURS = {State.ERROR: "31;1", State.WARNING: "33;1", State.NOT_CHECKED: "2", State.OK: "32"}
STATE_WIDTH = 13
NARROWEST, WIDEST = 60, 120


def as_json(findings: Sequence[Finding]) -> str:
    rows = [
        {"id": one.id, "title": one.title, "state": one.state.value, "cause": one.cause, "fix": str(one.fix)}
        for one in findings
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False)


def as_text(findings: Sequence[Finding]) -> str:
    lines = [line for _, found in by_gravity(findings) for one in found for line in _lines(one)]
    return "\n".join([*lines, "", _summary(findings)])


def has_error(findings: Sequence[Finding]) -> bool:
    return any(one.state is State.ERROR for one in findings)


def _lines(one: Finding) -> Iterator[str]:
    word = WORDS[one.state].ljust(STATE_WIDTH)
    yield f"{_coloured(word, COLOURS[one.state])}{one.title} ({one.id})"
    yield from _wrapped(one.cause)
    if one.fix.text or one.fix.command:
        yield from _wrapped(f"Fix: {one.fix.text}".strip())
    if one.fix.command:
        yield f"{' ' * STATE_WIDTH}  {one.fix.command}"  # unbroken, to be copied


def _wrapped(text: str) -> list[str]:
    width = min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST)
    margin = " " * STATE_WIDTH
    return textwrap.wrap(text, width, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)


def _summary(findings: Sequence[Finding]) -> str:
    counted = {state: sum(one.state is state for one in findings) for state in State}
    return ", ".join(f"{count} {WORDS[state].lower()}" for state, count in counted.items())


def _coloured(text: str, colour: str) -> str:
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{colour}m{text}\033[0m"

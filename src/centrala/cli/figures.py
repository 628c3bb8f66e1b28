"""Figures as people type them: argparse's types, so that a wrong one is wrong usage (exit code 2)."""

import argparse
from collections.abc import Callable


def whole(allowed: range, what: str) -> Callable[[str], int]:
    """A reader of whole numbers within `allowed`; `what` names such a number in the complaint."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or len(text) > len(str(allowed[-1])) or int(text) not in allowed:
            raise argparse.ArgumentTypeError(f"{text} is not {what}: {allowed[0]} to {allowed[-1]}")
        return int(text)

    return read


port_number = whole(range(1, 65536), "a port")

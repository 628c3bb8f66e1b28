"""Why the local cloud cannot start."""


class CannotStart(Exception):
    """One line: what, why, and what to do about it."""

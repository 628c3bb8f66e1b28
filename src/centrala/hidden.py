"""Callers who hide their number."""

ANONYMOUS = "anonymous"  # in the place of a number


def is_hidden(number: str) -> bool:
    """Also of the name by which a contact is told from others who hide theirs: anonymous-…"""
    return number.partition("-")[0] == ANONYMOUS

"""Secrets are compared here."""

import hmac


def same(one: str, other: str) -> bool:
    """In constant time, and without a crash on what is not ASCII."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))

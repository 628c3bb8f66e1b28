"""The link with which the first administrator begins: told at a start while nobody is here."""

from collections.abc import Callable

from django.db import connections


def tell(make: Callable[[], str | None], *, base: str) -> None:
    """Prints the link below `base`, the hub's address, where `make` gives a token."""
    try:
        token = make()
    finally:
        connections.close_all()  # whoever starts processes, or an event loop, needs none from here on
    if token:
        link = f"{base}/set-up/{token}"
        print(f"Nobody is here yet. The first administrator begins at {link} (once, for a day).", flush=True)

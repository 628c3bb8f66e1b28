"""What the supervisor keeps running."""

from typing import Protocol

from centrala.errors import Misconfigured


class DidNotStart(Misconfigured):
    """A process ended before it was ready. The message ends with its last words."""


class Member(Protocol):
    """One thing to keep running. `stop` comes from another thread than the other two, at any moment, more than once."""

    @property
    def name(self) -> str: ...

    def start(self) -> None:
        """Returns when it is ready, at once when it runs already. Raises Misconfigured when it cannot start."""

    def wait(self) -> str:
        """Blocks until it has ended, and says how."""

    def stop(self) -> None:
        """Returns when it has ended; does nothing when it does not run."""

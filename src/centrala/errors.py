"""The two errors a person may meet; everything else is a bug and crashes loudly."""


class Refused(Exception):
    """A rule said no. The message is translated, names the thing, the cause and the fix, and is shown to the user.

    `field` names the form field at fault, when there is one.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Misconfigured(Exception):
    """The installation cannot run as it is set up. One line: what, why, and what to do."""


class WrongSetting(Misconfigured):
    """What centrala.toml or the environment says is no such setting. Like a wrong option it ends with exit code 2."""

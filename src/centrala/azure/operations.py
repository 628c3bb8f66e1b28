"""What Azure does in its own time: waited for so long, and then looked at later."""

from typing import TypeVar

from azure.core.polling import LROPoller

from centrala.azure.errors import AzureError, Said

Result = TypeVar("Result")


class StillUnderWay(AzureError):
    """Azure has taken the order and is not through with it."""

    def __init__(self) -> None:
        super().__init__(Said.STILL_UNDER_WAY, permanent=False, retry_after=5)


def ended(poller: "LROPoller[Result]", *, patience_seconds: float) -> Result:
    """What came of it. Raises StillUnderWay, and what the client raises."""
    poller.wait(patience_seconds)
    if not poller.done():
        raise StillUnderWay
    return poller.result()

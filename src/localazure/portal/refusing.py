"""What the portal itself refuses before it could ask a service. The words are translated where they are shown."""

from localazure.errors import Refusal, ServiceError

CODE = "InvalidForm"


def gettext_noop(words: str) -> str:
    """Marks words for the catalogue."""
    return words


def refused(words: str) -> ServiceError:
    return Refusal(400, CODE, "{words}").of(words=words)

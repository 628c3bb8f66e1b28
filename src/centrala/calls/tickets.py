"""What lets a browser speak in a call: signed, for one person and one call, good for moments."""

from uuid import UUID

from django.core import signing

SALT = "centrala.calls"
SECONDS = 30


def issue(*, call: UUID, person: int) -> str:
    return signing.dumps([str(call), person], salt=SALT)


def read(ticket: str) -> tuple[UUID, int] | None:
    """The call and the person; None for what is none, or has been one."""
    try:
        call, person = signing.loads(ticket, salt=SALT, max_age=SECONDS)
        return UUID(call), int(person)
    except (signing.BadSignature, ValueError, TypeError):
        return None

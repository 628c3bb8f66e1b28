"""What lets a browser into a call: signed, for one person and one call, good for moments."""

from dataclasses import dataclass
from uuid import UUID

from django.core import signing

from centrala.calls.mixing import Role

SALT = "centrala.calls"
SECONDS = 30


@dataclass(frozen=True)
class Ticket:
    """`name` is how the others see the person, `session` the mark of their sign-in."""

    call: UUID
    person: int
    role: Role = Role.AGENT
    name: str = ""
    session: str = ""


def issue(ticket: Ticket) -> str:
    return signing.dumps([str(ticket.call), ticket.person, ticket.role.value, ticket.name, ticket.session], salt=SALT)


def read(ticket: str) -> Ticket | None:
    """None for what is none, or has been one."""
    try:
        call, person, role, name, session = signing.loads(ticket, salt=SALT, max_age=SECONDS)
        return Ticket(UUID(call), int(person), Role(role), str(name), str(session))
    except (signing.BadSignature, ValueError, TypeError):
        return None

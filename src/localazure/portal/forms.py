"""What a person typed into a page's form."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

from localazure.errors import TOO_LARGE
from localazure.portal.refusing import gettext_noop as _
from localazure.portal.refusing import refused

LIMIT = 256 * 1024
MOST_FIELDS = 500


@dataclass(frozen=True)
class Form:
    """Fields in the order of the page; a field may come several times."""

    fields: tuple[tuple[str, str], ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """The last value, without blanks around it."""
        return next((value.strip() for field, value in reversed(self.fields) if field == name), default)

    def all(self, name: str) -> list[str]:
        return [value.strip() for field, value in self.fields if field == name]

    def __contains__(self, name: object) -> bool:
        return any(field == name for field, _ in self.fields)


async def read(request: Request) -> Form:
    """Raises 413 for a body that no form of ours makes, 400 for too many fields."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LIMIT:
            raise TOO_LARGE.of(limit=LIMIT)
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise refused(_("The form has too many fields.")) from None
    return Form(tuple(pairs))

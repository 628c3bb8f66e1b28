"""What a request asks for besides its path: the query's options and the Prefer header.

https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query/overview
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from django.http import HttpRequest

from centrala.dataverse.failures import Failure, syntax
from centrala.dataverse.tokens import shown

LONGEST_QUERY = 32_768  # characters, Dataverse's own limit of a GET
PAGE = 5_000  # rows, Dataverse's own most
UNSUPPORTED = {"$apply", "$search", "$compute", "$skip", "$deltatoken", "sql", "savedQuery", "userQuery"}
PREFERENCE = re.compile(r'([\w.-]++)\s*+(?:=\s*+(?:"([^"]*+)"|([^",;\s]*+)))?', re.ASCII)

FORMATTED = "OData.Community.Display.V1.FormattedValue"
LOGICAL_NAME = "Microsoft.Dynamics.CRM.lookuplogicalname"
NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty"
COOKIE = "Microsoft.Dynamics.CRM.fetchxmlpagingcookie"
MORE = "Microsoft.Dynamics.CRM.morerecords"


def options_of(request: HttpRequest, known: Collection[str]) -> dict[str, str]:
    """Each at most once. Parameter aliases (@p1) pass. Raises WebApiError for what is not among the known."""
    query = request.META.get("QUERY_STRING", "")
    if len(query) > LONGEST_QUERY:
        raise Failure.TOO_LONG.of(most=LONGEST_QUERY)
    options: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, errors="replace"):
        if name == "$skip":
            raise Failure.NO_SKIP.of()
        if name in UNSUPPORTED:
            raise Failure.NOT_IMPLEMENTED.of(what=f"The query option {name}")
        if name not in known and not name.startswith("@"):
            raise Failure.NO_PARAMETER.of(name=shown(name))
        if name in options:
            raise syntax(f"Query option '{shown(name)}' was specified more than once, but it must be specified once.")
        options[name] = value
    return options


@dataclass(frozen=True)
class Preferences:
    """`annotations` are patterns of names, as in the header."""

    page_size: int
    annotations: tuple[str, ...]
    applied: str  # for Preference-Applied; empty when nothing is

    def wants(self, annotation: str) -> bool:
        """A pattern that excludes wins."""
        if any(_fits(annotation, pattern[1:]) for pattern in self.annotations if pattern.startswith("-")):
            return False
        return any(_fits(annotation, pattern) for pattern in self.annotations)


def preferences_of(request: HttpRequest) -> Preferences:
    """What makes no sense is passed over, as with any preference."""
    said = {
        name.lower(): quoted or plain for name, quoted, plain in PREFERENCE.findall(request.headers.get("prefer", ""))
    }
    size, wanted = _page_size(said), said.get("odata.include-annotations", "")
    applied = [f"odata.maxpagesize={size}"] if size else []
    annotations = tuple(pattern.strip() for pattern in wanted.split(",") if pattern.strip())
    if annotations and wanted.isprintable() and wanted.isascii():
        applied.append(f'odata.include-annotations="{wanted}"')
    return Preferences(size or PAGE, annotations, ",".join(applied))


def _page_size(said: Mapping[str, str]) -> int:
    """0 where there is none, or one that Dataverse would not follow."""
    text = said.get("odata.maxpagesize", "")
    size = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
    return size if size <= PAGE else 0


def _fits(name: str, pattern: str) -> bool:
    return pattern in {"*", name} or (pattern.endswith(".*") and name.startswith(pattern[:-1]))

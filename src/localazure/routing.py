"""From a method and a path to the function that answers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from localazure.pipeline import Handler

PARAMETER = re.compile(r"\{(\w+)(:path)?\}")
ONE, SEVERAL = "[^/]+", r"[^?\n]+"


@dataclass(frozen=True)
class Route:
    """`template` has `{name}` for one segment and `{name:path}` for several. Case of the fixed parts is ignored.

    What follows a question mark is a service's own: how it reads a query that names the operation.
    """

    method: str
    template: str
    handle: Handler

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Made when a path first gets so far: two hundred at once would be a tenth of the start."""
        return _compiled(self.template)

    @cached_property
    def slashes(self) -> int | None:
        """How many a path has that fits, apart from one at its end. None where a parameter takes several segments."""
        return None if ":path}" in self.template else self.template.count("/")


class Router:
    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = tuple(routes)

    def find(self, method: str, path: str) -> tuple[Handler | None, dict[str, str]]:
        """What handles it, and the path's parameters; None without parameters when nothing fits."""
        route, params = self.match(method, path)
        return (route.handle if route else None), params

    def match(self, method: str, path: str) -> tuple[Route | None, dict[str, str]]:
        """Slashes are counted first: few routes are left to look at closely."""
        here = {None, path.count("/"), path.count("/") - path.endswith("/")}
        for route in self.routes:
            if route.method == method and route.slashes in here and (match := route.pattern.fullmatch(path)):
                return route, match.groupdict()
        return None, {}


def _compiled(template: str) -> re.Pattern[str]:
    parts, end = [], 0
    for match in PARAMETER.finditer(template):
        parts += [re.escape(template[end : match.start()]), f"(?P<{match[1]}>{SEVERAL if match[2] else ONE})"]
        end = match.end()
    return re.compile("".join([*parts, re.escape(template[end:])]) + "/?", re.IGNORECASE)

"""From a method and a path to the function that answers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from localazure.pipeline import Handler

PARAMETER = re.compile(r"\{(\w+)(:path)?\}")


@dataclass(frozen=True)
class Route:
    """`template` has `{name}` for one segment and `{name:path}` for several. Case of the fixed parts is ignored."""

    method: str
    template: str
    handle: Handler


class Router:
    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = tuple(routes)
        self._patterns = [(route, _compiled(route.template)) for route in routes]

    def find(self, method: str, path: str) -> tuple[Handler | None, dict[str, str]]:
        """What handles it, and the path's parameters; None without parameters when nothing fits."""
        route, params = self.match(method, path)
        return (route.handle if route else None), params

    def match(self, method: str, path: str) -> tuple[Route | None, dict[str, str]]:
        for route, pattern in self._patterns:
            if route.method == method and (match := pattern.fullmatch(path)):
                return route, match.groupdict()
        return None, {}


def _compiled(template: str) -> re.Pattern[str]:
    parts, end = [], 0
    for match in PARAMETER.finditer(template):
        parts += [re.escape(template[end : match.start()]), f"(?P<{match[1]}>{'.+' if match[2] else '[^/]+'})"]
        end = match.end()
    return re.compile("".join([*parts, re.escape(template[end:])]) + "/?", re.IGNORECASE)

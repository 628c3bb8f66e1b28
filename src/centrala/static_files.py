"""Scripts, styles and pictures, straight from the packages that bring them: nothing to collect after an installation.

By Starlette and not by Django, which would read them one at a time in a thread each.
"""

from os import PathLike, stat_result

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PACKAGES = [("centrala", "static"), ("django_htmx", "static"), ("ninja", "static")]


class Revalidated(StaticFiles):
    """Browsers ask each time whether a file has changed (304 if not): no page mixes two versions after an upgrade."""

    def file_response(
        self, full_path: PathLike[str] | str, stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def routes() -> list[Mount]:
    return [Mount("/static", GZipMiddleware(Revalidated(packages=list(PACKAGES)), minimum_size=1024))]

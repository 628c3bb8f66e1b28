"""How a page is made: templates in the reader's language, and the headers that keep it safe."""

import gettext
import re
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse

from localazure.portal import signed_in
from localazure.portal.addresses import resource
from localazure.portal.language import LANGUAGES, language_of
from localazure.world import World

if TYPE_CHECKING:
    import jinja2

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # The pages show keys and customers' texts.
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # without a referrer a browser sends forms from the origin "null"
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Cookie, Accept-Language",
}


class Pages:
    """Renders for one world. Strings come from locale/, compiled by tools/messages.py; uncompiled means English."""

    def __init__(self, world: World) -> None:
        self._world = world

    def page(self, request: Request, template: str, values: Mapping[str, object], status: int = 200) -> HTMLResponse:
        language = language_of(request)
        html = (
            environment(language)
            .get_template(template)
            .render(
                values,
                world=self._world,
                language=language,
                languages=LANGUAGES,
                person=signed_in.person_of(self._world, request),
                short_name=signed_in.short_name,
                role_of=signed_in.role_of,
                resource=resource,
                here=here(request),
                asked=request.query_params,
                path=request.url.path,
            )
        )
        return HTMLResponse(html, status, headers=HEADERS)


@lru_cache
def environment(language: str) -> "jinja2.Environment":
    import jinja2  # with the first page, not at the start: most clouds of a test session never show one

    made = jinja2.Environment(
        loader=jinja2.PackageLoader("localazure"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["ext.i18n.trimmed"] = True
    locale = str(files("localazure").joinpath("locale"))
    catalogue = gettext.translation("messages", locale, [language], fallback=True)
    # Added by jinja2.ext.i18n at run time, where mypy cannot see it.
    made.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {"telephone": telephone, "duration": duration, "spaced": spaced}
    return made


def here(request: Request) -> str:
    """Path and query of this page, to come back to after choosing a language."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def telephone(number: str) -> str:
    """A number as people write it, with spaces; what is no number stays as it is."""
    import phonenumbers  # as jinja2 above: its tables are large

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def spaced(name: str) -> str:
    """The display name of an event type, as Azure's portal makes them of the name.

    >>> spaced("Microsoft.Communication.SMSDeliveryReportReceived")
    'SMS Delivery Report Received'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name.rpartition(".")[2])


def duration(time: timedelta) -> str:
    """Such as 1 d 2 h 10 min: the units are written alike in English and Polish."""
    minutes, seconds = divmod(int(time.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"

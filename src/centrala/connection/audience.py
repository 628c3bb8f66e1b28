"""For whose accounts the connected application is, as far as the directory tells."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from azure.core.credentials import TokenCredential
from django.conf import settings
from django.utils.translation import gettext as _

from centrala.azure.errors import AzureError
from centrala.azure.graph import Application, directory
from centrala.connection.models import Connection, EntryKey

T = TypeVar("T")
SECONDS = 2.0  # somebody waits for the page, which can do without


def warning_of(connection: Connection, credential: TokenCredential | None) -> str:
    """What to say of an application that is single-tenant; "" for any other, and where the directory is not shown."""
    if credential is None:
        return ""
    client_id = connection.entries.get(key=EntryKey.APP_ID).value
    try:
        found = _within_seconds(lambda: _application(client_id, credential))
    except (AzureError, TimeoutError):
        return ""
    if found is None or found.multi_tenant:
        return ""
    return _(
        "The application “%(name)s” is for accounts of one directory only. In App registrations, Authentication, "
        "choose Accounts in any organizational directory."
    ) % {"name": found.display_name}


def _application(client_id: str, credential: TokenCredential) -> Application | None:
    with directory(credential=credential, cloud=settings.CLOUD.within(SECONDS)) as graph:
        return graph.application(client_id)


def _within_seconds(question: Callable[[], T]) -> T:
    """All of it, the token too: what is late is not waited for, and ends by its own limits."""
    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(question).result(SECONDS)
    finally:
        pool.shutdown(wait=False)

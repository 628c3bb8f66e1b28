"""For whose accounts the connected application is, as far as the directory tells."""

from dataclasses import replace

from azure.core.credentials import TokenCredential
from django.conf import settings
from django.utils.translation import gettext as _

from centrala.azure.errors import AzureError
from centrala.azure.graph import directory
from centrala.connection.models import Connection, EntryKey

SECONDS = 10.0  # somebody waits for the page


def warning_of(connection: Connection, credential: TokenCredential | None) -> str:
    """What to say of an application that is single-tenant; "" for any other, and where the directory is not shown."""
    if credential is None:
        return ""
    client_id = connection.entries.get(key=EntryKey.APP_ID).value
    try:
        with directory(credential=credential, cloud=replace(settings.CLOUD, answer_seconds=SECONDS)) as graph:
            found = graph.application(client_id)
    except AzureError:
        return ""
    if found is None or found.multi_tenant:
        return ""
    return _(
        "The application “%(name)s” is for accounts of one directory only. In App registrations, Authentication, "
        "choose Accounts in any organizational directory."
    ) % {"name": found.display_name}

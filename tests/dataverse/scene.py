"""What the tests of the Dataverse Web API share: the tables with rows in them, and somebody who asks."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.test import Client

from centrala.connection.models import Connection, Entry, EntryKey
from centrala.numbers.models import NumberType, PhoneNumber
from hub import connected

API = "/api/data/v9.2"
SETTINGS = "msdyn_occommunicationprovidersettings"
ENTRIES = "msdyn_occommunicationprovidersettingentries"
NUMBERS = "msdyn_ocphonenumbers"
CARRIERS = "msdyn_occarriers"
WORKSTREAMS = "msdyn_liveworkstreams"
VARIABLES = "msdyn_ocliveworkstreamcontextvariables"
ALL_SETS = (SETTINGS, ENTRIES, NUMBERS, CARRIERS, WORKSTREAMS, VARIABLES)
APP_ID, TENANT_ID = "e3a4c7d2-8b6f-4c19-a5d0-1f2e3d4c5b6a", "5c2f9a3e-1d0b-4a57-9c66-0f4b7e8d2a11"
SECRET = "d2hhdCBub2JvZHkgbWF5IHJlYWQ="
ANNOTATED = {"Prefer": 'odata.include-annotations="*"'}
FORMATTED = "OData.Community.Display.V1.FormattedValue"


def filled() -> Connection:
    """A connected resource with its two entries and four numbers."""
    connection = connected(f"endpoint=https://localhost:1/;accesskey={SECRET}")
    Entry.objects.create(connection=connection, key=EntryKey.APP_ID, value=APP_ID)
    Entry.objects.create(connection=connection, key=EntryKey.TENANT_ID, value=TENANT_ID)
    for number, type_ in (
        ("+48600100200", NumberType.MOBILE),
        ("+48221002000", NumberType.GEOGRAPHIC),
        ("12345", NumberType.SHORT_CODE),
    ):
        calls = type_ is not NumberType.SHORT_CODE
        PhoneNumber.objects.create(
            connection=connection, number=number, type=type_, receives_calls=calls, makes_calls=calls, sends_sms=True
        )
    return connection


@dataclass(frozen=True)
class Reader:
    """Asks the Web API: with a session, or with a token."""

    client: Client
    headers: dict[str, str]

    def get(self, path: str = "", query: dict[str, object] | None = None, **headers: str) -> Any:
        """`path` below the service, or a whole address as a next link has it."""
        address = path.removeprefix("https://localhost:8443") if "://" in path else f"{API}/{path}"
        return self.client.get(address, query, headers=self.headers | headers)

    def value(self, path: str, query: dict[str, object] | None = None, **headers: str) -> list[dict[str, Any]]:
        answer = self.get(path, query, **headers)
        assert answer.status_code == 200, answer.content
        return list(answer.json()["value"])

    def column(self, name: str, path: str, **query: object) -> list[Any]:
        return [row[name] for row in self.value(path, {f"${key}": value for key, value in query.items()})]


def error(answer: Any) -> tuple[int, str, str]:
    told = answer.json()["error"]
    return answer.status_code, told["code"], told["message"]


def is_guid(text: str) -> bool:
    return str(UUID(text)) == text

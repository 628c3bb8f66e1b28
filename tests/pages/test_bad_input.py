"""Every field of "Use existing resource" with everything that may land in it: the exact text at the field, in both
languages, and nothing stored."""

import pytest
from django.test import Client

from centrala.connection.models import Connection, Endpoint, Entry
from localazure.pytest_plugin import LocalAzure
from pages.reading import read

ADDRESS = "/center/phone-numbers/connect/existing/"
APP = "0f6f9a2c-0000-4000-8000-00000000000b"
KEY = "bm9ib2R5IGFuc3dlcnMgaGVyZSBhdCBhbGw="
SITE = "/subscriptions/0d6b1c3a-0000-4000-8000-000000000001/resourceGroups/g/providers/Microsoft.Web/sites/s/"
NUL = ("Null characters are not allowed.", "Znaki null są niedozwolone.")
NO_NAME = (
    "Enter the name of the resource, as Settings > Properties shows it.",
    "Wpisz nazwę zasobu, tak jak podaje ją strona Ustawienia > Właściwości.",
)
OTHER_NAME = (
    "The resource id ends with “acs-centrala”, not with this name. Copy both from the same resource.",
    "Identyfikator zasobu kończy się na „acs-centrala”, a nie na tę nazwę. Skopiuj oba z tego samego zasobu.",
)
NO_RESOURCE = (
    "Enter the resource id: in the Azure portal, Settings > Properties of the resource, copy Resource ID.",
    "Wpisz identyfikator zasobu: w witrynie Azure Portal, na stronie zasobu Ustawienia > Właściwości, skopiuj "
    "Identyfikator zasobu.",
)
OTHER_TYPE = (
    "This is the id of another kind of resource, Microsoft.Web/sites. Open the Communication Services resource itself, "
    "Settings > Properties, and copy Resource ID.",
    "To identyfikator zasobu innego rodzaju, Microsoft.Web/sites. Otwórz sam zasób Communication Services, "
    "Ustawienia > Właściwości, i skopiuj Identyfikator zasobu.",
)
WRONG_RESOURCE = (
    "This is not the id of a Communication Services resource. In the Azure portal open the resource, Settings > "
    "Properties, and copy Resource ID: it begins with /subscriptions/ and holds "
    "/providers/Microsoft.Communication/CommunicationServices/.",
    "To nie jest identyfikator zasobu Communication Services. W witrynie Azure Portal otwórz zasób, Ustawienia > "
    "Właściwości, i skopiuj Identyfikator zasobu: zaczyna się od /subscriptions/ i zawiera "
    "/providers/Microsoft.Communication/CommunicationServices/.",
)
NO_STRING = (
    "Enter the connection string: in the resource, Tools > Keys, under Primary key.",
    "Wpisz ciąg połączenia: na stronie zasobu, Narzędzia > Klucze, w sekcji Klucz podstawowy.",
)
WRONG_STRING = (
    "This is not a connection string. In the Azure portal open the resource, Tools > Keys, and copy Connection string "
    "under Primary key: endpoint=https://…;accesskey=…",
    "To nie jest ciąg połączenia. W witrynie Azure Portal otwórz zasób, Narzędzia > Klucze, i skopiuj Ciąg połączenia "
    "w sekcji Klucz podstawowy: endpoint=https://…;accesskey=…",
)
SWAPPED = (
    "Address and key are swapped: endpoint= is the address, accesskey= the key. Copy it again whole.",
    "Adres i klucz są zamienione miejscami: endpoint= to adres, accesskey= to klucz. Skopiuj całość ponownie.",
)
OTHER_HOST = (
    "This connection string belongs to other.europe.communication.azure.com, not to the resource “acs-centrala”.",
    "Ten ciąg połączenia należy do other.europe.communication.azure.com, a nie do zasobu „acs-centrala”.",
)
REVOKED = (
    "The service does not accept this key. Copy the connection string again: keys change when rotated.",
    "Usługa nie przyjmuje tego klucza. Skopiuj ciąg połączenia ponownie: po rotacji klucze są inne.",
)
NO_APP = (
    "Enter an id: copy Application (client) ID.",
    "Wpisz identyfikator: skopiuj Identyfikator aplikacji (klienta).",
)
WRONG_APP = (
    "This is not an id of the form 00000000-0000-0000-0000-000000000000. Copy Application (client) ID.",
    "To nie jest identyfikator w postaci 00000000-0000-0000-0000-000000000000. Skopiuj Identyfikator aplikacji "
    "(klienta).",
)
TENANT_AS_APP = (
    "This is the tenant's id. On the application's page copy Application (client) ID.",
    "To identyfikator dzierżawy. Na stronie aplikacji skopiuj Identyfikator aplikacji (klienta).",
)
NO_TENANT = (
    "Enter an id: copy Directory (tenant) ID.",
    "Wpisz identyfikator: skopiuj Identyfikator katalogu (dzierżawy).",
)
WRONG_TENANT = (
    "This is not an id of the form 00000000-0000-0000-0000-000000000000. Copy Directory (tenant) ID.",
    "To nie jest identyfikator w postaci 00000000-0000-0000-0000-000000000000. Skopiuj Identyfikator katalogu "
    "(dzierżawy).",
)
OTHER_TENANT = (
    "This is another tenant than the organisation's, TENANT. Register the application there, or correct the "
    "organisation's tenant.",
    "To inna dzierżawa niż dzierżawa organizacji, TENANT. Zarejestruj aplikację w dzierżawie organizacji albo popraw "
    "dzierżawę organizacji.",
)
NOT_CONFIRMED = (
    "Confirm that this resource serves this installation only.",
    "Potwierdź, że ten zasób obsługuje wyłącznie tę instalację.",
)

# Field, what lands in it, its text. ENDPOINT and TENANT are the cloud's; \0 is NUL.
TABLE = [
    ("resource_name", "", NO_NAME),
    ("resource_name", " \t ", NO_NAME),
    ("resource_name", "acs-centrala2", OTHER_NAME),
    ("resource_name", "https://portal.azure.com/acs-centrala", OTHER_NAME),
    ("resource_name", APP, OTHER_NAME),
    ("resource_name", "acs-\0centrala", NUL),
    ("resource_name", "x" * 10_000, OTHER_NAME),
    ("resource_id", "", NO_RESOURCE),
    ("resource_id", "   ", NO_RESOURCE),
    ("resource_id", "acs-centrala", WRONG_RESOURCE),
    ("resource_id", APP, WRONG_RESOURCE),
    ("resource_id", SITE, OTHER_TYPE),
    ("resource_id", f"https://portal.azure.com/#@example.org/resource{SITE}appServices", OTHER_TYPE),
    ("resource_id", "/subscriptions/Local/resourceGroups/rg/providers/Microsoft.Communication", WRONG_RESOURCE),
    ("resource_id", "/subscriptions/\0", NUL),
    ("resource_id", "x" * 10_000, WRONG_RESOURCE),
    (
        "resource_id",
        f"/subscriptions/{APP}/resourceGroups/{'g' * 10_000}/providers/Microsoft.Communication/"
        "CommunicationServices/acs-centrala",
        WRONG_RESOURCE,
    ),
    ("connection_string", "", NO_STRING),
    ("connection_string", "  ", NO_STRING),
    ("connection_string", KEY, WRONG_STRING),
    ("connection_string", "ENDPOINT", WRONG_STRING),
    ("connection_string", "endpoint=https://acs/;accesskey=cut", WRONG_STRING),
    ("connection_string", f"endpoint=https://acs:99999/;accesskey={KEY}", WRONG_STRING),
    ("connection_string", f"endpoint={KEY};accesskey=https://acs.communication.azure.com/", SWAPPED),
    ("connection_string", f"endpoint=https://other.europe.communication.azure.com/;accesskey={KEY}", OTHER_HOST),
    ("connection_string", f"endpoint=ENDPOINT;accesskey={KEY}", REVOKED),
    ("connection_string", f"AccessKey={KEY};Endpoint=ENDPOINT", REVOKED),
    ("connection_string", f"endpoint=ENDPOINT;accesskey={'QUJD' * 2500}", REVOKED),
    ("connection_string", f"endpoint=https://{'a' * 10_000}/;accesskey={KEY}", WRONG_STRING),
    ("connection_string", f"endpoint=https://{'a.' * 5_000}a/;accesskey={KEY}", WRONG_STRING),
    ("connection_string", f"endpoint=ENDPOINT\0;accesskey={KEY}", NUL),
    ("event_grid_app_id", "", NO_APP),
    ("event_grid_app_id", "   ", NO_APP),
    ("event_grid_app_id", "Centrala", WRONG_APP),
    ("event_grid_app_id", f"api://{APP}", WRONG_APP),
    ("event_grid_app_id", f"{{{APP}}}", WRONG_APP),
    ("event_grid_app_id", "0f6f9a2c00004000-8000-00000000000b--", WRONG_APP),
    ("event_grid_app_id", f"{APP}\0", NUL),
    ("event_grid_app_id", "0" * 10_000, WRONG_APP),
    ("event_grid_app_id", "TENANT", TENANT_AS_APP),
    ("event_grid_app_tenant_id", "", NO_TENANT),
    ("event_grid_app_tenant_id", "   ", NO_TENANT),
    ("event_grid_app_tenant_id", "example.org", WRONG_TENANT),
    ("event_grid_app_tenant_id", APP, OTHER_TENANT),
    ("event_grid_app_tenant_id", f"\0{APP}", NUL),
    ("event_grid_app_tenant_id", "f" * 10_000, WRONG_TENANT),
    ("confirmed", "", NOT_CONFIRMED),
    ("confirmed", "false", NOT_CONFIRMED),
]

# In Polish a text is looked for once in the short run, wherever it stands first; all that lands in a field in English.
FIRST = {texts[1]: place for place, (_field, _value, texts) in reversed(list(enumerate(TABLE)))}
CASES = [
    pytest.param(
        *row,
        language,
        id=f"{row[0]}-{place}-{('en', 'pl')[language]}",
        marks=() if language == 0 or FIRST[row[2][1]] == place else pytest.mark.long,
    )
    for place, row in enumerate(TABLE)
    for language in (0, 1)
]


@pytest.fixture
def right(cloud: LocalAzure) -> dict[str, str]:
    return {
        "resource_name": cloud.acs.resource_name,
        "resource_id": cloud.acs.resource_id,
        "connection_string": cloud.acs.connection_string,
        "event_grid_app_id": APP,
        "event_grid_app_tenant_id": cloud.tenant_id,
        "confirmed": "on",
    }


def endpoint_of(cloud: LocalAzure) -> str:
    return cloud.acs.connection_string.partition(";")[0].partition("=")[2]


@pytest.mark.parametrize(("field", "value", "texts", "language"), CASES)
def test_field_says_exactly_what_is_wrong_and_nothing_is_stored(
    administrator: Client,
    cloud: LocalAzure,
    right: dict[str, str],
    field: str,
    value: str,
    texts: tuple[str, str],
    language: int,
) -> None:
    value = value.replace("ENDPOINT", endpoint_of(cloud)).replace("TENANT", cloud.tenant_id)

    answer = administrator.post(ADDRESS, right | {field: value}, headers={"Accept-Language": ("en", "pl")[language]})

    page = read(answer)
    said = {str(one.attributes["id"]): one.text() for one in page.all("p", class_="error")}
    assert answer.status_code == 422
    assert said == {f"id_{field}_error": texts[language].replace("TENANT", cloud.tenant_id)}
    assert not Connection.objects.exists()
    assert not Endpoint.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("resource_name", "  ACS-Centrala \n"),
        ("resource_id", " https://portal.azure.com/#@example.org/resourceRESOURCE/resource_overview "),
        ("resource_id", "RESOURCE/"),
        ("connection_string", " AccessKey=KEY ; Endpoint=ENDPOINT "),
        ("connection_string", "endpoint=NOSLASH;accesskey=KEY;"),
        ("event_grid_app_id", f"  {APP.upper()}  "),
    ],
)
def test_what_can_be_understood_is(
    administrator: Client, cloud: LocalAzure, right: dict[str, str], field: str, value: str
) -> None:
    _endpoint, _, key = right["connection_string"].partition("accesskey=")
    known = {"RESOURCE": right["resource_id"], "KEY": key, "ENDPOINT": endpoint_of(cloud)}
    known["NOSLASH"] = known["ENDPOINT"].rstrip("/")
    for word, text in known.items():
        value = value.replace(word, text)

    answer = administrator.post(ADDRESS, right | {field: value})

    assert answer.status_code == 302
    connection = Connection.objects.get()
    assert connection.resource_id.lower() == right["resource_id"].lower()
    assert str(connection.connection_string) == right["connection_string"]
    assert connection.entries.get(key="EventGridAppID").value == APP

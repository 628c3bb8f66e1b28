"""The labels of the original on the pages that bear them, in both languages, letter for letter.

Polish as the original's Polish page writes them, begun with a capital. Where that page has no label (it does not know
the incoming-call endpoint, nor the dialog's title), ours is in a list of its own.
"""

import pytest
from django.test import Client
from django.utils import translation

from centrala.connection.models import Connection
from centrala.conversations.models import MessageState
from centrala.numbers.models import NumberType
from hub import connected
from pages.reading import Element, read

CENTER = "/center/"
CHANNELS, NUMBERS = f"{CENTER}channels/", f"{CENTER}phone-numbers/"
CONNECT, EXISTING, ADVANCED = f"{NUMBERS}connect/", f"{NUMBERS}connect/existing/", f"{NUMBERS}advanced/"
OLD = f"{CENTER}general-settings/phone-numbers/"
TABLES = f"{CENTER}dataverse/tables/"
ENTRIES = f"{TABLES}msdyn_occommunicationprovidersettingentry/"
BEFORE, AFTER = "before connecting", "after connecting"

FIVE_FIELDS = {
    "ACS Resource Name": "Nazwa zasobu usługi CS",
    "ACS Resource ID": "Identyfikator zasobu ACS",
    "Connection string": "Ciąg połączenia",
    "Event grid app id": "Identyfikator aplikacji siatki zdarzeń",
    "Event grid app tenant id": "Identyfikator dzierżawcy aplikacji siatki zdarzeń",
}
FROM_THE_ORIGINAL = {
    (BEFORE, CHANNELS): {
        "Customer support": "Obsługa klienta",
        "Channels": "Kanały",
        "Accounts": "Konta",
        "Phone numbers": "Numery telefonów",
        "Manage": "Zarządzaj",
    },
    (BEFORE, OLD): {
        "General settings": "Ustawienia ogólne",
        "Phone numbers": "Numery telefonów",
        "Get started": "Wprowadzenie",
    },
    (BEFORE, NUMBERS): {"Phone numbers": "Numery telefonów", "Get started": "Wprowadzenie"},
    (AFTER, NUMBERS): {"Advanced": "Zaawansowane"},
    (BEFORE, CONNECT): {"Use existing resource": "Użyj istniejącego zasobu"},
    (BEFORE, EXISTING): FIVE_FIELDS | {"Connect": "Połącz"},
    (AFTER, ADVANCED): FIVE_FIELDS
    | {
        "Recording Web Hook Endpoint": "Punkt końcowy elementu webhook rejestrowania",
        "SMS Web Hook Endpoint": "Punkt końcowy elementu webhook wiadomości SMS",
        "Copy": "Kopiuj",
        "Event Schema": "Schemat zdarzenia",
        "Filter to Event Types": "Filtruj do typów zdarzeń",
        "Endpoint Type": "Typ punktu końcowego",
        "Select an endpoint": "Wybierz punkt końcowy",
        "Additional Features": "Dodatkowe funkcje",
        "AAD Tenant ID": "Identyfikator dzierżawcy usługi AAD",
        "AAD Application ID or URI": "Identyfikator aplikacji usługi AAD lub URI",
        "Create": "Utwórz",
    },
    (AFTER, TABLES): {"Dataverse": "Dataverse", "Tables": "Tabele", "All": "Wszystkie"},
    (AFTER, ENTRIES): {
        "Communication Provider Setting Entry columns and data": (
            "Kolumny i dane wpisu ustawienia dostawcy komunikacji"
        ),
        "Key": "Klucz",
        "Value": "Wartości",
    },
}
OURS = {
    (BEFORE, CONNECT): {
        "Connect to Azure Communication Services": "Nawiąż połączenie z usługami Azure Communication Services"
    },
    (AFTER, ADVANCED): {
        "Manage Azure Communication Services": "Zarządzaj usługami Azure Communication Services",
        "Incoming call Web Hook Endpoint": "Punkt końcowy elementu webhook połączenia przychodzącego",
    },
}
# Labels that stand within a sentence.
WITHIN = {
    (BEFORE, EXISTING): {
        "copy Application (client) ID.": "skopiuj Identyfikator aplikacji (klienta).",
        "copy Directory (tenant) ID.": "skopiuj Identyfikator katalogu (dzierżawy).",
    },
    (AFTER, ADVANCED): {
        ": Event Grid Schema.": ": schemat usługi Event Grid.",
        ": Web Hook.": ": Element webhook.",
        "tick Use AAD authentication;": "zaznacz Użyj uwierzytelniania AAD;",
        ": Recording File Status Updated": ": Aktualizacja statusu pliku nagrania",
        ": SMS Received, SMS Delivery Report Received": (
            ": Odebrane wiadomości SMS, Otrzymany raport o dostarczonych wiadomościach SMS"
        ),
        ": Incoming Call": ": Połączenie przychodzące",
    },
}

Page = tuple[str, str]
pytestmark = pytest.mark.usefixtures("organised")


def cases(*tables: dict[Page, dict[str, str]]) -> list[tuple[Page, str, dict[str, str]]]:
    return [
        (page, language, {english: english if language == "en" else polish for english, polish in labels.items()})
        for table in tables
        for page, labels in table.items()
        for language in ("en", "pl")
    ]


def opened(administrator: Client, page: Page, language: str) -> Element:
    when, address = page
    if when == AFTER:
        connected()
    response = administrator.get(address, headers={"Accept-Language": language})
    assert Connection.objects.exists() == (when == AFTER)
    return read(response).one("body")


def own_words(page: Element) -> set[str]:
    """What each element says by itself."""
    return {child.strip() for element in page.all() for child in element.children if isinstance(child, str)}


@pytest.mark.parametrize(("page", "language", "labels"), cases(FROM_THE_ORIGINAL, OURS))
def test_labels_are_the_originals(administrator: Client, page: Page, language: str, labels: dict[str, str]) -> None:
    words = own_words(opened(administrator, page, language))

    assert [label for label in labels.values() if label not in words] == []


@pytest.mark.parametrize(("page", "language", "labels"), cases(WITHIN))
def test_sentences_hold_the_originals_labels(
    administrator: Client, page: Page, language: str, labels: dict[str, str]
) -> None:
    text = " ".join(sorted(own_words(opened(administrator, page, language))))

    assert [label for label in labels.values() if label not in text] == []


def test_what_is_not_known_has_the_words_of_its_thing() -> None:
    with translation.override("pl"):
        assert (MessageState.UNKNOWN.label, NumberType.UNKNOWN.label) == ("Nie wiadomo", "Nieznany")

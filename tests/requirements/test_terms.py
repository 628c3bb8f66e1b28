"""The terms of Microsoft's Polish page about connecting an existing resource, beside ours, letter for letter.

Each term of that page stands here as it writes it, in its order, with the English label that it translates. Where ours
must differ there is a reason. That our pages show them is tested by pages/test_wording.py and, for the Azure portal's
part, localazure/portal/test_portal_wording.py.
"""

from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

SOURCE = Path(__file__).parents[2] / "src"
HUB, PORTAL, BOTH = ("centrala",), ("localazure",), ("centrala", "localazure")
DOMAINS = {"centrala": "django", "localazure": "messages"}

# The original's Polish, the English label, whose pages have it.
LABELS = [
    ("Wprowadzenie", "Get started", HUB),
    ("Numery telefonów", "Phone numbers", HUB),
    ("Współautor", "Contributor", PORTAL),
    ("mapa witryny", "Site map", HUB),
    ("Obsługa klienta", "Customer support", HUB),
    ("Kanały", "Channels", HUB),
    ("Konta", "Accounts", HUB),
    ("Zarządzaj", "Manage", HUB),
    ("Ustawienia ogólne", "General settings", HUB),
    ("Grupy zasobów", "Resource groups", PORTAL),
    ("grupa zasobów", "Resource group", BOTH),
    ("Zasób", "Resource", BOTH),
    ("Ustawienia", "Settings", PORTAL),
    ("Właściwości", "Properties", PORTAL),
    ("Nazwa", "Name", BOTH),
    ("Identyfikator zasobu", "Resource ID", PORTAL),
    ("Nazwa zasobu usługi CS", "ACS Resource Name", HUB),
    ("Identyfikator zasobu ACS", "ACS Resource ID", HUB),
    ("Narzędzia", "Tools", PORTAL),
    ("Klucze", "Keys", PORTAL),
    ("Klucz podstawowy", "Primary key", PORTAL),
    ("Ciąg połączenia", "Connection string", BOTH),
    ("identyfikator aplikacji siatki zdarzeń", "Event grid app id", HUB),
    ("identyfikator dzierżawcy aplikacji siatki zdarzeń", "Event grid app tenant id", HUB),
    ("Rejestracje aplikacji", "App registrations", PORTAL),
    ("Zarejestruj aplikację", "Register an application", PORTAL),
    ("Obsługiwane typy kont", "Supported account types", PORTAL),
    (
        "Konta w dowolnym katalogu organizacyjnym (Dowolny Microsoft Entra ID – wielodostępny)",
        "Accounts in any organizational directory (Any Microsoft Entra ID - Multitenant)",
        PORTAL,
    ),
    ("Zarejestruj", "Register", BOTH),
    ("Identyfikator aplikacji (klienta)", "Application (client) ID", BOTH),
    ("Identyfikator katalogu (dzierżawy)", "Directory (tenant) ID", BOTH),
    ("Kopiuj do schowka", "Copy to clipboard", PORTAL),
    ("Użyj istniejącego zasobu", "Use existing resource", HUB),
    ("Połącz", "Connect", HUB),
    ("Dodaj numer", "Add number", HUB),
    ("strumień pracy głosowy", "Voice workstream", HUB),
    ("połączenia przychodzące", "Inbound calls", HUB),
    ("połączenia wychodzące", "Outbound calls", HUB),
    ("nagrywanie rozmów", "Call recording", HUB),
    ("Tematy systemowe Event Grid", "Event Grid System Topics", PORTAL),
    ("Temat systemowy usługi Event Grid", "Event Grid System Topic", PORTAL),
    ("Subskrypcja", "Subscription", BOTH),
    ("Dostawcy zasobów", "Resource providers", PORTAL),
    ("Zarejestrowany", "Registered", PORTAL),
    ("Zarejestruj ponownie", "Re-register", PORTAL),
    ("Zdarzenia", "Events", BOTH),
    ("Podstawowe", "Basics", PORTAL),
    ("Schemat zdarzenia", "Event Schema", BOTH),
    ("schemat usługi Event Grid", "Event Grid Schema", BOTH),
    ("Typy tematów", "Topic Types", BOTH),
    ("Nazwa tematu systemu", "System Topic Name", BOTH),
    ("Filtruj do typów zdarzeń", "Filter to Event Types", BOTH),
    ("Aktualizacja statusu pliku nagrania", "Recording File Status Updated", BOTH),
    ("Odebrane wiadomości SMS", "SMS Received", BOTH),
    ("Otrzymany raport o dostarczonych wiadomościach SMS", "SMS Delivery Report Received", BOTH),
    ("Typ punktu końcowego", "Endpoint Type", BOTH),
    ("Element webhook", "Web Hook", BOTH),
    ("Punkt końcowy", "Endpoint", PORTAL),
    ("Wybierz punkt końcowy", "Select an endpoint", PORTAL),
    ("Dodatkowe funkcje", "Additional Features", PORTAL),
    ("Użyj uwierzytelniania AAD", "Use AAD authentication", PORTAL),
    ("Identyfikator dzierżawcy usługi AAD", "AAD Tenant ID", BOTH),
    ("Identyfikator aplikacji usługi AAD lub URI", "AAD Application ID or URI", BOTH),
    ("Utwórz", "Create", PORTAL),
    (
        "Uzgadnianie walidacji elementów webhook nie powiodło się",
        "Webhook validation handshake failed",
        PORTAL,
    ),
    ("Tabele", "Tables", HUB),
    ("Wszystkie", "All", HUB),
    (
        "Kolumny i dane wpisu ustawienia dostawcy komunikacji",
        "Communication Provider Setting Entry columns and data",
        HUB,
    ),
    ("Klucz", "Key", HUB),
    ("Wartości", "Value", HUB),
    ("Zaawansowane", "Advanced", HUB),
    ("Punkt końcowy elementu webhook rejestrowania", "Recording Web Hook Endpoint", HUB),
    ("Punkt końcowy elementu webhook wiadomości SMS", "SMS Web Hook Endpoint", HUB),
    ("Kopiuj", "Copy", BOTH),
    ("Korzystaj z własnego operatora", "Bring your own carrier", HUB),
]
# Terms that are no label of their own: words of ours in which each stands, inflected where Polish wants it.
WITHIN = [
    ("kanały głosowe / SMS", "kanałów głosowych i SMS", HUB),
    ("dzierżawa", "dzierżaw", BOTH),
    ("subskrypcja platformy Azure", "subskrypcja platformy Azure", HUB),
    ("wersja próbna", "wersja próbna", HUB),
    ("uprawnienia Współautor", "Współautor", HUB),
    (
        "centrum administracyjne rozwiązania Customer Service",
        "centrum administracyjnym rozwiązania Customer Service",
        HUB,
    ),
    (
        "centrum administracyjne obsługi wielokanałowej (przestarzałe)",
        "centrum administracyjnego obsługi wielokanałowej",
        HUB,
    ),
    ("strona Numery telefonów", "strony Numery telefonów", HUB),
    ("karta Podstawowe", "Podstawowe", PORTAL),
    ("Subskrypcja zdarzeń", "+ Subskrypcja zdarzeń", PORTAL),
    ("tabela wprowadzania ustawień dostawców komunikacji", "Tabela wprowadzania ustawień dostawców komunikacji", HUB),
]
# Terms that ours leaves out or writes otherwise, and why.
OTHERWISE = {
    "Zaawansowane: Połącz się za pomocą istniejącego zasobu platformy Azure": (
        "the page's own title; our guide is called Połącz istniejący zasób platformy Azure"
    ),
    "Obsługa wielokanałowa klientów (dla Dynamics 365)": "the product's name; ours is Centrala",
    "plików sieciOwych w celu obsługa klienta": "a mistranslation of Omnichannel for Customer Service",
    "Microsoft Entra (dawniej Azure Active Directory)": "the former name says nothing to whoever comes today",
    "Rozpocznij": "the page's second word for the button that it calls Wprowadzenie elsewhere",
    "Dodawanie nowego numeru telefonu": "no number can be bought here yet",
    "portal Power Apps": "a name: Power Apps, in both languages",
    "Azure Communication Services": "a name, in both languages",
    "Dataverse": "a name, in both languages",
    "EventGridAppID": "a key, in both languages",
    "EventGripAppTenantID": "a key, in both languages; the misspelling is the original's",
    "Integruj systemy IVR innych firm": "the hub hands no call to such a system yet",
}


@cache
def catalogue(program: str) -> Catalog:
    file = SOURCE / program / "locale" / "pl" / "LC_MESSAGES" / f"{DOMAINS[program]}.po"
    with file.open("rb") as opened:
        return read_po(opened, locale="pl")


def translated(english: str, program: str) -> str:
    """Nothing where our pages do not say that."""
    found = catalogue(program).get(english)
    return str(found.string) if found is not None else ""


def begun_with_a_capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@pytest.mark.parametrize(("polish", "english", "programs"), LABELS, ids=[row[1] for row in LABELS])
def test_polish_label_is_the_originals(polish: str, english: str, programs: tuple[str, ...]) -> None:
    ours = [translated(english, program) for program in programs]

    assert [begun_with_a_capital(one) for one in ours] == [begun_with_a_capital(polish)] * len(programs)


@pytest.mark.parametrize(("polish", "words", "programs"), WITHIN, ids=[row[0] for row in WITHIN])
def test_term_stands_in_words_of_ours(polish: str, words: str, programs: tuple[str, ...]) -> None:
    for program in programs:
        assert any(words in str(message.string) for message in catalogue(program))


def test_term_is_listed_once() -> None:
    terms = [row[0] for row in (*LABELS, *WITHIN)] + list(OTHERWISE)

    assert len(terms) == len(set(terms))

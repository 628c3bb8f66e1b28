"""What the portal says where docs/requirements.md has a row about it, in both languages, letter for letter.

It stands for Azure's own: its labels are the original's, in Polish as the original's Polish page writes them, begun
with a capital (requirements/test_terms.py has its terms).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from localazure_tests.portal import Portal
from localazure_tests.receiver import Receiver
from pages.reading import Element, missing, read

LANGUAGES = ("en", "pl")


@dataclass(frozen=True)
class Wording:
    """English to Polish: `labels` are all that an element says by itself, `sentences` stand in the page's text."""

    place: Callable[[Portal], str]
    labels: dict[str, str] = field(default_factory=dict)
    sentences: dict[str, str] = field(default_factory=dict)


def groups(portal: Portal) -> str:
    return "/groups"


def properties(portal: Portal) -> str:
    return portal.at("/properties")


def keys(portal: Portal) -> str:
    return portal.at("/keys")


def registrations(portal: Portal) -> str:
    return "/registrations"


def registering(portal: Portal) -> str:
    return "/registrations/new"


def application(portal: Portal) -> str:
    return portal.register_application().path


def new_topic(portal: Portal) -> str:
    return "/topics/new"


def topic(portal: Portal) -> str:
    return portal.create_topic().path


def subscription(portal: Portal) -> str:
    return f"/resource{portal.subscription}"


def providers(portal: Portal) -> str:
    return f"/resource{portal.subscription}/providers"


def events(portal: Portal) -> str:
    return portal.at("/events")


def subscribing(portal: Portal) -> str:
    return portal.at("/events/new")


SMS = {
    "SMS Received": "Odebrane wiadomości SMS",
    "SMS Delivery Report Received": "Otrzymany raport o dostarczonych wiadomościach SMS",
}
IDS = {
    "Application (client) ID": "Identyfikator aplikacji (klienta)",
    "Directory (tenant) ID": "Identyfikator katalogu (dzierżawy)",
}
MULTITENANT = {
    "Accounts in any organizational directory (Any Microsoft Entra ID - Multitenant)": (
        "Konta w dowolnym katalogu organizacyjnym (Dowolny Microsoft Entra ID – wielodostępny)"
    )
}

ROWS = {
    "R08": Wording(subscription, {"My role": "Moja rola", "Owner": "Właściciel", "Contributor": "Współautor"}),
    "R13": Wording(
        properties,
        {
            "Resource groups": "Grupy zasobów",
            "Settings": "Ustawienia",
            "Properties": "Właściwości",
            "Name": "Nazwa",
            "Resource ID": "Identyfikator zasobu",
            "Copy": "Kopiuj",
        },
    ),
    "R14": Wording(
        keys,
        {
            "Tools": "Narzędzia",
            "Keys": "Klucze",
            "Primary key": "Klucz podstawowy",
            "Connection string": "Ciąg połączenia",
        },
    ),
    "R15": Wording(
        registrations, {"App registrations": "Rejestracje aplikacji", "New registration": "Nowa rejestracja"}
    ),
    "R16": Wording(
        registering,
        {
            "Register an application": "Zarejestruj aplikację",
            "Name": "Nazwa",
            "Supported account types": "Obsługiwane typy kont",
            "Register": "Zarejestruj",
        }
        | MULTITENANT,
    ),
    "R17": Wording(application, IDS | {"Copy to clipboard": "Kopiuj do schowka"}),
    "R34": Wording(
        new_topic,
        {
            "Event Grid System Topics": "Tematy systemowe Event Grid",
            "Topic Types": "Typy tematów",
            "Azure Communication Services": "Azure Communication Services",
            "Subscription": "Subskrypcja",
            "Resource Group": "Grupa zasobów",
            "Resource": "Zasób",
            "Name": "Nazwa",
            "Create": "Utwórz",
        },
        {"One resource has one system topic.": "Jeden zasób ma jeden temat systemowy."},
    ),
    "R35": Wording(
        providers,
        {
            "Settings": "Ustawienia",
            "Resource providers": "Dostawcy zasobów",
            "Microsoft.EventGrid": "Microsoft.EventGrid",
            "Registered": "Zarejestrowany",
            "Re-register": "Zarejestruj ponownie",
        },
    ),
    "R38": Wording(
        events,
        {"Events": "Zdarzenia", "+ Event Subscription": "+ Subskrypcja zdarzeń"},
        {"one for each endpoint.": "po jednej na każdy punkt końcowy."},
    ),
    "R39": Wording(subscribing, {"Basics": "Podstawowe", "Name": "Nazwa"}),
    "R40": Wording(
        subscribing,
        {"Event Schema": "Schemat zdarzenia", "Event Grid Schema": "Schemat usługi Event Grid"},
        {
            "Customer service needs the Event Grid Schema: the other one has another handshake.": (
                "Obsługa klienta potrzebuje schematu usługi Event Grid: drugi ma inne uzgadnianie."
            )
        },
    ),
    "R41": Wording(
        subscribing,
        {
            "Topic Types": "Typy tematów",
            "Azure Communication Services": "Azure Communication Services",
            "Subscription": "Subskrypcja",
            "Resource Group": "Grupa zasobów",
            "Resource": "Zasób",
        },
    ),
    "R42": Wording(subscribing, {"System Topic Name": "Nazwa tematu systemu"}),
    "R43": Wording(
        subscribing,
        {
            "Filter to Event Types": "Filtruj do typów zdarzeń",
            "Recording File Status Updated": "Aktualizacja statusu pliku nagrania",
        },
    ),
    "R44": Wording(
        subscribing,
        SMS,
        {
            "SMS: SMS Received and SMS Delivery Report Received.": (
                "SMS: Odebrane wiadomości SMS i Otrzymany raport o dostarczonych wiadomościach SMS."
            )
        },
    ),
    "R45": Wording(subscribing, {"Incoming Call": "Połączenie przychodzące"}),
    "R46": Wording(subscribing, {"Endpoint Type": "Typ punktu końcowego", "Web Hook": "Element webhook"}),
    "R47": Wording(
        subscribing,
        {
            "Endpoint": "Punkt końcowy",
            "Select an endpoint": "Wybierz punkt końcowy",
            "Select Web Hook": "Wybierz element webhook",
            "Subscriber Endpoint": "Punkt końcowy subskrybenta",
            "Confirm Selection": "Potwierdź wybór",
        },
    ),
    "R49": Wording(
        subscribing,
        {"Additional Features": "Dodatkowe funkcje", "Use AAD authentication": "Użyj uwierzytelniania AAD"},
    ),
    "R50": Wording(
        subscribing,
        {
            "AAD Tenant ID": "Identyfikator dzierżawcy usługi AAD",
            "AAD Application ID or URI": "Identyfikator aplikacji usługi AAD lub URI",
            "Create": "Utwórz",
        },
        {
            "the same one as when the resource was connected.": "ten sam, co przy łączeniu zasobu.",
        },
    ),
}


def shown(portal: Portal, path: str, language: str) -> Element:
    return read(portal.raw("GET", path, headers={"accept-language": language})).one("body")


@pytest.mark.parametrize("row", ROWS)
def test_portal_says_it_in_both_languages(portal: Portal, row: str) -> None:
    wording = ROWS[row]
    portal.post(f"/resource{portal.subscription}/providers", namespace="Microsoft.EventGrid", act="register")
    path = wording.place(portal)

    for language in LANGUAGES:
        page = shown(portal, path, language)
        assert missing(page, language, labels=wording.labels, sentences=wording.sentences) == []


def test_topic_leads_to_its_subscription_by_the_documents_name(portal: Portal) -> None:
    path = topic(portal)

    for language, kind, label in (
        ("en", "Event Grid System Topic", "Subscription"),
        ("pl", "Temat systemowy usługi Event Grid", "Subskrypcja"),
    ):
        page = shown(portal, path, language)
        assert kind in page.own_words()
        [row] = [row for row in page.all("div", class_="property") if row.one("dt").text() == label]
        assert row.one("a").attributes["href"] == f"/resource{portal.subscription}"


@pytest.fixture
def hook(portal: Portal, receiver: Callable[[], Receiver]) -> Receiver:
    portal.create_topic()
    return receiver()


HANDSHAKES = {
    200: {"Succeeded": "Powodzenie"},
    401: {
        "Webhook validation handshake failed": "Uzgadnianie walidacji elementów webhook nie powiodło się",
        "with the same tenant and application as when the resource was connected.": (
            "z tą samą dzierżawą i aplikacją, co przy łączeniu zasobu."
        ),
        "Synchronization may take up to 15 minutes": "Synchronizacja może potrwać do 15 minut",
    },
}


@pytest.mark.parametrize("answer", HANDSHAKES)
def test_end_of_the_handshake_is_told_in_both_languages(portal: Portal, hook: Receiver, answer: int) -> None:
    if answer != 200:
        hook.answer = lambda received: (answer, {})
    page = portal.subscribe("texts", hook.url)

    ended = portal.settled(page)["state"]

    assert ended == ("Succeeded" if answer == 200 else "Failed")
    english, polish = (shown(portal, page.path, language).text() for language in LANGUAGES)
    assert [one for one in HANDSHAKES[answer] if one not in english] == []
    assert [one for one in HANDSHAKES[answer].values() if one not in polish] == []


def test_application_of_somebody_else_is_explained_in_both_languages(portal: Portal, hook: Receiver) -> None:
    client = portal.register_application("Contoso").text.partition("(client) ID ")[2].split()[0]
    portal.sign_in("beata")
    page = portal.subscribe("texts", hook.url, aad="yes", aad_tenant=portal.azure.tenant_id, aad_application=client)

    assert portal.settled(page)["state"] == "Failed"
    english, polish = (shown(portal, page.path, language).text() for language in LANGUAGES)
    assert "Whoever asked for this neither owns the application's service principal nor holds its role" in english
    assert "Kto o to poprosił, nie jest właścicielem jednostki usługi tej aplikacji ani nie ma jej roli" in polish


def test_missing_name_is_refused_in_both_languages(portal: Portal) -> None:
    portal.create_topic()

    for language, words in (
        ("en", "A name is needed here, without a slash."),
        ("pl", "Tu potrzebna jest nazwa, bez ukośnika."),
    ):
        portal.speak(language)
        assert portal.subscribe("", "https://localhost:1/hook").refusal == words

"""What the admin center says where docs/requirements.md has a row about it, in both languages, letter for letter.

A label is all that an element says by itself. Labels of the original are written as its Polish page writes them, begun
with a capital (requirements/test_terms.py has its terms); where that page has none, as for incoming calls, ours.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation
from django.utils.timezone import now

from centrala.connection.models import Connection, Endpoint, Service, Sight, Sighting
from centrala.conversations.models import MessageState
from centrala.numbers.models import NumberType
from centrala.organization.models import Kind, Organization
from hub import connected
from pages.reading import Element, missing, read

CENTER = "/center/"
CHANNELS, NUMBERS, ORGANIZATION = f"{CENTER}channels/", f"{CENTER}phone-numbers/", f"{CENTER}organization/"
CONNECT, EXISTING, ADVANCED = f"{NUMBERS}connect/", f"{NUMBERS}connect/existing/", f"{NUMBERS}advanced/"
DISCONNECT = f"{ADVANCED}disconnect/"
OLD = f"{CENTER}general-settings/phone-numbers/"
TABLES = f"{CENTER}dataverse/tables/"
ENTRIES = f"{TABLES}msdyn_occommunicationprovidersettingentry/"

State = Callable[[], object]


def nothing_connected() -> None:
    assert not Connection.objects.exists()


def no_licence() -> None:
    Organization.objects.update(licensed=False)


def no_voice() -> None:
    Organization.objects.update(voice=False)


def trial_runs() -> None:
    Organization.objects.update(
        kind=Kind.TRIAL, trial_started_at=now(), trial_ends_at=now() + timedelta(days=3, seconds=1)
    )


def saw(*kinds: Sight, word: str = "") -> None:
    connected()
    for kind in kinds:
        Sighting.objects.create(
            endpoint=Endpoint.objects.get(service=Service.SMS), kind=kind, at=now(), subscription="TEKSTY", word=word
        )


def handshake_answered() -> None:
    saw(Sight.HANDSHAKE)


def event_of_another_service_came() -> None:
    saw(Sight.MISDIRECTED)


def no_token_came() -> None:
    saw(Sight.REFUSAL, word="no_token")


def token_of_another_application_came() -> None:
    saw(Sight.REFUSAL, word="wrong_audience")


def key_refused() -> None:
    connected()
    Connection.objects.update(key_refused_at=now())


def disconnected() -> None:
    connected()
    Connection.objects.update(disconnected_at=now())


@dataclass(frozen=True)
class Wording:
    """English to Polish: `labels` of elements, `sentences` that stand in the page's text, or parts of them."""

    state: State
    address: str
    labels: dict[str, str] = field(default_factory=dict)
    sentences: dict[str, str] = field(default_factory=dict)


FIVE_FIELDS = {
    "ACS Resource Name": "Nazwa zasobu usługi CS",
    "ACS Resource ID": "Identyfikator zasobu ACS",
    "Connection string": "Ciąg połączenia",
    "Event grid app id": "Identyfikator aplikacji siatki zdarzeń",
    "Event grid app tenant id": "Identyfikator dzierżawcy aplikacji siatki zdarzeń",
}
RECORDING = {"Recording Web Hook Endpoint": "Punkt końcowy elementu webhook rejestrowania", "Copy": "Kopiuj"}
SMS = {"SMS Web Hook Endpoint": "Punkt końcowy elementu webhook wiadomości SMS", "Copy": "Kopiuj"}
CALL = {"Incoming call Web Hook Endpoint": "Punkt końcowy elementu webhook połączenia przychodzącego", "Copy": "Kopiuj"}
MANAGE = {"Manage Azure Communication Services": "Zarządzaj usługami Azure Communication Services"}
COMES_BACK = {
    "When the same resource is connected again, its endpoints, numbers and channel settings are back.": (
        "Gdy ten sam zasób zostanie połączony ponownie, wrócą jego punkty końcowe, numery i ustawienia kanałów."
    )
}

ROWS = {
    "R01": Wording(
        nothing_connected,
        CONNECT,
        sentences={
            "Use a Communication Services resource from any Azure subscription of your tenant.": (
                "Użyj zasobu Communication Services z dowolnej subskrypcji platformy Azure w Twojej dzierżawie."
            )
        },
    ),
    "R02": Wording(connected, DISCONNECT, sentences=COMES_BACK),
    "R03": Wording(
        no_licence,
        NUMBERS,
        {"The organisation has a licence": "Organizacja ma licencję"},
        {
            "No licence for digital messaging is recorded; channels need one.": (
                "Nie odnotowano licencji na wiadomości cyfrowe, a kanały jej wymagają."
            )
        },
    ),
    "R04": Wording(
        no_voice,
        CHANNELS,
        {"Voice is not set up": "Połączenia głosowe nie są skonfigurowane"},
        {
            "as soon as voice is added and the Voice and SMS Terms are accepted.": (
                "gdy połączenia głosowe zostaną dodane, a Warunki dotyczące połączeń głosowych i SMS zaakceptowane."
            )
        },
    ),
    "R05": Wording(
        trial_runs,
        NUMBERS,
        {
            "The organisation is a trial": "Organizacja jest wersją próbną",
            "The organisation is not a trial, or the trial is over": (
                "Organizacja nie jest wersją próbną albo wersja próbna się skończyła"
            ),
        },
    ),
    "R06": Wording(
        nothing_connected,
        NUMBERS,
        {"Get started": "Wprowadzenie", "Prerequisites": "Wymagania wstępne", "Phone numbers": "Numery telefonów"},
    ),
    "R07": Wording(
        nothing_connected,
        NUMBERS,
        {
            "Your Azure subscription is active and in the organisation's tenant": (
                "Twoja subskrypcja platformy Azure jest aktywna i należy do dzierżawy organizacji"
            )
        },
    ),
    "R08": Wording(
        nothing_connected,
        NUMBERS,
        {"Your role there is Contributor or enough": "Twoja rola w subskrypcji to Współautor lub wystarczająca"},
    ),
    "R09": Wording(
        trial_runs,
        NUMBERS,
        sentences={
            "its trial numbers work without any connection.": "numery wersji próbnej działają bez żadnego połączenia."
        },
    ),
    "R10": Wording(
        trial_runs,
        NUMBERS,
        {"End trial": "Zakończ wersję próbną", "End trial now": "Zakończ teraz wersję próbną"},
        {
            "Then a resource of your own can be connected.": "Potem można połączyć własny zasób.",
        },
    ),
    "R11": Wording(
        nothing_connected,
        NUMBERS,
        sentences={"One installation serves one resource.": "Jedna instalacja obsługuje jeden zasób."},
    ),
    "R12": Wording(
        nothing_connected,
        NUMBERS,
        {"Test that address": "Sprawdź ten adres", "azurecommdiagnostics.net": "azurecommdiagnostics.net"},
        {
            "Whether the agents' own network is good enough for calls, Microsoft's test tells:": (
                "Czy sieć konsultantów wystarcza do rozmów, powie test Microsoftu:"
            )
        },
    ),
    "R13": Wording(
        nothing_connected,
        EXISTING,
        sentences={
            "Settings > Properties, copy Name.": "Ustawienia > Właściwości, i skopiuj Nazwę.",
            "Settings > Properties, copy Resource ID.": "Ustawienia > Właściwości, skopiuj Identyfikator zasobu.",
        },
    ),
    "R14": Wording(
        nothing_connected,
        EXISTING,
        sentences={
            "Tools > Keys, copy Connection string under Primary key.": (
                "Narzędzia > Klucze, skopiuj Ciąg połączenia w sekcji Klucz podstawowy."
            )
        },
    ),
    "R15": Wording(
        nothing_connected,
        EXISTING,
        sentences={
            "App registrations, open your application, copy Application (client) ID.": (
                "otwórz Rejestracje aplikacji, wybierz swoją aplikację i skopiuj Identyfikator aplikacji (klienta)."
            ),
            "copy Directory (tenant) ID.": "skopiuj Identyfikator katalogu (dzierżawy).",
        },
    ),
    "R18": Wording(nothing_connected, EXISTING, FIVE_FIELDS),
    "R20": Wording(
        nothing_connected,
        CHANNELS,
        {
            "Customer support": "Obsługa klienta",
            "Channels": "Kanały",
            "Accounts": "Konta",
            "Phone numbers": "Numery telefonów",
            "Manage": "Zarządzaj",
        },
    ),
    "R21": Wording(
        nothing_connected,
        OLD,
        {
            "General settings": "Ustawienia ogólne",
            "Phone numbers": "Numery telefonów",
            "Get started": "Wprowadzenie",
            "This way is deprecated.": "Ta ścieżka jest przestarzała.",
            "Customer support > Channels > Phone numbers > Manage": (
                "Obsługa klienta > Kanały > Numery telefonów > Zarządzaj"
            ),
        },
    ),
    "R22": Wording(
        nothing_connected,
        CONNECT,
        {
            "Connect to Azure Communication Services": "Nawiąż połączenie z usługami Azure Communication Services",
            "Use existing resource": "Użyj istniejącego zasobu",
            "Create new resource": "Utwórz nowy zasób",
        },
    ),
    "R23": Wording(nothing_connected, EXISTING, FIVE_FIELDS | {"Connect": "Połącz"}),
    "R24": Wording(
        nothing_connected,
        EXISTING,
        {
            "I confirm that this ACS resource is connected to this installation only": (
                "Potwierdzam, że ten zasób ACS jest połączony tylko z tą instalacją"
            )
        },
    ),
    "R27": Wording(
        connected,
        ADVANCED,
        sentences={
            "Stored encrypted; it is never shown.": "Zapisany w postaci zaszyfrowanej; nigdy nie jest wyświetlany."
        },
    ),
    "R28": Wording(connected, ADVANCED, FIVE_FIELDS | RECORDING | SMS | CALL | MANAGE),
    "R29": Wording(
        key_refused,
        ADVANCED,
        {
            "The service does not take the stored access key any more.": (
                "Usługa nie przyjmuje już zapisanego klucza dostępu."
            ),
            "Connection string": "Ciąg połączenia",
            "Replace the connection string": "Zastąp ciąg połączenia",
        },
        {
            "The service does not accept this key. Copy the connection string again: keys change when rotated.": (
                "Usługa nie przyjmuje tego klucza. Skopiuj ciąg połączenia ponownie: po rotacji klucze są inne."
            )
        },
    ),
    "R30": Wording(connected, ADVANCED, {"Add number": "Dodaj numer"}),
    "R31": Wording(
        connected,
        ADVANCED,
        {
            "Next steps": "Następne kroki",
            "Voice workstream": "Strumień pracy głosowy",
            "Inbound calls": "Połączenia przychodzące",
            "Outbound calls": "Połączenia wychodzące",
            "Call recording": "Nagrywanie rozmów",
            "SMS": "SMS",
        },
    ),
    "R33": Wording(
        connected,
        ADVANCED,
        {
            "No handshake yet: no event subscription sends here.": (
                "Jeszcze bez uzgadniania: żadna subskrypcja zdarzeń tu nie wysyła."
            ),
            "To do": "Do zrobienia",
        },
    ),
    "R35": Wording(
        nothing_connected,
        NUMBERS,
        {
            "The provider Microsoft.EventGrid is registered": "Dostawca Microsoft.EventGrid jest zarejestrowany",
        },
    ),
    "R36": Wording(
        connected,
        ADVANCED,
        sentences={"Do this once for each endpoint above.": "Zrób to osobno dla każdego punktu końcowego powyżej."},
    ),
    "R37": Wording(
        connected,
        ADVANCED,
        sentences={
            "Each service gets an event subscription of its own in Azure": (
                "Każda usługa ma w Azure własną subskrypcję zdarzeń"
            )
        },
    ),
    "R38": Wording(
        connected,
        ADVANCED,
        sentences={"Open the resource, Events > Event Subscription.": "Otwórz zasób, Zdarzenia > Subskrypcja zdarzeń."},
    ),
    "R40": Wording(
        connected,
        ADVANCED,
        {"Event Schema": "Schemat zdarzenia", "Event Grid Schema": "schemat usługi Event Grid"},
        {": Event Grid Schema.": ": schemat usługi Event Grid."},
    ),
    "R41": Wording(
        connected,
        ADVANCED,
        {
            "Topic Types": "Typy tematów",
            "Subscription": "Subskrypcja",
            "Resource group": "Grupa zasobów",
            "Resource": "Zasób",
        },
    ),
    "R42": Wording(connected, ADVANCED, {"System Topic Name": "Nazwa tematu systemu"}),
    "R43": Wording(
        connected,
        ADVANCED,
        {
            "Filter to Event Types": "Filtruj do typów zdarzeń",
            "Filter to Event Types: Recording File Status Updated": (
                "Filtruj do typów zdarzeń: Aktualizacja statusu pliku nagrania"
            ),
        },
    ),
    "R44": Wording(
        connected,
        ADVANCED,
        {
            "Filter to Event Types: SMS Received, SMS Delivery Report Received": (
                "Filtruj do typów zdarzeń: Odebrane wiadomości SMS, Otrzymany raport o dostarczonych wiadomościach SMS"
            )
        },
    ),
    "R45": Wording(
        connected,
        ADVANCED,
        {"Filter to Event Types: Incoming Call": "Filtruj do typów zdarzeń: Połączenie przychodzące"},
    ),
    "R46": Wording(
        connected,
        ADVANCED,
        {"Endpoint Type": "Typ punktu końcowego", "Web Hook": "Element webhook"},
        {": Web Hook.": ": Element webhook."},
    ),
    "R47": Wording(
        connected,
        ADVANCED,
        {"Select an endpoint": "Wybierz punkt końcowy", "Subscriber Endpoint": "Punkt końcowy subskrybenta"},
        {"then Confirm Selection.": "i potwierdź wybór."},
    ),
    "R48": Wording(
        event_of_another_service_came,
        ADVANCED,
        sentences={
            "An event of another service came here:": "Przyszło tu zdarzenie innej usługi:",
            "It was taken in all the same. Let each event subscription send to its own endpoint.": (
                "Mimo to zostało przyjęte. Niech każda subskrypcja zdarzeń wysyła do własnego punktu końcowego."
            ),
        },
    ),
    "R49": Wording(
        no_token_came,
        ADVANCED,
        {"Additional Features": "Dodatkowe funkcje"},
        {
            "tick Use AAD authentication;": "zaznacz Użyj uwierzytelniania AAD;",
            "The delivery carried no token.": "Dostarczenie nie miało tokenu.",
        },
    ),
    "R50": Wording(
        token_of_another_application_came,
        ADVANCED,
        {
            "AAD Tenant ID": "Identyfikator dzierżawcy usługi AAD",
            "AAD Application ID or URI": "Identyfikator aplikacji usługi AAD lub URI",
        },
        {
            "The token was made for another application than the connected one.": (
                "Token wystawiono dla innej aplikacji niż połączona."
            )
        },
    ),
    "R53": Wording(
        connected,
        ADVANCED,
        {"Create": "Utwórz"},
        {
            "If the webhook validation handshake fails, try again after a few minutes: new ids take up to 15 minutes": (
                "Jeśli uzgadnianie walidacji elementów webhook nie powiedzie się, spróbuj ponownie po kilku minutach: "
                "synchronizacja nowych identyfikatorów trwa do 15 minut."
            )
        },
    ),
    "R54": Wording(
        handshake_answered,
        ADVANCED,
        {"by the event subscription “TEKSTY”": "przez subskrypcję zdarzeń „TEKSTY”"},
        {"Handshake answered: ": "Uzgadnianie zakończone: "},
    ),
    "R55": Wording(
        connected,
        DISCONNECT,
        {"What stays in Azure": "Co pozostaje w Azure", "Event subscriptions": "Subskrypcje zdarzeń"},
        {
            "The endpoints answer 404 within two seconds": (
                "W ciągu dwóch sekund punkty końcowe zaczną odpowiadać 404"
            ),
            "The event subscriptions in Azure go on sending, in vain, until they are deleted.": (
                "Subskrypcje zdarzeń w Azure będą wysyłać dalej, na próżno, dopóki nie zostaną usunięte."
            ),
        },
    ),
    "R56": Wording(
        connected,
        TABLES,
        {"Power Apps": "Power Apps", "Dataverse": "Dataverse", "Tables": "Tabele", "All": "Wszystkie"},
    ),
    "R57": Wording(
        connected,
        ENTRIES,
        {
            "Communication Provider Setting Entry columns and data": (
                "Kolumny i dane wpisu ustawienia dostawcy komunikacji"
            ),
            "Key": "Klucz",
            "Value": "Wartości",
        },
    ),
    "R59": Wording(connected, ADVANCED, RECORDING),
    "R60": Wording(connected, ADVANCED, SMS),
    "R61": Wording(
        connected,
        ADVANCED,
        {"New endpoints": "Nowe punkty końcowe", "Make new endpoints": "Utwórz nowe punkty końcowe"},
        {"The old ones answer 24 hours more": "Stare odpowiadają jeszcze 24 godziny"},
    ),
    "R62": Wording(connected, ADVANCED, CALL),
    "R77": Wording(
        connected,
        ADVANCED,
        {"Disconnect from Azure": "Odłącz od platformy Azure", "Disconnect": "Odłącz"},
    ),
    "R78": Wording(
        connected,
        DISCONNECT,
        sentences={
            "1 number vanishes from the page Phone numbers; it stays owned in Azure.": (
                "1 numer zniknie ze strony Numery telefonów; w Azure pozostanie Twój."
            )
        },
    ),
    "R79": Wording(connected, DISCONNECT, sentences=COMES_BACK),
    "R80": Wording(disconnected, NUMBERS, {"Get started": "Wprowadzenie"}),
    "R81": Wording(connected, ADVANCED, {"Bring your own carrier": "Korzystaj z własnego operatora"}),
}

LANGUAGES = ("en", "pl")
Shown = dict[tuple[State, str], list[Element]]


@pytest.fixture(scope="module")
def shown() -> Shown:
    """Many rows are about one page in one state: each is asked for once."""
    return {}


def pages(wording: Wording, request: pytest.FixtureRequest, shown: Shown) -> list[Element]:
    """The page in each language."""
    key = wording.state, wording.address
    if key not in shown:
        request.getfixturevalue("organised")
        administrator: Client = request.getfixturevalue("administrator")
        wording.state()
        answers = [administrator.get(wording.address, headers={"Accept-Language": language}) for language in LANGUAGES]
        shown[key] = [read(answer).one("body") for answer in answers]
    return shown[key]


@pytest.mark.usefixtures("db")  # also where a page that was asked for before is at hand: a row can be run alone
@pytest.mark.parametrize("row", ROWS)
def test_page_says_it_in_both_languages(row: str, request: pytest.FixtureRequest, shown: Shown) -> None:
    wording = ROWS[row]

    english, polish = pages(wording, request, shown)

    assert wording.labels or wording.sentences
    assert missing(english, "en", labels=wording.labels, sentences=wording.sentences) == []
    assert missing(polish, "pl", labels=wording.labels, sentences=wording.sentences) == []


@pytest.mark.usefixtures("organised")
def test_advanced_is_offered_once_something_is_connected(administrator: Client) -> None:
    connected()

    for language, label in zip(LANGUAGES, ("Advanced", "Zaawansowane"), strict=True):
        page = read(administrator.get(NUMBERS, headers={"Accept-Language": language}))
        leads = {one.attributes["href"]: one.text() for one in page.one("div", class_="commands").all("a")}
        assert leads["/center/phone-numbers/advanced/"] == label


def test_what_is_not_known_has_the_words_of_its_thing() -> None:
    with translation.override("pl"):
        assert (MessageState.UNKNOWN.label, NumberType.UNKNOWN.label) == ("Nie wiadomo", "Nieznany")

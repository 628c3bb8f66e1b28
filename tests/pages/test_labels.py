"""The labels of the original, in both languages, letter for letter.

Polish as the original's Polish page writes them, begun with a capital. Where that page has no label (it does not know
the incoming-call endpoint, nor the dialog's title), ours is in the second list.
"""

import pytest
from django.utils import translation
from django.utils.translation import gettext

FROM_THE_ORIGINAL = {
    "Customer support": "Obsługa klienta",
    "Channels": "Kanały",
    "Accounts": "Konta",
    "Phone numbers": "Numery telefonów",
    "Manage": "Zarządzaj",
    "Get started": "Wprowadzenie",
    "Advanced": "Zaawansowane",
    "Use existing resource": "Użyj istniejącego zasobu",
    "Connect": "Połącz",
    "ACS Resource Name": "Nazwa zasobu usługi CS",
    "ACS Resource ID": "Identyfikator zasobu ACS",
    "Connection string": "Ciąg połączenia",
    "Event grid app id": "Identyfikator aplikacji siatki zdarzeń",
    "Event grid app tenant id": "Identyfikator dzierżawcy aplikacji siatki zdarzeń",
    "Application (client) ID": "Identyfikator aplikacji (klienta)",
    "Directory (tenant) ID": "Identyfikator katalogu (dzierżawy)",
    "Recording Web Hook Endpoint": "Punkt końcowy elementu webhook rejestrowania",
    "SMS Web Hook Endpoint": "Punkt końcowy elementu webhook wiadomości SMS",
    "Copy": "Kopiuj",
    "Filter to Event Types": "Filtruj do typów zdarzeń",
    "Recording File Status Updated": "Aktualizacja statusu pliku nagrania",
    "SMS Received": "Odebrane wiadomości SMS",
    "SMS Delivery Report Received": "Otrzymany raport o dostarczonych wiadomościach SMS",
}
OURS = {
    "Connect to Azure Communication Services": "Nawiąż połączenie z usługami Azure Communication Services",
    "Manage Azure Communication Services": "Zarządzaj usługami Azure Communication Services",
    "Incoming call Web Hook Endpoint": "Punkt końcowy elementu webhook połączenia przychodzącego",
    "Incoming Call": "Połączenie przychodzące",
}


@pytest.mark.parametrize(("english", "polish"), [*FROM_THE_ORIGINAL.items(), *OURS.items()])
def test_label_is_the_originals(english: str, polish: str) -> None:
    with translation.override("pl"):
        assert gettext(english) == polish

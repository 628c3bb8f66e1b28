"""Where the guide leads: to the ids without the Azure portal, to what comes next, to what else there is to read."""

import re

import pytest
from django.utils import translation

from guide.book import GUIDE, chapters

LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
WITHOUT_THE_PORTAL = {
    "en": "where to find both ids again without the Azure portal: in the table Communication Provider Setting Entry.",
    "pl": (
        "gdzie bez witryny Azure Portal znaleźć oba identyfikatory: w tabeli wprowadzania ustawień dostawców "
        "komunikacji."
    ),
}
NEXT = {
    "en": ["Your phone numbers:", "Calls:", "Bring your own carrier:"],
    "pl": ["Zarządzanie numerami telefonów:", "Połączenia:", "Korzystaj z własnego operatora:"],
}
DOCTOR = {"en": ["Operations", "Doctor"], "pl": ["Operacje", "Diagnostyka"]}
CALLS = {
    "en": "with the type Incoming Call and the Incoming call Web Hook Endpoint",
    "pl": "z typem Połączenie przychodzące i punktem końcowym elementu webhook połączenia przychodzącego",
}
SEE_ALSO = {"en": "See also: ", "pl": "Zobacz też "}
READ_ON = [
    "../connect.md",
    "../provision.md",
    "../doctor.md",
    "../dataverse.md",
    "../people.md",
    "../calls.md",
    "../ivr.md",
    "../connect.md",
]


def words(language: str, chapter: int) -> str:
    return " ".join(chapters(language)[chapter].split())


@pytest.mark.parametrize("language", WITHOUT_THE_PORTAL)
def test_table_is_named_as_the_way_for_when_the_portal_is_out_of_reach(language: str) -> None:
    text = words(language, 0)

    assert WITHOUT_THE_PORTAL[language] in text
    assert "../dataverse.md" in text.partition(WITHOUT_THE_PORTAL[language])[2]


@pytest.mark.parametrize("language", DOCTOR)
def test_doctors_page_is_called_as_the_menu_calls_it(language: str) -> None:
    with translation.override(language):
        menu = [translation.gettext("Operations"), translation.gettext("Doctor")]

    assert menu == DOCTOR[language]
    assert " > ".join(menu) in words(language, -2)


@pytest.mark.parametrize("language", CALLS)
def test_calls_that_are_left_out_are_named(language: str) -> None:
    with translation.override(language):
        called = translation.gettext("Incoming Call")

    assert called in CALLS[language]
    assert CALLS[language] in words(language, 0)


@pytest.mark.parametrize("language", NEXT)
def test_last_chapter_leads_on_to_numbers_and_carriers(language: str) -> None:
    points = re.findall(r"- (.+?:)", words(language, -1))

    assert points == NEXT[language]


@pytest.mark.parametrize("language", SEE_ALSO)
def test_last_chapter_says_what_to_read_next(language: str) -> None:
    listed = words(language, -1).partition(SEE_ALSO[language])[2]

    assert LINK.findall(listed) == READ_ON


@pytest.mark.parametrize("language", SEE_ALSO)
def test_every_link_leads_somewhere(language: str) -> None:
    links = LINK.findall((GUIDE / f"{language}.md").read_text("utf-8"))

    assert links != []
    assert [link for link in links if not (GUIDE / link).is_file()] == []

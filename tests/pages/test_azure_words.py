"""Our own sentences about Azure in the reader's language; the words that Azure said stay as they are."""

from functools import partial
from typing import NoReturn

import pytest
from django.test import Client
from django.utils.translation import gettext, override
from pytest_django import Settings

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError, Said, SignInAgain
from centrala.connection.azure_words import in_words
from centrala.doctor.context import Context
from centrala.doctor.finding import Fix, State
from centrala.doctor.rule import Needs, Rule
from centrala.doctor.running import run
from pages.reading import read

POLISH = {"Accept-Language": "pl"}
NOWHERE = "https://localhost:1"


def failing(said: Said) -> Rule:
    """A rule of the doctor that hears this from the cloud."""

    def check(_context: Context) -> NoReturn:
        raise AzureError(said, words=f"words of {said.name}", host="hub.example.org", permanent=True)

    return Rule(
        id=said.name,
        title=said.name,
        severity=State.ERROR,
        needs=Needs.AZURE,
        check=check,
        fix=Fix(),
        looks_at="",
        because="",
    )


def test_polish_page_tells_each_in_polish(administrator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("centrala.center.doctor.run", partial(run, rules=[failing(said) for said in Said]))

    page = read(administrator.get("/center/doctor/result/", headers=POLISH)).text()

    for said in Said:
        values = {"words": f"words of {said.name}", "host": "hub.example.org"}
        with override("pl"):
            polish = gettext(said) % values
        assert polish in page
        assert polish != said % values
        assert said % values not in page


def test_cloud_out_of_reach_is_told_in_polish(administrator: Client, organised: None, settings: Settings) -> None:
    settings.CLOUD = Cloud(authority=NOWHERE, resource_manager=NOWHERE, graph=NOWHERE)

    page = read(administrator.post("/center/azure/begin/", headers=POLISH)).text()

    assert "Azure nie odpowiedział na próbę logowania: " in page
    assert "Azure did not" not in page


def test_azures_own_words_stay() -> None:
    with override("pl"):
        assert in_words(AzureError("The resource is locked.", permanent=True)) == "The resource is locked."


def test_sign_in_that_is_over_is_told_in_the_reader_s_language() -> None:
    over = AzureError.from_sdk(SignInAgain("Nobody is signed in."))

    with override("pl"):
        assert in_words(over) == "Zaloguj się ponownie do platformy Azure."

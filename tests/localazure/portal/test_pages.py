"""The portal's pages as a browser receives them."""

import re
from urllib.parse import quote

import httpx
import pytest

from localazure.portal.language import preferred
from localazure.portal.telephones import normalised
from localazure.portal.views import inside
from localazure.pytest_plugin import LocalAzure

PAGES = ["/", "/telephone", "/telephone?number=12", "/deliveries?subscription=nowhere"]


def get(azure: LocalAzure, path: str, **headers: str) -> httpx.Response:
    """Without the cookies of earlier requests."""
    return httpx.get(azure.portal + path, headers=headers, trust_env=False)


def words(html: str) -> str:
    """The page's text, one space between words."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def test_home_shows_the_resource_with_its_keys_and_numbers(azure: LocalAzure) -> None:
    acs = azure.acs
    html = get(azure, "/").text

    shown = [
        azure.tenant_id,
        azure.subscription_id,
        azure.resource_group,
        azure.client_id,
        acs.resource_name,
        acs.resource_id,
        acs.connection_string,
        *acs.phone_numbers,
    ]
    assert [value for value in shown if value not in html] == []


def test_home_shows_secrets_only_on_demand(azure: LocalAzure) -> None:
    text = words(get(azure, "/").text)

    assert "accesskey" not in text
    assert azure.client_secret not in text


def test_home_carries_the_azure_portals_labels(azure: LocalAzure) -> None:
    english = words(get(azure, "/", **{"accept-language": "en"}).text)
    polish = words(get(azure, "/", **{"accept-language": "pl"}).text)

    labels = {
        "Properties": "Właściwości",
        "Name": "Nazwa",
        "Resource ID": "Identyfikator zasobu",
        "Keys": "Klucze",
        "Primary key": "Klucz podstawowy",
        "Connection string": "Ciąg połączenia",
        "Application (client) ID": "Identyfikator aplikacji (klienta)",
        "Directory (tenant) ID": "Identyfikator katalogu (dzierżawy)",
        "Resource groups": "Grupy zasobów",
        "Resource providers": "Dostawcy zasobów",
        "App registrations": "Rejestracje aplikacji",
        "Event Grid System Topics": "Tematy systemowe Event Grid",
    }
    assert [label for label in labels if label not in english] == []
    assert [label for label in labels.values() if label not in polish] == []


@pytest.mark.parametrize("path", PAGES)
def test_page_allows_no_inline_script_or_style_and_has_none(azure: LocalAzure, path: str) -> None:
    response = get(azure, path)

    assert response.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert response.headers["cache-control"] == "no-store"
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", response.text) == []


@pytest.mark.parametrize("path", PAGES)
def test_page_speaks_the_language_asked_for(azure: LocalAzure, path: str) -> None:
    assert '<html lang="en">' in get(azure, path, **{"accept-language": "de, en;q=0.5"}).text
    assert '<html lang="pl">' in get(azure, path, **{"accept-language": "pl-PL, en;q=0.5"}).text
    assert '<html lang="en">' in get(azure, path, **{"accept-language": "pl", "cookie": "localazure_language=en"}).text


def test_language_switch_comes_back_to_the_page(azure: LocalAzure) -> None:
    response = get(azure, "/language/pl?next=/telephone%3Fnumber%3D%252B14255550123")

    assert (response.status_code, response.headers["location"]) == (303, "/telephone?number=%2B14255550123")
    assert response.headers["set-cookie"].startswith("localazure_language=pl;")


def test_language_nobody_speaks_changes_nothing(azure: LocalAzure) -> None:
    response = get(azure, "/language/xx")

    assert (response.status_code, response.headers["location"]) == (303, "/")
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("address", ["//elsewhere.example", "/\\elsewhere.example", "https://elsewhere.example", ""])
def test_language_switch_never_leads_away(address: str) -> None:
    assert inside(address) == "/"


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("12", "This is no telephone number."),
        ("", "This is no telephone number."),
        ("+0425555012", "This is no telephone number."),
        ("{own}", "This number is one of your own."),
    ],
)
def test_telephone_refuses_what_no_customer_can_have(azure: LocalAzure, number: str, sentence: str) -> None:
    number = number.format(own=azure.acs.phone_numbers[0])

    response = get(azure, f"/telephone?number={quote(number)}")

    assert response.status_code == 400
    assert sentence in words(response.text)


def test_telephone_says_when_nobody_listens(azure: LocalAzure) -> None:
    assert "Nobody is listening yet." in words(get(azure, "/telephone").text)


def test_deliveries_of_an_unknown_subscription_are_not_found(azure: LocalAzure) -> None:
    response = get(azure, "/deliveries?subscription=nowhere")

    assert response.status_code == 404
    assert "There is no event subscription of this name." in words(response.text)


@pytest.mark.parametrize("name", ["portal.css", "portal.js", "telephone.css", "telephone.js", "line.js", "icon.svg"])
def test_static_file_is_asked_for_anew(azure: LocalAzure, name: str) -> None:
    response = get(azure, f"/static/{name}")

    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("*", "en"),
        ("pl", "pl"),
        ("PL-pl;q=0.9, en;q=0.8", "pl"),
        ("en;q=0.8,pl;q=0.9", "pl"),
        ("en, pl", "en"),
        ("pl;q=0", "en"),
        ("pl;q=nonsense", "en"),
        (";;,=,\x00", "en"),
    ],
)
def test_preferred_language_is_the_best_of_ours(accepted: str, language: str) -> None:
    assert preferred(accepted) == language


@pytest.mark.parametrize(
    "typed", ["+1 425-555-0123", "001 (425) 555.0123", " 14255550123", "+1 425\u2013555\u20130123"]
)
def test_number_is_understood_as_people_write_it(typed: str) -> None:
    assert normalised(typed) == "+14255550123"

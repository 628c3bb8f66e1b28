"""The portal's pages as a browser receives them."""

import re
from urllib.parse import quote

import httpx
import pytest

from localazure.portal.addresses import inside
from localazure.portal.language import preferred
from localazure.portal.telephones import normalised
from localazure.pytest_plugin import LocalAzure

PAGES = [
    "/",
    "/telephone",
    "/telephone?number=12",
    "/groups",
    "/topics/new",
    "/registrations",
    "/resource/subscriptions/x",
]


def get(azure: LocalAzure, path: str, **headers: str) -> httpx.Response:
    """Without the cookies of earlier requests."""
    return httpx.get(azure.portal + path, headers=headers, trust_env=False)


def words(html: str) -> str:
    """The page's text, one space between words."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def test_home_leads_to_everything_and_says_where_the_cloud_answers(azure: LocalAzure) -> None:
    html = get(azure, "/").text

    links = [
        "/groups",
        "/registrations",
        "/topics",
        "/subscriptions",
        "/calls",
        "/telephone",
        f"/resource{azure.acs.resource_id}",
    ]
    assert [link for link in links if f'href="{link}"' not in html] == []
    shown = [azure.tenant_id, azure.subscription_id, azure.url, azure.ca_bundle_with_public]
    assert [value for value in shown if value not in html] == []


def test_secrets_are_shown_only_on_demand(azure: LocalAzure) -> None:
    keys = words(get(azure, f"/resource{azure.acs.resource_id}/keys").text)
    application = azure.control.get("/_local/state").json()["applications"][0]["object_id"]
    registration = words(get(azure, f"/registrations/{application}").text)

    assert "Connection string" in keys
    assert "accesskey" not in keys
    assert "Client secret" in registration
    assert azure.client_secret not in registration


def test_request_that_is_not_emulated_stands_on_the_home_page(
    azure: LocalAzure, http: httpx.Client, token: str
) -> None:
    assert "None so far" in words(get(azure, "/").text)

    http.get(
        f"/subscriptions/{azure.subscription_id}/providers/Microsoft.Storage/accounts?api-version=2024-01-01",
        headers={"authorization": f"Bearer {token}"},
    )

    assert f"GET /subscriptions/{azure.subscription_id}/providers/Microsoft.Storage/accounts" in words(
        get(azure, "/").text
    )


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


def test_page_of_something_unknown_says_so(azure: LocalAzure) -> None:
    response = get(azure, f"/resource{azure.acs.resource_id}x/keys")

    assert response.status_code == 404
    assert "ResourceNotFound" in words(response.text)
    assert "It may have been deleted" in words(response.text)


@pytest.mark.parametrize(
    "name", ["portal.css", "portal.js", "telephone.css", "telephone.js", "tabs.js", "line.js", "icon.svg"]
)
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

"""What an application may be called and where it may lead: Graph refuses the rest, and so does the local cloud."""

import pytest


@pytest.fixture
def graph(azure, http, credential):
    token = credential.get_token("https://graph.microsoft.com/.default").token

    def graph(method, path, body=None):
        return http.request(method, f"/v1.0{path}", json=body, headers={"authorization": f"Bearer {token}"})

    return graph


@pytest.fixture
def application(graph):
    return "/applications/" + graph("POST", "/applications", {"displayName": "Hub"}).json()["id"]


def web(uri):
    return {"web": {"redirectUris": [uri]}}


def public(uri):
    return {"publicClient": {"redirectUris": [uri]}}


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"displayName": ""}, "displayName"),
        ({"displayName": "a" * 257}, "displayName"),
        ({"notes": "a" * 1025}, "notes"),
        ({"identifierUris": ["hub"]}, "identifierUris"),
        ({"identifierUris": ["api://"]}, "identifierUris"),
        ({"identifierUris": ["api://hub/"]}, "identifierUris"),
        ({"identifierUris": ["api://a hub"]}, "identifierUris"),
        ({"identifierUris": ["api://hub", "api://hub"]}, "identifierUris"),
        ({"identifierUris": ["api://" + "a" * 250]}, "identifierUris"),
        (web("hub"), "redirectUris"),
        (web("https://"), "redirectUris"),
        (web("https://*.example/"), "redirectUris"),
        (web("http://hub.example/"), "redirectUris"),
        (web("http://["), "redirectUris"),
        (web("javascript:alert(1)"), "redirectUris"),
        (web("centrala://back"), "redirectUris"),
        (public("javascript:alert(1)"), "redirectUris"),
        (public("data:text/html,hub"), "redirectUris"),
        (public("http://hub.example/"), "redirectUris"),
    ],
)
def test_impossible_value_is_refused_and_changes_nothing(graph, application, change, name):
    before = graph("GET", application).json()

    answer = graph("PATCH", application, change)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == (
        f"Invalid value specified for property '{name}' of resource 'Application'."
    )
    assert graph("GET", application).json() == before


@pytest.mark.parametrize(
    "change",
    [
        {"identifierUris": ["api://hub/1", "https://hub.example", "urn:hub"]},
        web("https://hub.example/back?a=b"),
        web("http://localhost:8400/back"),
        web("http://127.0.0.1/"),
        web("http://[::1]:8400/"),
        public("centrala://back"),
        public("http://localhost"),
        public("urn:ietf:wg:oauth:2.0:oob"),
        public("https://login.microsoftonline.com/common/oauth2/nativeclient"),
    ],
)
def test_possible_value_is_kept(graph, application, change):
    assert graph("PATCH", application, change).status_code == 204

    kept = graph("GET", application).json()
    assert {name: kept[name] for name in change} == change


@pytest.mark.parametrize("value", ["a b", ".hub", "h\u00fcb", "hub\x00", 'h"b', "h\\b", "a" * 121])
def test_role_of_an_impossible_value_is_refused(graph, application, value):
    role = {
        "id": "11111111-1111-1111-1111-111111111111",
        "allowedMemberTypes": ["Application"],
        "displayName": "Hub",
        "description": "Hub",
        "value": value,
    }

    answer = graph("PATCH", application, {"appRoles": [role]})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "Request_BadRequest")
    assert graph("GET", application).json()["appRoles"] == []


def test_token_for_something_else_is_refused_by_what_is_wrong(azure, http, credential):
    elsewhere = credential.get_token("https://graph.microsoft.com/.default").token
    here = credential.get_token("https://management.azure.com/.default").token

    numbers = http.get("/phoneNumbers?api-version=2025-06-01", headers={"authorization": f"Bearer {elsewhere}"})
    directory = http.get("/v1.0/applications", headers={"authorization": f"Bearer {here}"})

    assert (numbers.status_code, directory.status_code) == (401, 401)
    assert "issued for 'https://graph.microsoft.com', which is another audience" in numbers.json()["error"]["message"]
    assert directory.json()["error"]["message"] == "Access token validation failure: Invalid audience."

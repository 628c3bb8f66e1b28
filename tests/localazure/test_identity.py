"""Users of Communication Services and their tokens, as azure-communication-identity 1.5.0 asks for them."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import jwt
import pytest

from localazure_tests.acs import Acs

VERSION = "api-version=2023-10-01"
SCOPES = ["chat", "voip", "chat.join", "chat.join.limited", "voip.join"]


def create(acs, **body):
    return acs.request("POST", f"/identities?{VERSION}", body)


def issue(acs, name, **body):
    return acs.request("POST", f"/identities/{quote(name, safe='')}/:issueAccessToken?{VERSION}", body)


def end(acs, name, verb=""):
    path = f"/identities/{quote(name, safe='')}"
    return acs.request("POST" if verb else "DELETE", f"{path}{verb}?{VERSION}")


def is_valid(azure, token):
    return azure.control.post("/_local/identities/token", json={"token": token}).json()["valid"]


@pytest.fixture
def user(acs):
    return create(acs).json()["identity"]["id"]


def test_user_is_created_within_the_resource(azure, acs, communication):
    response = create(acs)

    immutable_id = communication.communication_services.get(azure.resource_group, azure.acs.resource_name)
    assert response.status_code == 201
    assert response.json()["identity"]["id"].startswith(f"8:acs:{immutable_id.immutable_resource_id}_")
    assert "accessToken" not in response.json()


def test_empty_body_creates_a_user(acs):
    response = acs.request("POST", f"/identities?{VERSION}")

    assert (response.status_code, list(response.json())) == (201, ["identity"])


def test_user_is_created_with_a_token(azure, acs):
    body = create(acs, createTokenWithScopes=SCOPES, expiresInMinutes=60).json()

    claims = jwt.decode(body["accessToken"]["token"], options={"verify_signature": False})
    assert claims["skypeid"] == body["identity"]["id"].removeprefix("8:")
    assert claims["acsScope"] == ",".join(SCOPES)
    assert is_valid(azure, body["accessToken"]["token"])


@pytest.mark.parametrize(("asked", "minutes"), [({}, 1440), ({"expiresInMinutes": 60}, 60)])
def test_times_of_a_token_hold(acs, user, asked, minutes):
    body = issue(acs, user, scopes=["chat"], **asked).json()

    claims = jwt.decode(body["token"], options={"verify_signature": False, "verify_exp": True, "verify_iat": True})
    expires = datetime.fromisoformat(body["expiresOn"])
    assert claims["exp"] - claims["iat"] == minutes * 60
    assert expires == datetime.fromtimestamp(claims["exp"], UTC)
    assert timedelta(minutes=minutes - 1) < expires - datetime.now(UTC) <= timedelta(minutes=minutes)


def test_revoked_tokens_are_void_and_newer_ones_good(azure, acs, user):
    before = issue(acs, user, scopes=["voip"]).json()["token"]

    response = end(acs, user, "/:revokeAccessTokens")
    after = issue(acs, user, scopes=["voip"]).json()["token"]

    assert response.status_code == 204
    assert (is_valid(azure, before), is_valid(azure, after)) == (False, True)


def test_deleted_users_tokens_are_void(azure, acs, user):
    token = issue(acs, user, scopes=["voip"]).json()["token"]

    response = end(acs, user)

    assert (response.status_code, is_valid(azure, token)) == (204, False)
    assert issue(acs, user, scopes=["voip"]).status_code == 404
    assert end(acs, user, "/:revokeAccessTokens").status_code == 404


def test_token_of_somebody_else_is_no_users(azure, token):
    assert [is_valid(azure, text) for text in (token, "a.b.c", "")] == [False, False, False]


@pytest.mark.parametrize(
    "body",
    [
        {"createTokenWithScopes": ["everything"]},
        {"createTokenWithScopes": ["chat"], "expiresInMinutes": 59},
        {"createTokenWithScopes": ["chat"], "expiresInMinutes": 1441},
        {"customId": "ala"},
    ],
)
def test_wrong_user_is_refused(acs, body):
    assert create(acs, **body).status_code == 400


@pytest.mark.parametrize("body", [{}, {"scopes": []}, {"scopes": ["sms"]}, {"scopes": ["chat"], "more": 1}])
def test_wrong_token_request_is_refused(acs, user, body):
    assert issue(acs, user, **body).status_code == 400


def test_user_of_another_resource_is_not_found(azure, acs, user, http, communication):
    services = communication.communication_services
    body = {"location": "global", "properties": {"dataLocation": "Europe"}}
    services.begin_create_or_update(azure.resource_group, "acs-other", body).result()
    other = Acs(azure, http, services.list_keys(azure.resource_group, "acs-other").primary_key)

    assert issue(other, user, scopes=["chat"]).status_code == 404
    assert end(other, user).status_code == 404


def test_teams_exchange_says_that_it_is_not_emulated(acs):
    response = acs.request("POST", f"/teamsUser/:exchangeAccessToken?{VERSION}", {})

    assert (response.status_code, response.json()["error"]["code"]) == (501, "NotImplemented")

import re

import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.identity import ClientSecretCredential


def credential_of(azure, *, client_id=None, secret=None):
    return ClientSecretCredential(
        azure.tenant_id,
        client_id or azure.client_id,
        secret or azure.client_secret,
        authority=azure.url,
        disable_instance_discovery=True,
        connection_verify=azure.ca_bundle,
    )


def ask(http, azure, **fields):
    form = {
        "grant_type": "client_credentials",
        "client_id": azure.client_id,
        "client_secret": azure.client_secret,
        "scope": f"{azure.url}/.default",
    }
    return http.post(f"/{azure.tenant_id}/oauth2/v2.0/token", data=form | fields)


def verified(http, azure, token, version, audience):
    """As a receiver does it: metadata, key by kid, signature, audience, issuer."""
    v2 = "v2.0/" if version == 2 else ""
    metadata = http.get(f"/{azure.tenant_id}/{v2}.well-known/openid-configuration").json()
    keys = jwt.PyJWKSet.from_dict(http.get(metadata["jwks_uri"]).json())
    header = jwt.get_unverified_header(token)
    assert header["alg"] == "RS256"
    assert header["x5t"] == header["kid"]
    return jwt.decode(
        token, keys[header["kid"]].key, algorithms=["RS256"], audience=audience, issuer=metadata["issuer"]
    )


def test_management_token_has_the_v1_form(azure, http):
    token = ask(http, azure).json()["access_token"]

    claims = verified(http, azure, token, 1, azure.url)

    assert claims["ver"] == "1.0"
    assert claims["appid"] == azure.client_id
    assert claims["tid"] == azure.tenant_id
    assert claims["idp"] == claims["iss"]
    assert claims["oid"] == claims["sub"]


@pytest.mark.parametrize(("version", "names_client"), [(1, "appid"), (2, "azp")])
def test_application_decides_the_version_of_its_tokens(azure, http, version, names_client):
    made = azure.control.post("/_local/applications", json={"name": "Hub", "token_version": version}).json()
    scope = f"api://{made['client_id']}/.default"

    token = ask(http, azure, scope=scope).json()["access_token"]

    audience = made["client_id"] if version == 2 else f"api://{made['client_id']}"
    claims = verified(http, azure, token, version, audience)
    assert claims["ver"] == f"{version}.0"
    assert claims[names_client] == azure.client_id
    assert "roles" not in claims


def test_wrong_secret_is_an_invalid_client(azure):
    with credential_of(azure, secret="wrong") as credential, pytest.raises(ClientAuthenticationError) as caught:
        credential.get_token(f"{azure.url}/.default")

    assert "AADSTS7000215" in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "status", "error", "number"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_secret": ""}, 401, "invalid_client", 7000218),
        ({"client_id": "00000000-0000-0000-0000-000000000001"}, 400, "unauthorized_client", 700016),
        ({"scope": "https://management.azure.com/user_impersonation"}, 400, "invalid_scope", 1002012),
        ({"scope": "https://nobody.example/.default"}, 400, "invalid_resource", 500011),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"grant_type": ""}, 400, "invalid_request", 900144),
    ],
)
def test_refusal_has_the_shape_of_entra(azure, http, fields, status, error, number):
    response = ask(http, azure, **fields)

    body = response.json()
    assert (response.status_code, body["error"], body["error_codes"]) == (status, error, [number])
    assert body["error_description"].startswith(f"AADSTS{number}: ")
    assert re.search(
        rf"Trace ID: {body['trace_id']} Correlation ID: {body['correlation_id']} Timestamp: {body['timestamp']}$",
        body["error_description"],
    )


def test_unknown_tenant_is_named(azure, http):
    response = http.get("/11111111-1111-1111-1111-111111111111/v2.0/.well-known/openid-configuration")

    assert response.status_code == 400
    assert response.json()["error_codes"] == [90002]


def test_client_may_identify_itself_by_http_basic(azure, http):
    form = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}

    response = http.post(
        f"/{azure.tenant_id}/oauth2/v2.0/token", data=form, auth=(azure.client_id, azure.client_secret)
    )

    assert response.json()["token_type"] == "Bearer"


def test_rotated_key_signs_while_the_old_one_still_verifies(azure, http):
    before = ask(http, azure).json()["access_token"]

    keys = azure.control.post("/_local/entra/rotate-keys", json={}).json()
    after = ask(http, azure).json()["access_token"]

    assert jwt.get_unverified_header(after)["kid"] == keys["signing"]
    assert jwt.get_unverified_header(before)["kid"] != keys["signing"]
    assert verified(http, azure, before, 1, azure.url)["ver"] == "1.0"
    assert verified(http, azure, after, 1, azure.url)["ver"] == "1.0"


def test_dropped_keys_are_published_again_by_a_reset(azure, http):
    before = ask(http, azure).json()["access_token"]
    kid = jwt.get_unverified_header(before)["kid"]
    asked = {"params": {"api-version": "2022-12-01"}, "headers": {"authorization": f"Bearer {before}"}}
    told = azure.control.post("/_local/entra/rotate-keys", json={"drop_old": True}).json()
    void = http.get("/subscriptions", **asked).status_code

    azure.control.post("/_local/reset", json={}).raise_for_status()

    assert (kid in told["published"], void) == (False, 401)
    assert http.get("/subscriptions", **asked).status_code == 200
    assert verified(http, azure, before, 1, azure.url)["ver"] == "1.0"


def test_instance_discovery_leads_to_the_tenant(azure, http):
    answer = http.get("/common/discovery/instance", params={"api-version": "1.1"}).json()

    assert http.get(answer["tenant_discovery_endpoint"]).json()["issuer"] == f"{azure.url}/{azure.tenant_id}/v2.0"


def test_new_application_takes_its_time_to_spread(azure, http, advance):
    azure.control.post("/_local/propagation", json={"seconds": 900}).raise_for_status()
    made = azure.control.post("/_local/applications", json={"name": "Hub"}).json()
    scope = {"scope": f"api://{made['client_id']}/.default"}

    early = ask(http, azure, **scope).json()
    advance(901)

    assert early["error_codes"] == [500011]
    assert ask(http, azure, **scope).json()["token_type"] == "Bearer"


def test_handshake_fails_until_the_application_has_spread(azure, webhooks, receiver, advance):
    azure.control.post("/_local/propagation", json={"seconds": 900}).raise_for_status()
    made = azure.control.post("/_local/applications", json={"name": "Hub"}).json()
    hook = receiver()
    entra = {
        "azureActiveDirectoryTenantId": made["tenant_id"],
        "azureActiveDirectoryApplicationIdOrUri": made["client_id"],
    }

    with pytest.raises(HttpResponseError) as caught:
        webhooks.put("sms", hook.url, **entra).result()
    advance(901)
    webhooks.put("sms", hook.url, **entra).result()

    assert caught.value.error.code == "Url validation"
    assert caught.value.error.message.startswith("Webhook validation handshake failed for ")
    assert "AADSTS500011" in caught.value.error.message
    assert hook.handshakes.get_nowait().headers["authorization"].startswith("Bearer ")

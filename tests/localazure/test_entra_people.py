"""People sign in: on a page, on another device, and by Microsoft's own clients."""

import base64
import hashlib
import re
from contextlib import ExitStack
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.identity import DeviceCodeCredential, InteractiveBrowserCredential
from azure.mgmt.communication import CommunicationServiceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
REDIRECT = "http://localhost:8400"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123456789"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
REFUSED = ["invalid_grant"]


def challenge(verifier):
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def device_sign_in(azure, http):
    """Types the code and signs in, as a person does on another device."""

    def device_sign_in(user_code, name, **fields):
        person = azure.people[name]
        form = {"code": user_code, "username": person.username, "password": person.password} | fields
        return http.post("/devicelogin", data=form)

    return device_sign_in


@pytest.fixture
def person_credential(azure, device_sign_in):
    with ExitStack() as stack:

        def person_credential(name):
            return stack.enter_context(
                DeviceCodeCredential(
                    tenant_id=azure.tenant_id,
                    authority=azure.url,
                    disable_instance_discovery=True,
                    connection_verify=azure.ca_bundle,
                    prompt_callback=lambda address, code, expires: device_sign_in(code, name),
                )
            )

        yield person_credential


@pytest.fixture
def ask(azure, http):
    def ask(path="authorize", **changes):
        query = {
            "client_id": AZURE_CLI,
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "scope": f"{azure.url}/.default openid profile offline_access",
            "state": "a state",
            "nonce": "a nonce",
            "code_challenge": challenge(VERIFIER),
            "code_challenge_method": "S256",
        } | changes
        return http.build_request("GET", f"/{azure.tenant_id}/oauth2/v2.0/{path}", params=query).url

    return ask


@pytest.fixture
def sign_in(azure, http, ask):
    """Fills in the sign-in page; the answer leads back to the client."""

    def sign_in(name="adam", **changes):
        person = azure.people[name]
        return http.post(ask(**changes), data={"username": person.username, "password": person.password})

    return sign_in


@pytest.fixture
def redeem(azure, http):
    def redeem(**fields):
        form = {"client_id": AZURE_CLI, "grant_type": "authorization_code", "redirect_uri": REDIRECT}
        return http.post(f"/{azure.tenant_id}/oauth2/v2.0/token", data=form | {"code_verifier": VERIFIER} | fields)

    return redeem


@pytest.fixture
def begin(azure, http):
    def begin(**changes):
        form = {"client_id": AZURE_CLI, "scope": f"{azure.url}/.default openid offline_access"} | changes
        return http.post(f"/{azure.tenant_id}/oauth2/v2.0/devicecode", data=form)

    return begin


@pytest.fixture
def poll(azure, http):
    def poll(code):
        form = {"client_id": AZURE_CLI, "grant_type": DEVICE_GRANT, "device_code": code}
        return http.post(f"/{azure.tenant_id}/oauth2/v2.0/token", data=form)

    return poll


def code_of(answer):
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def claims(token):
    return jwt.decode(token, options={"verify_signature": False})


def test_seeded_people_have_their_roles(azure):
    assert {name: person.role for name, person in azure.people.items()} == {
        "adam": "Owner", "beata": "Contributor", "ala": "Reader", "celina": "",
    }  # fmt: skip
    state = azure.control.get("/_local/state").json()["people"]
    assert state["adam"]["password"] == azure.people["adam"].password


@pytest.mark.parametrize(("name", "may"), [("adam", True), ("beata", True), ("ala", False), ("celina", False)])
def test_device_code_credential_works_with_the_rights_of_the_person(azure, person_credential, management, name, may):
    with CommunicationServiceManagementClient(
        person_credential(name), azure.subscription_id, **management
    ) as client, ExitStack() as refused:  # fmt: skip
        if not may:
            caught = refused.enter_context(pytest.raises(HttpResponseError))

        keys = client.communication_services.list_keys(azure.resource_group, azure.acs.resource_name)

        assert keys.primary_connection_string == azure.acs.connection_string
    if not may:
        assert caught.value.error.code == "AuthorizationFailed"
        assert f"The client '{azure.people[name].username}'" in caught.value.error.message


def test_outsider_sees_no_subscription(azure, person_credential, management):
    with SubscriptionClient(person_credential("celina"), **management) as client:
        assert list(client.subscriptions.list()) == []


def test_token_on_a_persons_behalf_names_person_and_client(azure, person_credential):
    token = person_credential("beata").get_token(f"{azure.url}/.default").token

    named = claims(token)
    assert (named["oid"], named["upn"]) == (azure.people["beata"].object_id, azure.people["beata"].username)
    assert (named["name"], named["scp"], named["appid"]) == ("Beata", "user_impersonation", AZURE_CLI)
    assert named["tid"] == azure.tenant_id


def test_device_code_waits_for_the_person(azure, begin, poll, device_sign_in, advance):
    begun = begin().json()
    first = poll(begun["device_code"]).json()
    advance(begun["interval"])
    second = poll(begun["device_code"]).json()
    page = device_sign_in(begun["user_code"].lower(), "adam")
    done = poll(begun["device_code"]).json()

    assert begun["user_code"] in begun["message"]
    assert (first["error"], second["error"]) == ("authorization_pending", "authorization_pending")
    assert first["error_codes"] == [70016]
    assert "You have signed in" in page.text
    assert claims(done["access_token"])["oid"] == azure.people["adam"].object_id
    assert {"refresh_token", "id_token", "scope"} <= set(done)
    assert poll(begun["device_code"]).json()["error"] == "bad_verification_code"


def test_device_that_polls_too_often_is_slowed_down(begin, poll, advance):
    code = begin().json()["device_code"]

    answers = [poll(code).json()["error"] for _ in range(2)]
    advance(6)
    answers.append(poll(code).json()["error"])
    advance(16)
    answers.append(poll(code).json()["error"])

    assert answers == ["authorization_pending", "slow_down", "slow_down", "authorization_pending"]


def test_device_code_expires_by_the_clock(begin, poll, advance, device_sign_in):
    begun = begin().json()

    advance(901)

    assert poll(begun["device_code"]).json()["error"] == "expired_token"
    assert "That code did not work" in device_sign_in(begun["user_code"], "adam").text


def test_declined_device_hears_of_it(begin, poll, device_sign_in):
    begun = begin().json()

    page = device_sign_in(begun["user_code"], "adam", act="cancel")

    assert "You did not sign in" in page.text
    assert poll(begun["device_code"]).json()["error"] == "authorization_declined"


def test_wrong_password_on_the_device_page_can_be_mended(begin, poll, device_sign_in):
    begun = begin().json()

    page = device_sign_in(begun["user_code"], "adam", password="wrong")
    waiting = poll(begun["device_code"]).json()["error"]
    device_sign_in(begun["user_code"], "adam")

    assert "AADSTS50126" in page.text
    assert waiting == "authorization_pending"
    assert poll(begun["device_code"]).status_code == 200


def test_device_page_asks_for_the_code_first(http, begin):
    asking = http.get("/devicelogin")
    named = http.post("/devicelogin", data={"code": begin().json()["user_code"]})

    assert 'name="code"' in asking.text
    assert 'name="password"' not in asking.text
    assert "Microsoft Azure CLI" in named.text
    assert 'name="password"' in named.text


def test_link_to_the_device_page_opens_without_a_warning_of_certificates(azure, begin, poll):
    begun = begin().json()
    adam = azure.people["adam"]

    with httpx.Client(trust_env=False, headers={"origin": azure.portal}) as browser:
        asking = browser.get(begun["verification_uri"])
        style = browser.get(f"{azure.portal}/devicelogin/signin.css")
        form = {"code": begun["user_code"], "username": adam.username, "password": adam.password}
        answer = browser.post(begun["verification_uri"], data=form)
        elsewhere = browser.post(begun["verification_uri"], data=form, headers={"origin": "https://example.org"})

    assert begun["verification_uri"] == f"{azure.portal}/devicelogin"
    assert begun["verification_uri"] in begun["message"]
    assert 'name="code"' in asking.text
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert "You have signed in" in answer.text
    assert elsewhere.status_code == 403
    assert poll(begun["device_code"]).status_code == 200


def test_code_flow_with_pkce_ends_in_tokens(azure, sign_in, redeem, http):
    back = sign_in()
    tokens = redeem(code=code_of(back), client_info="1").json()

    address = urlsplit(back.headers["location"])
    assert (back.status_code, f"{address.scheme}://{address.netloc}") == (302, REDIRECT)
    assert parse_qs(address.query)["state"] == ["a state"]
    named = claims(tokens["id_token"])
    assert (named["aud"], named["nonce"], named["ver"]) == (AZURE_CLI, "a nonce", "2.0")
    assert named["preferred_username"] == azure.people["adam"].username
    listed = http.get(
        "/subscriptions",
        params={"api-version": "2022-12-01"},
        headers={"authorization": f"Bearer {tokens['access_token']}"},
    )
    assert [each["subscriptionId"] for each in listed.json()["value"]] == [azure.subscription_id]


def test_answer_by_form_post_needs_no_script_and_allows_its_target_alone(sign_in):
    page = sign_in(response_mode="form_post")

    assert f'action="{REDIRECT}"' in page.text
    assert re.search(r'name="code" value="[^"]+"', page.text)
    assert f"form-action 'self' {REDIRECT};" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"code_verifier": "another verifier"}, 501481),
        ({"redirect_uri": "http://localhost:1"}, 500112),
        ({"code": "1.forged"}, 70000),
    ],
)
def test_code_is_redeemed_by_whoever_asked_for_it_alone(sign_in, redeem, changes, number):
    answer = redeem(**{"code": code_of(sign_in())} | changes)

    assert (answer.status_code, answer.json()["error"], answer.json()["error_codes"]) == (400, *REFUSED, [number])


def test_code_is_good_once_and_for_ten_minutes(sign_in, redeem, advance):
    used, late = code_of(sign_in()), code_of(sign_in())
    redeem(code=used)

    again = redeem(code=used).json()
    advance(601)

    assert again["error_codes"] == [54005]
    assert redeem(code=late).json()["error_codes"] == [70008]


def test_refresh_token_gets_a_token_for_another_resource(azure, sign_in, redeem):
    first = redeem(code=code_of(sign_in())).json()

    again = redeem(
        grant_type="refresh_token",
        refresh_token=first["refresh_token"],
        scope="https://graph.microsoft.com/.default",
    ).json()

    named = claims(again["access_token"])
    assert named["aud"] == "https://graph.microsoft.com"
    assert "Application.ReadWrite.All" in named["scp"].split()
    assert again["refresh_token"] != first["refresh_token"]
    assert redeem(grant_type="refresh_token", refresh_token="1.forged").json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"redirect_uri": "https://elsewhere.example/"}, "AADSTS50011"),
        ({"redirect_uri": "http://localhost:8400/?a=\r\nset-cookie: b=c"}, "AADSTS50011"),
        ({"redirect_uri": "http://localhost:8400/\u2603"}, "AADSTS50011"),
        ({"redirect_uri": "http://[::1"}, "AADSTS50011"),
        ({"redirect_uri": "http://localhost.elsewhere.example/"}, "AADSTS50011"),
        ({"client_id": "11111111-1111-1111-1111-111111111111"}, "AADSTS700016"),
    ],
)
def test_unproven_client_gets_no_redirect(http, ask, changes, text):
    page = http.get(ask(**changes))

    assert text in page.text
    assert "location" not in page.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"prompt": "none"}, "login_required"),
        ({"scope": "https://nobody.example/.default"}, "invalid_resource"),
        ({"scope": "https://graph.microsoft.com/a https://management.azure.com/b"}, "invalid_scope"),
        ({"response_mode": "pigeon"}, "invalid_request"),
        ({"code_challenge_method": "rot13"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": "x" * 129}, "invalid_request"),
    ],
)
def test_proven_client_is_told_what_is_wrong(http, ask, changes, error):
    answer = http.get(ask(**changes))

    told = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (told["error"], told["state"]) == ([error], ["a state"])


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"response_mode": "pigeon"}, "AADSTS70007"),
        ({"code_challenge_method": "rot13"}, "AADSTS50149"),
        ({"code_challenge": "short"}, "AADSTS501491"),
    ],
)
def test_impossible_request_is_told_with_its_number_and_gets_no_code(http, sign_in, changes, number):
    told = parse_qs(urlsplit(sign_in(**changes).headers["location"]).query)

    assert told["error_description"][0].startswith(number)
    assert "code" not in told


def test_plain_challenge_is_the_verifier_itself(sign_in, redeem):
    for method in ({"code_challenge_method": "plain"}, {"code_challenge_method": ""}):
        code = code_of(sign_in(code_challenge=VERIFIER, **method))

        assert redeem(code=code).status_code == 200


def test_wrong_password_is_asked_again(azure, http, ask):
    page = http.post(ask(), data={"username": "<b>", "password": "wrong"})

    assert page.status_code == 200
    assert "AADSTS50126" in page.text
    assert 'value="&lt;b&gt;"' in page.text
    assert 'role="alert"' in page.text


def test_cancelled_sign_in_is_told_to_the_client(http, ask):
    answer = http.post(ask(), data={"act": "cancel"})

    assert "error=access_denied" in answer.headers["location"]


@pytest.mark.parametrize(("query", "header"), [({"mkt": "pl-PL"}, "en"), ({}, "pl,en;q=0.5")])
def test_page_speaks_polish(http, ask, query, header):
    page = http.get(ask(**query), headers={"accept-language": header})

    assert '<html lang="pl">' in page.text
    assert "Zaloguj się" in page.text
    assert "Hasło" in page.text


def test_page_brings_its_own_style_script_and_icon(http, azure):
    kinds = {"signin.css": "text/css; charset=utf-8", "continue.js": "text/javascript; charset=utf-8"}
    kinds |= {"icon.svg": "image/svg+xml"}

    assert {name: http.get(f"/devicelogin/{name}").headers["content-type"] for name in kinds} == kinds
    assert "You signed out" in http.get(f"/{azure.tenant_id}/oauth2/v2.0/logout").text


def test_discovery_leads_to_every_door(azure, http):
    for version in ("", "v2.0/"):
        document = http.get(f"/{azure.tenant_id}/{version}.well-known/openid-configuration").json()
        doors = {name: address for name, address in document.items() if name.endswith("_endpoint")}
        assert set(doors) == {
            "token_endpoint", "authorization_endpoint", "device_authorization_endpoint", "end_session_endpoint",
        }  # fmt: skip
        assert all(address.startswith(f"{azure.url}/{azure.tenant_id}/oauth2/v2.0/") for address in doors.values())


def test_expired_token_is_refused_and_the_next_one_taken(azure, http, person_credential):
    query, scope = {"api-version": "2022-12-01"}, f"{azure.url}/.default"
    credential = person_credential("adam")
    old = credential.get_token(scope).token

    azure.control.post("/_local/entra/expire-tokens", json={"client_id": AZURE_CLI}).raise_for_status()
    refused = http.get("/subscriptions", params=query, headers={"authorization": f"Bearer {old}"})
    new = credential.get_token(scope, claims='{"access_token":{"nbf":{"essential":true,"value":"1"}}}').token

    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "ExpiredAuthenticationToken")
    assert new != old
    assert http.get("/subscriptions", params=query, headers={"authorization": f"Bearer {new}"}).status_code == 200


def test_expired_refresh_token_sends_the_person_to_the_page(azure, sign_in, redeem):
    first = redeem(code=code_of(sign_in())).json()

    azure.control.post("/_local/entra/expire-tokens", json={"refresh_tokens": True}).raise_for_status()

    again = redeem(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_wrong_client_of_a_device_code_credential_is_named(azure):
    with DeviceCodeCredential(
        "11111111-1111-1111-1111-111111111111",
        tenant_id=azure.tenant_id,
        authority=azure.url,
        disable_instance_discovery=True,
        connection_verify=azure.ca_bundle,
    ) as credential, pytest.raises(ClientAuthenticationError, match="AADSTS700016"):  # fmt: skip
        credential.get_token(f"{azure.url}/.default")


@pytest.fixture
def browser(azure, http, monkeypatch):
    """Stands in for the browser that Microsoft's credential opens: fills in the page and goes where it leads."""

    def browser(name):
        person = azure.people[name]

        def go(address):
            page = http.post(address, data={"username": person.username, "password": person.password})
            if page.status_code == 302:
                httpx.get(page.headers["location"], trust_env=False)
            else:
                fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
                target = re.search(r'<form id="back" method="post" action="([^"]+)"', page.text)[1]
                httpx.post(target, data=fields, trust_env=False)

        def opened(address):
            Thread(target=go, args=[address]).start()
            return True

        monkeypatch.setattr("webbrowser.open", opened)

    return browser


def test_interactive_browser_credential_signs_a_person_in(azure, browser):
    browser("beata")
    with InteractiveBrowserCredential(
        tenant_id=azure.tenant_id,
        authority=azure.url,
        disable_instance_discovery=True,
        connection_verify=azure.ca_bundle,
        timeout=20,
    ) as credential:
        token = credential.get_token(f"{azure.url}/.default").token

    assert claims(token)["upn"] == azure.people["beata"].username

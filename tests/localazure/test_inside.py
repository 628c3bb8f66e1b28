"""Local clouds inside the test's own process."""

import ssl
import threading

import httpx
import pytest
from azure.communication.sms import SmsClient
from azure.identity import ClientSecretCredential
from azure.mgmt.resource.subscriptions import SubscriptionClient

from localazure.failure import CannotStart
from localazure.inside import local_cloud

CUSTOMER = "+14255550123"


def inbox(azure):
    return azure.control.get("/_local/inbox", params={"number": CUSTOMER}).json()["items"]


def test_microsofts_clients_work_against_it(new_local_azure):
    azure = new_local_azure()
    with (
        ClientSecretCredential(
            azure.tenant_id,
            azure.client_id,
            azure.client_secret,
            authority=azure.url,
            disable_instance_discovery=True,
            connection_verify=azure.ca_bundle,
        ) as credential,
        SubscriptionClient(
            credential,
            base_url=azure.url,
            credential_scopes=[f"{azure.url}/.default"],
            connection_verify=azure.ca_bundle,
        ) as subscriptions,
    ):
        client = SmsClient.from_connection_string(azure.acs.connection_string, connection_verify=azure.ca_bundle)
        with client._sms_service_client:
            [sent] = client.send(azure.acs.phone_numbers[0], CUSTOMER, "Hello")
        [one] = subscriptions.subscriptions.list()

    assert (sent.successful, one.subscription_id) == (True, azure.subscription_id)
    assert [text["text"] for text in inbox(azure)] == ["Hello"]


def test_two_share_nothing(new_local_azure, tmp_path):
    (tmp_path / "seed.yaml").write_text("people: [{name: Ala}]\nsubscriptions: [{name: Other}]")
    first, second = new_local_azure(), new_local_azure(seed=tmp_path / "seed.yaml")
    first.control.post("/_local/clock", json={"scale": 3600}).raise_for_status()
    text = {"from": CUSTOMER, "to": first.acs.phone_numbers[0], "text": "for the first"}
    first.control.post("/_local/sms", json=text).raise_for_status()

    assert (len(inbox(first)), len(inbox(second))) == (1, 0)
    assert second.control.get("/_local/clock").json()["scale"] == 1
    assert (list(first.people), list(second.people)) == (["adam", "beata", "ala", "celina"], ["ala"])
    assert first.tenant_id != second.tenant_id
    with pytest.raises(RuntimeError, match="has no Communication Services resource"):
        _ = second.acs


def test_folder_is_taken_up_again_and_the_thread_ends(tmp_path):
    with local_cloud(tmp_path) as azure:
        before = azure.tenant_id
        threads = [one.name for one in threading.enumerate()]
    with local_cloud(tmp_path) as azure:
        after = azure.tenant_id

    assert (before == after, "localazure" in threads) == (True, True)
    assert "localazure" not in [one.name for one in threading.enumerate()]
    with pytest.raises(httpx.ConnectError), httpx.Client(trust_env=False) as client:
        client.get(azure.portal)


def test_what_keeps_it_from_starting_is_raised(tmp_path):
    (tmp_path / "seed.yaml").write_text("subscriptions: [{nme: Other}]")

    with pytest.raises(CannotStart, match="there is no such key"), local_cloud(tmp_path, seed=tmp_path / "seed.yaml"):
        pass
    with (
        local_cloud(tmp_path, seed="bare"),
        pytest.raises(CannotStart, match="Another local cloud runs"),
        local_cloud(tmp_path),
    ):
        pass
    with pytest.raises(CannotStart, match="was seeded from bare, not from full"), local_cloud(tmp_path, seed="full"):
        pass


def test_check_is_switched_off(new_local_azure):
    azure = new_local_azure(loose=["sms-rate"])
    client = SmsClient.from_connection_string(azure.acs.connection_string, connection_verify=azure.ca_bundle)
    everybody = [f"+1425555{number:04}" for number in range(100)]

    with client._sms_service_client:
        sent = [client.send(azure.acs.phone_numbers[0], everybody, "Hello") for _ in range(3)]

    assert all(one.successful for batch in sent for one in batch)


def test_tokens_of_a_key_that_was_dropped_are_void(new_local_azure):
    azure = new_local_azure(seed="bare")
    context = ssl.create_default_context(cafile=azure.ca_bundle)
    with httpx.Client(base_url=azure.url, verify=context, trust_env=False) as http:
        form = {
            "grant_type": "client_credentials",
            "client_id": azure.client_id,
            "client_secret": azure.client_secret,
            "scope": f"{azure.url}/.default",
        }
        token = http.post(f"/{azure.tenant_id}/oauth2/v2.0/token", data=form).json()["access_token"]
        headers = {"authorization": f"Bearer {token}"}

        def status():
            return http.get("/subscriptions", params={"api-version": "2022-12-01"}, headers=headers).status_code

        before = status()
        azure.control.post("/_local/entra/rotate-keys", json={}).raise_for_status()
        rotated = status()
        published = azure.control.post("/_local/entra/rotate-keys", json={"drop_old": True}).json()["published"]

        assert (before, rotated, status(), len(published)) == (200, 200, 401, 1)


def test_unknown_check_is_named_with_those_there_are(new_local_azure):
    with pytest.raises(CannotStart, match=r"'sms-speed'.*sms-rate, sip-domain, record-injected, writer-must-own-app"):
        new_local_azure(loose=["sms-speed"])

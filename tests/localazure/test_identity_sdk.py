"""Users and their tokens, by Microsoft's own client."""

import pytest
from azure.communication.identity import CommunicationIdentityClient, CommunicationTokenScope
from azure.core.exceptions import HttpResponseError


@pytest.fixture(scope="module")
def identities(local_azure):
    client = CommunicationIdentityClient.from_connection_string(
        local_azure.acs.connection_string, connection_verify=local_azure.ca_bundle
    )
    with client._identity_service_client:
        yield client


@pytest.fixture
def user(azure, identities):
    return identities.create_user()


def is_valid(azure, token):
    return azure.control.post("/_local/identities/token", json={"token": token}).json()["valid"]


def test_client_creates_a_user_with_a_token(azure, identities):
    user, token = identities.create_user_and_token([CommunicationTokenScope.CHAT])

    assert user.properties["id"].startswith("8:acs:")
    assert is_valid(azure, token.token)


def test_client_gets_a_token_and_revokes_it(azure, identities, user):
    before = identities.get_token(user, [CommunicationTokenScope.VOIP]).token

    assert is_valid(azure, before)
    identities.revoke_tokens(user)

    assert not is_valid(azure, before)


def test_client_deletes_a_user(azure, identities, user):
    token = identities.get_token(user, [CommunicationTokenScope.VOIP]).token

    identities.delete_user(user)

    assert not is_valid(azure, token)
    with pytest.raises(HttpResponseError) as caught:
        identities.get_token(user, [CommunicationTokenScope.VOIP])
    assert caught.value.status_code == 404


def test_client_is_told_that_teams_tokens_are_not_emulated(azure, identities):
    with pytest.raises(HttpResponseError) as caught:
        identities.get_token_for_teams_user("token", azure.client_id, azure.people["ala"].object_id)

    assert caught.value.status_code == 501

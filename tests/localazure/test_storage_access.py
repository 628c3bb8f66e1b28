"""Who may do what with blobs: keys, shared access signatures, tokens, nobody else."""

from datetime import UTC, datetime, timedelta

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.storage.blob import (
    BlobClient,
    ContainerClient,
    generate_account_sas,
    generate_blob_sas,
    generate_container_sas,
)

from localazure_tests.storage import ACCOUNT

HOUR = timedelta(hours=1)
READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"


@pytest.fixture
def box(storage):
    with storage.client() as client:
        box = client.create_container("recordings")
        box.upload_blob("one", b"1")
        yield box


class Changed(SansIOHTTPPolicy):
    """Something about the request is not what was signed."""

    def __init__(self, name, value):
        self.name, self.value = name, value

    def on_request(self, request):
        request.http_request.headers[self.name] = self.value


def soon():
    return datetime.now(UTC) + HOUR


def refusal(action):
    with pytest.raises(HttpResponseError) as refused:
        action()
    return refused.value.error_code, refused.value.status_code


def test_either_key_opens_the_account_until_it_is_made_anew(azure, storage, box):
    keys = storage.management.storage_accounts.list_keys(azure.resource_group, ACCOUNT)["keys"]
    storage.management.storage_accounts.regenerate_key(azure.resource_group, ACCOUNT, {"keyName": "key1"})

    with storage.client(keys[1]["value"]) as second:
        assert [one.name for one in second.list_containers()] == ["recordings"]
    assert refusal(lambda: box.get_container_properties()) == ("AuthenticationFailed", 403)


def test_wrong_key_is_refused_and_the_reason_told(storage, box):
    with storage.client("d3Jvbmc=") as stranger, pytest.raises(ClientAuthenticationError) as refused:
        stranger.get_container_client("recordings").download_blob("one")

    assert (refused.value.error_code, refused.value.status_code) == ("AuthenticationFailed", 403)
    assert "AuthenticationErrorDetail" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"), [("x-ms-date", "Mon, 01 Jan 2024 00:00:00 GMT"), ("x-ms-date", "today"), ("x-ms-meta-a", "b")]
)
def test_request_that_is_old_or_changed_after_signing_is_refused(storage, box, name, value):
    changed = Changed(name, value)
    with storage.client(_additional_pipeline_policies=[changed]) as client:
        assert refusal(lambda: client.get_container_client("recordings").upload_blob("two", b"2")) == (
            "AuthenticationFailed",
            403,
        )


def test_keys_can_be_switched_off(azure, storage, box):
    off = {"properties": {"allowSharedKeyAccess": False}}
    storage.management.storage_accounts.update(azure.resource_group, ACCOUNT, off)

    assert refusal(lambda: box.get_container_properties()) == ("KeyBasedAuthenticationNotPermitted", 403)


def test_nobody_is_anonymous(azure, storage, box, http):
    answer = http.get(f"/{ACCOUNT}/recordings/one")

    assert (answer.status_code, answer.headers["x-ms-error-code"]) == (401, "NoAuthenticationInformation")
    assert answer.headers["www-authenticate"].startswith(f"Bearer authorization_uri={azure.url}/{azure.tenant_id}/")


def opened(storage, sas, container="recordings"):
    return ContainerClient(
        storage.url, container, credential=sas, connection_verify=storage.azure.ca_bundle, retry_total=0
    )


def test_signature_for_the_account_gives_what_it_says(storage, box):
    every = generate_account_sas(ACCOUNT, storage.key, "sco", "rwdlac", soon(), start=datetime.now(UTC) - HOUR)
    reading = generate_account_sas(ACCOUNT, storage.key, "o", "r", soon())
    with opened(storage, every, "more") as more, opened(storage, reading) as reader:
        more.create_container()
        more.upload_blob("two", b"2")

        assert [one.name for one in more.list_blobs()] == ["two"]
        assert reader.download_blob("one").readall() == b"1"
        assert refusal(lambda: reader.upload_blob("x", b"")) == ("AuthorizationPermissionMismatch", 403)
        assert refusal(lambda: next(reader.list_blobs())) == ("AuthorizationResourceTypeMismatch", 403)
        more.delete_container()


def test_signature_for_a_container_ends_at_it(storage, box):
    sas = generate_container_sas(ACCOUNT, "recordings", storage.key, permission="rl", expiry=soon())
    with opened(storage, sas) as inside, opened(storage, sas, "others") as outside:
        assert [one.name for one in inside.list_blobs()] == ["one"]
        assert inside.download_blob("one").readall() == b"1"
        assert refusal(lambda: inside.delete_blob("one")) == ("AuthorizationPermissionMismatch", 403)
        assert refusal(lambda: inside.get_container_properties()) == ("AuthorizationResourceTypeMismatch", 403)
        assert refusal(lambda: next(outside.list_blobs())) == ("AuthenticationFailed", 403)


def test_signature_for_a_blob_is_an_address_to_give_away(storage, box, http):
    sas = generate_blob_sas(
        ACCOUNT, "recordings", "one", account_key=storage.key, permission="r", expiry=soon(), content_type="audio/wav"
    )

    given = http.get(f"/{ACCOUNT}/recordings/one?{sas}", headers={"range": "bytes=0-0"})

    assert (given.status_code, given.content, given.headers["content-type"]) == (206, b"1", "audio/wav")
    with BlobClient.from_blob_url(
        f"{storage.url}/recordings/one?{sas}", connection_verify=storage.azure.ca_bundle
    ) as one:
        assert one.download_blob().readall() == b"1"
    assert http.get(f"/{ACCOUNT}/recordings/two?{sas}").status_code == 403
    assert http.get(f"/{ACCOUNT}/recordings?restype=container&comp=list&{sas}").status_code == 403


def test_signature_that_only_creates_overwrites_nothing(storage, box):
    sas = generate_container_sas(ACCOUNT, "recordings", storage.key, permission="c", expiry=soon())
    with opened(storage, sas) as inside:
        inside.upload_blob("new", b"2")

        assert refusal(lambda: inside.upload_blob("one", b"2", overwrite=True))[0] == "AuthorizationPermissionMismatch"


def test_signature_out_of_its_time_or_tampered_with_is_refused(storage, box, http):
    now = datetime.now(UTC)

    def sas(**more):
        wanted = {"permission": "r", "expiry": now + HOUR} | more
        return generate_container_sas(ACCOUNT, "recordings", storage.key, **wanted)

    for broken in (
        sas(expiry=now - HOUR),
        sas(start=now + HOUR, expiry=now + 2 * HOUR),
        sas(expiry="tomorrow"),
        sas().replace("sp=r", "sp=rw"),
        sas().replace("sr=c", "sr=d"),
        sas().replace("sv=20", "sv=10"),
        sas(policy_id="nobody"),
        generate_container_sas(ACCOUNT, "recordings", "d3Jvbmc=", permission="r", expiry=now + HOUR),
        generate_account_sas("another", storage.key, "o", "r", now + HOUR),
        "sig=x",
    ):
        answer = http.get(f"/{ACCOUNT}/recordings/one?{broken}")
        assert (answer.status_code, answer.headers["x-ms-error-code"]) == (403, "AuthenticationFailed"), broken


def test_roles_say_what_a_token_may(azure, storage, box, credential, http, token):
    with storage.client(credential) as client:
        mine = client.get_container_client("recordings")
        owner = mine.get_container_properties().name, refusal(lambda: mine.download_blob("one"))
        assign(azure, http, token, storage.id, READER)
        read = mine.download_blob("one").readall(), refusal(lambda: mine.upload_blob("two", b"2"))
        assign(azure, http, token, f"{storage.id}/blobServices/default/containers/recordings", CONTRIBUTOR)
        mine.upload_blob("two", b"2")

    assert owner == ("recordings", ("AuthorizationPermissionMismatch", 403))
    assert read == (b"1", ("AuthorizationPermissionMismatch", 403))


def assign(azure, http, token, scope, role):
    name = f"00000000-0000-4000-8000-{role[-12:]}"
    state = azure.control.get("/_local/state").json()
    (me,) = (one for one in state["applications"] if one["client_id"] == azure.client_id)
    definitions = f"/subscriptions/{azure.subscription_id}/providers/Microsoft.Authorization/roleDefinitions"
    body = {
        "properties": {
            "roleDefinitionId": f"{definitions}/{role}",
            "principalId": me["service_principal_id"],
            "principalType": "ServicePrincipal",
        }
    }
    http.put(
        f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}?api-version=2022-04-01",
        json=body,
        headers={"authorization": f"Bearer {token}"},
    ).raise_for_status()


def test_token_for_something_else_is_refused(azure, storage, box, http, credential):
    wrong = credential.get_token("https://management.azure.com/.default").token

    for bearer in (wrong, "nonsense"):
        answer = http.get(f"/{ACCOUNT}/recordings/one", headers={"authorization": f"Bearer {bearer}"})
        assert (answer.status_code, answer.headers["x-ms-error-code"]) == (401, "InvalidAuthenticationInfo")

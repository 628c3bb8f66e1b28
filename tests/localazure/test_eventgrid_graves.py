"""Dead letters in a container of a storage account of the same cloud."""

import json

import pytest

from localazure_tests.receiver import status
from localazure_tests.waiting import attempted, deliveries, deliveries_until


@pytest.fixture
def grave(storage):
    properties = {"resourceId": storage.id, "blobContainerName": "letters"}
    return {"deadLetterDestination": {"endpointType": "StorageBlob", "properties": properties}}


def given_up(azure, webhooks, receiver, write, advance, grave):
    hook = receiver()
    hook.answer = status(400)
    webhooks.put("To-Hub", hook.url, more=grave).result()
    message_id = write()
    attempted(azure)
    advance(301)
    return message_id


def test_dead_letter_is_a_blob_of_the_named_container(azure, storage, webhooks, receiver, write, advance, grave):
    with storage.client() as client:
        box = client.create_container("letters")
        message_id = given_up(azure, webhooks, receiver, write, advance, grave)

        [found] = deliveries_until(azure, lambda found: found[0]["state"] == "dead_lettered")
        [blob] = box.list_blobs()
        [event] = json.loads(box.download_blob(blob.name).readall())

    assert found["dead_letter"] == f"letters/{blob.name}"
    assert blob.name.startswith("TO-HUB/")
    assert (blob.name.count("/"), blob.content_settings.content_type) == (5, "application/json")
    assert (event["id"], event["deadLetterReason"]) == (message_id, "UndeliverableDueToHttpBadRequest")
    assert not list((azure.data / "dead-letters").rglob(blob.name.rpartition("/")[2]))


def test_dead_letter_waits_for_a_container_that_is_not_there(azure, storage, webhooks, receiver, write, advance, grave):
    given_up(azure, webhooks, receiver, write, advance, grave)
    waiting = deliveries(azure)[0]["state"]

    with storage.client() as client:
        box = client.create_container("letters")
        advance(301)
        deliveries_until(azure, lambda found: found[0]["state"] == "dead_lettered")

        assert (waiting, len(list(box.list_blobs()))) == ("pending", 1)

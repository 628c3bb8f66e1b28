"""The Blob service, by Microsoft's client: containers, block blobs, ranges, lists, conditions."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobBlock, ContentSettings, generate_account_sas

from localazure_tests.storage import ACCOUNT

AWKWARD = ["plain", "a b/ć ł.json", "q?a=b&c#d", "100%25 + é", "/leading//double/", "x\u0001y", "emoji 🎧"]


@pytest.fixture
def blobs(storage):
    with storage.client() as client:
        yield client


@pytest.fixture
def box(blobs):
    return blobs.create_container("recordings", metadata={"purpose": "calls"})


def code(error):
    return error.value.error_code, error.value.status_code


def test_containers_are_made_listed_labelled_and_deleted(blobs):
    for name in ("one", "two", "three"):
        blobs.create_container(name, metadata={"number": name})
    with pytest.raises(ResourceExistsError) as twice:
        blobs.create_container("one")
    two = blobs.get_container_client("two")
    two.set_container_metadata({"number": "2"})
    blobs.delete_container("three")
    with pytest.raises(ResourceNotFoundError) as gone:
        blobs.get_container_client("three").get_container_properties()

    pages = list(blobs.list_containers(results_per_page=1, include_metadata=True).by_page())

    assert [[(one.name, one.metadata) for one in page] for page in pages] == [
        [("one", {"number": "one"})],
        [("two", {"number": "2"})],
    ]
    assert [one.name for one in blobs.list_containers(name_starts_with="o")] == ["one"]
    assert two.get_container_properties().metadata == {"number": "2"}
    assert two.exists()
    assert not blobs.get_container_client("three").exists()
    assert (code(twice), code(gone)) == (("ContainerAlreadyExists", 409), ("ContainerNotFound", 404))
    assert blobs.get_account_information()["sku_name"] == "Standard_LRS"


def test_impossible_names_of_containers_are_refused(blobs):
    for name in ("ab", "Capital", "two--hyphens", "-first", "a" * 64, "under_score"):
        with pytest.raises(HttpResponseError) as refused:
            blobs.create_container(name)
        assert code(refused) == ("InvalidResourceName", 400), name


def test_container_cannot_be_public(blobs):
    with pytest.raises(HttpResponseError) as refused:
        blobs.create_container("open", public_access="container")

    assert code(refused) == ("PublicAccessNotPermitted", 409)


def test_blob_comes_back_as_it_was_put(box):
    settings = ContentSettings(content_type="audio/wav", cache_control="no-store", content_disposition="inline")
    put = box.upload_blob("call.wav", b"RIFF", content_settings=settings, metadata={"call": "7"}, validate_content=True)

    download = put.download_blob(validate_content=True)
    facts = put.get_blob_properties()

    assert download.readall() == b"RIFF"
    assert (facts.size, facts.metadata, facts.blob_type) == (4, {"call": "7"}, "BlockBlob")
    told = facts.content_settings
    assert (told.content_type, told.cache_control, told.content_disposition) == ("audio/wav", "no-store", "inline")
    assert bytes(told.content_md5) == hashlib.md5(b"RIFF").digest()
    assert (facts.etag, facts.last_modified) == (download.properties.etag, download.properties.last_modified)
    assert abs(datetime.now(UTC) - facts.creation_time) < timedelta(minutes=1)


def test_empty_blob_and_ranges(box):
    assert box.upload_blob("empty", b"").download_blob().readall() == b""
    digits = box.upload_blob("digits", b"0123456789")

    with pytest.raises(HttpResponseError) as beyond:
        digits.download_blob(offset=10, length=1)

    assert digits.download_blob(offset=3, length=4).readall() == b"3456"
    assert digits.download_blob(offset=8).readall() == b"89"
    assert digits.download_blob(offset=8, length=50).readall() == b"89"
    assert code(beyond) == ("InvalidRange", 416)


def test_large_blob_goes_up_in_blocks_and_comes_down_in_parts(storage):
    content = bytes(range(256)) * 40
    with storage.client(
        max_single_put_size=1000, max_block_size=3000, max_single_get_size=1000, max_chunk_get_size=700
    ) as blobs:
        blob = blobs.create_container("large").upload_blob("one", content)

        assert blob.download_blob().readall() == content
        committed, waiting = blob.get_block_list("all")

    assert ([block.size for block in committed], waiting) == ([3000, 3000, 3000, 1240], [])


def test_blocks_wait_until_a_list_commits_them(box):
    blob = box.get_blob_client("call.wav")
    for name in ("a", "b", "c"):
        blob.stage_block(name, name.encode())
    with pytest.raises(ResourceNotFoundError):
        blob.get_blob_properties()
    waiting = blob.get_block_list("uncommitted")[1]
    with pytest.raises(HttpResponseError) as unknown:
        blob.commit_block_list([BlobBlock("x")])

    blob.commit_block_list([BlobBlock("c"), BlobBlock("a")])
    blob.stage_block("d", b"d")
    blob.commit_block_list([BlobBlock("a"), BlobBlock("d"), BlobBlock("c")])

    assert blob.download_blob().readall() == b"adc"
    assert ([one.id for one in waiting], blob.get_block_list("uncommitted")[1]) == (["a", "b", "c"], [])
    assert code(unknown) == ("InvalidBlockList", 400)


def test_blob_is_replaced_deleted_and_its_contents_leave_the_disk(box, azure):
    before = set((azure.data / "blobs").iterdir())
    blob = box.upload_blob("one", b"first")
    with pytest.raises(ResourceExistsError) as there:
        box.upload_blob("one", b"second")
    box.upload_blob("one", b"second", overwrite=True)
    read = blob.download_blob().readall()
    blob.stage_block("a", b"a")

    blob.delete_blob()
    with pytest.raises(ResourceNotFoundError) as gone:
        blob.delete_blob()

    assert (read, code(there), code(gone)) == (b"second", ("BlobAlreadyExists", 409), ("BlobNotFound", 404))
    assert set((azure.data / "blobs").iterdir()) == before


def test_deleted_container_takes_its_blobs_with_it(box, azure):
    before = set((azure.data / "blobs").iterdir())
    box.upload_blob("one", b"1")
    box.get_blob_client("two").stage_block("a", b"a")

    box.delete_container()

    assert set((azure.data / "blobs").iterdir()) == before
    box.create_container()
    assert list(box.list_blobs()) == []


def test_metadata_and_properties_are_changed(box):
    blob = box.upload_blob("one", b"1", metadata={"a": "1"})

    blob.set_blob_metadata({"b": "2"})
    blob.set_http_headers(ContentSettings(content_type="text/plain"))

    facts = blob.get_blob_properties()
    assert (facts.metadata, facts.content_settings.content_type) == ({"b": "2"}, "text/plain")


def test_any_name_comes_back_from_the_list(box):
    for name in AWKWARD:
        box.upload_blob(name, name.encode())

    listed = [one.name for one in box.list_blobs()]

    assert listed == sorted(AWKWARD)
    assert [box.download_blob(name).readall().decode() for name in listed] == listed


def test_lists_go_by_pages_prefix_and_delimiter(box):
    for name in ("2026/11/a", "2026/11/b", "2026/12/a", "other", "2026/x"):
        box.upload_blob(name, b"1", metadata={"name": "x"})

    pages = [[one.name for one in page] for page in box.list_blobs(results_per_page=2).by_page()]
    walked = [one.name for one in box.walk_blobs("2026/", results_per_page=1)]
    (first, *_) = box.list_blobs("oth", include=["metadata"])

    assert pages == [["2026/11/a", "2026/11/b"], ["2026/12/a", "2026/x"], ["other"]]
    assert walked == ["2026/11/", "2026/12/", "2026/x"]
    assert (first.name, first.size, first.metadata, first.blob_tier) == ("other", 1, {"name": "x"}, "Hot")


def test_conditions_hold_writers_and_readers_to_what_they_have_seen(box):
    blob = box.upload_blob("one", b"1")
    etag = blob.get_blob_properties().etag
    same = {"etag": etag, "match_condition": MatchConditions.IfNotModified}
    other = {"etag": etag, "match_condition": MatchConditions.IfModified}
    with pytest.raises(HttpResponseError) as unchanged:
        blob.download_blob(**other)
    blob.upload_blob(b"2", overwrite=True, **same)
    for wrong in (
        lambda: blob.upload_blob(b"3", overwrite=True, **same),
        lambda: blob.delete_blob(**same),
        lambda: blob.download_blob(**same),
        lambda: blob.set_blob_metadata({}, **same),
        lambda: blob.delete_blob(if_unmodified_since=datetime(2020, 1, 1, tzinfo=UTC)),
        lambda: box.get_blob_client("nothing").upload_blob(b"", overwrite=True, **same),
    ):
        with pytest.raises(HttpResponseError) as refused:
            wrong()
        assert code(refused) == ("ConditionNotMet", 412)
    with pytest.raises(HttpResponseError) as since:
        blob.get_blob_properties(if_modified_since=datetime(2099, 1, 1, tzinfo=UTC))

    assert unchanged.value.status_code == since.value.status_code == 304
    assert blob.download_blob(**other).readall() == b"2"


BAD = [
    (lambda box: box.upload_blob("x" * 1025, b""), "InvalidResourceName"),
    (lambda box: box.upload_blob("x", b"", metadata={"no-hyphens": "x"}), "InvalidMetadata"),
    (lambda box: box.upload_blob("x", b"", metadata={"a": "x" * 9000}), "MetadataTooLarge"),
    (lambda box: next(box.list_blobs(results_per_page=-1)), "InvalidQueryParameterValue"),
    (lambda box: next(box.list_blobs(results_per_page=1).by_page("ż")), "InvalidQueryParameterValue"),
    (lambda box: box.get_blob_client("x").stage_block("a" * 65, b""), "InvalidQueryParameterValue"),
]


def test_bad_input_is_refused_with_the_services_code(box):
    for wrong, expected in BAD:
        with pytest.raises(HttpResponseError) as refused:
            wrong(box)
        assert code(refused) == (expected, 400)


def test_blocks_of_a_blob_have_names_of_one_length(box):
    blob = box.get_blob_client("x")
    blob.stage_block("a", b"")

    with pytest.raises(HttpResponseError) as refused:
        blob.stage_block("abcdefg", b"")

    assert code(refused) == ("InvalidBlobOrBlock", 400)


NOT_EMULATED = [
    lambda blob: blob.create_snapshot(),
    lambda blob: blob.acquire_lease(),
    lambda blob: blob.start_copy_from_url("https://localhost/x"),
    lambda blob: blob.create_append_blob(),
    lambda blob: blob.set_blob_tags({"a": "b"}),
    lambda blob: blob.set_standard_blob_tier("Cool"),
]


def test_what_is_not_emulated_answers_501_and_changes_nothing(box):
    blob = box.upload_blob("x", b"content")

    for wrong in NOT_EMULATED:
        with pytest.raises(HttpResponseError) as refused:
            wrong(blob)
        assert refused.value.status_code == 501

    assert blob.download_blob().readall() == b"content"


def wire(storage, http):
    """What the client would not send, with a signature nevertheless."""
    sas = generate_account_sas(ACCOUNT, storage.key, "sco", "rwdlac", datetime.now(UTC) + timedelta(hours=1))

    def ask(method, path, body=b"", **headers):
        mark = "&" if "?" in path else "?"
        return http.request(method, f"/{ACCOUNT}/{path}{mark}{sas}", content=body, headers=headers)

    return ask


WHOLE = {"x-ms-blob-type": "BlockBlob"}
HEADERS = [
    ({}, "MissingRequiredHeader"),
    ({"x-ms-blob-type": "Blob"}, "InvalidHeaderValue"),
    (WHOLE | {"content-md5": "?"}, "InvalidMd5"),
    (WHOLE | {"content-md5": "YQ=="}, "InvalidMd5"),
    (WHOLE | {"content-md5": base64.b64encode(b"1" * 16).decode()}, "Md5Mismatch"),
    (WHOLE | {"x-ms-version": "new"}, "InvalidHeaderValue"),
    (WHOLE | {"x-ms-access-tier": "Lukewarm"}, "InvalidHeaderValue"),
]


def test_bad_headers_are_refused(storage, box, http):
    ask = wire(storage, http)

    for headers, expected in HEADERS:
        answer = ask("PUT", "recordings/x", b"content", **headers)
        assert (answer.headers["x-ms-error-code"], answer.status_code) == (expected, 400)

    assert list(box.list_blobs()) == []


def test_broken_block_list_is_refused(storage, box, http):
    ask = wire(storage, http)

    for body in (b"", b"<BlockList>", b"<Blocks/>", b'<!DOCTYPE x [<!ENTITY a "b">]><BlockList/>', b"\xff"):
        answer = ask("PUT", "recordings/x?comp=blocklist", body)
        assert (answer.headers["x-ms-error-code"], answer.status_code) == ("InvalidXmlDocument", 400)


def test_path_that_is_no_accounts_is_not_found(azure, http):
    answer = http.get("/nobodysaccount/recordings/x")

    assert (answer.headers["x-ms-error-code"], answer.status_code) == ("ResourceNotFound", 404)


def test_looks_without_a_body(storage, box, http):
    box.upload_blob("x", b"1", metadata={"a": "b"})
    ask = wire(storage, http)

    account = ask("HEAD", "?restype=account&comp=properties")
    container = ask("HEAD", "recordings?restype=container")
    labels = ask("GET", "recordings/x?comp=metadata")
    gone = ask("HEAD", "recordings/y")

    assert (account.headers["x-ms-account-kind"], container.headers["x-ms-meta-purpose"]) == ("StorageV2", "calls")
    assert (labels.headers["x-ms-meta-a"], labels.content) == ("b", b"")
    assert (gone.status_code, gone.headers["x-ms-error-code"], gone.content) == (404, "BlobNotFound", b"")

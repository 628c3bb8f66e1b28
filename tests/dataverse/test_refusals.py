"""What is not there, not allowed or not meant: each with Dataverse's status, code and words, and never a 500."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from centrala.connection.models import Connection
from dataverse.scene import API, ENTRIES, NUMBERS, SECRET, SETTINGS, Reader, error

pytestmark = pytest.mark.usefixtures("connection")
NOBODY = "00000000-0000-0000-0000-000000000001"
SYNTAX = 400, "0x80060888"


def missing(segment: str) -> tuple[int, str, str]:
    return 404, "0x80060888", f"Resource not found for the segment '{segment}'."


def absent(table: str, key: str) -> tuple[int, str, str]:
    return 404, "0x80040217", f"Entity '{table}' With Id = {key} Does Not Exist"


NOWHERE = [
    ("accounts", missing("accounts")),
    (
        "msdyn_occommunicationprovidersetting",
        missing("msdyn_occommunicationprovidersetting"),
    ),
    (f"{ENTRIES}/nonsense", missing("nonsense")),
    (f"{ENTRIES}/$ref", missing("$ref")),
    ("$batch", missing("$batch")),
    ("$metadata/x", missing("$metadata")),
    (
        f"{ENTRIES}({NOBODY})",
        absent("msdyn_occommunicationprovidersettingentry", NOBODY),
    ),
    (f"{ENTRIES}(x)", (*SYNTAX, "'x' is not a unique identifier.")),
    (f"{ENTRIES}()", (*SYNTAX, f"Bad key in '{ENTRIES[:40]}…': one value is expected.")),
    (f"{ENTRIES}(msdyn_key='x')", (*SYNTAX, "'msdyn_key' is no alternate key of this table.")),
    (f"{ENTRIES}(1,2)", (*SYNTAX, "'1,2' is not a unique identifier.")),
    ("EntityDefinitions(x)", absent("EntityDefinitions", "x")),
    (
        "EntityDefinitions(LogicalName='account')",
        absent("EntityDefinitions", "account"),
    ),
    ("EntityDefinitions/Attributes", missing("Attributes")),
    ("WhoAmI(1)", missing("WhoAmI")),
]


def test_address_of_nothing_is_refused(reader: Reader) -> None:
    assert [(path, error(reader.get(path))) for path, _refusal in NOWHERE] == NOWHERE


OPTIONS: list[tuple[dict[str, object], int, str]] = [
    ({"$select": "colour"}, 400, "Could not find a property named 'colour'"),
    ({"$select": ""}, 400, "Could not find a property named ''"),
    ({"$orderby": "colour"}, 400, "Could not find a property named 'colour'"),
    ({"$orderby": "msdyn_key upwards"}, 400, "Syntax error in $orderby at 'msdyn_key upwards'."),
    ({"$orderby": "msdyn_key asc desc"}, 400, "Syntax error in $orderby"),
    ({"$orderby": ","}, 400, "Could not find a property named ''"),
    ({"$expand": "ownerid"}, 400, "Could not find a property named 'ownerid'"),
    ({"$expand": ""}, 501, "An $expand of anything but lookups with $select is not supported"),
    ({"$expand": "msdyn_communicationprovidersettingentid($expand=ownerid)"}, 501, "is not supported"),
    ({"$expand": "msdyn_communicationprovidersettingentid($select=colour)"}, 400, "named 'colour'"),
    ({"$count": "yes"}, 400, "Invalid value 'yes' for $count"),
    ({"$skip": "1"}, 400, "Skip Clause is not supported in CRM"),
    ({"$apply": "aggregate($count as n)"}, 501, "The query option $apply is not supported by this service."),
    ({"$search": "x"}, 501, "The query option $search is not supported"),
    ({"sql": "select msdyn_key from x"}, 501, "The query option sql is not supported"),
    ({"$format": "atom"}, 501, "A format other than JSON is not supported"),
    ({"colour": "red"}, 400, "The query parameter colour is not supported"),
    ({"$Select": "msdyn_key"}, 400, "The query parameter $Select is not supported"),
]


def test_option_that_makes_no_sense_is_refused(reader: Reader) -> None:
    told = [(status, message, error(reader.get(ENTRIES, query))) for query, status, message in OPTIONS]

    assert [one for one in told if one[0] != one[2][0] or one[1] not in one[2][2]] == []


def test_option_given_twice_is_refused(reader: Reader) -> None:
    status, _code, message = error(reader.get(f"{ENTRIES}?$top=1&$top=2"))

    assert (status, message) == (
        400,
        "Query option '$top' was specified more than once, but it must be specified once.",
    )


def test_batch_is_known_and_not_served(reader: Reader) -> None:
    batch = b"--b\r\nContent-Type: application/http\r\n\r\nGET /api/data/v9.2/WhoAmI HTTP/1.1\r\n\r\n--b--\r\n"

    answer = reader.client.post(f"{API}/$batch", batch, content_type="multipart/mixed; boundary=b")

    assert error(answer) == (501, "0x80060888", "A batch is not supported by this service.")


def test_stranger_does_not_learn_what_is_served(reader: Reader) -> None:
    answer = Client().post(f"{API}/$batch", b"", content_type="multipart/mixed; boundary=b")

    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["", ENTRIES, f"{SETTINGS}({NOBODY})", "nothing"])
@pytest.mark.parametrize("method", ["post", "patch", "delete", "options"])
def test_nothing_can_be_written(reader: Reader, method: str, path: str) -> None:
    answer = getattr(reader.client, method)(f"{API}/{path}", json.dumps({}), content_type="application/json")

    assert answer["Allow"] == "GET, HEAD"
    assert error(answer) == (
        405,
        "0x80060888",
        f"The tables of this service are read-only: {method.upper()} is not supported. Use GET.",
    )


ATTACKS = [
    f"{ENTRIES}%00",
    f"{ENTRIES}%0A",
    f"{ENTRIES}%0D%0ASet-Cookie:x=1",
    f"{ENTRIES}(%00)",
    f"{ENTRIES}('%00')",
    f"{ENTRIES}({'(' * 500}",
    f"{ENTRIES}({quote(chr(39)) * 5001})",
    f"{ENTRIES}({'a' * 5000})",
    "a/" * 2000,
    f"{ENTRIES}//",
    "../../../etc/passwd",
    "%2e%2e/%2e%2e/",
    "%ff%fe",
    "$metadata%23",
    "EntityDefinitions(LogicalName=')",
    "EntityDefinitions(LogicalName='a''b')/Attributes",
    f"{ENTRIES}?$filter=%ff%fe",
    f"{ENTRIES}?$filter=msdyn_key%20eq%20'%ff'",
    f"{ENTRIES}?$filter=msdyn_key%20eq%20'%00'",
    f"{ENTRIES}?$filter=msdyn_key%20eq%20'%ED%A0%80'",
    f"{ENTRIES}?$filter={'(' * 9000}",
    f"{ENTRIES}?$filter={'not%20' * 9000}",
    f"{ENTRIES}?$filter={quote(chr(39)) * 9001}",
    f"{ENTRIES}?$filter={'a' * 40_000}",
    f"{ENTRIES}?$filter=1;drop%20table%20connection_connection",
    f"{ENTRIES}?$filter=msdyn_key%20eq%20''%20or%201=1%20--'",
    f"{ENTRIES}?$filter=statecode%20eq%20{'9' * 5000}",
    f"{ENTRIES}?$orderby={','.join(['msdyn_key'] * 3000)}",
    f"{ENTRIES}?$select={','.join(['msdyn_key'] * 3000)}",
    f"{ENTRIES}?$expand={'(' * 9000}",
    f"{ENTRIES}?$skiptoken=%3Ccookie%20pagenumber=%222%22%20/%3E",
    f"{ENTRIES}?{'&'.join(f'@p{number}=1' for number in range(3000))}",
    f"{ENTRIES}?$top=%D9%A1",
    f"{ENTRIES}?&&&=&=",
    f"{ENTRIES}?fetchXml=",
    "EntityDefinitions?$filter=LogicalName%20eq%201",
    "EntityDefinitions?$expand=Attributes($expand=OptionSet)",
    "EntityDefinitions?$orderby=DisplayName",
    "RelationshipDefinitions?$filter=x",
]


def test_attack_gets_a_calm_answer(reader: Reader) -> None:
    for path in ATTACKS:
        answer = reader.client.get(f"{API}/{path}")

        assert answer.status_code in {200, 400, 404, 414, 501}, answer.content
        assert "Set-Cookie" not in answer.headers
        if answer.status_code != 200:
            assert set(answer.json()["error"]) == {"code", "message"}
            assert len(answer.json()["error"]["message"]) < 300


PREFERENCES = [
    "odata.maxpagesize=0",
    "odata.maxpagesize=-1",
    "odata.maxpagesize=999999",
    "odata.maxpagesize=x",
    "odata.maxpagesize=",
    "odata.maxpagesize",
    'odata.include-annotations="',
    'odata.include-annotations="\x7fé"',
    "=,;=",
    "respond-async",
    "a=" * 4000,
]


def test_preference_that_makes_no_sense_is_passed_over(reader: Reader) -> None:
    for prefer in PREFERENCES:
        answer = reader.get(NUMBERS, Prefer=prefer)

        assert len(answer.json()["value"]) == 4
        assert "Preference-Applied" not in answer.headers


SECURED = "msdyn_securesecret"
FETCH = f'<fetch><entity name="{SETTINGS[:-1]}">%s</entity></fetch>'


def test_secured_column_is_null_whoever_asks(reader: Reader) -> None:
    [setting] = reader.value(SETTINGS)
    [selected] = reader.value(SETTINGS, {"$select": f"{SECURED},msdyn_secret"})
    key = setting["msdyn_occommunicationprovidersettingid"]

    assert (setting[SECURED], setting["msdyn_secret"], selected[SECURED]) == (None, None, None)
    assert reader.get(f"{SETTINGS}({key})/{SECURED}").status_code == 204
    assert reader.get(f"{SETTINGS}({key})/{SECURED}/$value").status_code == 204


ORACLES: list[dict[str, object]] = [
    {"$filter": f"{SECURED} eq null"},
    {"$filter": f"{SECURED} ne null"},
    {"$filter": f"startswith({SECURED},'endpoint')"},
    {"$filter": f"msdyn_name eq {SECURED}"},
    {"$filter": f"{SECURED} in ('x')"},
    {"$filter": f"Microsoft.Dynamics.CRM.In(PropertyName='{SECURED}',PropertyValues=['x'])"},
    {"$filter": f"statecode eq 0 or contains({SECURED},'{SECRET}')"},
    {"$orderby": SECURED},
    {"$orderby": f"msdyn_name,{SECURED} desc"},
    {"fetchXml": FETCH % f'<filter><condition attribute="{SECURED}" operator="null"/></filter>'},
    {"fetchXml": FETCH % f'<order attribute="{SECURED}"/>'},
]


def test_secured_column_is_no_oracle(reader: Reader) -> None:
    refusal = (
        403,
        "0x8004f504",
        "The user does not have read permissions to a secured field. The requested operation could not be completed. "
        f"Field: {SECURED}.",
    )

    assert [error(reader.get(SETTINGS, query)) for query in ORACLES] == [refusal] * len(ORACLES)


def test_secured_column_can_be_counted_by_nobody(reader: Reader) -> None:
    answer = reader.get(f"{SETTINGS}/$count", {"$filter": f"{SECURED} ne null"})

    assert error(answer)[:2] == (403, "0x8004f504")


def test_secret_is_in_no_answer(reader: Reader, connection: Connection) -> None:
    expand: dict[str, object] = {"$expand": "msdyn_communicationprovidersettingentid"}
    xml = FETCH % f'<attribute name="{SECURED}"/>'
    answers: list[Any] = [
        reader.get(path, query, Prefer='odata.include-annotations="*"')
        for path, query in (
            (SETTINGS, None),
            (ENTRIES, expand),
            (NUMBERS, None),
            (SETTINGS, {"fetchXml": xml}),
            ("EntityDefinitions", {"$expand": "Attributes"}),
            ("$metadata", None),
        )
    ]

    kept = [SECRET, "accesskey", connection.encrypted_connection_string]
    assert [answer.status_code for answer in answers] == [200] * 6
    assert [word for word in kept for answer in answers if word in answer.content.decode()] == []

"""Sets, rows and values: what the Web API tells of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from centrala.connection.models import Connection, Entry, EntryKey
from centrala.numbers.models import PhoneNumber
from dataverse.scene import ALL_SETS, ANNOTATED, APP_ID, ENTRIES, FORMATTED, NUMBERS, SETTINGS, Reader, error, is_guid

BASE = "https://localhost:8443/api/data/v9.2"
PARENT = "msdyn_communicationprovidersettingentid"
ID = "msdyn_occommunicationprovidersettingentryid"


@pytest.fixture
def entry(reader: Reader, connection: Connection) -> dict[str, Any]:
    return reader.value(ENTRIES, {"$filter": "msdyn_key eq 'EventGridAppID'"})[0]


def test_entry_is_told_whole(entry: dict[str, Any], connection: Connection) -> None:
    stamp, system = entry["createdon"], entry["_ownerid_value"]

    assert is_guid(entry[ID])
    assert is_guid(system)
    assert entry == {
        "@odata.etag": f'W/"{entry["versionnumber"]}"',
        ID: entry[ID],
        "msdyn_name": "EventGridAppID",
        "msdyn_key": "EventGridAppID",
        "msdyn_value": APP_ID,
        f"_{PARENT}_value": str(connection.id),
        "statecode": 0,
        "statuscode": 1,
        "createdon": stamp,
        "_createdby_value": system,
        "modifiedon": stamp,
        "_modifiedby_value": system,
        "_ownerid_value": system,
        "overriddencreatedon": None,
        "importsequencenumber": None,
        "timezoneruleversionnumber": None,
        "utcconversiontimezonecode": None,
        "versionnumber": entry["versionnumber"],
    }


def test_setting_is_told_with_the_originals_columns(reader: Reader, connection: Connection) -> None:
    [setting] = reader.value(SETTINGS)

    assert setting["msdyn_occommunicationprovidersettingid"] == str(connection.id)
    assert setting["msdyn_name"] == "acs-centrala"
    assert setting["msdyn_occommunicationprovider"] == 192350000
    assert setting["msdyn_accountsid"] == connection.resource_id
    assert setting["msdyn_appmodule"] == "192350000"
    assert setting["msdyn_istrial"] is False


def test_resource_whose_numbers_are_lent_is_told_as_a_trials(reader: Reader, connection: Connection) -> None:
    Connection.objects.update(is_trial=True)

    [setting] = reader.value(SETTINGS, {"$filter": "msdyn_istrial eq true"})

    assert setting["msdyn_occommunicationprovidersettingid"] == str(connection.id)


def test_number_is_told_with_the_originals_options(reader: Reader, connection: Connection) -> None:
    [number] = reader.value(NUMBERS, {"$filter": "msdyn_phonenumber eq '+48600100200'"})

    told = {name: number[name] for name in number if name.startswith(("msdyn", "_msdyn"))}
    assert told == {
        "msdyn_ocphonenumberid": number["msdyn_ocphonenumberid"],
        "msdyn_name": "+48600100200",
        "msdyn_phonenumber": "+48600100200",
        "msdyn_countryisocode": "PL",
        "msdyn_ocphonenumbersource": 192350000,
        "msdyn_type": 192350003,
        "msdyn_phonenumbertype": 0,
        "msdyn_phoneinboundenabled": True,
        "msdyn_phoneoutboundenabled": True,
        "msdyn_smsinboundenabled": False,
        "msdyn_smsoutboundenabled": True,
        "_msdyn_carrierid_value": None,
        "_msdyn_occommunicationprovidersettingid_value": str(connection.id),
        "msdyn_teamsresourceaccount": None,
        "msdyn_objective": 192350000,
        "msdyn_appmodule": "192350000",
    }


def test_row_is_read_by_its_id_and_not_again_while_it_is_the_same(reader: Reader, entry: dict[str, Any]) -> None:
    address = f"{ENTRIES}({entry[ID]})"

    answer = reader.get(address)
    again = reader.get(address, **{"If-None-Match": answer["ETag"]})
    named = reader.get(f"{ENTRIES}({ID}={entry[ID]})")

    assert answer.json() == {"@odata.context": f"{BASE}/$metadata#{ENTRIES}/$entity", **entry}
    assert named.json() == answer.json()
    assert (answer["ETag"], answer["OData-Version"]) == (entry["@odata.etag"], "4.0")
    assert (again.status_code, again.content) == (304, b"")


def test_versions_of_the_api_answer_alike(reader: Reader, connection: Connection) -> None:
    for version in ("v9.0", "v9.1", "v9.2", "v1.0", "v1.1"):
        body = reader.client.get(f"/api/data/{version}/{ENTRIES}").json()

        assert body["@odata.context"] == f"https://localhost:8443/api/data/{version}/$metadata#{ENTRIES}"
        assert len(body["value"]) == 2
    for version in ("v9.3", "v7.0", "v9", "beta", "V9.2"):
        status, _code, message = error(reader.client.get(f"/api/data/{version}/{ENTRIES}"))
        assert (status, message) == (404, f"Resource not found for the segment '{version}'.")


def test_selected_properties_come_with_the_id(reader: Reader, entry: dict[str, Any]) -> None:
    body = reader.get(ENTRIES, {"$select": f"msdyn_key, {PARENT}", "$filter": "msdyn_key eq 'EventGridAppID'"}).json()

    assert body["@odata.context"] == f"{BASE}/$metadata#{ENTRIES}(msdyn_key,_{PARENT}_value)"
    assert list(body["value"][0]) == ["@odata.etag", ID, "msdyn_key", f"_{PARENT}_value"]


def test_order_is_kept_and_nulls_come_first(reader: Reader, connection: Connection) -> None:
    ascending = reader.column("msdyn_phonenumber", NUMBERS, orderby="msdyn_countryisocode,msdyn_phonenumber desc")
    descending = reader.column("msdyn_phonenumber", NUMBERS, orderby="msdyn_countryisocode desc,msdyn_phonenumber asc")

    assert ascending == ["12345", "+48600100200", "+48221002000", "+18335550100"]
    assert descending == ["+18335550100", "+48221002000", "+48600100200", "12345"]


def test_count_tells_all_that_fit_whatever_the_top(reader: Reader, connection: Connection) -> None:
    body = reader.get(NUMBERS, {"$count": "true", "$top": 1, "$filter": "msdyn_countryisocode eq 'PL'"}).json()
    alone = reader.get(f"{NUMBERS}/$count", {"$filter": "msdyn_countryisocode eq 'PL'"})

    assert (body["@odata.count"], len(body["value"])) == (2, 1)
    assert "@odata.nextLink" not in body
    assert (alone.content, alone["Content-Type"]) == (b"2", "text/plain; charset=utf-8")


@pytest.mark.parametrize("top", ["0", "4", "5", "2147483647"])
def test_top_bounds_what_comes(reader: Reader, connection: Connection, top: str) -> None:
    assert len(reader.value(NUMBERS, {"$top": top})) == min(int(top), 4)


@pytest.mark.parametrize("top", ["-1", "", "x", "1.5", "+1", "2147483648", "9" * 400, "١"])
def test_top_that_is_no_number_is_refused(reader: Reader, connection: Connection, top: str) -> None:
    status, code, message = error(reader.get(NUMBERS, {"$top": top}))

    assert (status, code) == (400, "0x80060888")
    assert "The $top query option requires a non-negative integer value." in message


@pytest.mark.parametrize("query", [{}, {"$orderby": "msdyn_type desc"}, {"$top": 3, "$select": "msdyn_phonenumber"}])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_follow_each_other_and_hold_each_row_once(
    reader: Reader, connection: Connection, query: dict[str, object], size: int
) -> None:
    whole = reader.value(NUMBERS, query)
    body = reader.get(NUMBERS, query, Prefer=f"odata.maxpagesize={size}").json()
    rows = body["value"]
    assert len(rows) == size
    while "@odata.nextLink" in body:
        assert body["@odata.nextLink"].startswith(f"{BASE}/{NUMBERS}?")
        answer = reader.get(body["@odata.nextLink"], Prefer=f"odata.maxpagesize={size}")
        assert answer["Preference-Applied"] == f"odata.maxpagesize={size}"
        body = answer.json()
        rows += body["value"]

    assert rows == whole


def test_page_goes_on_behind_its_last_row_though_others_have_gone(reader: Reader, connection: Connection) -> None:
    query: dict[str, object] = {"$orderby": "msdyn_phonenumber"}
    first = reader.get(NUMBERS, query, Prefer="odata.maxpagesize=2").json()
    PhoneNumber.objects.filter(number="+18335550100").delete()

    second = reader.value(first["@odata.nextLink"])

    assert [row["msdyn_phonenumber"] for row in first["value"] + second] == [
        "+18335550100",
        "+48221002000",
        "+48600100200",
        "12345",
    ]


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "1",
        "1~x",
        "-1~00000000-0000-0000-0000-000000000001",
        "9" * 99,
        "1~------------------------------------",
    ],
)
def test_forged_token_of_a_page_is_refused(reader: Reader, connection: Connection, token: str) -> None:
    status, _code, message = error(reader.get(NUMBERS, {"$skiptoken": token}))

    assert (status, message) == (400, "The $skiptoken is not one of this service: follow @odata.nextLink as it is.")


def test_token_of_a_row_that_is_not_there_leads_to_the_callers_own_rows(reader: Reader, connection: Connection) -> None:
    token = "999999999~00000000-0000-0000-0000-000000000001"

    assert reader.value(NUMBERS, {"$skiptoken": token}) == []


def test_annotations_tell_labels_and_what_lookups_point_to(reader: Reader, connection: Connection) -> None:
    [number] = reader.value(NUMBERS, {"$filter": "msdyn_type eq 192350003"}, **ANNOTATED)
    lookup = "_msdyn_occommunicationprovidersettingid_value"

    assert number[f"msdyn_type@{FORMATTED}"] == "Mobile number"
    assert number[f"msdyn_phoneinboundenabled@{FORMATTED}"] == "Yes"
    assert number[f"statecode@{FORMATTED}"] == "Active"
    assert number[f"msdyn_appmodule@{FORMATTED}"] == "Service"
    assert number[f"{lookup}@{FORMATTED}"] == "acs-centrala"
    assert number[f"{lookup}@Microsoft.Dynamics.CRM.lookuplogicalname"] == "msdyn_occommunicationprovidersetting"
    assert number[f"{lookup}@Microsoft.Dynamics.CRM.associatednavigationproperty"] == lookup[1:-6]
    assert f"msdyn_phonenumber@{FORMATTED}" not in number
    assert [name for name in number if name.startswith("_msdyn_carrierid_value@")] == []


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        (FORMATTED, {"FormattedValue"}),
        (
            f"{FORMATTED},Microsoft.Dynamics.CRM.lookuplogicalname",
            {"FormattedValue", "lookuplogicalname"},
        ),
        ("Microsoft.Dynamics.CRM.*", {"lookuplogicalname", "associatednavigationproperty"}),
        ("*,-Microsoft.Dynamics.CRM.*", {"FormattedValue"}),
        ("nothing.known", set()),
    ],
)
def test_only_annotations_asked_for_come(reader: Reader, connection: Connection, wanted: str, kinds: set[str]) -> None:
    answer = reader.get(ENTRIES, Prefer=f'odata.maxpagesize=5,odata.include-annotations="{wanted}"')

    found = {name.rpartition(".")[2] for row in answer.json()["value"] for name in row if "@" in name.lstrip("@")}
    assert found == kinds
    assert answer["Preference-Applied"] == f'odata.maxpagesize=5,odata.include-annotations="{wanted}"'


def test_labels_are_told_in_the_language_asked_for(reader: Reader, connection: Connection) -> None:
    headers = ANNOTATED | {"Accept-Language": "pl"}

    [number] = reader.value(NUMBERS, {"$filter": "msdyn_type eq 192350003"}, **headers)

    assert number[f"msdyn_phoneinboundenabled@{FORMATTED}"] == "Tak"
    assert number[f"msdyn_type@{FORMATTED}"] == "Numer komórkowy"


def test_lookup_is_expanded_and_walked(reader: Reader, entry: dict[str, Any], connection: Connection) -> None:
    body = reader.get(
        f"{ENTRIES}({entry[ID]})", {"$select": "msdyn_key", "$expand": f"{PARENT}($select=msdyn_name,statecode)"}
    ).json()
    walked = reader.get(f"{ENTRIES}({entry[ID]})/{PARENT}", {"$select": "msdyn_name"}).json()
    listed = reader.value(ENTRIES, {"$expand": PARENT})

    parent = {"@odata.etag": walked["@odata.etag"], "msdyn_name": "acs-centrala"}
    parent |= {"msdyn_occommunicationprovidersettingid": str(connection.id)}
    assert body[PARENT] == parent | {"statecode": 0}
    assert walked == {"@odata.context": f"{BASE}/$metadata#{SETTINGS}(msdyn_name)/$entity", **parent}
    assert [row[PARENT]["msdyn_accountsid"] for row in listed] == [connection.resource_id] * 2


def test_value_of_a_row_is_read_alone(reader: Reader, entry: dict[str, Any]) -> None:
    address = f"{ENTRIES}({entry[ID]})"

    value = reader.get(f"{address}/msdyn_value").json()
    raw = reader.get(f"{address}/msdyn_value/$value")
    null = reader.get(f"{address}/overriddencreatedon")

    assert value == {"@odata.context": f"{BASE}/$metadata#{ENTRIES}({entry[ID]})/msdyn_value", "value": APP_ID}
    assert raw.content.decode() == APP_ID
    assert (null.status_code, null.content) == (204, b"")


def test_change_of_the_resource_shows_in_when_and_version(reader: Reader, connection: Connection) -> None:
    before = reader.value(SETTINGS)[0]
    Connection.objects.filter(pk=connection.pk).update(resource_name="acs-other")

    after = reader.value(SETTINGS)[0]

    assert after["createdon"] == before["createdon"]
    assert after["versionnumber"] > before["versionnumber"]
    assert after["@odata.etag"] != before["@odata.etag"]


def test_sync_that_finds_nothing_new_changes_no_version(reader: Reader, connection: Connection) -> None:
    before = reader.column("versionnumber", NUMBERS)
    PhoneNumber.objects.update(synced_at=now() + timedelta(minutes=1))
    unchanged = reader.column("versionnumber", NUMBERS)
    PhoneNumber.objects.filter(number="12345").update(receives_sms=True)

    changed = reader.column("versionnumber", NUMBERS)

    assert unchanged == before
    assert sum(new != old for new, old in zip(changed, before, strict=True)) == 1


def test_reconnecting_makes_no_second_row(reader: Reader, connection: Connection) -> None:
    ids = {name: reader.value(name)[0]["@odata.etag"] and len(reader.value(name)) for name in (SETTINGS, ENTRIES)}
    key = reader.column(ID, ENTRIES, orderby="msdyn_key")
    Connection.objects.update(disconnected_at=now())
    Connection.objects.update(disconnected_at=None, connected_at=now())
    Entry.objects.filter(key=EntryKey.APP_ID).delete()
    Entry.objects.create(connection=connection, key=EntryKey.APP_ID, value=APP_ID)

    assert {name: len(reader.value(name)) for name in (SETTINGS, ENTRIES)} == ids
    assert reader.column(ID, ENTRIES, orderby="msdyn_key") == key


@pytest.mark.parametrize("name", ALL_SETS)
def test_set_takes_as_many_queries_for_many_rows_as_for_one(
    reader: Reader, connection: Connection, name: str, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(4):  # session, person, organisation, rows
        reader.value(name, {"$count": "true"})

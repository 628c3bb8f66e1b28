"""$filter: what it finds, and what it refuses."""

import pytest

from centrala.connection.models import Connection
from dataverse.scene import APP_ID, ENTRIES, NUMBERS, SETTINGS, Reader, error

pytestmark = pytest.mark.usefixtures("connection")
APP, TENANT = "EventGridAppID", "EventGripAppTenantID"
TOLL_FREE, MOBILE, LAND, SHORT = "+18335550100", "+48600100200", "+48221002000", "12345"
ALL = [LAND, MOBILE, SHORT, TOLL_FREE]

OF_ENTRIES = {
    "msdyn_key eq 'EventGridAppID'": [APP],
    "msdyn_key eq 'eventgridappid'": [APP],
    "'EventGridAppID' eq msdyn_key": [APP],
    "msdyn_key ne 'EventGridAppID'": [TENANT],
    "not (msdyn_key eq 'EventGridAppID')": [TENANT],
    "msdyn_key eq null": [],
    "msdyn_key ne null": [APP, TENANT],
    "msdyn_key in ('EventGridAppID','x')": [APP],
    "msdyn_key eq 'it''s'": [],
    "msdyn_key eq msdyn_name": [APP, TENANT],
    "msdyn_key ne msdyn_name": [],
    "contains(msdyn_key,'App')": [APP, TENANT],
    "contains(msdyn_key,'%')": [],
    "startswith(msdyn_key,'eventgrid')": [APP, TENANT],
    "startswith(msdyn_key,'EventGrip') eq true": [TENANT],
    "startswith(msdyn_key,'EventGrip') eq false": [APP],
    "endswith(msdyn_key,'ID') and statecode eq 0": [APP, TENANT],
    f"msdyn_value eq '{APP_ID}'": [APP],
    f"msdyn_value eq '{APP_ID.upper()}'": [APP],
    "createdon gt 2020-01-01": [APP, TENANT],
    "createdon lt 2020-01-01T00:00:00Z": [],
    "createdon ge 2020-01-01T00:00:00+02:00 and createdon le modifiedon": [APP, TENANT],
    "overriddencreatedon gt 2020-01-01": [],
    "not (overriddencreatedon gt 2020-01-01)": [APP, TENANT],
    "importsequencenumber eq timezoneruleversionnumber": [APP, TENANT],
    "versionnumber gt 1": [APP, TENANT],
    'Microsoft.Dynamics.CRM.In(PropertyName=\'statecode\',PropertyValues=["0","7"])': [APP, TENANT],
    "Microsoft.Dynamics.CRM.NotIn(PropertyName='msdyn_key',PropertyValues=['EventGridAppID'])": [TENANT],
    "Microsoft.Dynamics.CRM.Between(PropertyName='statuscode',PropertyValues=['1','2'])": [APP, TENANT],
    # The key as it is meant, beside the key as the original spells it: one row, found by both.
    "msdyn_key eq 'EventGripAppTenantID'": [TENANT],
    "msdyn_key eq 'EventGridAppTenantID'": [TENANT],
    "msdyn_key ne 'EventGridAppTenantID'": [APP],
    "msdyn_key in ('EventGridAppID', 'EventGridAppTenantID')": [APP, TENANT],
    "contains(msdyn_key,'GridAppTenant')": [TENANT],
}
OF_NUMBERS = {
    "msdyn_type eq 192350003": [MOBILE],
    "msdyn_type eq 192350000 or msdyn_type eq 192350002": [LAND, SHORT],
    "msdyn_phoneinboundenabled": [LAND, MOBILE],
    "msdyn_phoneinboundenabled eq false and msdyn_smsinboundenabled eq true": [TOLL_FREE],
    "msdyn_countryisocode eq null": [SHORT],
    "msdyn_countryisocode ne 'PL'": [SHORT, TOLL_FREE],
    "not startswith(msdyn_countryisocode,'P')": [SHORT, TOLL_FREE],
    "msdyn_countryisocode gt 'PL'": [TOLL_FREE],
    "not (msdyn_countryisocode le 'PL')": [SHORT, TOLL_FREE],
    # "and" binds closer than "or"
    "msdyn_type eq 192350003 or msdyn_type eq 192350001 and statecode eq 1": [MOBILE],
    "(msdyn_type eq 192350003 or msdyn_type eq 192350001) and statecode eq 1": [],
    "not msdyn_type eq 192350003 and statecode eq 0": [LAND, SHORT, TOLL_FREE],
}


def test_filters_find_entries(reader: Reader) -> None:
    found = {one: reader.column("msdyn_key", ENTRIES, filter=one, orderby="msdyn_key") for one in OF_ENTRIES}

    assert found == OF_ENTRIES


def test_filters_find_numbers(reader: Reader) -> None:
    found = {one: sorted(reader.column("msdyn_phonenumber", NUMBERS, filter=one)) for one in OF_NUMBERS}

    assert found == {one: sorted(numbers) for one, numbers in OF_NUMBERS.items()}


@pytest.mark.parametrize(
    "filter_",
    [
        "_msdyn_communicationprovidersettingentid_value eq {id}",
        "_msdyn_communicationprovidersettingentid_value eq '{id}'",
        "_msdyn_communicationprovidersettingentid_value eq guid'{id}'",
        "msdyn_communicationprovidersettingentid/msdyn_occommunicationprovidersettingid eq {id}",
    ],
)
def test_lookup_is_found_by_the_id_it_points_to(reader: Reader, connection: Connection, filter_: str) -> None:
    other = filter_.format(id="00000000-0000-0000-0000-000000000001")

    assert len(reader.value(ENTRIES, {"$filter": filter_.format(id=connection.id)})) == 2
    assert reader.value(ENTRIES, {"$filter": other}) == []


SYNTAX = [
    "",
    " ",
    "msdyn_key",
    "msdyn_key eq",
    "msdyn_key eq 'x",
    "msdyn_key eq 'x''",
    "msdyn_key eq x",
    "msdyn_key = 'x'",
    "msdyn_key eq 'x' and",
    "msdyn_key eq 'x')",
    "(msdyn_key eq 'x'",
    "msdyn_key eq 'x' msdyn_key eq 'x'",
    "eq 'x'",
    "'x' eq 'x'",
    "not",
    "contains(msdyn_key)",
    "contains(msdyn_key,'a','b')",
    "contains(msdyn_key,'a'",
    "msdyn_key in ()",
    "msdyn_key in 'x'",
    "msdyn_key eq \x00",
    "msdyn_key eq \ufffd",
    "msdyn_key; drop table connection_connection",
    "msdyn_key eq 'x' --",
    "statecode eq 1e5",
    "statecode eq 1.2.3",
    "createdon gt 2020-13-01",
    "createdon gt 0001-01-01T00:00:00+14:00",
    "(" * 41 + "statecode eq 0" + ")" * 41,
    "not " * 41 + "statecode eq 0",
    "Microsoft.Dynamics.CRM.Between(PropertyName='statuscode',PropertyValues=['1'])",
    "Microsoft.Dynamics.CRM.In(PropertyName='statecode',PropertyValues=['x'])",
]


def test_filter_that_is_none_is_refused(reader: Reader) -> None:
    told = {filter_: error(reader.get(ENTRIES, {"$filter": filter_})) for filter_ in SYNTAX}

    assert {filter_: one[:2] for filter_, one in told.items()} == dict.fromkeys(SYNTAX, (400, "0x80060888"))
    assert [message for _, _, message in told.values() if not message.isprintable()] == []


MISFITS = [
    ("colour eq 'red'", "Could not find a property named 'colour' on type 'Microsoft.Dynamics.CRM.msdyn_"),
    ("MSDYN_KEY eq 'x'", "Could not find a property named 'MSDYN_KEY'"),
    ("msdyn_communicationprovidersettingentid eq null", "Could not find a property named 'msdyn_communication"),
    ("msdyn_communicationprovidersettingentid/msdyn_name eq 'x'", "Could not find a property named"),
    ("statecode eq 'Active'", "Found operand types 'Edm.Int32' and 'Edm.String' for operator kind 'Equal'."),
    ("statecode eq true", "Found operand types 'Edm.Int32' and 'Edm.Boolean'"),
    ("msdyn_key eq 5", "Found operand types 'Edm.String' and 'Edm.Int32'"),
    ("msdyn_key ne 00000000-0000-0000-0000-000000000001", "'Edm.String' and 'Edm.Guid'"),
    ("createdon eq '2020-01-01'", "'Edm.DateTimeOffset' and 'Edm.String'"),
    ("msdyn_key eq statecode", "'Edm.String' and 'Edm.Int32'"),
    ("contains(statecode,'1')", "'Edm.Int32' and 'Edm.String' for operator kind 'contains'"),
    ("_msdyn_communicationprovidersettingentid_value eq 'x'", "'Edm.Guid' and 'Edm.String'"),
]


def test_property_that_does_not_fit_is_named(reader: Reader) -> None:
    told = [(message, error(reader.get(ENTRIES, {"$filter": filter_}))) for filter_, message in MISFITS]

    assert [(message, one) for message, one in told if one[0] != 400 or message not in one[2]] == []


def test_function_that_is_not_known_is_not_supported(reader: Reader) -> None:
    for function in ("substringof", "length", "Microsoft.Dynamics.CRM.Today", "tolower", "In"):
        answer = reader.get(ENTRIES, {"$filter": f"{function}(msdyn_key,'x')"})

        assert error(answer) == (501, "0x80060888", f"The function '{function}' is not supported by this service.")


def test_nesting_just_within_the_limit_is_read(reader: Reader) -> None:
    filter_ = "(" * 39 + "statecode eq 0" + ")" * 39

    assert len(reader.value(ENTRIES, {"$filter": filter_})) == 2


def test_long_filter_is_read(reader: Reader) -> None:
    filter_ = " or ".join(f"msdyn_key eq '{number}'" for number in range(1_000))

    assert reader.value(ENTRIES, {"$filter": f"{filter_} or statecode eq 0"}) != []


def test_disconnected_resource_is_inactive_with_all_that_is_its(reader: Reader, connection: Connection) -> None:
    Connection.objects.update(disconnected_at=connection.connected_at)

    for name in (SETTINGS, ENTRIES, NUMBERS):
        assert reader.value(name, {"$filter": "statecode eq 0"}) == []
        assert {row["statuscode"] for row in reader.value(name)} == {2}

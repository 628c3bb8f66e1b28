"""FetchXML, as programs on these tables write it."""

from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest

from centrala.connection.models import Connection
from dataverse.scene import APP_ID, ENTRIES, NUMBERS, SETTINGS, Reader, error

pytestmark = pytest.mark.usefixtures("connection")
ENTRY, SETTING, NUMBER = "msdyn_occommunicationprovidersettingentry", SETTINGS[:-1], NUMBERS[:-1]


def fetch(inside: str, *, entity: str = ENTRY, **attributes: str) -> str:
    outside = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<fetch{outside}><entity name="{entity}">{inside}</entity></fetch>'


def condition(attribute: str, operator: str, *values: str) -> str:
    if len(values) < 2:
        value = f' value="{values[0]}"' if values else ""
        return f'<condition attribute="{attribute}" operator="{operator}"{value}/>'
    listed = "".join(f"<value>{value}</value>" for value in values)
    return f'<condition attribute="{attribute}" operator="{operator}">{listed}</condition>'


def found(reader: Reader, xml: str, *, name: str = "msdyn_key", path: str = ENTRIES) -> list[Any]:
    return [row[name] for row in reader.value(path, {"fetchXml": xml})]


def test_active_setting_of_the_provider_is_found_as_migration_tools_ask(reader: Reader, connection: Connection) -> None:
    names = ("msdyn_occommunicationprovidersettingid", "msdyn_name", "msdyn_occommunicationprovider", "statecode")
    conditions = condition("statecode", "eq", "0") + condition("msdyn_occommunicationprovider", "eq", "192350000")
    xml = fetch(
        "".join(f'<attribute name="{name}" />' for name in names) + f'<filter type="and">{conditions}</filter>',
        entity=SETTING,
        top="1",
    )

    [row] = reader.value(SETTINGS, {"fetchXml": xml})

    assert row == {
        "@odata.etag": row["@odata.etag"],
        "msdyn_occommunicationprovidersettingid": str(connection.id),
        "msdyn_name": "acs-centrala",
        "msdyn_occommunicationprovider": 192350000,
        "statecode": 0,
    }


@pytest.mark.parametrize("key", ["EventGripAppTenantID", "EventGridAppTenantID"])
@pytest.mark.parametrize("braces", ["{}", "{{{}}}"])
def test_entry_is_found_by_key_and_parent(reader: Reader, connection: Connection, key: str, braces: str) -> None:
    parent = condition("msdyn_communicationprovidersettingentid", "eq", braces.format(connection.id))
    other = condition("msdyn_communicationprovidersettingentid", "eq", str(UUID(int=1)))

    assert found(reader, fetch(f"<filter>{condition('msdyn_key', 'eq', key)}{parent}</filter>")) == [
        "EventGripAppTenantID"
    ]
    assert found(reader, fetch(f"<filter>{condition('msdyn_key', 'eq', key)}{other}</filter>")) == []


BOTH, APP, TENANT = ["EventGridAppID", "EventGripAppTenantID"], ["EventGridAppID"], ["EventGripAppTenantID"]
CONDITIONS = [
    (condition("msdyn_key", "ne", "EventGridAppID"), TENANT),
    (condition("msdyn_key", "neq", "EventGridAppID"), TENANT),
    (condition("msdyn_key", "in", "EventGridAppID", "x"), APP),
    (condition("msdyn_key", "not-in", "EventGridAppID", "x"), TENANT),
    (condition("msdyn_key", "null"), []),
    (condition("msdyn_key", "not-null"), BOTH),
    (condition("msdyn_key", "like", "%TenantID"), TENANT),
    (condition("msdyn_key", "like", "EventGrid%"), BOTH),
    (condition("msdyn_key", "like", "%AppID%"), APP),
    (condition("msdyn_key", "like", "eventgridappid"), APP),
    (condition("msdyn_key", "not-like", "%AppID%"), TENANT),
    (condition("msdyn_key", "begins-with", "EventGrip"), TENANT),
    (condition("msdyn_key", "not-begin-with", "EventGrip"), APP),
    (condition("msdyn_key", "ends-with", "AppID"), APP),
    (condition("msdyn_value", "eq", APP_ID.upper()), APP),
    (condition("createdon", "ge", "2020-01-01"), BOTH),
    (condition("createdon", "lt", "2020-01-01T00:00:00Z"), []),
    (condition("statecode", "gt", "0"), []),
    ("", BOTH),
    (f'<filter type="or">{condition("msdyn_key", "eq", "x")}{condition("msdyn_value", "eq", APP_ID)}</filter>', APP),
]


def test_conditions_find_entries(reader: Reader) -> None:
    order = '<order attribute="msdyn_key"/>'

    assert [(one, found(reader, fetch(f"<filter>{one}</filter>{order}"))) for one, _keys in CONDITIONS] == CONDITIONS


def test_order_goes_down_when_asked(reader: Reader) -> None:
    assert found(reader, fetch('<order attribute="msdyn_key" descending="true"/>')) == [*TENANT, *APP]


def test_pages_are_counted_and_told_to_go_on(reader: Reader) -> None:
    prefer = (
        'odata.include-annotations="Microsoft.Dynamics.CRM.fetchxmlpagingcookie,Microsoft.Dynamics.CRM.morerecords"'
    )
    order = '<order attribute="msdyn_phonenumber"/>'
    numbers = []
    for page in ("1", "2"):
        xml = fetch(order, entity=NUMBER, count="3", page=page, returntotalrecordcount="true")
        body = reader.get(NUMBERS, {"fetchXml": xml}, Prefer=prefer).json()
        numbers += [row["msdyn_phonenumber"] for row in body["value"]]
        assert body["@Microsoft.Dynamics.CRM.totalrecordcount"] == 4
        assert body["@Microsoft.Dynamics.CRM.morerecords"] is (page == "1")
        if page == "1":
            cookie = ElementTree.fromstring(body["@Microsoft.Dynamics.CRM.fetchxmlpagingcookie"])
            assert cookie.get("pagenumber") == "2"

    assert numbers == ["+18335550100", "+48221002000", "+48600100200", "12345"]


REFUSED = [
    ("", 400, "Invalid XML."),
    ("<fetch>", 400, "Invalid XML."),
    ("x", 400, "Invalid XML."),
    ("\x00", 400, "Invalid XML."),
    ('<!DOCTYPE a [<!ENTITY b "c">]><fetch/>', 400, "Invalid XML."),
    (f"<fetch>{'<a>' * 300}{'</a>' * 300}</fetch>", 400, "nested deeper than 40"),
    (fetch("<filter>" * 39 + "</filter>" * 39), 400, "nested deeper than 40"),
    (fetch("<a/>" * 2100), 400, "Invalid XML."),
    ("<fetch/>", 501, "FetchXML other than one entity within fetch"),
    ("<fetch><entity/><entity/></fetch>", 501, "FetchXML other than one entity within fetch"),
    (fetch("", aggregate="true"), 501, "FetchXML other than one entity within fetch"),
    (fetch("", distinct="true"), 501, "FetchXML with distinct is not supported"),
    (fetch("", entity="account"), 400, f"The entity of the FetchXML is not '{ENTRY}'"),
    (fetch('<link-entity name="x"/>'), 501, "FetchXML's link-entity is not supported"),
    (fetch('<attribute name="msdyn_key" alias="k"/>'), 501, "FetchXML's alias, aggregate or groupby"),
    (fetch('<attribute name="colour"/>'), 400, "Could not find a property named 'colour'"),
    (fetch(f"<filter>{condition('colour', 'null')}</filter>"), 400, "Could not find a property named 'colour'"),
    (fetch(f"<filter>{condition('msdyn_key', 'today')}</filter>"), 501, "FetchXML's operator 'today'"),
    (fetch(f"<filter>{condition('msdyn_key', 'eq')}</filter>"), 400, "The operator 'eq' takes one value."),
    (fetch(f"<filter>{condition('msdyn_key', 'like', 'a%b')}</filter>"), 501, "A pattern of like"),
    (fetch(f"<filter>{condition('statecode', 'eq', 'x')}</filter>"), 400, "'x' is not a number."),
    (fetch(f"<filter>{condition('createdon', 'eq', 'x')}</filter>"), 400, "'x' is not a date or time."),
    (fetch('<filter type="xor"/>'), 400, "A filter of FetchXML is 'and' or 'or', not 'xor'."),
    (fetch("<filter><a/></filter>"), 501, "FetchXML's a of this kind"),
    (fetch("", top="0"), 400, "top of the FetchXML is a whole number from 1 to 5000."),
    (fetch("", count="-1"), 400, "count of the FetchXML is a whole number"),
    (fetch("", page="9999999999"), 400, "page of the FetchXML is a whole number"),
    (fetch('<order attribute="colour"/>'), 400, "Could not find a property named 'colour'"),
]


def test_fetchxml_that_makes_no_sense_is_refused(reader: Reader) -> None:
    told = [(status, message, error(reader.get(ENTRIES, {"fetchXml": xml}))) for xml, status, message in REFUSED]

    assert [one for one in told if one[0] != one[2][0] or one[1] not in one[2][2]] == []


def test_other_options_beside_fetchxml_are_refused(reader: Reader) -> None:
    asked = {"fetchXml": fetch(""), "$filter": "msdyn_key eq 'x'", "$count": "true"}

    status, _code, message = error(reader.get(ENTRIES, asked))

    assert (status, message) == (501, "FetchXML beside $count, $filter is not supported by this service.")
    assert len(reader.value(ENTRIES, {"fetchXml": fetch("", distinct="false"), "$format": "json"})) > 0

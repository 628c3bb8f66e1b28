"""What the tables are: EntityDefinitions, relationships, $metadata, the service itself."""

from typing import Any
from xml.etree import ElementTree

import pytest

from centrala.dataverse.tables import TABLES
from dataverse.scene import ALL_SETS, CARRIERS, ENTRIES, NUMBERS, SETTINGS, VARIABLES, Reader, is_guid

BASE = "https://localhost:8443/api/data/v9.2"
ENTRY = "msdyn_occommunicationprovidersettingentry"
EDM, EDMX = "{http://docs.oasis-open.org/odata/ns/edm}", "{http://docs.oasis-open.org/odata/ns/edmx}"


def words(label: dict[str, Any]) -> dict[int, str]:
    return {one["LanguageCode"]: one["Label"] for one in label["LocalizedLabels"]}


def test_service_names_its_sets(reader: Reader) -> None:
    assert reader.get().json() == {
        "@odata.context": f"{BASE}/$metadata",
        "value": [{"name": name, "kind": "EntitySet", "url": name} for name in ALL_SETS],
    }


def test_functions_answer(reader: Reader) -> None:
    who, version = reader.get("WhoAmI").json(), reader.get("RetrieveVersion()").json()

    assert {name for name in who if name.startswith("@") or is_guid(who[name])} == who.keys()
    assert version == {
        "@odata.context": f"{BASE}/$metadata#Microsoft.Dynamics.CRM.RetrieveVersionResponse",
        "Version": "9.2.0.0",
    }


def test_table_is_resolved_as_the_official_client_does(reader: Reader) -> None:
    query: dict[str, object] = {
        "$select": "LogicalName,EntitySetName,PrimaryIdAttribute",
        "$filter": f"LogicalName eq '{ENTRY}'",
    }

    [table] = reader.value("EntityDefinitions", query)

    assert table == {
        "LogicalName": ENTRY,
        "EntitySetName": ENTRIES,
        "PrimaryIdAttribute": f"{ENTRY}id",
        "MetadataId": table["MetadataId"],
    }


def test_table_has_labels_in_both_languages(reader: Reader) -> None:
    address = f"EntityDefinitions(LogicalName='{ENTRY}')"
    table = reader.get(address).json()
    polish = reader.get(address, **{"Accept-Language": "pl"}).json()

    labels = {1033: "Communication Provider Setting Entry", 1045: "Wpis ustawienia dostawcy komunikacji"}
    assert words(table["DisplayName"]) == words(polish["DisplayName"]) == labels
    assert table["DisplayName"]["UserLocalizedLabel"]["Label"] == labels[1033]
    assert polish["DisplayName"]["UserLocalizedLabel"]["Label"] == labels[1045]
    assert reader.get(f"EntityDefinitions({table['MetadataId']})").json() == table


def test_columns_are_told_with_their_types(reader: Reader) -> None:
    columns = {
        column["LogicalName"]: column
        for column in reader.value(f"EntityDefinitions(LogicalName='{SETTINGS[:-1]}')/Attributes")
    }

    types = {name: column["AttributeType"] for name, column in columns.items() if name.startswith("msdyn")}
    assert types == {
        "msdyn_occommunicationprovidersettingid": "Uniqueidentifier",
        "msdyn_name": "String",
        "msdyn_occommunicationprovider": "Picklist",
        "msdyn_accountsid": "String",
        "msdyn_secret": "String",
        "msdyn_securesecret": "String",
        "msdyn_istrial": "Boolean",
        "msdyn_appmodule": "Virtual",
        "msdyn_occommunicationproviderdatalocation": "String",
        "msdyn_occommunicationproviderimmutableid": "String",
    }
    assert [name for name, column in columns.items() if column["IsSecured"]] == ["msdyn_securesecret"]
    assert columns["msdyn_securesecret"]["MaxLength"] == 4000
    assert columns["msdyn_occommunicationprovider"]["SchemaName"] == "msdyn_OcCommunicationProvider"
    assert columns["msdyn_appmodule"]["@odata.type"] == ("#Microsoft.Dynamics.CRM.MultiSelectPicklistAttributeMetadata")


def test_one_column_is_told_with_its_labels(reader: Reader) -> None:
    column = reader.get(f"EntityDefinitions(LogicalName='{ENTRY}')/Attributes(LogicalName='msdyn_key')").json()

    assert words(column["DisplayName"]) == {1033: "Key", 1045: "Klucz"}
    assert column["@odata.type"] == "#Microsoft.Dynamics.CRM.StringAttributeMetadata"


def test_options_of_choices_are_told(reader: Reader) -> None:
    path = f"EntityDefinitions(LogicalName='{NUMBERS[:-1]}')/Attributes"
    cast = f"{path}/Microsoft.Dynamics.CRM.PicklistAttributeMetadata"

    columns = reader.value(cast, {"$select": "LogicalName", "$expand": "OptionSet($select=Options)"})
    one = reader.get(f"{path}(LogicalName='msdyn_type')/OptionSet")

    options = {
        column["LogicalName"]: {
            option["Value"]: words(option["Label"])[1033] for option in column["OptionSet"]["Options"]
        }
        for column in columns
    }
    assert options == {
        "msdyn_ocphonenumbersource": {192350000: "Direct Offer", 192350001: "Direct Routing"},
        "msdyn_type": {192350000: "Geo", 192350001: "Toll free", 192350002: "Short code", 192350003: "Mobile number"},
        "msdyn_phonenumbertype": {0: "ACS", 1: "Teams"},
        "msdyn_objective": {192350000: "Conversation", 192350001: "Lead"},
    }
    assert len(one.json()["Options"]) == 4


def test_definitions_are_filtered_by_type_and_enumeration(reader: Reader) -> None:
    path = f"EntityDefinitions(LogicalName='{ENTRY}')/Attributes"
    literal = "AttributeType eq Microsoft.Dynamics.CRM.AttributeTypeCode'BigInt'"

    assert reader.column("LogicalName", path, filter=literal) == ["versionnumber"]
    assert reader.column("LogicalName", path, filter="IsPrimaryId eq true") == [f"{ENTRY}id"]
    assert reader.column("LogicalName", "EntityDefinitions", filter="IsPrivate eq false", top=1) == [SETTINGS[:-1]]


def test_expanded_columns_come_with_their_table(reader: Reader) -> None:
    query: dict[str, object] = {
        "$select": "LogicalName",
        "$expand": "Attributes($select=LogicalName;$filter=IsSecured eq true),Keys",
    }

    tables = reader.value("EntityDefinitions", query)

    assert [[column["LogicalName"] for column in table["Attributes"]] for table in tables] == [
        ["msdyn_securesecret"],
        *([] for _other in ALL_SETS[1:]),
    ]
    assert [table["Keys"] for table in tables] == [[]] * len(ALL_SETS)


def test_relationships_lead_from_lookups_to_what_they_point_to(reader: Reader) -> None:
    every = reader.value("RelationshipDefinitions")
    of_settings = reader.value(f"EntityDefinitions(LogicalName='{SETTINGS[:-1]}')/OneToManyRelationships")
    of_carriers = reader.value(f"EntityDefinitions(LogicalName='{CARRIERS[:-1]}')/OneToManyRelationships")
    of_variables = reader.value(f"EntityDefinitions(LogicalName='{VARIABLES[:-1]}')/ManyToOneRelationships")
    of_entries = reader.value(f"EntityDefinitions(LogicalName='{ENTRY}')/ManyToOneRelationships")

    assert every == of_settings + of_carriers + of_variables
    assert of_entries == [every[0]]
    assert (every[0]["ReferencingAttribute"], every[0]["ReferencedEntity"]) == (
        "msdyn_communicationprovidersettingentid",
        SETTINGS[:-1],
    )


@pytest.fixture
def schema(reader: Reader) -> ElementTree.Element:
    answer = reader.get("$metadata")
    assert answer["Content-Type"] == "application/xml; charset=utf-8"
    root = ElementTree.fromstring(answer.content)
    assert (root.tag, root.get("Version")) == (f"{EDMX}Edmx", "4.0")
    [services] = root
    [schema] = services
    return schema


def test_metadata_says_the_properties_that_rows_have(schema: ElementTree.Element) -> None:
    types = {type_.get("Name"): type_ for type_ in schema.iter(f"{EDM}EntityType")}

    for table in TABLES.values():
        said = {one.get("Name"): one.get("Type") for one in types[table.name].iter(f"{EDM}Property")}
        assert said == {name: column.kind.edm.value for name, column in table.properties.items()}


def test_metadata_names_nothing_that_is_not_there(schema: ElementTree.Element) -> None:
    """Every name that one element uses is one that another declares, and names are declared once."""
    known = [one.get("Name") for one in schema if one.tag != f"{EDM}EntityContainer"]
    sets = {one.get("Name") for one in schema.iter(f"{EDM}EntitySet")}
    used = [
        value.removeprefix("mscrm.")
        for element in schema.iter()
        for name, value in element.attrib.items()
        if name in {"Type", "BaseType", "EntityType", "Function"} and not value.startswith("Edm.")
    ]

    assert len(known) == len(set(known))
    assert set(used) <= set(known)
    assert {one.get("Target") for one in schema.iter(f"{EDM}NavigationPropertyBinding")} <= sets
    for type_ in schema.iter(f"{EDM}EntityType"):
        properties = {one.get("Name") for one in type_.iter(f"{EDM}Property")}
        assert {one.get("Name") for one in type_.iter(f"{EDM}PropertyRef")} <= properties
        assert {one.get("Property") for one in type_.iter(f"{EDM}ReferentialConstraint")} <= properties

"""$metadata: the service in OData's own words.

https://docs.oasis-open.org/odata/odata-csdl-xml/v4.01/odata-csdl-xml-v4.01.html
"""

from functools import cache
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from centrala.dataverse.table import Table
from centrala.dataverse.tables import TABLES

EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
EDM = "http://docs.oasis-open.org/odata/ns/edm"
NAMESPACE, ALIAS = "Microsoft.Dynamics.CRM", "mscrm"
BASE = "crmbaseentity"
# Function -> the properties of what it answers.
FUNCTIONS = {
    "WhoAmI": {"BusinessUnitId": "Edm.Guid", "UserId": "Edm.Guid", "OrganizationId": "Edm.Guid"},
    "RetrieveVersion": {"Version": "Edm.String"},
}


@cache  # the same for as long as the process lives
def document() -> str:
    edmx = Element("edmx:Edmx", {"Version": "4.0", "xmlns:edmx": EDMX})
    schema = SubElement(
        SubElement(edmx, "edmx:DataServices"), "Schema", {"Namespace": NAMESPACE, "Alias": ALIAS, "xmlns": EDM}
    )
    SubElement(schema, "EntityType", Name=BASE, Abstract="true")
    for table in TABLES.values():
        _entity_type(schema, table)
    for name, properties in FUNCTIONS.items():
        _function(schema, name, properties)
    _container(schema)
    indent(edmx)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(edmx, encoding="unicode")}'


def _entity_type(schema: Element, table: Table) -> None:
    type_ = SubElement(schema, "EntityType", Name=table.name, BaseType=f"{ALIAS}.{BASE}")
    SubElement(SubElement(type_, "Key"), "PropertyRef", Name=table.id_name)
    for name, column in table.properties.items():
        if name == table.id_name:
            SubElement(type_, "Property", Name=name, Type=column.kind.edm.value, Nullable="false")
        else:
            SubElement(type_, "Property", Name=name, Type=column.kind.edm.value)
    for name, relationship in table.navigation.items():
        target = f"{ALIAS}.{relationship.target}"
        navigation = SubElement(type_, "NavigationProperty", Name=name, Type=target, Nullable="true")
        SubElement(
            navigation,
            "ReferentialConstraint",
            Property=f"_{name}_value",
            ReferencedProperty=f"{relationship.target}id",
        )


def _function(schema: Element, name: str, properties: dict[str, str]) -> None:
    answer = SubElement(schema, "ComplexType", Name=f"{name}Response")
    for each, type_ in properties.items():
        SubElement(answer, "Property", Name=each, Type=type_)
    function = SubElement(schema, "Function", Name=name)
    SubElement(function, "ReturnType", Type=f"{ALIAS}.{name}Response", Nullable="false")


def _container(schema: Element) -> None:
    container = SubElement(schema, "EntityContainer", Name="System")
    for table in TABLES.values():
        set_ = SubElement(container, "EntitySet", Name=table.set_name, EntityType=f"{ALIAS}.{table.name}")
        for name, relationship in table.navigation.items():
            target = TABLES[relationship.target].set_name
            SubElement(set_, "NavigationPropertyBinding", Path=name, Target=target)
    for name in FUNCTIONS:
        SubElement(container, "FunctionImport", Name=name, Function=f"{ALIAS}.{name}")

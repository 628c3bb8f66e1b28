"""EntityDefinitions and RelationshipDefinitions: what the tables are, as clients read it before they read rows.

https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query-metadata-web-api
"""

from typing import TYPE_CHECKING

from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from centrala.dataverse.columns import Column, Kind, Level, Option
from centrala.dataverse.documents import Document, Json
from centrala.dataverse.standard import ACTIVE_STATUS
from centrala.dataverse.table import Relationship, Table, metadata_id
from centrala.dataverse.tables import TABLES

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LANGUAGES = {"en": 1033, "pl": 1045}
NUMERIC = {Kind.INTEGER: (-2_147_483_648, 2_147_483_647), Kind.BIG_INTEGER: (-(2**63), 2**63 - 1)}


def label(text: "StrOrPromise") -> Json:
    """In every language; the user's own is that of the request."""
    spoken = {}
    for language, code in LANGUAGES.items():
        with override(language):
            spoken[language] = {"Label": str(text), "LanguageCode": code, "IsManaged": True, "HasChanged": None}
    own = (get_language() or "en").partition("-")[0]
    return {"LocalizedLabels": list(spoken.values()), "UserLocalizedLabel": spoken.get(own, spoken["en"])}


def entities() -> tuple[Document, ...]:
    """In the language of the request."""
    return tuple(_entity(table) for table in TABLES.values())


def relationships() -> tuple[Document, ...]:
    return tuple(
        _relationship(table, relationship) for table in TABLES.values() for relationship in table.relationships
    )


def _entity(table: Table) -> Document:
    properties: Json = {
        "MetadataId": str(metadata_id(table.name)),
        "LogicalName": table.name,
        "SchemaName": table.name,
        "EntitySetName": table.set_name,
        "LogicalCollectionName": table.set_name,
        "CollectionSchemaName": table.set_name,
        "PrimaryIdAttribute": table.id_name,
        "PrimaryNameAttribute": "msdyn_name",
        "ObjectTypeCode": table.object_type,
        "OwnershipType": "UserOwned",
        "TableType": "Standard",
        "IsActivity": False,
        "IsCustomEntity": True,
        "IsIntersect": False,
        "IsManaged": True,
        "IsPrivate": False,
        "IsReadOnlyInMobileClient": False,
        "ChangeTrackingEnabled": False,
        "HasChanged": None,
        "DisplayName": label(table.label),
        "DisplayCollectionName": label(table.plural),
        "Description": label(table.description),
    }
    return Document("EntityMetadata", properties, {"Attributes": _attributes(table), "Keys": (), **_related(table)})


def _related(table: Table) -> dict[str, tuple[Document, ...]]:
    return {
        "ManyToOneRelationships": tuple(_relationship(table, one) for one in table.relationships),
        "OneToManyRelationships": tuple(
            _relationship(other, one)
            for other in TABLES.values()
            for one in other.relationships
            if one.target == table.name
        ),
        "ManyToManyRelationships": (),
    }


def _attributes(table: Table) -> tuple[Document, ...]:
    return tuple(_attribute(table, column, number) for number, column in enumerate(table.columns, 1))


def _attribute(table: Table, column: Column, number: int) -> Document:
    properties: Json = {
        "MetadataId": str(metadata_id(f"{table.name}.{column.name}")),
        "LogicalName": column.name,
        "SchemaName": column.schema_name,
        "EntityLogicalName": table.name,
        "AttributeType": column.kind.attribute_type,
        "AttributeTypeName": {"Value": f"{_type_name(column.kind)}Type"},
        "AttributeOf": None,
        "ColumnNumber": number,
        "DisplayName": label(column.label),
        "IsPrimaryId": column.name == table.id_name,
        "IsPrimaryName": column.name == "msdyn_name",
        "IsSecured": column.secured,
        "IsCustomAttribute": column.name.startswith("msdyn_"),
        "IsManaged": True,
        "IsValidForRead": True,
        "IsValidForCreate": False,
        "IsValidForUpdate": False,
        "IsValidODataAttribute": True,
        "RequiredLevel": _required(column.level),
        "HasChanged": None,
        **_of_its_kind(column),
    }
    options = _option_set(table, column)
    children = {"OptionSet": options, "GlobalOptionSet": options} if options else {}
    return Document(f"{column.kind.metadata_class}AttributeMetadata", properties, children, typed=True)


def _type_name(kind: Kind) -> str:
    return kind.metadata_class if kind is Kind.CHOICES else kind.attribute_type


def _required(level: Level) -> Json:
    name = "canmodifyrequirementlevelsettings"
    return {"Value": level.value, "CanBeChanged": False, "ManagedPropertyLogicalName": name}


def _of_its_kind(column: Column) -> Json:
    if column.kind is Kind.STRING:
        return {"MaxLength": column.longest, "Format": "Text", "FormatName": {"Value": "Text"}, "IsLocalizable": False}
    if column.kind is Kind.DATE_TIME:
        return {"Format": "DateAndTime", "DateTimeBehavior": {"Value": "UserLocal"}}
    if column.kind in NUMERIC:
        least, most = NUMERIC[column.kind]
        return {"MinValue": least, "MaxValue": most}
    return {"Targets": list(column.targets)} if column.targets else {}


def _option_set(table: Table, column: Column) -> Document | None:
    if column.kind is Kind.BOOLEAN:
        return Document("BooleanOptionSetMetadata", _option_names(table, column) | _yes_and_no())
    if not column.options:
        return None
    options = [_option(column, option) for option in column.options]
    return Document("OptionSetMetadata", _option_names(table, column) | {"Options": options})


def _yes_and_no() -> Json:
    return {"TrueOption": {"Value": 1, "Label": label(_("Yes"))}, "FalseOption": {"Value": 0, "Label": label(_("No"))}}


def _option_names(table: Table, column: Column) -> Json:
    name = f"{table.name}_{column.name}"
    return {
        "MetadataId": str(metadata_id(f"{name} options")),
        "Name": name,
        "OptionSetType": column.kind.attribute_type if column.kind is not Kind.CHOICES else "Picklist",
        "IsGlobal": False,
        "IsManaged": True,
        "DisplayName": label(column.label),
    }


def _option(column: Column, option: Option) -> Json:
    body: Json = {"Value": option.value, "Label": label(option.label), "IsManaged": True}
    if column.kind is Kind.STATUS:
        body["State"] = 0 if option.value == ACTIVE_STATUS else 1
    if column.kind is Kind.STATE:
        body |= {"DefaultStatus": option.value + 1, "InvariantName": ("Active", "Inactive")[option.value]}
    return body


def _relationship(table: Table, one: Relationship) -> Document:
    return Document(
        "OneToManyRelationshipMetadata",
        {
            "MetadataId": str(metadata_id(one.name)),
            "SchemaName": one.name,
            "RelationshipType": "OneToManyRelationship",
            "ReferencedEntity": one.target,
            "ReferencedAttribute": f"{one.target}id",
            "ReferencedEntityNavigationPropertyName": one.name,
            "ReferencingEntity": table.name,
            "ReferencingAttribute": one.column,
            "ReferencingEntityNavigationPropertyName": one.column,
            "IsCustomRelationship": True,
            "IsManaged": True,
            "IsHierarchical": False,
        },
        typed=True,
    )

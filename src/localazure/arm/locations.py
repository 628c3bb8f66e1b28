"""Azure's regions, and what may be made in which. https://learn.microsoft.com/azure/reliability/regions-list"""

from collections.abc import Collection

from localazure.errors import LOCATION_NOT_FOR_GROUP, LOCATION_NOT_FOR_TYPE

BY_GEOGRAPHY = {
    "Africa": ("South Africa North",),
    "Asia Pacific": (
        "Australia Central", "Australia East", "Australia Southeast", "Central India", "East Asia",
        "Indonesia Central", "Japan East", "Japan West", "Korea Central", "Korea South", "Malaysia West",
        "New Zealand North", "South India", "Southeast Asia", "West India",
    ),
    "Canada": ("Canada Central", "Canada East"),
    "Europe": (
        "Austria East", "Belgium Central", "France Central", "Germany West Central", "Italy North", "North Europe",
        "Norway East", "Poland Central", "Spain Central", "Sweden Central", "Switzerland North", "UK South", "UK West",
        "West Europe",
    ),
    "Mexico": ("Mexico Central",),
    "Middle East": ("Israel Central", "Qatar Central", "UAE North"),
    "South America": ("Brazil South", "Chile Central"),
    "US": (
        "Central US", "East US", "East US 2", "North Central US", "South Central US", "West Central US", "West US",
        "West US 2", "West US 3",
    ),
}  # fmt: skip
GLOBAL = "global"


def plain(location: str) -> str:
    """West Europe and westeurope are one place."""
    return location.replace(" ", "").lower()


REGIONS = tuple(sorted(plain(name) for names in BY_GEOGRAPHY.values() for name in names))


def check_group(location: str) -> None:
    if plain(location) not in REGIONS:
        raise LOCATION_NOT_FOR_GROUP.of(location=location, known=",".join(REGIONS))


def check(kind: str, location: str, available: Collection[str]) -> None:
    """`kind` is the resource type, `available` where it can be made."""
    if plain(location) not in available:
        raise LOCATION_NOT_FOR_TYPE.of(location=location, kind=kind, known=",".join(available))

"""All tables there are."""

from centrala.dataverse import carriers, entries, phone_numbers, settings
from centrala.dataverse.table import Table

TABLES: dict[str, Table] = {
    table.name: table for table in (settings.TABLE, entries.TABLE, phone_numbers.TABLE, carriers.TABLE)
}
SETS: dict[str, Table] = {table.set_name: table for table in TABLES.values()}

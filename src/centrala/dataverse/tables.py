"""All tables there are."""

from centrala.dataverse import carriers, context_variables, entries, phone_numbers, settings, workstreams
from centrala.dataverse.table import Table

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        settings.TABLE,
        entries.TABLE,
        phone_numbers.TABLE,
        carriers.TABLE,
        workstreams.TABLE,
        context_variables.TABLE,
    )
}
SETS: dict[str, Table] = {table.set_name: table for table in TABLES.values()}

"""Voice workstreams that were made before there were calls begin as new ones do."""

from django.db import migrations

CALLS = """
update workstreams_workstream set units = 100, offer_seconds = 30, auto_close_minutes = null
where channel = 'voice' and units = 30 and offer_seconds = 120
"""


class Migration(migrations.Migration):
    dependencies = [("workstreams", "0007_recordings")]

    operations = [migrations.RunSQL(CALLS, migrations.RunSQL.noop)]

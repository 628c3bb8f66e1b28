from django.db import migrations, models
from django.db.models.functions import Now

# Rows change by save(), update() and bulk upserts alike: only the database sees them all. What a sync notes down about
# itself is no change of what the row says.
TOUCH = """
create function centrala_touch() returns trigger language plpgsql as $$
begin
  if to_jsonb(new) - 'synced_at' is distinct from to_jsonb(old) - 'synced_at' then
    new.modified_at := statement_timestamp();
  end if;
  return new;
end $$;
create trigger touch before update on connection_connection for each row execute function centrala_touch();
create trigger touch before update on connection_entry for each row execute function centrala_touch();
"""
LEAVE = """
drop trigger touch on connection_connection;
drop trigger touch on connection_entry;
drop function centrala_touch;
"""
BACKFILL = """
update connection_connection
set created_at = connected_at, modified_at = greatest(connected_at, disconnected_at);
update connection_entry entry
set created_at = connection.created_at, modified_at = connection.created_at
from connection_connection connection where connection.id = entry.connection_id;
"""


def when() -> models.DateTimeField:
    return models.DateTimeField(db_default=Now(), editable=False)


class Migration(migrations.Migration):

    dependencies = [
        ('connection', '0002_sighting'),
    ]

    operations = [
        migrations.AddField('connection', 'created_at', when()),
        migrations.AddField('connection', 'modified_at', when()),
        migrations.AddField('entry', 'created_at', when()),
        migrations.AddField('entry', 'modified_at', when()),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
        migrations.RunSQL(TOUCH, LEAVE),
    ]

from django.db import migrations, models
from django.db.models.functions import Now

TOUCH = "create trigger touch before update on numbers_phonenumber for each row execute function centrala_touch()"


class Migration(migrations.Migration):

    dependencies = [
        ('connection', '0003_when_rows_changed'),
        ('numbers', '0001_initial'),
    ]

    operations = [
        migrations.AddField('phonenumber', 'created_at', models.DateTimeField(db_default=Now(), editable=False)),
        migrations.AddField('phonenumber', 'modified_at', models.DateTimeField(db_default=Now(), editable=False)),
        migrations.RunSQL(TOUCH, "drop trigger touch on numbers_phonenumber"),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organization", "0005_reset_mailed_at")]

    operations = [migrations.AddField("organization", "keep_events_days", models.PositiveIntegerField(default=90))]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organization", "0004_people")]

    operations = [migrations.AddField("user", "reset_mailed_at", models.DateTimeField(null=True))]

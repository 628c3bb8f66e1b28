from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('connection', '0004_key_refused'),
    ]

    operations = [
        migrations.AddField(
            model_name='connection',
            name='former_applications',
            field=models.JSONField(default=dict),
        ),
    ]

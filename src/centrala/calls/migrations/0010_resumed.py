from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("calls", "0009_transcripts"),
    ]

    operations = [
        migrations.AddField(
            model_name="transcript",
            name="resumed_at",
            field=models.DateTimeField(null=True),
        ),
    ]

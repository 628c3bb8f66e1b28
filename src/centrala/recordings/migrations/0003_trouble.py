from django.db import migrations, models

TROUBLES = [
    ("not_begun", "Azure does not record this call."),
    ("stopped", "The recording could not be paused; so it was stopped."),
    ("recorded_on", "The recording could not be paused, and Azure went on recording."),
    ("not_resumed", "Azure does not go on recording after the pause."),
]


class Migration(migrations.Migration):
    dependencies = [("recordings", "0002_joined")]

    operations = [
        migrations.AddField(
            model_name="recording",
            name="trouble",
            field=models.CharField(blank=True, choices=TROUBLES, db_default="", default="", max_length=20),
        ),
    ]

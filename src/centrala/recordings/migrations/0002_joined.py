"""A key of its own. What was joined is joined again: the sides it was made of are kept."""

from uuid import uuid4

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

SOURCES = [
    ("cloud", "recorded by Azure"),
    ("mixed", "recorded by Azure, everybody in one channel"),
    ("hub", "recorded by the hub"),
    ("none", "not recorded"),
]


class Migration(migrations.Migration):
    dependencies = [("calls", "0002_recorded"), ("recordings", "0001_recordings")]

    operations = [
        migrations.DeleteModel(name="Joined"),
        migrations.CreateModel(
            name="Joined",
            fields=[
                ("id", models.UUIDField(default=uuid4, primary_key=True, serialize=False)),
                ("began_at", models.DateTimeField()),
                ("milliseconds", models.PositiveBigIntegerField()),
                ("left", models.CharField(choices=SOURCES, max_length=10)),
                ("right", models.CharField(choices=SOURCES, max_length=10)),
                ("name", models.CharField(max_length=300)),
                ("size", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("peaks", models.JSONField()),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "call",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="joined", to="calls.call"
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["-began_at", "-id"], name="joined_newest")]},
        ),
    ]

"""Licences, voice and its terms, the trial's clock."""

from datetime import timedelta

from django.db import migrations, models
from django.db.models import Q
from django.utils.timezone import now


def start_the_clock(apps, schema_editor):
    """A trial that had none so far gets a whole one from now on."""
    trials = apps.get_model("organization", "Organization").objects.filter(kind="trial")
    trials.update(trial_started_at=now(), trial_ends_at=now() + timedelta(days=30))


class Migration(migrations.Migration):
    dependencies = [("organization", "0001_initial")]

    operations = [
        migrations.AddField("organization", "voice", models.BooleanField(default=False)),
        migrations.AddField("organization", "terms_accepted_at", models.DateTimeField(null=True)),
        migrations.AddField("organization", "terms_accepted_by", models.CharField(blank=True, max_length=150)),
        migrations.AddField("organization", "trial_started_at", models.DateTimeField(null=True)),
        migrations.AddField("organization", "trial_ends_at", models.DateTimeField(null=True)),
        migrations.RunPython(start_the_clock, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            "organization",
            models.CheckConstraint(
                condition=~Q(kind="trial") | Q(trial_started_at__isnull=False, trial_ends_at__isnull=False),
                name="trial_has_a_clock",
            ),
        ),
    ]

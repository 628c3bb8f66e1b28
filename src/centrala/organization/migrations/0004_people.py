"""Usernames differ by more than their capitals, sessions belong to somebody, one-time links."""

from uuid import uuid4

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Count, Q
from django.db.models.functions import Upper


def refuse_namesakes(apps, schema_editor):
    """The constraint below would not say who it is."""
    users = apps.get_model("organization", "User").objects
    twice = users.values(upper=Upper("username")).annotate(count=Count("id")).filter(count__gt=1)
    names = users.annotate(upper=Upper("username")).filter(upper__in=[row["upper"] for row in twice])
    if found := sorted(names.values_list("username", flat=True)):
        raise RuntimeError(
            f"These usernames differ only in capital and small letters: {', '.join(found)}. Fix: rename or delete all "
            "but one in the database, then migrate again."
        )


class Migration(migrations.Migration):
    dependencies = [("organization", "0003_audit_log")]

    operations = [
        migrations.AlterModelManagers("user", []),
        migrations.RunPython(refuse_namesakes, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            "user", models.UniqueConstraint(Upper("username"), name="one_person_per_username")
        ),
        migrations.CreateModel(
            "Session",
            [
                (
                    "session_key",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key"),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"verbose_name": "session", "verbose_name_plural": "sessions", "abstract": False},
        ),
        # Whose the old ones are stands in no column: everybody signs in once more.
        migrations.RunSQL("drop table if exists django_session", migrations.RunSQL.noop),
        migrations.CreateModel(
            "Link",
            [
                ("id", models.UUIDField(default=uuid4, primary_key=True, serialize=False)),
                (
                    "purpose",
                    models.CharField(
                        choices=[("set up", "Set-up"), ("invite", "Invitation"), ("reset", "New password")], max_length=10
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("hash", models.CharField(max_length=64, unique=True)),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.Value(1), condition=Q(purpose="set up"), name="one_set_up_link_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=Q(purpose="set up", user__isnull=True)
                        | (~Q(purpose="set up") & Q(user__isnull=False)),
                        name="link_for_somebody_or_set_up",
                    ),
                ]
            },
        ),
    ]

"""Scopes in place of "may write": a token keeps what it might do. Reading was every token's right."""

import django.contrib.postgres.fields
import django.utils.timezone
from django.db import migrations, models

READING = ["conversations:read", "numbers:read", "events:read", "connection:read"]


def give_scopes(apps, _schema_editor):
    tokens = apps.get_model("api", "ApiToken").objects
    tokens.filter(may_write=False).update(scopes=READING)
    tokens.filter(may_write=True).update(scopes=["conversations:read", "conversations:write", *READING[1:]])


class Migration(migrations.Migration):
    dependencies = [("api", "0002_initial")]

    operations = [
        migrations.AddField(
            "apitoken",
            "scopes",
            django.contrib.postgres.fields.ArrayField(models.CharField(max_length=40), default=list),
            preserve_default=False,
        ),
        migrations.AddField("apitoken", "revoked_at", models.DateTimeField(null=True)),
        migrations.RunPython(give_scopes, migrations.RunPython.noop),
        migrations.RemoveField("apitoken", "may_write"),
        migrations.AlterField("apitoken", "created_at", models.DateTimeField(default=django.utils.timezone.now)),
        migrations.AddIndex("apitoken", models.Index(fields=["-created_at", "-id"], name="api_token_newest")),
    ]

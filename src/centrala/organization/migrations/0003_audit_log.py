"""The audit log tells before and after, is found by person and act, and can only grow."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Upper
from django.utils.timezone import now

ONLY_GROWS = """
create function audit_log_only_grows() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and current_setting('centrala.audit_may_forget', true) = 'yes' then
        return old;
    end if;
    raise exception 'The audit log only grows: entries are not changed, and deleted by `centrala audit` alone.'
        using errcode = 'restrict_violation';
end
$$;
create trigger audit_log_only_grows before update or delete on organization_auditentry
    for each row execute function audit_log_only_grows();
"""
MAY_CHANGE = """
drop trigger audit_log_only_grows on organization_auditentry;
drop function audit_log_only_grows();
"""


class Migration(migrations.Migration):
    dependencies = [("organization", "0002_standing")]

    operations = [
        migrations.RenameField("auditentry", "detail", "after"),
        migrations.AddField("auditentry", "before", models.JSONField(default=dict)),
        migrations.AlterField("auditentry", "at", models.DateTimeField(default=now)),
        migrations.AlterField("auditentry", "target", models.CharField(max_length=500)),
        migrations.AlterField(
            "auditentry",
            "actor",
            models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterModelOptions("auditentry", {"ordering": ["-at", "-id"]}),
        migrations.RemoveIndex("auditentry", "organizatio_at_76663f_idx"),
        migrations.AddIndex("auditentry", models.Index(fields=["-at", "-id"], name="audit_newest")),
        migrations.AddIndex(
            "auditentry",
            models.Index(Upper("actor_name"), F("at").desc(), F("id").desc(), name="audit_by_person"),
        ),
        migrations.AddIndex("auditentry", models.Index(fields=["act", "-at", "-id"], name="audit_by_act")),
        migrations.RunSQL(ONLY_GROWS, MAY_CHANGE),
    ]

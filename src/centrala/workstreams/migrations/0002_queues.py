"""Queues, and what a workstream asks of agents. Every workstream there is begins in the default queue of its kind."""

import centrala.workstreams.models
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# The last statement, because a table is not altered while its foreign keys wait to be checked.
DEFAULT_QUEUES = """
insert into workstreams_queue (name, kind, is_default, priority, method)
values ('Default messaging queue', 'messaging', true, 1, 'highest_capacity'),
       ('Default voice queue', 'voice', true, 1, 'least_active');
update workstreams_workstream as workstream set queue_id = queue.id
from workstreams_queue as queue
where queue.is_default and queue.kind = case workstream.channel when 'voice' then 'voice' else 'messaging' end;
set constraints all immediate;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('workstreams', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='workstream',
            name='allowed_presences',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('available', 'Available'), ('busy', 'Busy'), ('do_not_disturb', 'Do not disturb'), ('away', 'Appear away'), ('offline', 'Offline'), ('inactive', 'Inactive')], max_length=20), default=centrala.workstreams.models.usual_presences, size=None),
        ),
        migrations.AddField(
            model_name='workstream',
            name='auto_close_minutes',
            field=models.PositiveIntegerField(blank=True, default=10080, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(129600)]),
        ),
        migrations.AddField(
            model_name='workstream',
            name='keep_same_agent',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='workstream',
            name='language',
            field=models.CharField(choices=[('en', 'English'), ('pl', 'Polski')], default='en', max_length=5),
        ),
        migrations.AddField(
            model_name='workstream',
            name='offer_seconds',
            field=models.PositiveIntegerField(default=120, validators=[django.core.validators.MaxValueValidator(600)]),
        ),
        migrations.AddField(
            model_name='workstream',
            name='units',
            field=models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MaxValueValidator(100)]),
        ),
        migrations.AddField(
            model_name='workstream',
            name='wrap_up_seconds',
            field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(3600)]),
        ),
        migrations.CreateModel(
            name='Queue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True)),
                ('kind', models.CharField(choices=[('messaging', 'Messaging'), ('voice', 'Voice')], default='messaging', max_length=10)),
                ('is_default', models.BooleanField(default=False, editable=False)),
                ('priority', models.PositiveSmallIntegerField(default=1)),
                ('method', models.CharField(choices=[('highest_capacity', 'Highest capacity'), ('least_active', 'Least active'), ('round_robin', 'Round robin')], default='highest_capacity', max_length=20)),
                ('members', models.ManyToManyField(blank=True, related_name='queues', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='workstream',
            name='queue',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='workstreams', to='workstreams.queue'),
        ),
        migrations.RunSQL(DEFAULT_QUEUES, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='workstream',
            name='queue',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='workstreams', to='workstreams.queue'),
        ),
        migrations.AddConstraint(
            model_name='workstream',
            constraint=models.CheckConstraint(condition=models.Q(('units__lte', 100)), name='units_of_one_agent'),
        ),
        migrations.AddConstraint(
            model_name='queue',
            constraint=models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('kind',), name='one_default_queue_of_a_kind'),
        ),
    ]

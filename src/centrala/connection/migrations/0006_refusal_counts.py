import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('connection', '0005_former_applications'),
    ]

    operations = [
        migrations.CreateModel(
            name='RefusalCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField()),
                ('word', models.TextField()),
                ('count', models.BigIntegerField()),
                ('endpoint', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='connection.endpoint')),
            ],
            options={
                'indexes': [models.Index(fields=['-hour', '-id'], name='refusals_newest')],
                'constraints': [models.UniqueConstraint(fields=('endpoint', 'hour', 'word'), name='one_count_of_refusals')],
            },
        ),
    ]

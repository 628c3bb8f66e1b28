from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('state__in', ['failed', 'unknown'])), fields=['state', '-received_at', '-id'], name='inbox_troubled'),
        ),
    ]

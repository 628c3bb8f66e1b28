from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0005_one_index_of_ids'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('state', 'received'), ('type', 'Microsoft.Communication.IncomingCall')), fields=['id'], name='inbox_calls'),
        ),
    ]

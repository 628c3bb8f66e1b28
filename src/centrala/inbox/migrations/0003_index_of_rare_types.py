from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0002_index_of_troubled_events'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(models.Q(('type', 'Microsoft.Communication.SMSReceived'), _negated=True), models.Q(('type', 'Microsoft.Communication.SMSDeliveryReportReceived'), _negated=True)), fields=['type', '-received_at', '-id'], name='inbox_rare'),
        ),
    ]

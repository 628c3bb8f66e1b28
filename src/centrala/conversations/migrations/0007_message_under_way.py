from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0006_message_tally'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state__in', ['sending', 'sent'])), fields=['first_attempt_at'], name='message_under_way'),
        ),
    ]

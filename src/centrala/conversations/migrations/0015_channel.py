"""Conversations by voice: each call is one, however many a customer has at once, and a caller may hang up before anybody
answers."""

from django.conf import settings
from django.db import migrations, models

# The same table as centrala.conversations.states.MOVES.
MOVES = """
create or replace function conversation_moves() returns trigger language plpgsql as $$
begin
    if (old.state, new.state) not in (
        ('open', 'active'), ('open', 'closed'),
        ('active', 'open'), ('active', 'waiting'), ('active', 'wrap_up'),
        ('waiting', 'active'), ('waiting', 'open'), ('waiting', 'closed'),
        ('wrap_up', 'closed')
    ) then
        raise exception 'A conversation does not go from % to %.', old.state, new.state
            using errcode = 'check_violation', constraint = 'conversation_moves';
    end if;
    return new;
end
$$;
"""
BEFORE = MOVES.replace(" ('open', 'closed'),", "")


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0014_persons'),
        ('numbers', '0003_pace'),
        ('workstreams', '0006_quick_replies'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(MOVES, BEFORE),
        migrations.RemoveConstraint(
            model_name='conversation',
            name='one_live_conversation',
        ),
        migrations.AddField(
            model_name='conversation',
            name='channel',
            field=models.CharField(choices=[('sms', 'SMS'), ('voice', 'Voice')], db_default='sms', default='sms', max_length=10),
        ),
        migrations.AlterField(
            model_name='conversation',
            name='closing_reason',
            field=models.CharField(blank=True, choices=[('agent', 'By the agent'), ('inactivity', 'No message for too long'), ('agent_lost', 'The agent left during the wrap-up'), ('customer_left', 'The customer hung up before anybody answered'), ('out_of_hours', 'Nobody was there at this hour'), ('failed', 'The call broke off')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('state__in', ['wrap_up', 'closed']), _negated=True), ('channel', 'sms')), fields=('contact', 'number'), name='one_live_conversation'),
        ),
    ]

"""Who has a conversation, where it waits, and which way it may go."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# So far an active conversation had no agent but whoever answered last, and never ended: with its last text read it
# waits for the customer, with unread ones, or answered by nobody in person, it waits for an agent. The last statement,
# because a table is not altered while its foreign keys wait to be checked.
PLACES = """
update conversations_conversation as conversation
set queue_id = coalesce(
        (select queue_id from workstreams_workstream where id = conversation.workstream_id),
        (select id from workstreams_queue where is_default and kind = 'messaging')),
    queued_at = last_message_at;
update conversations_conversation as conversation
set agent_id = author.id, assigned_at = conversation.last_message_at, state = 'waiting'
from (
    select distinct on (conversation_id) conversation_id, author_id as id
    from conversations_message where direction = 'outbound' and author_id is not null
    order by conversation_id, created_at desc
) as author
where author.conversation_id = conversation.id and conversation.state = 'active' and conversation.unread = 0;
update conversations_conversation set state = 'open' where state = 'active';
set constraints all immediate;
"""
# The same table as centrala.conversations.states.MOVES.
MOVES = """
create function conversation_moves() returns trigger language plpgsql as $$
begin
    if (old.state, new.state) not in (
        ('open', 'active'),
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
create trigger conversation_moves before update of state on conversations_conversation
    for each row when (old.state is distinct from new.state) execute function conversation_moves();
"""
ANY_MOVE = """
drop trigger conversation_moves on conversations_conversation;
drop function conversation_moves();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0002_initial'),
        ('numbers', '0002_when_rows_changed'),
        ('workstreams', '0002_queues'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='conversation',
            name='one_live_conversation',
        ),
        migrations.AddField(
            model_name='conversation',
            name='agent',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='conversations', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='conversation',
            name='assigned_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='conversation',
            name='closing_reason',
            field=models.CharField(blank=True, choices=[('agent', 'By the agent'), ('inactivity', 'No message for too long'), ('agent_lost', 'The agent left during the wrap-up')], max_length=20),
        ),
        migrations.AddField(
            model_name='conversation',
            name='ended_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='conversation',
            name='former_agent',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='conversation',
            name='queue',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='conversations', to='workstreams.queue'),
        ),
        migrations.AddField(
            model_name='conversation',
            name='queued_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='conversation',
            name='state',
            field=models.CharField(choices=[('open', 'Open'), ('active', 'Active'), ('waiting', 'Waiting'), ('wrap_up', 'Wrap-up'), ('closed', 'Closed')], default='open', max_length=10),
        ),
        migrations.RunSQL(PLACES, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['queue', 'queued_at', 'id'], name='conversation_in_queue'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('state__in', ['active', 'waiting', 'wrap_up'])), fields=['agent', '-last_message_at', '-id'], name='conversation_of_agent'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['workstream', 'last_message_at'], name='conversation_silent'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['wrap_up', 'closed']), _negated=True), fields=('contact', 'number'), name='one_live_conversation'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'open'), _negated=True), models.Q(('agent', None), ('queue__isnull', False), ('queued_at__isnull', False)), _connector='OR'), name='open_waits_in_a_queue'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['active', 'waiting', 'wrap_up']), _negated=True), ('agent__isnull', False), _connector='OR'), name='work_has_an_agent'),
        ),
        migrations.RunSQL(MOVES, ANY_MOVE),
    ]

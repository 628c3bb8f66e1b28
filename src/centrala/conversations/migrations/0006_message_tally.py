from django.db import migrations

# Of outbound messages each state they come into, and how long the delivered ones took from their first attempt on. For
# each statement, not each row: delivery reports settle hundreds by one. The bounds are those of inbox.tallies.
COUNT = """
create function message_tally() returns trigger language plpgsql as $$
begin
    insert into inbox_tally (name, label, amount)
    with moved as (
        select after.state, greatest(extract(epoch from after.settled_at - after.first_attempt_at), 0) as seconds
        from after join before using (id)
        where after.direction = 'outbound' and after.state <> before.state
    ),
    delivered as (select seconds from moved where state = 'delivered' and seconds is not null)
    select 'messages', state, count(*) from moved group by state
    union all
    select 'delivered_within',
        ('{0.5,1,2.5,5,10,30,60,300,1800,inf}'::text[])[
            1 + width_bucket(seconds, '{0.5,1,2.5,5,10,30,60,300,1800}'::numeric[])
        ],
        count(*)
    from delivered group by 2
    union all
    select 'delivery_milliseconds', '', round(sum(seconds) * 1000) from delivered having count(*) > 0;
    return null;
end
$$;
create trigger message_tally after update on conversations_message
    referencing old table as before new table as after for each statement execute function message_tally();

create function new_message_tally() returns trigger language plpgsql as $$
begin
    insert into inbox_tally (name, label, amount) values ('messages', new.state, 1);
    return null;
end
$$;
create trigger new_message_tally after insert on conversations_message
    for each row when (new.direction = 'outbound') execute function new_message_tally();
"""
COUNT_NO_MORE = """
drop trigger new_message_tally on conversations_message;
drop function new_message_tally();
drop trigger message_tally on conversations_message;
drop function message_tally();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0005_opt_outs'),
        ('inbox', '0004_tally'),
    ]

    operations = [migrations.RunSQL(COUNT, COUNT_NO_MORE)]

from django.db import migrations, models

# For each statement, not each row: the drain marks hundreds of events by one.
COUNT = """
create function drained_tally() returns trigger language plpgsql as $$
begin
    insert into inbox_tally (name, label, amount)
    select 'drained', state, count(*) from marked where state <> 'received' group by state;
    return null;
end
$$;
create trigger drained_tally after update on inbox_event
    referencing new table as marked for each statement execute function drained_tally();

create function failed_job_tally() returns trigger language plpgsql as $$
begin
    insert into inbox_tally (name, label, amount) values ('jobs_failed', new.task_name, 1);
    return null;
end
$$;
create trigger failed_job_tally after update of status on procrastinate_jobs
    for each row when (old.status <> 'failed' and new.status = 'failed') execute function failed_job_tally();
"""
COUNT_NO_MORE = """
drop trigger failed_job_tally on procrastinate_jobs;
drop function failed_job_tally();
drop trigger drained_tally on inbox_event;
drop function drained_tally();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0003_index_of_rare_types'),
        ('procrastinate', '0041_post_retry_failed_job'),
    ]

    operations = [
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField()),
                ('label', models.TextField(blank=True)),
                ('amount', models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(COUNT, COUNT_NO_MORE),
    ]

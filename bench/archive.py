"""Years of conversations: two of each customer, ten messages in each, nearly all of them closed.

PostgreSQL makes them itself, without triggers, and builds the indexes at the end: ten million messages in minutes.
"""

from bench.hub import Hub

MESSAGES = 10  # of a conversation
WORDS = 5_000  # that are used, few of them often
WAITING, MINE = 200, 20  # conversations in the queue, and of the agent who looks: the newest
TABLES = ["conversations_contact", "conversations_conversation", "conversations_message"]
WORD = f"""
create function word(n bigint) returns text immutable language sql
    return substr(md5((n % {WORDS})::text), 1, 4 + (n % 7)::int)
"""
CONTACTS = """
insert into conversations_contact (number, name, held)
    select '+1425' || lpad(n::text, 7, '0'),
        case when n % 3 = 0 then initcap(word(n)) || ' ' || initcap(word(n * 7)) else '' end,
        ''
    from generate_series(0, {many} / 2) as n
"""
CONVERSATIONS = """
insert into conversations_conversation (
    id, contact_id, number_id, workstream_id, queue_id, agent_id, state, unread, opened_at, last_message_at, preview,
    queued_at, assigned_at, closed_at, closing_reason, tags
)
    select gen_random_uuid(), contact.id, line.id, stream.id, queue.id,
        case when state = 'active' then {agent} end,
        state, 0, at, at + interval '1 hour', word(n) || ' ' || word(n * 3),
        case state when 'open' then at end, case when state <> 'open' then at end,
        case state when 'closed' then at + interval '1 hour' end,
        case state when 'closed' then 'agent' else '' end, '{{}}'
    from generate_series(1, {many}) as n
    cross join lateral (
        select now() - interval '1 minute' * ({many} - n) as at,
            case when n > {many} - {waiting} then 'open' when n > {many} - {live} then 'active' else 'closed' end
                as state
    ) as told
    join conversations_contact as contact on contact.number = '+1425' || lpad((n % ({many} / 2 + 1))::text, 7, '0')
    cross join (select id from numbers_phonenumber order by id limit 1) as line
    cross join (select id from workstreams_workstream limit 1) as stream
    cross join (select id from workstreams_queue where is_default and kind = 'messaging') as queue
"""
# The words are a subquery of each message's own, which its n sees to: else all messages would have the same.
MESSAGES_OF_ALL = """
insert into conversations_message (
    id, conversation_id, direction, text, state, error, provider_id, created_at, occasion
)
    select gen_random_uuid(), conversation.id,
        case n % 2 when 1 then 'inbound' else 'outbound' end,
        (select string_agg(word((random() * random() * {words})::int), ' ') from generate_series(1, 8) where n > 0),
        case n % 2 when 1 then 'received' else 'delivered' end, '', gen_random_uuid()::text,
        conversation.opened_at + n * interval '5 minutes', ''
    from conversations_conversation as conversation cross join generate_series(1, {messages}) as n
"""
INDEXES = """
select indexname, indexdef from pg_indexes
where tablename = any(%s) and not exists (select from pg_constraint where conname = indexname)
"""


def load(hub: Hub, many: int, *, agent: int) -> None:
    """So many conversations, into a database that has none. `agent` is the id of the one who looks."""
    database = hub.connection
    database.execute("set session_replication_role = replica")
    database.execute("set maintenance_work_mem = '512MB'")
    indexes = database.execute(INDEXES, [TABLES]).fetchall()
    for name, _ in indexes:
        database.execute(f'drop index "{name}"')
    database.execute(WORD)
    for statement in (CONTACTS, CONVERSATIONS, MESSAGES_OF_ALL):
        values = {"many": many, "agent": agent, "waiting": WAITING, "live": WAITING + MINE}
        database.execute(statement.format(**values, words=WORDS, messages=MESSAGES))
    for _, definition in indexes:
        database.execute(definition)  # type: ignore[call-overload]
    database.execute("reset session_replication_role")
    database.execute("vacuum analyze")

"""Delivery reports of SMS: a batch at a time, in any order and any number of times the same."""

from collections.abc import Sequence

from django.utils.timezone import now

from centrala.connection.models import Endpoint
from centrala.conversations import sms_events
from centrala.conversations.live import announce
from centrala.conversations.models import MessageState
from centrala.database import run
from centrala.inbox.waiting import Waiting
from centrala.subscribers import notes
from centrala.subscribers.models import Kind

# A report counts for a message of the resource it came from that has been sent: the one whose name it gives, or, before
# that name is known here, the one whose tag it carries. `delivered` outranks `failed`, and of two that say the same the
# earlier one counts, so that reports end the same in any order. The rows are locked in the order of their ids.
SETTLE = """
    with report as materialized (
        select * from unnest(%b::uuid[], %b::text[], %b::text[], %b::text[], %b::timestamptz[], %b::uuid[])
            as report (message_id, provider_id, state, detail, at, connection_id)
    ),
    named as materialized (
        select message.id, report.* from report
        join conversations_message as message on message.provider_id = report.provider_id
        union all
        select message.id, report.* from report
        join conversations_message as message on message.id = report.message_id and message.provider_id is null
    ),
    counting as (
        select message.id, named.provider_id, named.state, named.detail, named.at from named
        join conversations_message as message on message.id = named.id
            and (message.provider_id is null or message.provider_id = named.provider_id)
        join conversations_conversation as conversation on conversation.id = message.conversation_id
        join numbers_phonenumber as number on number.id = conversation.number_id
            and number.connection_id = named.connection_id
        where message.direction = 'outbound' and message.state <> 'queued'
        order by message.id
        for no key update of message
    ),
    strongest as (select distinct on (id) * from counting order by id, state, at)
    update conversations_message as message
    set state = strongest.state,
        error = case when strongest.state = 'failed' then strongest.detail else '' end,
        settled_at = strongest.at,
        provider_id = coalesce(message.provider_id, strongest.provider_id)
    from strongest
    where message.id = strongest.id
        and (message.state not in ('delivered', 'failed')
            or (message.state, message.settled_at) > (strongest.state, strongest.at))
    returning message.conversation_id, message.id, message.state
"""


def settle(events: Sequence[Waiting]) -> None:
    """SMSDeliveryReportReceived: the message it names is delivered or failed. One that is not ours changes nothing.

    Raises Incomprehensible when one of the events cannot be read.
    """
    reports = [report for report in map(sms_events.report, events) if report.state is not None]
    endpoints = {report.endpoint for report in reports}
    owners = dict(Endpoint.objects.filter(pk__in=endpoints).values_list("pk", "connection_id"))
    rows = run(
        SETTLE,
        [report.message_id for report in reports],
        [report.provider_id for report in reports],
        [report.state for report in reports],
        [report.detail for report in reports],
        [report.at for report in reports],
        [owners[report.endpoint] for report in reports],
    )
    settled = rows.fetchall()
    announce(conversation for conversation, _message, _state in settled)
    kinds = {Kind.DELIVERED: MessageState.DELIVERED, Kind.FAILED: MessageState.FAILED}
    news = {kind: [id_ for _conversation, id_, ended in settled if ended == state] for kind, state in kinds.items()}
    notes.note(news, at=now())

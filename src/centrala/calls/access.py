"""The only way a view or a program gets a call: what one may not see does not exist."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils.timezone import now

from centrala.calls.enquiry import Enquiry
from centrala.calls.mixing import Role
from centrala.calls.models import Call, CallState
from centrala.conversations.access import supervised_by
from centrala.conversations.models import Conversation, ConversationState
from centrala.organization.audit import record
from centrala.organization.models import AuditEntry, User
from centrala.workstreams.models import Channel

ACTS = {
    Role.LISTENING: "listen to call",
    Role.COACHING: "coach in call",
    Role.JOINED: "join call",
}
LISTENED_TO = (ConversationState.ACTIVE, ConversationState.WRAP_UP)
ONE_VISIT = timedelta(seconds=90)  # a browser that lost its way may come again for so long: that is no second one


def calls_of(user: User) -> QuerySet[Call]:
    """Everyone with a role works on all conversations, and so sees all calls; those that became none as well."""
    return Call.objects.all() if user.works_here else Call.objects.none()


def overheard_by(user: User, conversation: Conversation) -> bool:
    """Whether the person may keep its agent company: a call that goes on, and is somebody else's."""
    going_on = Call.objects.filter(conversation=conversation, state=CallState.CONNECTED)
    others = conversation.state == ConversationState.ACTIVE and conversation.agent_id != user.pk
    return others and supervised_by(user).filter(pk=conversation.pk).exists() and going_on.exists()


def enquiries_of(user: User) -> QuerySet[Enquiry]:
    """Numbers outside that the person consults, or did."""
    return Enquiry.objects.filter(agent=user).select_related("call")


def is_unnoticed(user: User, conversation: Conversation) -> bool:
    """Whether nobody is told that the person has the page open: whoever may listen to a call does so without its
    agent's knowing, whether they listen or not, until the call is wrapped up."""
    others = conversation.state in LISTENED_TO and conversation.agent_id != user.pk
    is_call = others and conversation.channel == Channel.VOICE
    return is_call and supervised_by(user).filter(pk=conversation.pk).exists()


def may_stay(call_id: UUID, people: Mapping[int, Role]) -> set[int]:
    """Which of those in a call still work here and may still be what they are in it. Whose the call is, and who is
    consulted, is not looked at here: see `queries.standing`."""
    conversation = Conversation.objects.filter(call=call_id).first()
    found = set()
    for user in User.objects.working().filter(pk__in=people):
        watches = people[user.pk] in ACTS
        if not watches or (conversation and supervised_by(user).filter(pk=conversation.pk).exists()):
            found.add(user.pk)
    return found


def visited(*, user: User, call: Call, role: Role) -> None:
    """Stands in the audit log."""
    lately = AuditEntry.objects.filter(act=ACTS[role], at__gt=now() - ONE_VISIT, actor=user, target=str(call.pk))
    if not lately.exists():
        record(actor=user, act=ACTS[role], target=str(call.pk))

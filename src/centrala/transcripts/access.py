"""The only way a view or a program gets a transcript: what one may not read does not exist."""

from django.db.models import Q, QuerySet
from django.utils.timezone import now

from centrala.calls.models import Call
from centrala.conversations.models import Conversation
from centrala.organization.audit import record
from centrala.organization.models import AuditEntry, User
from centrala.recordings.access import calls_heard_by
from centrala.recordings.models import ONE_LISTENING

ACT = "read transcript"


def calls_read_by(user: User) -> QuerySet[Call]:
    """Those that the person may hear the recordings of; and while they go on, agents read their own, supervisors those
    of their queues, or of all where they are in none, administrators all."""
    calls = Call.objects.filter(conversation__isnull=False)
    if user.is_administrator:
        return calls
    if not user.works_here:
        return calls.none()
    read = Q(pk__in=calls_heard_by(user).values("pk")) | Q(conversation__agent=user)
    if user.supervises:
        queues = list(user.queues.values_list("pk", flat=True))
        read |= Q(conversation__queue__in=queues) if queues else Q()
        return calls.filter(read) if queues else calls
    return calls.filter(read)


def conversations_read_by(user: User) -> QuerySet[Conversation]:
    """Those whose transcripts the person may read, and so search."""
    return Conversation.objects.filter(pk__in=calls_read_by(user).values("conversation"))


def was_read(*, user: User, call: Call) -> None:
    """Stands in the audit log, as listening does: once for all that is read at a time."""
    lately = AuditEntry.objects.filter(act=ACT, at__gt=now() - ONE_LISTENING, actor=user, target=str(call.pk))
    if not lately.exists():
        record(actor=user, act=ACT, target=str(call.pk))

"""The only way a view gets a recording: what one may not hear does not exist."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils.timezone import now

from centrala.calls.models import Call, CallState
from centrala.conversations.access import supervised_by
from centrala.conversations.models import ConversationState
from centrala.organization.audit import record
from centrala.organization.models import AuditEntry, User
from centrala.recordings.models import ONE_LISTENING, Joined
from centrala.routing.models import Instead

ACT = "listen to recording"
A_MOMENT = timedelta(seconds=3)  # in which a browser may ask for the beginning twice


def calls_heard_by(user: User) -> QuerySet[Call]:
    """Agents hear their own that are closed, and voicemails as soon as they are theirs; supervisors besides those of
    their queues, or of all where they are in none; administrators all."""
    over = Call.objects.filter(state=CallState.ENDED, conversation__isnull=False)
    if user.is_administrator:
        return over
    if not user.works_here:
        return over.none()
    voicemail = Q(
        conversation__overflowed__instead=Instead.VOICEMAIL, conversation__overflowed__settled_at__isnull=False
    )
    own = Q(conversation__agent=user) & (Q(conversation__state=ConversationState.CLOSED) | voicemail)
    return over.filter(own | Q(conversation__in=supervised_by(user)))


def joined_heard_by(user: User) -> QuerySet[Joined]:
    return Joined.objects.filter(call__in=calls_heard_by(user)).select_related("call")


def listened(*, user: User, call: Call, from_the_start: bool) -> None:
    """Stands in the audit log. Each time that somebody begins to listen is an entry. A player asks for one piece after
    the other, and for others where somebody skips: that is one listening."""
    since = now() - (A_MOMENT if from_the_start else ONE_LISTENING)
    lately = AuditEntry.objects.filter(act=ACT, at__gt=since, actor=user, target=str(call.pk))
    if not lately.exists():
        record(actor=user, act=ACT, target=str(call.pk))

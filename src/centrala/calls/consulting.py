"""An agent asks a colleague into a call: first the two speak alone while the customer hears music, then, if the agent
wants it, all three; and the agent may hand the call over. It takes no capacity of the colleague.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.calls.models import ANSWERED_WITHIN, Call, CallState, Consultation, Consulted
from centrala.calls.standing import LONGEST
from centrala.conversations.live import announce
from centrala.conversations.locking import locked_conversation
from centrala.conversations.models import Conversation, ConversationState
from centrala.errors import Refused
from centrala.organization.models import User
from centrala.routing import duty
from centrala.routing.actions import transfer_to_agent
from centrala.routing.models import Step
from centrala.routing.tracing import trace
from centrala.workstreams.models import Channel

UNDER_WAY = (Consulted.ASKED, Consulted.CAME)


def holding() -> QuerySet[Consultation]:
    """Those of calls that go on and are still the asking agent's. One that nobody answered in time is none."""
    at = now()
    came = Q(state=Consulted.CAME, asked_at__gt=at - LONGEST)  # no call is longer
    in_time = came | Q(state=Consulted.ASKED, asked_at__gt=at - ANSWERED_WITHIN)
    theirs = Q(call__conversation__agent=F("agent"), call__conversation__state=ConversationState.ACTIVE)
    found = Consultation.objects.filter(in_time, theirs, call__state=CallState.CONNECTED)
    return found.select_related("call__conversation__contact", "agent", "colleague").order_by("asked_at", "id")


def consultations_of(call: Call, *, agent: User) -> list[Consultation]:
    """Those that hold, of the agent whose call it is; where there is none, the last one, if it was in vain."""
    found = list(holding().filter(call=call, agent=agent))
    if found or call.state != CallState.CONNECTED:
        return found
    last = Consultation.objects.filter(call=call, agent=agent).select_related("colleague").order_by("asked_at").last()
    return [last] if last is not None and last.state in {Consulted.DECLINED, Consulted.MISSED} else []


@transaction.atomic
def consult(*, conversation: Conversation, user: User, colleague: User) -> Conversation:
    """Raises Refused for a call that is not the person's, and for a colleague who cannot come."""
    talk = locked_conversation(conversation.pk)
    call = Call.objects.filter(conversation=talk, state=CallState.CONNECTED).first()
    if call is None or talk.state != ConversationState.ACTIVE or talk.agent_id != user.pk:
        raise Refused(_("The call is not yours any more, or it is over."))
    name = {"name": colleague.display_name}
    if not colleague.works_here or colleague == user:
        raise Refused(
            _("“%(name)s” cannot be asked. Fix: choose a colleague who works here.") % name, field="colleague"
        )
    if _talks(colleague):
        raise Refused(
            _("%(name)s is in another call. Fix: ask somebody else, or try again later.") % name, field="colleague"
        )
    if holding().filter(call=call, colleague=colleague).exists():
        raise Refused(_("%(name)s has been asked already.") % name, field="colleague")
    Consultation.objects.filter(call=call, colleague=colleague, state__in=UNDER_WAY).update(state=Consulted.OVER)
    Consultation.objects.create(call=call, agent=user, colleague=colleague, asked_at=now())
    announce([talk.pk])
    return talk


@transaction.atomic
def accept(*, consultation: Consultation, user: User) -> Conversation:
    """The customer is on hold then. Raises Refused for one that does not hold any more, and for somebody who talks in
    another call."""
    duty.lock(user)  # of two that are accepted at once the second is refused
    found = _locked(consultation, colleague=user)
    if found.state == Consulted.CAME:
        return _talk(found)
    if _talks(user):
        raise Refused(_("You are in another call. Fix: end or leave it first."))
    Call.objects.filter(pk=found.call_id).update(held_by=found.agent_id)
    return _moved(found, Consulted.CAME, Step.CONSULTED)


@transaction.atomic
def decline(*, consultation: Consultation, user: User) -> Conversation:
    """Raises Refused for one that does not hold any more."""
    found = _locked(consultation, colleague=user, state=Consulted.ASKED)
    return _moved(found, Consulted.DECLINED, Step.NOT_CONSULTED)


@transaction.atomic
def finish(*, consultation: Consultation, user: User) -> Conversation:
    """By either of the two. Raises Refused for one that does not hold any more."""
    found = _locked(consultation)
    if user.pk not in {found.agent_id, found.colleague_id}:
        raise Refused(_gone())
    return _moved(found, Consulted.OVER, Step.NOT_CONSULTED if found.state == Consulted.ASKED else None)


@transaction.atomic
def hand_over(*, consultation: Consultation, user: User) -> Conversation:
    """The call is the colleague's, who goes on talking. Raises Refused for one who is not there."""
    duty.lock(user, consultation.colleague)  # before the conversation, as everywhere
    found = _locked(consultation, agent=user, state=Consulted.CAME)
    _moved(found, Consulted.OVER)
    return transfer_to_agent(conversation=_talk(found), user=user, to=found.colleague)


@transaction.atomic
def miss(call_id: UUID) -> None:
    """Whoever was asked and did not answer in time is not asked any more."""
    locked_conversation(Call.objects.values_list("conversation", flat=True).get(pk=call_id))
    late = Consultation.objects.filter(call=call_id, state=Consulted.ASKED, asked_at__lte=now() - ANSWERED_WITHIN)
    for one in late.select_for_update(of=("self",)).select_related("call__conversation"):
        _moved(one, Consulted.MISSED, Step.NOT_CONSULTED)


def _talks(user: User) -> bool:
    """The person has a call, or is in somebody else's."""
    theirs = Conversation.objects.filter(agent=user, state=ConversationState.ACTIVE, channel=Channel.VOICE)
    has_one = Call.objects.filter(conversation__in=theirs).exclude(state=CallState.ENDED)
    return has_one.exists() or holding().filter(colleague=user, state=Consulted.CAME).exists()


def _locked(consultation: Consultation, **wanted: object) -> Consultation:
    """As it stands now. The conversation is locked before it, and after the agents where those are."""
    if consultation.call.conversation_id is not None:
        locked_conversation(consultation.call.conversation_id)
    found = holding().select_for_update(of=("self",)).filter(pk=consultation.pk, **wanted).first()
    if found is None:
        raise Refused(_gone())
    return found


def _talk(consultation: Consultation) -> Conversation:
    talk = consultation.call.conversation
    assert talk is not None  # whoever is consulted talks to the agent of one
    return talk


def _gone() -> str:
    return _("This request is settled already: the call goes on without it, and there is nothing left to do.")


def _moved(consultation: Consultation, state: Consulted, step: Step | None = None) -> Conversation:
    consultation.state = state
    consultation.save(update_fields=["state"])
    talk = _talk(consultation)
    if step is not None:
        trace(step, [(talk.pk, consultation.colleague_id, None)], at=now())
    announce([talk.pk])
    return talk

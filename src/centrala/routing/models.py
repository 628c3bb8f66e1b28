"""Who is on duty, what was offered to whom, and why each conversation went where it went."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from centrala.conversations.models import Conversation
from centrala.organization.models import User
from centrala.workstreams.models import MOST_UNITS, Presence, Queue
from centrala.workstreams.overflow import why


class Agent(models.Model):
    """A person's presence. Its row is the lock under which capacity is counted and given away."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="agent")
    capacity = models.PositiveSmallIntegerField(default=MOST_UNITS)
    chosen = models.CharField(max_length=20, choices=Presence, default=Presence.AVAILABLE)
    imposed = models.CharField(max_length=20, choices=Presence, blank=True)  # by the hub, over what was chosen
    changed_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True)  # by an event stream of the desk
    given_at = models.DateTimeField(null=True)  # work, last
    released_at = models.DateTimeField(null=True)  # capacity, last


class Outcome(models.TextChoices):
    PENDING = "pending", pgettext_lazy("offer", "Pending")
    ACCEPTED = "accepted", pgettext_lazy("offer", "Accepted")
    DECLINED = "declined", pgettext_lazy("offer", "Declined")
    MISSED = "missed", pgettext_lazy("offer", "Missed")
    WITHDRAWN = "withdrawn", pgettext_lazy("offer", "Withdrawn")


class Offer(models.Model):
    """A conversation held out to an agent. While it is pending it takes capacity, and nobody else is asked."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="offers")
    agent = models.ForeignKey(User, on_delete=models.PROTECT, db_index=False, related_name="offers")
    units = models.PositiveSmallIntegerField()
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.PENDING)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(outcome="pending"), name="one_pending_offer_of_a_conversation"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["agent"], condition=Q(outcome="pending"), name="offer_to_agent"),
            models.Index(fields=["expires_at"], condition=Q(outcome="pending"), name="offer_expiring"),
        ]


class Step(models.TextChoices):
    """In words with a place for the agent and the queue."""

    OFFERED = "offered", gettext_lazy("Offered to %(agent)s from %(queue)s.")
    ASSIGNED = "assigned", gettext_lazy("Given to %(agent)s from %(queue)s without asking.")
    SAME_AGENT = (
        "same_agent",
        gettext_lazy("Given to %(agent)s, who had it before: the workstream keeps the same agent."),
    )
    ACCEPTED = "accepted", gettext_lazy("%(agent)s accepted the offer.")
    DECLINED = "declined", gettext_lazy("%(agent)s declined the offer; back to %(queue)s.")
    MISSED = "missed", gettext_lazy("%(agent)s did not answer the offer in time; back to %(queue)s.")
    STARTED = "started", gettext_lazy("%(agent)s wrote to the customer first.")
    DIALLED = "dialled", gettext_lazy("%(agent)s called the customer.")
    PICKED = "picked", gettext_lazy("%(agent)s picked it from %(queue)s.")
    REOPENED = "reopened", gettext_lazy("%(agent)s took it up again.")
    RELEASED = "released", gettext_lazy("%(agent)s gave it back to %(queue)s.")
    TO_QUEUE = "to_queue", gettext_lazy("%(agent)s transferred it to %(queue)s.")
    TO_AGENT = "to_agent", gettext_lazy("Transferred to %(agent)s.")
    CONSULTED = "consulted", gettext_lazy("%(agent)s was consulted.")
    NOT_CONSULTED = "not_consulted", gettext_lazy("%(agent)s was asked into the call, and did not come.")
    OUTSIDE_ASKED = "outside_asked", gettext_lazy("%(agent)s called the number outside %(words)s for advice.")
    OUTSIDE_GIVEN = (
        "outside_given",
        gettext_lazy("%(agent)s handed the call over to the number outside %(words)s."),
    )
    SET_ASIDE = "set_aside", gettext_lazy("%(agent)s set it aside until the customer writes.")
    ENDED = "ended", gettext_lazy("%(agent)s ended it.")
    CLOSED = "closed", gettext_lazy("Closed by %(agent)s.")
    SILENT = "silent", gettext_lazy("Closed: no message for too long.")
    CALLED = "called", gettext_lazy("The customer called; waits in %(queue)s.")
    BY_RULE = "by_rule", gettext_lazy("The routing rule “%(words)s” sent it to %(queue)s.")
    BY_NO_RULE = "by_no_rule", gettext_lazy("No routing rule takes it: it waits in %(queue)s.")
    CALLER_LEFT = "caller_left", gettext_lazy("The call is over.")
    LEFT = "left", gettext_lazy("%(agent)s signed out before answering the offer; back to %(queue)s.")
    AGENT_LOST = "agent_lost", gettext_lazy("%(agent)s was gone for too long; back to %(queue)s.")
    OVER_TO_QUEUE = "over_to_queue", gettext_lazy("Overflow: %(why)s. To %(queue)s.")
    OVER_ENDED = "over_ended", gettext_lazy("Overflow of %(queue)s: %(why)s. Ended with a message.")
    OVER_VOICEMAIL = "over_voicemail", gettext_lazy("Overflow of %(queue)s: %(why)s. Voicemail.")
    OVER_CALL_BACK = "over_call_back", gettext_lazy("Overflow of %(queue)s: %(why)s. A call back is offered.")
    OVER_OUTSIDE = "over_outside", gettext_lazy("Overflow of %(queue)s: %(why)s. %(words)s is called for the customer.")
    OUTSIDE_TAKEN = "outside_taken", gettext_lazy("The number outside answered: the customer talks there.")
    OUTSIDE_FAILED = (
        "outside_failed",
        gettext_lazy("The number outside did not take the call: the customer waits on in %(queue)s. %(words)s"),
    )
    OUTSIDE_REFUSED = (
        "outside_refused",
        gettext_lazy(
            "The number outside may not be called any more: the customer waits on in %(queue)s. Fix: save the overflow "
            "of the queue again, it says why."
        ),
    )
    OUTSIDE_CAPPED = (
        "outside_capped",
        gettext_lazy("As many callers as may be were sent outside today: the customer waits on in %(queue)s."),
    )
    VOICEMAIL_LEFT = "voicemail_left", gettext_lazy("The voicemail waits in %(queue)s.")
    NO_VOICEMAIL = "no_voicemail", gettext_lazy("Closed: no voicemail was left.")
    CALLS_BACK = (
        "calls_back",
        gettext_lazy("The customer wants to be called back, and keeps the place in %(queue)s."),
    )
    CUT_OFF = (
        "cut_off",
        gettext_lazy("The hub lost the call before a voicemail was left: it waits in %(queue)s to be called back."),
    )
    CALLED_BACK = "called_back", gettext_lazy("Closed: %(agent)s called the customer back.")
    NOT_CALLED = "not_called", gettext_lazy("Closed: nobody called back within seven days.")
    LEFT_IN_WRAP_UP = "left_in_wrap_up", gettext_lazy("Closed: %(agent)s was gone for too long during the wrap-up.")


class Instead(models.TextChoices):
    """What a caller gets in the place of an agent."""

    VOICEMAIL = "voicemail", pgettext_lazy("instead of an agent", "Voicemail")
    CALL_BACK = "call_back", pgettext_lazy("instead of an agent", "Call back")


class Overflowed(models.Model):
    """What overflow has done with a conversation: a row for those alone that it did something with.

    A call back is offered until it is settled, which is when the customer agrees. A voicemail is spoken, and meanwhile
    the conversation is withheld from agents, until it is settled by being kept. What is settled is work without a call.
    It is withheld, too, while a number outside is being called, which happens once: see `outside`.
    """

    conversation = models.OneToOneField(
        Conversation, primary_key=True, on_delete=models.CASCADE, related_name="overflowed"
    )
    times = models.PositiveSmallIntegerField(default=1)  # not counting the number outside
    at = models.DateTimeField()  # the last time
    instead = models.CharField(max_length=10, choices=Instead, blank=True, default="", db_default="")
    withheld = models.BooleanField(default=False, db_default=False)
    settled_at = models.DateTimeField(null=True)
    outside = models.CharField(max_length=32, blank=True, default="", db_default="")  # the number; stays when tried
    outside_at = models.DateTimeField(null=True)  # when it was decided

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["at"], condition=Q(withheld=True), name="overflowed_withheld"),
            models.Index(
                fields=["settled_at"], condition=Q(instead="call_back", settled_at__isnull=False), name="call_backs"
            ),
        ]

    def __str__(self) -> str:
        return f"overflow of {self.conversation_id}"

    @property
    def speaks(self) -> bool:
        """A voicemail is being left, or its file is not there yet."""
        return self.withheld and self.instead == Instead.VOICEMAIL

    @property
    def is_sent_out(self) -> bool:
        """A number outside is being called, or about to be."""
        return self.withheld and self.instead != Instead.VOICEMAIL


class Trace(models.Model):
    """One step of a conversation's way, for whoever asks why it went there."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="trace")
    at = models.DateTimeField()
    step = models.CharField(max_length=20, choices=Step)
    agent = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    queue = models.ForeignKey(Queue, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    # Of the rule that overflow went by: its condition and threshold, and what it found.
    rule = models.JSONField(null=True)
    words = models.CharField(max_length=500, blank=True, default="", db_default="")  # a number, or Azure's own

    def __str__(self) -> str:
        agent = self.agent.display_name if self.agent else _("nobody")
        values = {"agent": agent, "queue": self.queue or _("no queue"), "why": why(*self.rule) if self.rule else ""}
        return (str(Step(self.step).label) % (values | {"words": self.words})).strip()

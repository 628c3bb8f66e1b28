"""Customers, their conversations, and every message."""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centrala.conversations.folding import backwards, vector
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User
from centrala.workstreams.models import Channel, Occasion, Queue, Workstream, WrapUpCode


class Person(models.Model):
    """Somebody with several numbers: see customers.linking."""

    created_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return str(self.pk)


class Contact(models.Model):
    """A customer, known by number: E.164 with its plus, or a sender's short code or name as it came."""

    number = models.CharField(max_length=32)
    name = models.CharField(max_length=200, blank=True)
    # Why nothing about the customer may be erased (legal hold); empty: it may.
    held = models.CharField(max_length=200, blank=True, default="", db_default="")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, db_index=False, related_name="contacts")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["number"], name="one_contact_per_number")]
        indexes: ClassVar = [  # for the search; LIKE takes the first two in every locale
            models.Index(fields=["person"], condition=Q(person__isnull=False), name="contact_of_person"),
            models.Index(fields=["number"], opclasses=["varchar_pattern_ops"], name="contact_number_begins"),
            models.Index(backwards("number"), name="contact_number_ends"),
            GinIndex(vector("name"), condition=~Q(name=""), name="contact_name_words"),
        ]

    def __str__(self) -> str:
        return self.name or self.number

    @property
    def linked(self) -> "models.QuerySet[Contact]":
        """The same person's other numbers."""
        others = Contact.objects.exclude(pk=self.pk).order_by("number")
        return others.filter(person=self.person_id) if self.person_id else others.none()


class ConversationState(models.TextChoices):
    """From which to which: `states`."""

    OPEN = "open", _("Open")  # waits in its queue for an agent
    ACTIVE = "active", _("Active")  # an agent works on it, and it takes capacity
    WAITING = "waiting", pgettext_lazy("conversation", "Waiting")  # for the customer: an agent has set it aside
    WRAP_UP = "wrap_up", _("Wrap-up")  # over for the customer, whose next message opens another
    CLOSED = "closed", _("Closed")


LONGEST_TAG = 40
ENDED = (ConversationState.WRAP_UP, ConversationState.CLOSED)


class ClosingReason(models.TextChoices):
    AGENT = "agent", pgettext_lazy("closed", "By the agent")
    INACTIVITY = "inactivity", pgettext_lazy("closed", "No message for too long")
    AGENT_LOST = "agent_lost", pgettext_lazy("closed", "The agent left during the wrap-up")
    CUSTOMER_LEFT = "customer_left", pgettext_lazy("closed", "The customer hung up before anybody answered")
    OUT_OF_HOURS = "out_of_hours", pgettext_lazy("closed", "Nobody was there at this hour")
    FAILED = "failed", pgettext_lazy("closed", "The call broke off")
    OVERFLOW = "overflow", pgettext_lazy("closed", "By overflow: nobody would have been there in time")
    NO_VOICEMAIL = "no_voicemail", pgettext_lazy("closed", "The customer left no voicemail")
    NOT_CALLED = "not_called", pgettext_lazy("closed", "Nobody called back within seven days")
    CALLED_BACK = "called_back", pgettext_lazy("closed", "The customer was called back")
    HIDDEN = "hidden", pgettext_lazy("closed", "The caller hid the number, and such calls are not taken")
    SENT_ON = "sent_on", pgettext_lazy("closed", "The customer was transferred to another number")


class Conversation(models.Model):
    """The work item is the conversation itself: `queue` is where it waits, `agent` who has it. By voice it is one call,
    from its beginning to its end; by SMS it goes on with every text until it is ended.

    Every text changes a row, and with it an entry of each index: there is none for the few numbers and workstreams,
    which nobody looks for conversations by, and whose deletion may take its time.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.SMS, db_default=Channel.SMS)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="conversations")
    number = models.ForeignKey(PhoneNumber, on_delete=models.PROTECT, db_index=False, related_name="conversations")
    workstream = models.ForeignKey(
        Workstream, null=True, on_delete=models.SET_NULL, db_index=False, related_name="conversations"
    )
    queue = models.ForeignKey(Queue, null=True, on_delete=models.PROTECT, db_index=False, related_name="conversations")
    agent = models.ForeignKey(User, null=True, on_delete=models.PROTECT, db_index=False, related_name="conversations")
    former_agent = models.ForeignKey(  # who had set it aside when the customer wrote again
        User, null=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    state = models.CharField(max_length=10, choices=ConversationState, default=ConversationState.OPEN)
    unread = models.PositiveIntegerField(default=0)  # inbound messages since the last answer or look
    opened_at = models.DateTimeField()
    last_message_at = models.DateTimeField()
    preview = models.CharField(max_length=120, blank=True)  # of the last message, for the list
    queued_at = models.DateTimeField(null=True)  # its place in the queue; of the last time it was open
    assigned_at = models.DateTimeField(null=True)  # when its agent got it
    ended_at = models.DateTimeField(null=True)  # when the wrap-up began
    closed_at = models.DateTimeField(null=True)
    closing_reason = models.CharField(max_length=20, choices=ClosingReason, blank=True)
    tags = ArrayField(models.CharField(max_length=LONGEST_TAG), default=list, db_default=[], blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contact", "number"],
                condition=~Q(state__in=["wrap_up", "closed"]) & Q(channel="sms"),
                name="one_live_conversation",
            ),
            models.CheckConstraint(
                condition=~Q(state="open") | Q(agent=None, queue__isnull=False, queued_at__isnull=False),
                name="open_waits_in_a_queue",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["active", "waiting", "wrap_up"]) | Q(agent__isnull=False),
                name="work_has_an_agent",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-last_message_at", "-id"], name="conversation_newest"),
            models.Index(fields=["state", "-last_message_at", "-id"], name="conversation_by_state"),
            models.Index(fields=["queue", "queued_at", "id"], condition=Q(state="open"), name="conversation_in_queue"),
            models.Index(
                fields=["agent", "-last_message_at", "-id"],
                condition=Q(state__in=["active", "waiting", "wrap_up"]),
                name="conversation_of_agent",
            ),
            models.Index(
                fields=["workstream", "last_message_at"], condition=Q(state="waiting"), name="conversation_silent"
            ),
            GinIndex(fields=["tags"], condition=~Q(tags=[]), name="conversation_tags"),
        ]

    @property
    def ending(self) -> "WrapUp | None":
        """What its agent said of it; see queries.with_endings."""
        return getattr(self, "wrap_up", None)

    @property
    def codes(self) -> list[str]:
        """The wrap-up codes, as they were called when they were chosen."""
        return [code.name for code in self.ending.codes.all()] if self.ending else []


class Tag(models.Model):
    """A word that conversations are marked with, kept apart so that it can be offered again."""

    name = models.CharField(max_length=LONGEST_TAG, primary_key=True)
    used_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class WrapUp(models.Model):
    """What the agent says of a conversation that ends. A row of its own: what every text changes is kept small."""

    conversation = models.OneToOneField(
        Conversation, primary_key=True, on_delete=models.CASCADE, related_name="wrap_up"
    )
    note = models.TextField(blank=True)
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"wrap-up of {self.conversation_id}"


class ChosenCode(models.Model):
    """A code as it was called when it was chosen: a new name does not change what was said before."""

    wrap_up = models.ForeignKey(WrapUp, on_delete=models.CASCADE, db_index=False, related_name="codes")
    code = models.ForeignKey(WrapUpCode, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["wrap_up", "code"], name="code_chosen_once")]

    def __str__(self) -> str:
        return self.name


class OptOut(models.Model):
    """What a customer last said to one of our numbers: STOP (`opted_out`) or START. See conversations.consent."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="opt_outs")
    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE, related_name="+")
    opted_out = models.BooleanField()
    at = models.DateTimeField()  # when the cloud received the word

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["contact", "number"], name="one_word_per_number")]

    def __str__(self) -> str:
        return f"{self.contact}: {'stop' if self.opted_out else 'start'}"


ALWAYS_TOLD = {Occasion.STOPPED, Occasion.HELP}  # to whoever wants nothing else: the carriers ask for it


class Suppression(models.Model):
    """STOP of a customer about whom nothing else is kept any more: a keyed hash of the number (see customers)."""

    customer = models.CharField(max_length=32)
    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["customer", "number"], name="one_suppression")]

    def __str__(self) -> str:
        return f"{self.customer[:8]} from {self.number}"


WORTH_SAYING = timedelta(seconds=10)


class Direction(models.TextChoices):
    INBOUND = "inbound", _("Inbound")
    OUTBOUND = "outbound", _("Outbound")


class MessageState(models.TextChoices):
    RECEIVED = "received", _("Received")
    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", pgettext_lazy("message", "Unknown")  # may have left; a person decides


class Reason(models.TextChoices):
    """What the hub itself has to say of a message; the service's own words stand in `error` as they came."""

    KEY_REFUSED = "key_refused", _("Waits: Azure refuses the connection's key until an administrator repairs it.")
    UNREACHABLE = "unreachable", _("It could not be sent for 24 hours.")
    OPTED_OUT = "opted_out", _("Not sent: the customer wrote STOP and wants no more texts from this number.")
    NO_REPORT = "no_report", _("No delivery report has come within 12 hours: whether it has arrived is not known.")
    ANSWER_LOST = (
        "answer_lost",
        _("The answer to this send was lost, so it may have left. Ask the customer before sending it again."),
    )


class Message(models.Model):
    """`id` is the repeatability id and the tag of an outbound message, so the cloud and we count the same thing.

    `provider_id` is the cloud's name for it; for inbound messages it is what keeps a duplicate out.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, db_index=False, related_name="messages")
    direction = models.CharField(max_length=10, choices=Direction)
    text = models.TextField()
    state = models.CharField(max_length=10, choices=MessageState)
    error = models.TextField(blank=True)
    provider_id = models.TextField(null=True)
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    occasion = models.CharField(max_length=10, choices=Occasion, blank=True, default="", db_default="")  # the hub's own
    created_at = models.DateTimeField()  # inbound: when the cloud received it
    due_at = models.DateTimeField(null=True)  # outbound: when the governor lets it leave (numbers.pace)
    first_attempt_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)  # delivered, failed or unknown

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider_id"], name="one_message_per_provider_id")]
        indexes: ClassVar = [
            models.Index(fields=["conversation", "created_at", "id"], name="message_thread"),
            models.Index(
                fields=["first_attempt_at"], condition=Q(state__in=["sending", "sent"]), name="message_under_way"
            ),
            models.Index(fields=["author"], condition=Q(author__isnull=False), name="message_of_author"),
            GinIndex(vector("text"), name="message_words"),
        ]

    @property
    def explanation(self) -> str:
        """`error` for a person, in the person's language where the reason is ours."""
        return str(Reason(self.error).label) if self.error in Reason.values else self.error

    @property
    def expected_at(self) -> datetime | None:
        """When a queued message will leave, where it has to wait long enough for somebody to wonder."""
        waits = self.state == MessageState.QUEUED and self.due_at is not None and self.due_at - now() > WORTH_SAYING
        return self.due_at if waits else None


class Speaker(models.TextChoices):
    CUSTOMER = "customer", pgettext_lazy("speaker", "Customer")
    AGENT = "agent", pgettext_lazy("speaker", "Agent")
    OTHER = "other", pgettext_lazy("speaker", "Somebody else")


class Spoken(models.Model):
    """What somebody said in a call, as the service understood it; its last word, never an intermediate one.

    `key` is what it is for the service: its transcription, who spoke, and when. `said_at` is by our clock, in which
    `offset` (100 ns, by the service's) is placed: see `calls.transcript`.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, db_index=False, related_name="spoken")
    speaker = models.CharField(max_length=10, choices=Speaker)
    text = models.TextField()
    said_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    offset = models.BigIntegerField()
    stream = models.UUIDField()  # the socket that it came by
    key = models.CharField(max_length=400)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "key"], name="spoken_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["conversation", "said_at", "offset"], name="spoken_in_order"),
            GinIndex(vector("text"), name="spoken_words"),
        ]

    def __str__(self) -> str:
        return f"spoken in {self.conversation_id}"


class Note(models.Model):
    """What people of the organisation tell each other in a conversation; it never leaves the hub."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, db_index=False, related_name="notes")
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["conversation", "created_at", "id"], name="note_thread")]

    def __str__(self) -> str:
        return f"note in {self.conversation_id}"

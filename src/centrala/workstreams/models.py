"""How a channel behaves: which numbers it answers, in which queue its conversations wait, what they ask of an agent."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User
from centrala.workstreams.context import ContextVariable, RoutingRule, RuleCondition  # noqa: F401  # theirs are, too
from centrala.workstreams.overflow import OverflowRule  # noqa: F401  # its table is this app's
from centrala.workstreams.sounds import Sound  # noqa: F401  # likewise


class Channel(models.TextChoices):
    SMS = "sms", _("SMS")
    VOICE = "voice", _("Voice")


class QueueKind(models.TextChoices):
    MESSAGING = "messaging", _("Messaging")
    VOICE = "voice", _("Voice")


KIND = {Channel.SMS: QueueKind.MESSAGING, Channel.VOICE: QueueKind.VOICE}  # there is no way from one kind to another


class Method(models.TextChoices):
    """Who of those that are free gets the next conversation."""

    HIGHEST_CAPACITY = "highest_capacity", _("Highest capacity")  # who has most of it left
    LEAST_ACTIVE = "least_active", _("Least active")  # whose capacity was released longest ago
    ROUND_ROBIN = "round_robin", _("Round robin")  # who was given something longest ago


class Presence(models.TextChoices):
    AVAILABLE = "available", pgettext_lazy("presence", "Available")
    BUSY = "busy", pgettext_lazy("presence", "Busy")
    DO_NOT_DISTURB = "do_not_disturb", pgettext_lazy("presence", "Do not disturb")
    AWAY = "away", pgettext_lazy("presence", "Appear away")
    OFFLINE = "offline", pgettext_lazy("presence", "Offline")
    INACTIVE = "inactive", pgettext_lazy("presence", "Inactive")  # set by the hub alone


def usual_presences() -> list[str]:
    return [Presence.AVAILABLE, Presence.BUSY]


class Queue(models.Model):
    """Where conversations wait. There is one default queue of each kind, whose members are all agents."""

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=QueueKind, default=QueueKind.MESSAGING)
    is_default = models.BooleanField(default=False, editable=False)
    priority = models.PositiveSmallIntegerField(default=1)  # a group; smaller goes first
    method = models.CharField(max_length=20, choices=Method, default=Method.HIGHEST_CAPACITY)
    members = models.ManyToManyField(User, related_name="queues", blank=True)  # of a default queue: nobody by name

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind"], condition=Q(is_default=True), name="one_default_queue_of_a_kind")
        ]

    def __str__(self) -> str:
        if self.is_default:
            return str(_("Default voice queue") if self.kind == QueueKind.VOICE else _("Default messaging queue"))
        return self.name


class OperatingHours(models.Model):
    """When somebody is there. See workstreams.hours for what is open at a moment."""

    name = models.CharField(max_length=100, unique=True)
    time_zone = models.CharField(max_length=64, default="Europe/Warsaw")
    holidays = models.CharField(max_length=6, blank=True)  # a country's code, of the `holidays` package; empty: none
    closed_on = ArrayField(models.DateField(), default=list, blank=True)  # besides

    def __str__(self) -> str:
        return self.name


class Opening(models.Model):
    """From `opens` to `closes` by the clock on the wall; one that closes before it opens ends on the next day."""

    hours = models.ForeignKey(OperatingHours, on_delete=models.CASCADE, related_name="openings")
    weekday = models.PositiveSmallIntegerField()  # 0: Monday
    opens = models.TimeField()
    closes = models.TimeField()  # 00:00: at the end of the day

    class Meta:
        ordering: ClassVar = ["weekday", "opens"]
        constraints: ClassVar = [models.CheckConstraint(condition=Q(weekday__lte=6), name="day_of_the_week")]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"


class Occasion(models.TextChoices):
    """When the hub writes to the customer by itself."""

    GREETING = "greeting", pgettext_lazy("occasion", "A conversation begins")
    CLOSED = "closed", pgettext_lazy("occasion", "A conversation begins outside of the operating hours")
    HOLIDAY = "holiday", pgettext_lazy("occasion", "A conversation begins on a holiday")
    ASSIGNED = "assigned", pgettext_lazy("occasion", "An agent takes the conversation")
    ENDED = "ended", pgettext_lazy("occasion", "The agent ends the conversation")
    SILENT = "silent", pgettext_lazy("occasion", "The conversation is closed because nobody writes")
    STOPPED = "stopped", pgettext_lazy("occasion", "The customer wants no more texts (STOP)")
    STARTED = "started", pgettext_lazy("occasion", "The customer takes texts again (START)")
    HELP = "help", pgettext_lazy("occasion", "The customer asks for help (HELP)")
    OVERFLOW = "overflow", pgettext_lazy("occasion", "The conversation is ended by overflow")
    VOICEMAIL = "voicemail", pgettext_lazy("occasion", "Before the tone of a voicemail")
    CONSENT = "consent", pgettext_lazy("occasion", "Before a call is recorded: whoever stays on the line agrees")
    AGREE = "agree", pgettext_lazy("occasion", "Before a call is recorded: the caller presses 1 to agree")
    POSITION = "position", pgettext_lazy("occasion", "The caller's position in the queue is told")
    NEXT = "next", pgettext_lazy("occasion", "The caller is the next")
    WAIT = "wait", pgettext_lazy("occasion", "The average wait is told")
    CALL_BACK = "call_back", pgettext_lazy("occasion", "A call back is offered")
    CALLS_BACK = "calls_back", pgettext_lazy("occasion", "The customer wants to be called back")
    HIDDEN = "hidden", pgettext_lazy("occasion", "The caller hides the number, and such calls are not taken")


class Recorded(models.TextChoices):
    """Whether the calls of a voice workstream are recorded, and who begins."""

    NEVER = "never", pgettext_lazy("recording", "Never")
    AUTOMATIC = "automatic", pgettext_lazy("recording", "Every call, from its beginning")
    BY_AGENT = "by_agent", pgettext_lazy("recording", "When the agent begins to record")


class Consent(models.TextChoices):
    """What callers are told before anything of their call is recorded."""

    NONE = "none", pgettext_lazy("consent", "Nothing")
    NOTICE = "notice", pgettext_lazy("consent", "A message: whoever stays on the line agrees")
    KEY = "key", pgettext_lazy("consent", "A question: nothing is recorded before the caller presses 1")


class HiddenCallers(models.TextChoices):
    """What becomes of calls whose caller hides the number."""

    TAKEN = "taken", pgettext_lazy("hidden callers", "Are taken as any other")
    TOLD = "told", pgettext_lazy("hidden callers", "Hear why they are not taken, and the call ends")
    REJECTED = "rejected", pgettext_lazy("hidden callers", "Are rejected before anybody answers")


class Transcribed(models.TextChoices):
    """Whether what is said in the calls of a voice workstream is written down, and who begins."""

    NEVER = "never", pgettext_lazy("transcript", "Never")
    AUTOMATIC = "automatic", pgettext_lazy("transcript", "Every call, from its beginning")
    BY_AGENT = "by_agent", pgettext_lazy("transcript", "When the agent begins to")


USUAL_TRANSFERS, MOST_TRANSFERS = 100, 10_000  # to numbers outside, a day
LONGEST_KEPT = 3650  # days
MOST_UNITS = 100  # of an agent
USUAL_UNITS = 30
LONGEST_OFFER = 600
CALL_OFFER = 30  # seconds
LONGEST_WRAP_UP = 3600
A_WEEK = 60 * 24 * 7  # minutes
LONGEST_SILENCE = 60 * 24 * 90  # minutes
LONGEST_WORD = 30


def own_words() -> "ArrayField[list[str], list[str]]":
    return ArrayField(models.TextField(), default=list, blank=True)


class Workstream(models.Model):
    name = models.CharField(max_length=100, unique=True)
    channel = models.CharField(max_length=10, choices=Channel)
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="workstreams")
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    hours = models.ForeignKey(  # null: always open
        OperatingHours, null=True, blank=True, on_delete=models.PROTECT, related_name="workstreams"
    )
    # What a conversation takes of an agent's 100.
    units = models.PositiveSmallIntegerField(default=USUAL_UNITS, validators=[MaxValueValidator(MOST_UNITS)])
    allowed_presences = ArrayField(models.CharField(max_length=20, choices=Presence), default=usual_presences)
    keep_same_agent = models.BooleanField(default=False)
    # Minutes without a message after which a waiting conversation is closed; null: never.
    auto_close_minutes = models.PositiveIntegerField(
        null=True,
        blank=True,
        default=A_WEEK,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_SILENCE)],
    )
    # How long the wrap-up takes of an agent's capacity; null: until it is closed, 0: not at all.
    wrap_up_seconds = models.PositiveIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(LONGEST_WRAP_UP)]
    )
    # How long an agent has to accept; 0: is not asked.
    offer_seconds = models.PositiveIntegerField(default=120, validators=[MaxValueValidator(LONGEST_OFFER)])
    # Besides those that always count: see workstreams.words.
    stop_words, start_words, help_words = own_words(), own_words(), own_words()
    # Whether an agent has to say by a code how it ended before it is closed.
    code_required = models.BooleanField(default=False, db_default=False)
    hidden_callers = models.CharField(
        max_length=10, choices=HiddenCallers, default=HiddenCallers.TAKEN, db_default=HiddenCallers.TAKEN.value
    )
    # What callers are told while they wait.
    tells_position = models.BooleanField(default=False, db_default=False)
    tells_wait = models.BooleanField(default=False, db_default=False)
    recording = models.CharField(
        max_length=10, choices=Recorded, default=Recorded.NEVER, db_default=Recorded.NEVER.value
    )
    consent = models.CharField(max_length=10, choices=Consent, default=Consent.NONE, db_default=Consent.NONE.value)
    transcription = models.CharField(
        max_length=10, choices=Transcribed, default=Transcribed.NEVER, db_default=Transcribed.NEVER.value
    )
    # The AI resource that understands speech: linked to the Communication Services resource, or Azure refuses.
    ai_endpoint = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        validators=[URLValidator(schemes=["https"], message=_("Enter an address that begins with https://."))],
    )
    pause_on_hold = models.BooleanField(default=True, db_default=True)
    # Where agents may send callers on to, by the two letters of countries; empty: nowhere.
    transfer_countries = ArrayField(models.CharField(max_length=2), default=list, blank=True, db_default=[])
    # A day, UTC's, against toll fraud: by agents and by overflow, whether or not anybody answers there.
    most_transfers = models.PositiveIntegerField(
        default=USUAL_TRANSFERS,
        db_default=USUAL_TRANSFERS,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_TRANSFERS)],
    )
    # Whether what is known of a call goes along when its caller is transferred to a number outside.
    sends_context = models.BooleanField(default=False, db_default=False)
    # Days after the call; null: until somebody deletes them.
    keep_recordings_days = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(LONGEST_KEPT)]
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    modified_at = models.DateTimeField(db_default=Now(), editable=False)  # a trigger's

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(units__lte=MOST_UNITS), name="units_of_one_agent"),
        ]

    def __str__(self) -> str:
        return self.name


def usual(channel: Channel) -> dict[str, int | None]:
    """What a new workstream begins with where the channel wants something else: who talks does nothing beside it, and
    a caller does not wait for long."""
    if channel == Channel.VOICE:
        return {"units": MOST_UNITS, "offer_seconds": CALL_OFFER, "auto_close_minutes": None}
    return {}


class AutomatedText(models.Model):
    """What the hub writes on an occasion; where there is none, it writes nothing. For slugs see workstreams.slugs."""

    workstream = models.ForeignKey(Workstream, on_delete=models.CASCADE, related_name="automated_texts")
    occasion = models.CharField(max_length=10, choices=Occasion)
    text = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workstream", "occasion"], name="one_text_per_occasion")
        ]

    def __str__(self) -> str:
        return f"{self.occasion} of {self.workstream}"


TAKEN_SHORTCUT = _("There is a quick reply with this shortcut already.")
TAKEN = _("There is a code of this name already.")


class WrapUpCode(models.Model):
    """A word for how a conversation ended. One that was used is retired instead of deleted."""

    workstream = models.ForeignKey(  # null: for the conversations of all
        Workstream, null=True, blank=True, on_delete=models.PROTECT, related_name="wrap_up_codes"
    )
    name = models.CharField(max_length=60)
    place = models.PositiveSmallIntegerField(default=1)  # in the list; smaller stands first
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["place", "name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workstream", "name"], name="one_code_of_a_name", violation_error_message=TAKEN
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(workstream=None),
                name="one_code_of_a_name_for_all",
                violation_error_message=TAKEN,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class QuickReply(models.Model):
    """A text that agents insert by its shortcut: everybody, those of a workstream, or its owner alone."""

    shortcut = models.CharField(
        max_length=30, validators=[RegexValidator(r"\A[\w-]+\Z", _("Only letters, digits, - and _ make a shortcut."))]
    )
    text = models.TextField()  # with slugs, see workstreams.slugs
    workstream = models.ForeignKey(
        Workstream, null=True, blank=True, on_delete=models.CASCADE, related_name="quick_replies"
    )
    owner = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="quick_replies")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(owner=None) | Q(workstream=None), name="quick_reply_of_one_kind"),
            models.UniqueConstraint(
                fields=["owner", "workstream", "shortcut"],
                nulls_distinct=False,
                name="one_quick_reply_of_a_shortcut",
                violation_error_message=TAKEN_SHORTCUT,
            ),
        ]

    def __str__(self) -> str:
        return f"/{self.shortcut}"


class Line(models.Model):
    """A number on a workstream: one number may serve SMS on one and voice on another."""

    workstream = models.ForeignKey(Workstream, on_delete=models.CASCADE, related_name="lines")
    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE, related_name="lines")
    channel = models.CharField(max_length=10, choices=Channel)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["number", "channel"], name="one_line_per_channel")]

    def __str__(self) -> str:
        return f"{self.number} on {self.workstream}"

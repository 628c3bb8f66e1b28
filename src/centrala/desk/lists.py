"""The conversation list as a page shows it."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q, QuerySet

from centrala.conversations.access import conversations_of
from centrala.conversations.models import Conversation
from centrala.conversations.queries import newest_first
from centrala.conversations.states import ACTIVE, OPEN, WAITING, WRAP_UP
from centrala.desk.forms import ListForm, Show
from centrala.keyset import Cursor, below
from centrala.organization.models import User

PAGE = 50
LONGEST = 500  # rows of a list that somebody has extended; refreshed as a whole, so bounded


@dataclass(frozen=True)
class ConversationList:
    rows: list[Conversation]
    show: Show
    following: Cursor | None
    extended: bool = False

    @property
    def choices(self) -> list[Show]:
        return list(Show)

    @cached_property
    def last(self) -> Cursor | None:
        return Cursor(self.rows[-1].last_message_at, self.rows[-1].id) if self.rows else None


def read_list(user: User, form: ListForm) -> ConversationList:
    """Newest first. A form that is not valid reads as an empty one: an old link still opens a list."""
    asked = form.cleaned_data if form.is_valid() else {}
    show, after, until = asked.get("show", Show.TO_DO), asked.get("after"), asked.get("until")
    conversations = shown(user, show)
    if until is None:
        rows, following = newest_first(conversations, after=after, limit=PAGE)
        return ConversationList(rows, show, following, extended=after is not None)
    rest = below(until, by="last_message_at")
    rows, following = newest_first(conversations.exclude(rest), limit=LONGEST)
    if following is None and conversations.filter(rest).exists():
        following = until
    return ConversationList(rows, show, following, extended=True)


def shown(user: User, show: Show) -> QuerySet[Conversation]:
    waiting, mine = Q(state=OPEN), Q(agent=user, state__in=[ACTIVE, WAITING, WRAP_UP])
    chosen = {Show.TO_DO: waiting | mine, Show.MINE: mine, Show.QUEUE: waiting, Show.ALL: Q()}
    return conversations_of(user).filter(chosen[show])

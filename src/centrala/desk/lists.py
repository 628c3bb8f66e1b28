"""The conversation list as a page shows it."""

from dataclasses import dataclass
from functools import cached_property, partial
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from centrala.conversations.access import conversations_of
from centrala.conversations.folding import Piece
from centrala.conversations.models import Conversation
from centrala.conversations.search import excerpts, search
from centrala.conversations.states import ACTIVE, OPEN, WAITING, WRAP_UP
from centrala.conversations.tagging import plain, tagged
from centrala.desk.forms import ListForm, Show
from centrala.keyset import Cursor, below, page
from centrala.organization.models import User
from centrala.transcripts.access import conversations_read_by

PAGE = 50
LONGEST = 500  # rows of a list that somebody has extended; refreshed as a whole, so bounded


@dataclass(frozen=True)
class ConversationList:
    rows: list[Conversation]
    show: Show
    following: Cursor | None
    extended: bool = False
    search: str = ""
    tag: str = ""
    read: QuerySet[Conversation] | None = None  # conversations whose transcripts were searched

    @property
    def waits(self) -> bool:
        """Whether it is the queue: who has waited longest stands on top."""
        return self.show == Show.QUEUE and not self.search

    @property
    def query(self) -> str:
        return query(self.show, self.search, self.tag)

    @property
    def untagged(self) -> str:
        """The same list without its tag."""
        return query(self.show, self.search)

    @property
    def found(self) -> list[tuple[Conversation, list[Piece]]]:
        """Each row with what stands below the customer: of a search the message, or what was said, that was found."""
        if not self.search:
            return [(row, [Piece(row.preview)] if row.preview else []) for row in self.rows]
        pieces = excerpts(self.rows, self.search, read=self.read)
        return [(row, pieces[row.pk]) for row in self.rows]

    @property
    def choices(self) -> list[Show]:
        return list(Show)

    @cached_property
    def last(self) -> Cursor | None:
        return Cursor(getattr(self.rows[-1], _order(self.waits)), self.rows[-1].id) if self.rows else None


def read_list(user: User, form: ListForm) -> ConversationList:
    """Newest first, the queue oldest first. A form that is not valid reads as an empty one: an old link still opens a
    list."""
    asked = form.cleaned_data if form.is_valid() else {}
    show, after, until = asked.get("show", Show.TO_DO), asked.get("after"), asked.get("until")
    text, tag = asked.get("search", ""), plain(asked.get("tag", ""))
    read = conversations_read_by(user)
    conversations = search(conversations_of(user), text, read=read) if text else shown(user, show)
    conversations = conversations.select_related("overflowed")
    if tag:
        conversations = tagged(conversations, tag)
    waits = show == Show.QUEUE and not text
    in_pages = partial(page, by=_order(waits), oldest_first=waits)
    if until is None:
        rows, following = in_pages(conversations, after=after, limit=PAGE)
        return ConversationList(rows, show, following, extended=after is not None, search=text, tag=tag, read=read)
    rest = below(until, by=_order(waits), oldest_first=waits)
    rows, following = in_pages(conversations.exclude(rest), after=None, limit=LONGEST)
    if following is None and conversations.filter(rest).exists():
        following = until
    return ConversationList(rows, show, following, extended=True, search=text, tag=tag, read=read)


def _order(waits: bool) -> str:
    return "queued_at" if waits else "last_message_at"


def query(show: str, search: str, tag: str = "") -> str:
    """What the addresses of a list, and of what is opened from it, carry."""
    asked = {"search": search} if search else {"show": show} if show else {}
    asked |= {"tag": tag} if tag else {}
    return f"?{urlencode(asked)}" if asked else ""


def shown(user: User, show: Show) -> QuerySet[Conversation]:
    waiting, mine = Q(state=OPEN), Q(agent=user, state__in=[ACTIVE, WAITING, WRAP_UP])
    chosen = {Show.TO_DO: waiting | mine, Show.MINE: mine, Show.QUEUE: waiting, Show.ALL: Q()}
    return conversations_of(user).filter(chosen[show])

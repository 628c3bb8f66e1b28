"""The conversation list as a page shows it."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import pgettext_lazy

from centrala.conversations.access import conversations_of
from centrala.conversations.models import Conversation, ConversationState
from centrala.conversations.queries import newest_first
from centrala.desk.forms import ListForm
from centrala.keyset import Cursor, below
from centrala.organization.models import User

PAGE = 50
SEVERAL = {
    ConversationState.OPEN: pgettext_lazy("conversations", "Open"),
    ConversationState.ACTIVE: pgettext_lazy("conversations", "Active"),
    ConversationState.CLOSED: pgettext_lazy("conversations", "Closed"),
}
LONGEST = 500  # rows of a list that somebody has extended; refreshed as a whole, so bounded


@dataclass(frozen=True)
class ConversationList:
    rows: list[Conversation]
    state: str
    following: Cursor | None
    extended: bool = False

    @property
    def states(self) -> list[tuple[str, str]]:
        """The filters, worded for several conversations: Polish has another form for them."""
        return [(state.value, str(label)) for state, label in SEVERAL.items()]

    @cached_property
    def last(self) -> Cursor | None:
        return Cursor(self.rows[-1].last_message_at, self.rows[-1].id) if self.rows else None


def read_list(user: User, form: ListForm) -> ConversationList:
    """Newest first. A form that is not valid reads as an empty one: an old link still opens a list."""
    asked = form.cleaned_data if form.is_valid() else {}
    state, after, until = asked.get("state", ""), asked.get("after"), asked.get("until")
    conversations = conversations_of(user)
    if state:
        conversations = conversations.filter(state=state)
    if until is None:
        rows, following = newest_first(conversations, after=after, limit=PAGE)
        return ConversationList(rows, state, following, extended=after is not None)
    rest = below(until, by="last_message_at")
    rows, following = newest_first(conversations.exclude(rest), limit=LONGEST)
    if following is None and conversations.filter(rest).exists():
        following = until
    return ConversationList(rows, state, following, extended=True)

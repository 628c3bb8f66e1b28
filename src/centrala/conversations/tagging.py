"""Tags: free words, in small letters, by which conversations are found again."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.conversations.models import Conversation, Tag
from centrala.errors import Refused
from centrala.organization.fields import one_line

MOST = 20
KNOWN = 50  # the latest, to be offered


def read(text: str) -> list[str]:
    """Tags as they are typed, with commas between them. Raises Refused, with the field `tags`."""
    words = dict.fromkeys(" ".join(word.split()).lower() for word in text.split(","))
    tags = [_checked(word) for word in words if word]
    if len(tags) > MOST:
        raise Refused(_("These are %(count)s tags; a conversation takes %(most)s.") % _counts(tags), field="tags")
    return tags


def tagged(conversations: QuerySet[Conversation], tag: str) -> QuerySet[Conversation]:
    """Worded so that conversation_tags serves it."""
    return conversations.filter(tags__contains=[tag.lower()]).exclude(tags=[])


def known_tags() -> list[str]:
    return sorted(Tag.objects.order_by("-used_at", "name").values_list("name", flat=True)[:KNOWN])


def remember(tags: Iterable[str]) -> None:
    at = now()
    rows = [Tag(name=tag, used_at=at) for tag in sorted(tags)]
    Tag.objects.bulk_create(rows, update_conflicts=True, unique_fields=["name"], update_fields=["used_at"])


def forget(tags: Iterable[str]) -> None:
    """Those that no conversation has any more."""
    unused = [tag for tag in sorted(tags) if not tagged(Conversation.objects.all(), tag).exists()]
    Tag.objects.filter(pk__in=unused).delete()


def _checked(word: str) -> str:
    try:
        return one_line(word, model=Tag, field="name")
    except Refused as refused:
        raise Refused(refused.message, field="tags") from None


def _counts(tags: list[str]) -> dict[str, int]:
    return {"count": len(tags), "most": MOST}

"""Tags: free words, in small letters, by which conversations are found again."""

import unicodedata
from collections.abc import Collection, Iterable

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.conversations.models import Conversation, Tag
from centrala.errors import Refused
from centrala.organization.fields import one_line

MOST = 20
KNOWN = 50  # the latest, to be offered
UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))  # what copied text brings along, and nobody sees


def read(text: str) -> list[str]:
    """Tags as they are typed, with commas between them. Raises Refused, with the field `tags`."""
    words = dict.fromkeys(plain(word) for word in text.split(","))
    tags = [_checked(word) for word in words if word]
    if len(tags) > MOST:
        raise Refused(_("These are %(count)s tags; a conversation takes %(most)s.") % _counts(tags), field="tags")
    return tags


def plain(word: str) -> str:
    """One spelling for what looks alike."""
    return unicodedata.normalize("NFC", " ".join(word.translate(UNSEEN).split()).lower())


def tagged(conversations: QuerySet[Conversation], tag: str) -> QuerySet[Conversation]:
    """Worded so that conversation_tags serves it."""
    return conversations.filter(tags__contains=[plain(tag)]).exclude(tags=[])


def known_tags() -> list[str]:
    return sorted(Tag.objects.order_by("-used_at", "name").values_list("name", flat=True)[:KNOWN])


def changed(before: Collection[str], after: Collection[str]) -> None:
    """Known are those that conversations have. Locked first and in one order: another conversation may lose what this
    one gets, and the other way round."""
    names = set(before) ^ set(after)
    list(Tag.objects.select_for_update().filter(pk__in=names).order_by("pk"))
    _remember(names & set(after))
    _forget(names & set(before))


def _remember(tags: Iterable[str]) -> None:
    at = now()
    rows = [Tag(name=tag, used_at=at) for tag in sorted(tags)]
    Tag.objects.bulk_create(rows, update_conflicts=True, unique_fields=["name"], update_fields=["used_at"])


def _forget(tags: Iterable[str]) -> None:
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

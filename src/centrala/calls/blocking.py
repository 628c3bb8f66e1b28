"""Numbers whose calls are rejected before they ring: marked by agents, decided by administrators; with a history."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.calls.models import BlockedNumber, BlockState, BlockStep
from centrala.conversations.customers import e164, pseudonym, pseudonyms
from centrala.conversations.models import Conversation
from centrala.errors import Refused
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User


def blocked_numbers_of(user: User) -> QuerySet[BlockedNumber]:
    """What waits for a decision first. They are the administrators' to look after."""
    found = BlockedNumber.objects.prefetch_related("steps__actor").order_by("-state", "-changed_at", "pk")
    return found if user.is_administrator else found.none()


def blocked_among(numbers: Collection[str]) -> set[str]:
    """Those of erased customers, too."""
    names = {name: number for number in set(numbers) for name in (number, *pseudonyms(number))}
    found = BlockedNumber.objects.filter(number__in=list(names), state=BlockState.BLOCKED)
    return {names[name] for name in found.values_list("number", flat=True)}


def state_of(number: str) -> BlockState | None:
    """None of a number that nobody ever marked or blocked."""
    if blocked_among([number]):
        return BlockState.BLOCKED
    found = BlockedNumber.objects.filter(number=number).values_list("state", flat=True).first()
    return None if found is None else BlockState(found)


@transaction.atomic
def forget(number: str) -> None:
    """Its customer is being erased: a block outlives that as a keyed hash, a mark that nobody decided about does
    not."""
    kept = BlockedNumber.objects.select_for_update().filter(number=number).first()
    if kept is None:
        return
    if kept.state == BlockState.BLOCKED:
        kept.number = pseudonym(number)
        kept.save(update_fields=["number"])
    else:
        kept.delete()


def mark_as_spam(*, conversation: Conversation, user: User) -> Conversation:
    """The caller's number waits for an administrator's decision, unless it is blocked already. Raises Refused for
    somebody without a number."""
    number = e164(conversation.contact.number)
    if number is None or not conversation.contact.number.startswith("+"):
        raise Refused(_("This caller shows no number that could be blocked."))
    if state_of(number) != BlockState.BLOCKED:
        _move(number, BlockState.PENDING, user, unless=BlockState.BLOCKED)
    return conversation


def block(*, number: str, actor: User) -> None:
    """Raises Refused for what is no number, and for one of ours."""
    known = e164(number)
    if known is None:
        raise Refused(
            _("This is no telephone number. Write it with its country code, as +48 600 100 200."), field="number"
        )
    if PhoneNumber.objects.filter(number=known).exists():
        raise Refused(_("This is one of our own numbers."), field="number")
    _move(known, BlockState.BLOCKED, actor)


def unblock(*, number: str, actor: User) -> None:
    """Its calls ring again; that it was blocked stays known, except of an erased customer, of whom nothing is left."""
    if number.startswith("+"):
        _move(number, BlockState.REMOVED, actor)
    else:
        BlockedNumber.objects.filter(number=number).delete()


@transaction.atomic
def _move(number: str, to: BlockState, actor: User, *, unless: BlockState | None = None) -> None:
    BlockedNumber.objects.bulk_create(
        [BlockedNumber(number=number, state=BlockState.REMOVED, changed_at=now())], ignore_conflicts=True
    )
    kept = BlockedNumber.objects.select_for_update().get(number=number)
    if to != BlockState.PENDING:
        BlockedNumber.objects.filter(number__in=pseudonyms(number)).delete()  # the number is known again, and decided
    if kept.state in {to, unless}:
        return
    kept.state, kept.changed_at = to, now()
    kept.save(update_fields=["state", "changed_at"])
    BlockStep.objects.create(number=kept, state=to, actor=actor, at=kept.changed_at)

"""A number outside that an agent consults, as the node of the call has it: Azure is asked to call it, and its sound is
one more voice in the call, beside the agent's. So the customer hears nothing of it while on hold.

Whoever takes the call over asks Azure for the very same, so that nobody is called twice, and has its sound brought
again.
"""

import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from django.db import Error as DatabaseError
from django.utils.timezone import now

from centrala.azure.calls import Calls
from centrala.azure.errors import AzureError
from centrala.calls import enquiring
from centrala.calls.asking import insistently
from centrala.calls.enquiry import Enquiry, Parted
from centrala.calls.live_call import LiveCall
from centrala.calls.models import Call, Node
from centrala.calls.standing import Advice
from centrala.calls.threads import at_azure, in_thread

RINGS = timedelta(seconds=45)  # as it does at a customer's
MISSED_SECONDS, SOUND_SECONDS = 3.0, 30.0  # without sound: it is asked for again, and given up
log = logging.getLogger(__name__)

Work = Coroutine[Any, Any, None]


@dataclass
class Watch:
    """What this process has done for one enquiry."""

    enquiry: UUID | None = None
    asked: bool = False
    silent_since: float | None = None
    asked_again: bool = False


async def look_after(live: LiveCall, watch: Watch, *, client: Callable[[Call], Calls], node: Node) -> Work | None:
    """Returns what is to be done in its own time: Azure may be slow, and the other calls go on."""
    advice = live.standing.advice
    if advice is None or live.standing.over:
        return None
    if watch.enquiry != advice.id:
        watch.enquiry, watch.asked, watch.silent_since, watch.asked_again = advice.id, False, None, False
    if (how := _enough(advice)) is not None:
        await in_thread(enquiring.over, advice.id, how)
    elif advice.answered_at is not None:
        return await _have_sound(live, watch, advice, client)
    elif not advice.named and not watch.asked:
        watch.asked = True
        return call(watch, advice.id, client, node)
    return None


def _enough(advice: Advice) -> Parted | None:
    """Why it is over."""
    if not advice.wanted:
        return Parted.BY_US
    if advice.answered_at is None:
        return Parted.NO_ANSWER if now() - advice.asked_at > RINGS else None
    return Parted.TOO_LONG if now() - advice.answered_at > advice.longest else None


async def _have_sound(live: LiveCall, watch: Watch, advice: Advice, client: Callable[[Call], Calls]) -> Work | None:
    if any(one.person == advice.id for one in live.company):
        watch.silent_since, watch.asked_again = None, False
        return None
    watch.silent_since = watch.silent_since or monotonic()
    missed = monotonic() - watch.silent_since
    if missed > SOUND_SECONDS:
        await in_thread(enquiring.over, advice.id, Parted.LOST)
    elif missed > MISSED_SECONDS and not watch.asked_again:
        watch.asked_again = True
        return _again(watch, advice.id, client)
    return None


async def _again(watch: Watch, enquiry_id: UUID, client: Callable[[Call], Calls]) -> None:
    """Of a process that died, or of a socket that broke."""
    found = await in_thread(_enquiry, enquiry_id)
    try:
        await at_azure(client(found.call).stream_again, found.call_connection_id)
    except AzureError as error:
        log.warning("The sound of a number outside in call %s cannot be had again (%s).", found.call_id, error.status)
        watch.asked_again = error.permanent  # else with the next look, until it is given up


async def call(watch: Watch, enquiry_id: UUID, client: Callable[[Call], Calls], node: Node) -> None:
    """What becomes of it is told by the service's events."""
    try:
        secret = (await in_thread(_enquiry, enquiry_id)).secret
        sound = f"{node.address.replace('https', 'wss', 1)}/calls/outside/{secret}/media"
        wish = await in_thread(enquiring.dialled, enquiry_id, media_url=sound)
        if wish is not None:
            await _ask(wish, client(wish.call))
    except DatabaseError as error:
        log.warning("A number outside waits for the database (%s).", type(error).__name__)
        watch.asked = False  # asked once more it is the same


async def _ask(wish: Enquiry, client: Calls) -> None:
    try:
        made = await insistently(
            client.create,
            wish.to,
            number=wish.number,
            callback_url=wish.callback_url,
            media_url=wish.media_url,
            id_=wish.pk,
            first_attempt_at=wish.asked_at,
        )
    except AzureError as error:
        log.warning("A number outside could not be called for call %s (%s).", wish.call_id, error.status)
        await in_thread(enquiring.refused, wish.pk, str(error))
    else:
        await in_thread(enquiring.named, wish.pk, made.connection_id)


def _enquiry(id_: UUID) -> Enquiry:
    return Enquiry.objects.select_related("call__connection").get(pk=id_)

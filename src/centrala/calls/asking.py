"""What is asked of Azure for a call: to answer it or to call its customer, to bring its sound again, to hang it up."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Final, ParamSpec, TypeAlias, TypeVar
from uuid import UUID, uuid5

from centrala.azure.calls import Answered, Calls, Listening
from centrala.azure.errors import AzureError
from centrala.calls import actions, transcript
from centrala.calls.actions import sound_address
from centrala.calls.models import Call, CallEnd, CallState, Node
from centrala.calls.threads import at_azure, in_thread
from centrala.conversations.models import Direction
from centrala.hidden import is_hidden

P = ParamSpec("P")
T = TypeVar("T")
Client: TypeAlias = Callable[[Call], Calls]

TRIES: Final = 3  # the caller hears it ring for half a minute
RINGING, USUAL, MOST = 1.0, 2.0, 5.0  # seconds between them: while it rings, after the first try, whatever is asked for
log = logging.getLogger(__name__)


async def insistently(work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """Asked again where that may help. Raises the last AzureError."""
    for tried in range(1, TRIES):
        try:
            return await at_azure(work, *given, **named)
        except AzureError as error:
            if error.permanent:
                raise
            await _pause(error, tried * USUAL)
    return await at_azure(work, *given, **named)


async def answer(call: Call, *, node: Node, client: Client) -> None:
    """What becomes of it stands in the database then. A customer of ours is called by the same way."""
    for tried in range(1, TRIES + 1):
        try:
            answer = await _answered(call, node, client)
        except AzureError as error:
            log.warning("Call %s could not be answered (%s).", call.pk, error.status)
            if _needless(await in_thread(current, call.pk), error):
                return
            if error.permanent or tried == TRIES:
                await in_thread(actions.ended, call.pk, CallEnd.FAILED, detail=str(error))
                return
            await _pause(error, RINGING)
        else:
            await _follow(call, answer, client)
            return


async def _follow(call: Call, answer: Answered | None, client: Client) -> None:
    if answer is None:
        known = CallEnd(call.ending) if call.ending else None  # of a trial's number
        why = known or (CallEnd.HIDDEN if is_hidden(call.customer) else CallEnd.BLOCKED)
        await in_thread(actions.ended, call.pk, why)
        return
    answered = await in_thread(actions.answered, call.pk, answer)
    if answered.state == CallState.ENDED:  # while it was being answered
        await hang_up(call, answer.connection_id, client=client)


async def _answered(call: Call, node: Node, client: Client) -> Answered | None:
    """Where Azure does not take the wish to write it down, without it: the call goes on. Raises AzureError."""
    words = sound_address(call, node).removesuffix("media") + "transcription"
    answers = call.direction == Direction.INBOUND and not call.is_rejected
    listening = await in_thread(transcript.listening, call, words) if answers else None
    try:
        return await at_azure(_wish(call, node, client, listening))
    except AzureError as error:
        if listening is None or not error.permanent:
            raise
        answer = await at_azure(_wish(call, node, client, None, id_=uuid5(call.pk, "without words")))
        await in_thread(transcript.unheard, call.pk, error)
        return answer


def _wish(
    call: Call, node: Node, client: Client, listening: Listening | None, *, id_: UUID | None = None
) -> Callable[[], Answered | None]:
    """A customer is called with the very same words by whoever takes the call over: so he is called once."""
    same: dict[str, Any] = {
        "callback_url": call.callback_url,
        "id_": id_ or call.pk,
        "first_attempt_at": call.rang_at,
    }
    if call.direction == Direction.OUTBOUND:
        return partial(client(call).create, call.customer, number=call.number, media_url=call.context, **same)
    if call.is_rejected:
        return partial(client(call).reject, call.context, id_=call.pk, first_attempt_at=call.rang_at)
    return partial(client(call).answer, call.context, media_url=sound_address(call, node), listening=listening, **same)


async def stream_again(call: Call, *, client: Client) -> bool:
    """Whether the service brings the call's sound once more, to where it was told to."""
    try:
        await at_azure(client(call).stream_again, call.call_connection_id)
    except AzureError as error:
        log.warning("The sound of call %s cannot be had again (%s).", call.pk, error.status)
        return False
    return True


async def hang_up(call: Call, connection_id: str, *, client: Client) -> None:
    try:
        await insistently(client(call).hang_up, connection_id)
    except AzureError as error:
        log.warning("Call %s could not be hung up (%s).", call.pk, error.status)


async def _pause(error: AzureError, seconds: float) -> None:
    """So long, or as the service says."""
    await asyncio.sleep(min(error.retry_after or seconds, MOST))


def current(id_: UUID) -> Call:
    """The call as it is now."""
    return Call.objects.select_related("connection", "conversation").get(pk=id_)


def _needless(call: Call, error: AzureError) -> bool:
    """Whether nothing is to be asked again: an attempt whose own words were lost was taken, for the service has told;
    or a customer need not be called any more, and has not been."""
    given_up = call.direction == Direction.OUTBOUND and call.state == CallState.ENDED and error.status is not None
    return bool(call.call_connection_id) or given_up

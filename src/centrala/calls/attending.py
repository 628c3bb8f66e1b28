"""Callers who wait are looked after once a second: what they are told, and what the keys that they press mean."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.timezone import now

from centrala.calls import prompts, sounds, taping
from centrala.calls.live_call import LiveCall
from centrala.calls.models import Call, CallEnd
from centrala.calls.standing import Mode
from centrala.calls.threads import in_thread
from centrala.routing import instead
from centrala.routing.models import Instead
from centrala.workstreams.models import Consent

FIRST_OFFER, OFFERS = 30.0, 120.0  # seconds, as in the original
FIRST_WORD, POSITIONS = 10.0, 30.0  # whoever is answered at once hears no numbers
CALL_ME, ENOUGH = "1", "#"
ANSWERS = {"1": True, "2": False}  # whether the call may be recorded


@dataclass
class Turns:
    """When what is said; `waited` are the seconds since the call was answered."""

    offer_at: float = FIRST_OFFER
    offered: bool = False
    position_at: float = FIRST_WORD
    wait_told: bool = False
    asked: bool = False  # whether the call may be recorded

    def wait(self, waited: float) -> bool:
        """Once: it stays as it was when the caller came."""
        if self.wait_told or waited < FIRST_WORD:
            return False
        self.wait_told = True
        return True

    def position(self, waited: float) -> bool:
        if waited < self.position_at:
            return False
        self.position_at = waited + POSITIONS
        return True

    def offer(self, waited: float) -> bool:
        if waited < self.offer_at:
            return False
        self.offer_at, self.offered = waited + OFFERS, True
        return True


async def tune(live: LiveCall) -> None:
    """Has the music of one's own at hand before it is heard."""
    for sound in (live.standing.wait_music, live.standing.hold_music):
        if sound is not None and sound not in live.tunes:
            live.tunes[sound] = await in_thread(sounds.frames, sound)


async def attend(live: LiveCall, turns: Turns) -> CallEnd | None:
    """Says what is due. Returns how the call ends where its customer has said everything."""
    keys, live.keys = live.keys, ""
    if live.standing.outside or live.standing.is_handed_on:
        return None  # music alone, until it is known what comes of it
    if live.standing.asks_to_record and live.mode not in {Mode.OVER, Mode.SPEAKING} and live.line is not None:
        await _ask_to_record(live, turns, keys)
        return None
    if live.mode == Mode.SPEAKING:
        return CallEnd.VOICEMAIL if live.message_complete or (ENOUGH in keys and live.message_begun) else None
    if live.mode == Mode.WAITING and live.line is not None and live.standing.agent is None:
        if live.standing.offers_call_back and CALL_ME in keys and turns.offered:
            await in_thread(agree, live.call)
        else:
            await _tell(live, turns)
    return None


async def _ask_to_record(live: LiveCall, turns: Turns, keys: str) -> None:
    """After the greeting. Nothing else is said until it is answered, or, where a key is wanted, until it was said."""
    by_key = live.standing.asks_to_record == Consent.KEY
    if not turns.asked:
        if live.greeted and not live.is_told:
            turns.asked = True
            live.insist(await in_thread(prompts.consent, live.call, by_key=by_key))
    elif by_key and (answer := next((key for key in keys if key in ANSWERS), "")):
        await in_thread(taping.agree, live.call, given=ANSWERS[answer])
    elif not by_key and not live.insists:
        await in_thread(taping.agree, live.call, given=True)
    elif not live.insists and live.mode == Mode.WAITING and live.standing.agent is None:
        await _tell(live, turns)


async def _tell(live: LiveCall, turns: Turns) -> None:
    """One thing after the other, and nothing while something is being said."""
    stands = live.standing
    if live.is_told or stands.connected_at is None:
        return
    waited = (now() - stands.connected_at).total_seconds()
    if stands.tells_wait and turns.wait(waited):
        live.announce(await in_thread(prompts.wait, live.call))
    elif stands.tells_position and turns.position(waited):
        live.announce(await in_thread(prompts.place, live.call))
    elif stands.offers_call_back and turns.offer(waited):
        live.announce(await in_thread(prompts.call_back, live.call))


def agree(call_id: UUID) -> bool:
    """The customer wants to be called back. False where that is not to be had any more."""
    call = Call.objects.select_related("conversation").get(pk=call_id)
    return call.conversation is not None and instead.settle(call.conversation, Instead.CALL_BACK)


def nothing_said(call_id: UUID) -> None:
    """A voicemail of which there is no sound."""
    call = Call.objects.select_related("conversation").filter(pk=call_id).first()
    if call is not None and call.conversation is not None:
        instead.no_voicemail(call.conversation, lost=call.ending == CallEnd.LOST)

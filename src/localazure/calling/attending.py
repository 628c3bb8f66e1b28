"""A party comes to where its call is heard, and does there what its script says."""

from collections.abc import Callable
from functools import partial

from localazure.calling.model import Leg
from localazure.calling.performing import Performer
from localazure.calling.stage import Stage
from localazure.media.scripted import Began, Ended, HangUp, Pressed, Say


def enter(stage: Stage, leg: Leg, hang_up: Callable[[], None]) -> None:
    if leg.handset:
        stage.enter(leg.raw_id, leg.handset.party(), muted=leg.muted, held=leg.held)
        return
    leg.performer = Performer(partial(_told, leg, hang_up))
    leg.performer.add(leg.steps)
    leg.steps.clear()
    stage.enter(leg.raw_id, leg.performer, muted=leg.muted, held=leg.held)


def _told(leg: Leg, hang_up: Callable[[], None], what: Began | Ended | Pressed) -> None:
    """By then it may stand in another call than it came into."""
    stage = leg.call.stage
    match what:
        case Began(Say(text), seconds) if stage:
            stage.say(leg.raw_id, text, seconds)
        case Pressed(key) if stage:
            stage.press(leg.raw_id, key)
        case Ended(HangUp()):
            hang_up()

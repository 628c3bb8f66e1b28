"""What the hub says to callers where the workstream has no text of its own: on these occasions silence is no choice."""

from django.utils.translation import gettext, gettext_noop, override

from centrala.workstreams.models import Occasion

USUAL = {
    Occasion.VOICEMAIL: gettext_noop("Please leave a message after the tone. Press the hash key when you are done."),
    Occasion.CONSENT: gettext_noop("This call is recorded. Stay on the line if you agree."),
    Occasion.AGREE: gettext_noop("We would like to record this call. Press 1 if you agree, or 2 if you do not."),
    Occasion.POSITION: gettext_noop("You are number {Position} in the queue."),
    Occasion.NEXT: gettext_noop("You are next."),
    Occasion.WAIT: gettext_noop("The average wait is {Minutes} minutes."),
    Occasion.CALL_BACK: gettext_noop(
        "If you would rather be called back, press 1. You will keep your place in the queue."
    ),
    Occasion.CALLS_BACK: gettext_noop("Thank you. We will call you back. Goodbye."),
    Occasion.HIDDEN: gettext_noop(
        "We take no calls from hidden numbers. Please call again and show your number. Goodbye."
    ),
}


def usual(occasion: Occasion, language: str) -> str:
    """In the language that is spoken to the caller; "" where nothing has to be said."""
    with override(language):
        return gettext(USUAL[occasion]) if occasion in USUAL else ""

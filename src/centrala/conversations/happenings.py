"""What happens to conversations is said once, in the transaction in which it happens, and told to everybody concerned:
to the customer by an automated message, to other people's programs by webhooks."""

from datetime import datetime

from centrala.conversations import automation
from centrala.subscribers import notes
from centrala.subscribers.models import Kind
from centrala.workstreams.models import Occasion

OCCASIONS = {
    Kind.OPENED: automation.BEGINNINGS,
    Kind.ASSIGNED: (Occasion.ASSIGNED,),
    Kind.ENDED: (Occasion.ENDED,),
}


def happened(news: notes.News, *, at: datetime) -> None:
    """Of each kind the conversations or messages to which it happened."""
    for kind, occasions in OCCASIONS.items():
        automation.note(news.get(kind, ()), *occasions, at=at)
    notes.note(news, at=at)

"""Setting up how a channel behaves."""

from django.db import transaction

from centrala.numbers.models import PhoneNumber
from centrala.workstreams.models import KIND, Channel, Line, Queue, QueueKind, Workstream, usual


@transaction.atomic
def set_up(*, name: str, channel: Channel, numbers: list[PhoneNumber]) -> Workstream:
    """Makes the workstream, or adds to the one of this name; a number moves here from another of the same channel."""
    settings = {"channel": channel, "queue": default_queue(KIND[channel]), **usual(channel)}
    workstream, _made = Workstream.objects.get_or_create(name=name, defaults=settings)
    for number in numbers:
        Line.objects.update_or_create(number=number, channel=channel, defaults={"workstream": workstream})
    return workstream


def default_queue(kind: QueueKind) -> Queue:
    """Where waits what has no queue of its own."""
    queue, _made = Queue.objects.get_or_create(kind=kind, is_default=True, defaults={"name": f"Default {kind} queue"})
    return queue


def put_to_work(*, numbers: list[PhoneNumber]) -> None:
    """Gives each number that receives texts and has no SMS workstream yet the first one there is, or one named SMS."""
    idle = [
        number for number in numbers if number.receives_sms and not number.lines.filter(channel=Channel.SMS).exists()
    ]
    if idle:
        first = Workstream.objects.filter(channel=Channel.SMS).order_by("pk").first()
        set_up(name=first.name if first else "SMS", channel=Channel.SMS, numbers=idle)

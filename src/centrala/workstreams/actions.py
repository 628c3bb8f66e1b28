"""Setting up how a channel behaves."""

from django.db import transaction

from centrala.numbers.models import PhoneNumber
from centrala.workstreams.models import Channel, Line, Workstream


@transaction.atomic
def set_up(*, name: str, channel: Channel, numbers: list[PhoneNumber]) -> Workstream:
    """Makes the workstream, or adds to the one of this name; a number moves here from another of the same channel."""
    workstream, _made = Workstream.objects.get_or_create(name=name, defaults={"channel": channel})
    for number in numbers:
        Line.objects.update_or_create(number=number, channel=channel, defaults={"workstream": workstream})
    return workstream


def put_to_work(*, numbers: list[PhoneNumber]) -> None:
    """Gives each number that receives texts and has no SMS workstream yet the first one there is, or one named SMS."""
    idle = [
        number for number in numbers if number.receives_sms and not number.lines.filter(channel=Channel.SMS).exists()
    ]
    if idle:
        first = Workstream.objects.filter(channel=Channel.SMS).order_by("pk").first()
        set_up(name=first.name if first else "SMS", channel=Channel.SMS, numbers=idle)

"""A customer's text on its way to the resource that owns the number."""

from localazure.clock import timestamp
from localazure.communication.sms import message_id
from localazure.eventgrid.publishing import publish
from localazure.records.messages import Sms, SmsState
from localazure.records.resources import PhoneNumber
from localazure.world import World

EVENT = "Microsoft.Communication.SMSReceived"
GSM_SEGMENTS, UCS_SEGMENTS = (160, 153), (70, 67)
GSM_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)


def receive(world: World, *, customer: str, number: PhoneNumber, text: str) -> Sms:
    """Stored and published in one transaction."""
    message = Sms(
        id=message_id(world, "Incoming"),
        resource=number.resource,
        customer=customer,
        service=number.number,
        inbound=True,
        text=text,
        state=SmsState.RECEIVED,
        at=world.clock.now(),
    )
    with world.store.transaction():
        world.messages.put(message.id, message)
        _publish(world, message)
    world.watchers.changed(customer)
    return message


def segments(text: str) -> int:
    """How many messages the text takes on the air.

    https://learn.microsoft.com/azure/communication-services/concepts/sms/concepts
    """
    single, part = GSM_SEGMENTS if GSM_ALPHABET.issuperset(text) else UCS_SEGMENTS
    return 1 if len(text) <= single else -(-len(text) // part)


def _publish(world: World, message: Sms) -> None:
    publish(
        world,
        source=message.resource,
        event_id=message.id,
        event_type=EVENT,
        subject=f"/phonenumber/{message.service.lstrip('+')}",
        data={
            "messageId": message.id,
            "from": message.customer.lstrip("+"),
            "to": message.service.lstrip("+"),
            "message": message.text,
            "receivedTimestamp": timestamp(message.at),
            "segmentCount": segments(message.text),
        },
    )

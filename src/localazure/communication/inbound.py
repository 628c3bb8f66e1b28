"""A customer's text on its way to the resource that owns the number."""

from localazure.clock import timestamp
from localazure.communication import opt_outs, senders
from localazure.communication.segments import segments
from localazure.communication.sms import message_id
from localazure.eventgrid.publishing import publish
from localazure.records.messages import Sms, SmsState
from localazure.records.resources import PhoneNumber
from localazure.world import World

EVENT = "Microsoft.Communication.SMSReceived"


def receive(world: World, *, customer: str, number: PhoneNumber, text: str) -> Sms:
    """Stored, published and, where it is a keyword that the platform obeys, answered, in one transaction."""
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
        reply = opt_outs.obey(world, senders.of_number(number), customer, text)
        if reply is not None:
            _answer(world, message, reply)
    world.watchers.changed(customer)
    return message


def _answer(world: World, message: Sms, text: str) -> None:
    """The carrier's own text: nobody sent it through the service, nobody pays for it, no report is made."""
    answer = Sms(
        id=message_id(world, "Outgoing"),
        resource=message.resource,
        customer=message.customer,
        service=message.service,
        inbound=False,
        by_carrier=True,
        text=text,
        state=SmsState.DELIVERED,
        at=world.clock.now(),
    )
    world.messages.put(answer.id, answer)


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

"""From a name in a request to what it stands for."""

from localazure.calling import direct_routing
from localazure.calling.errors import CALL_NOT_FOUND, INVALID_CALL, NOT_ESTABLISHED, PARTICIPANT_NOT_FOUND
from localazure.calling.identifiers import IdentifierModel, raw_id
from localazure.calling.model import Call, Connection, ConnectionState, Leg, LegState
from localazure.communication.senders import E164
from localazure.pipeline import Call as Request
from localazure.world import World


def connection(world: World, request: Request) -> Connection:
    """Of a call that is not over, whatever its state. Another resource's is not found either."""
    one = world.calls.connection(request.params["connection"])
    if one is None or not one.open or one.call.resource != request.caller.resource:
        raise CALL_NOT_FOUND.of()
    return one


def established(world: World, request: Request) -> Connection:
    """One by which something can be done."""
    one = connection(world, request)
    if one.state not in {ConnectionState.CONNECTED, ConnectionState.TRANSFERRING}:
        raise NOT_ESTABLISHED.of()
    return one


def party(call: Call, model: IdentifierModel, what: str) -> Leg:
    """Somebody who is in the call."""
    return party_named(call, raw_id(model, what))


def party_named(call: Call, name: str) -> Leg:
    leg = call.legs.get(name)
    if leg is None or leg.state is not LegState.CONNECTED:
        raise PARTICIPANT_NOT_FOUND.of()
    return leg


def caller_id(world: World, resource: str, number: str | None) -> str:
    """A number of the resource that may call out; whoever calls a telephone has to show one.

    With direct routing any number of the organisation will do, of which Azure knows nothing: whether it can be used
    shows when the call looks for its way.
    """
    if number is None:
        raise INVALID_CALL.of(reason="The sourceCallerIdNumber is missing, which calling a telephone needs.")
    if direct_routing.is_set_up(world, resource):
        if not E164.fullmatch(number):
            raise INVALID_CALL.of(reason="The sourceCallerIdNumber is no E.164 number.")
        return number
    owned = world.numbers.get(number) if E164.fullmatch(number) else None
    if owned is None or owned.resource != resource:
        raise INVALID_CALL.of(reason="The sourceCallerIdNumber is no number of this resource.")
    if direct_routing.OUTBOUND not in owned.calling:
        raise INVALID_CALL.of(reason="The sourceCallerIdNumber has no capability for outbound calls.")
    return number

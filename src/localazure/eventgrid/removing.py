"""What is answered when something of Event Grid was removed."""

from localazure import operations
from localazure.eventgrid.rules import NAMESPACE
from localazure.pipeline import Call, Reply
from localazure.world import World


def removed(world: World, call: Call, subscription_id: str) -> Reply:
    operation = operations.begin(
        world, subscription_id=subscription_id, namespace=NAMESPACE, target=call.path, status=operations.SUCCEEDED
    )
    return Reply(status=202, headers=operations.headers(world, call, operation, location=True))

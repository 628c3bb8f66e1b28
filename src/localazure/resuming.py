"""What was under way when the process ended goes on."""

from localazure.calling import files
from localazure.communication.numbers import operations as number_operations
from localazure.communication.reports import due, report
from localazure.eventgrid.delivery import Dispatcher
from localazure.eventgrid.ending import expire
from localazure.eventgrid.handshake import AWAITING, validate, wait_for_visit
from localazure.records.telephony import NumberOperationState
from localazure.storage.contents import sweep
from localazure.world import World


def resume(world: World) -> None:
    """Starts the dispatcher, and again every wait that the tables know of."""
    sweep(world)
    files.sweep(world)
    world.background.spawn(Dispatcher(world).run())
    for one in world.event_subscriptions.all():
        world.background.spawn(expire(world, one.key))
        if one.handshake:
            work = wait_for_visit if one.state == AWAITING else validate
            world.background.spawn(work(world, one.key, one.handshake.code))
    for message in world.messages.all():
        if due(message) is not None:
            world.background.spawn(report(world, message.id))
    for file in world.recording_files.all():
        world.background.spawn(files.expire(world, file.document))
    for operation in world.number_operations.all():
        if operation.state is NumberOperationState.RUNNING:
            world.background.spawn(number_operations.run(world, operation.id))

"""Playing sounds and texts to a call.

https://learn.microsoft.com/azure/communication-services/how-tos/call-automation/play-action
"""

from collections.abc import Sequence

from centrala_sound.sounds import Sound
from localazure.calling import ai, finding
from localazure.calling.addresses import operation_callback
from localazure.calling.fetching import Unplayable, sound_of
from localazure.calling.media_bodies import PlayBody, PlaySource
from localazure.calling.model import Connection
from localazure.calling.operations import Operation, operations
from localazure.calling.results import CANCELED_OPERATION, COMPLETED
from localazure.calling.stage import Do
from localazure.world import World


def play(world: World, connection: Connection, body: PlayBody) -> None:
    ai.check_sources(world, connection, body.play_sources)
    names = [finding.party(connection.call, one, "playTo").raw_id for one in body.play_to or []]
    one = Play(
        world,
        connection,
        context=body.operation_context,
        uri=operation_callback(body),
        sources=body.play_sources,
        to=names or None,
        loop=bool(body.play_options and body.play_options.loop),
    )
    operations(connection).add(one, interrupt=bool(body.interrupt_call_media_operation))


class Play(Operation):
    kind = "Play"

    def __init__(
        self,
        world: World,
        connection: Connection,
        *,
        context: str | None,
        uri: str | None,
        sources: Sequence[PlaySource],
        to: list[str] | None,
        loop: bool,
    ) -> None:
        super().__init__(world, connection, context=context, uri=uri)
        self._sources, self._to, self._loop = sources, to, loop
        self._sound: Sound | None = None
        self._quiet: Do | None = None

    async def prepare(self) -> bool:
        try:
            self._sound = await sound_of(self.world, self._sources)
        except Unplayable as error:
            self.end("Failed", error.result, {"failedPlaySourceIndex": error.number})
            return False
        return True

    def begin(self) -> None:
        assert self._sound is not None
        self.tell("Started", COMPLETED)
        self._quiet = self.stage.play(self._sound, to=self._to, loop=self._loop, done=self._done)

    def stop(self) -> None:
        if self._quiet:
            self._quiet()

    def _done(self, completed: bool) -> None:
        if completed:
            self.end("Completed", COMPLETED)
        else:  # whoever it was played to has gone
            self.end("Canceled", CANCELED_OPERATION)

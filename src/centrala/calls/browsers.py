"""The browsers in a call, and what they are told of it; and a telephone outside, which is told nothing."""

from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from centrala.calls.mixing import Role
from centrala.calls.outlet import Outlet

# What browsers are told besides a Mode or a Role: the call is theirs now, the customer hears them too, they are not
# asked in any more.
YOURS, CONFERRING, UNINVITED = "yours", "conferring", "uninvited"
OVERHEARS = "overhears"  # what a colleague who is consulted is told of a supervisor who speaks to the agent


@dataclass(eq=False)
class Agent:
    """The browser of an agent, connected; or of somebody who keeps them company in another role. `told` is what it
    was told last of how the call stands."""

    person: int | UUID
    outlet: Outlet
    role: Role = Role.AGENT
    name: str = ""
    session: str = ""  # see organization.sessions.mark
    told: str = ""
    met: list[tuple[str, str]] = field(default_factory=list)

    def tell(self, mode: str, ending: str = "") -> None:
        """Once."""
        if mode != self.told:
            self.told = mode
            self._say("mode", mode=mode, **({"ending": ending} if ending else {}))

    def dismiss(self, mode: str, ending: str = "") -> None:
        self.tell(mode, ending)
        self.outlet.end()

    def meet(self, heard: list[tuple[str, str]]) -> None:
        """Names and roles of those who hear besides the customer; once."""
        if heard == self.met:
            return
        self.met = heard
        self._say("company", people=[{"name": name, "role": role} for name, role in heard])

    def press(self, key: str) -> None:
        """The customer has."""
        self._say("key", key=key)

    def _say(self, kind: str, **more: object) -> None:
        self.outlet.say(msgspec.json.encode({"kind": kind, **more}).decode())


class Outsider(Agent):
    """Somebody at a number outside, by the service's socket, which takes sound alone. `person` is the enquiry."""

    def _say(self, kind: str, **more: object) -> None:
        """There is nobody who reads."""

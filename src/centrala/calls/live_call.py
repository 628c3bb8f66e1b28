"""One call as its node has it: the service's socket, the agent's socket, and what the customer hears meanwhile.

The database says what a call is; this object makes it heard. Whatever happens, `refresh` is told how things stand and
makes them so: it may come late, twice, or first in another process after this one has died.
"""

import itertools
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from time import monotonic
from uuid import UUID

from centrala.calls.browsers import CONFERRING, OVERHEARS, UNINVITED, YOURS, Agent
from centrala.calls.leg import Leg
from centrala.calls.mixing import HEARS, Ear, Role
from centrala.calls.music import melody, ring_back
from centrala.calls.outlet import Outlet
from centrala.calls.standing import Mode, Standing

LINE_SECONDS = 5.0
GONE_SECONDS = 2.0
LONGEST_MESSAGE = 300.0  # seconds of a voicemail, as in the original
RECORDED = "yes"  # see models.Recorded
RINGING = "ringing"  # whose voice it is that rings
SEEN_BY_COLLEAGUE = {Role.COACHING: OVERHEARS, Role.JOINED: Role.JOINED.value}  # who is consulted


class LiveCall:
    """`alone_since` and `silent_since`: since when the agent's browser, or the customer's sound, is missing."""

    def __init__(self, call: UUID, *, leg: Leg | None = None, message: Leg | None = None) -> None:
        self.leg = leg  # what the hub records of the agents itself
        self.message = message  # the customer's voicemail
        self.standing = Standing(call)
        self.line: Outlet | None = None  # to the customer
        self.agent: Agent | None = None
        self.company: list[Agent] = []  # supervisors who listen, coach, or have joined; colleagues who are consulted
        self.held = False
        self.silent_since: float | None = monotonic()
        self.alone_since: float | None = None
        self.keys = ""  # that the customer pressed, and nobody has looked at
        self.prompted = False  # for a voicemail
        self.greeted = self.parted = self.said = False  # what is said at the beginning and at the end, and all of it
        self.last_word = False  # that the trial's minutes end
        self.answering = self.leaving = self.dialled = self.sent_out = False  # what is being asked of Azure
        self._asked = self._applied = 0
        self._spoke = monotonic()
        self._announced: deque[bytes] = deque()
        self._insisted: deque[bytes] = deque()
        self._before = Mode.WAITING
        self._music: Iterator[bytes] = iter(())
        self.tunes: dict[int, Sequence[bytes]] = {}  # of one's own, by the Sound's key
        self._tune: Sequence[bytes] | None = None  # which is played
        self._ringing: Iterator[bytes] = iter(())
        self._customer = Ear(Role.CUSTOMER, self._to_customer)
        self._ears: dict[Agent, Ear] = {}  # of the agent and of the company

    @property
    def call(self) -> UUID:
        return self.standing.call

    @property
    def mode(self) -> Mode:
        if self.standing.over:
            return Mode.OVER
        if self.standing.rings_since is not None:
            return Mode.RINGING
        if self._has_agent or any(one.role in HEARS[Role.CUSTOMER] for one in self.company):
            return Mode.HELD if self.held else Mode.TALKING
        return Mode.SPEAKING if self.standing.voicemail else Mode.WAITING

    @property
    def _has_agent(self) -> bool:
        return self.agent is not None and self.agent.person == self.standing.agent

    @property
    def heir(self) -> int | None:
        """The colleague who is consulted: if the agent does not come back, the call is theirs."""
        colleagues = (one.person for one in self.company if one.role == Role.CONSULTED)
        return next((person for person in colleagues if isinstance(person, int)), None)

    def asks(self) -> int:
        """Somebody looks how things stand: the number to come back with."""
        self._asked += 1
        return self._asked

    def refresh(self, standing: Standing, turn: int | None = None) -> None:
        """What was looked up before something that is known already is not news."""
        if turn is not None and turn < self._applied:
            return
        self._applied = self._applied if turn is None else turn
        if standing.agent != self.standing.agent or standing.held != self.standing.held:
            self.held = standing.held
        if standing.agent != self.standing.agent:
            self.alone_since = None
        if self.standing.rings_since is not None and standing.rings_since is None and self.line is None:
            self.silent_since = monotonic()  # only now is there anything to hear
        self.standing = standing
        self._changed()

    def found(self, line: Outlet) -> None:
        """The service's socket is there; of two of them the later one."""
        if self.line is not None:
            self.line.end()
        self.line, self.silent_since, self.dialled = line, None, False

    def lost(self, line: Outlet) -> None:
        if self.line is line:
            self.line, self.silent_since = None, monotonic()

    def join(self, agent: Agent) -> None:
        """The browser of an agent; of two of them the later one has the call."""
        if self.agent is not None:
            self.agent.dismiss("elsewhere")
        self.agent, self._spoke = agent, monotonic()
        self._changed()

    def accompany(self, guest: Agent) -> None:
        """In another role, or another window, somebody is there once."""
        for one in [one for one in self.company if one.person == guest.person]:
            self.company.remove(one)
            one.dismiss("elsewhere")
        self.company.append(guest)
        self._changed()

    def leave(self, agent: Agent) -> None:
        """The agent, or who kept them company."""
        if agent is self.agent:
            self.agent = None
        elif agent in self.company:
            self.company.remove(agent)
        else:
            return
        self._changed()

    def hold(self, agent: Agent, *, on: bool) -> None:
        """What was looked up before this is not news any more."""
        if self.agent is agent:
            self._applied = self.asks()
            self.standing = replace(self.standing, held=on)  # as it is written: what differs from it later is news
            self.held, self._spoke = on, monotonic()
            self._changed()

    def scatter(self) -> None:
        """The call is another process's: the browsers ask anew where it is."""
        for one in (self.agent, *self.company):
            if one is not None:
                one.outlet.end()

    def show_out(self, people: Collection[int | UUID]) -> None:
        """Of the company these may not stay."""
        for guest in [one for one in self.company if one.person in people]:
            self.company.remove(guest)
            guest.dismiss(UNINVITED)
        self._changed()

    def announce(self, frames: Iterable[bytes]) -> None:
        """To the customer, before any music; an agent who talks is not interrupted."""
        if self.mode != Mode.TALKING:
            self._announced.extend(frames)

    def insist(self, frames: Iterable[bytes]) -> None:
        """To the customer, before anything else; an agent who talks meanwhile is not heard."""
        self._insisted.extend(frames)

    @property
    def insists(self) -> bool:
        return bool(self._insisted)

    @property
    def is_told(self) -> bool:
        """Something is being said to the customer."""
        return bool(self._announced)

    @property
    def message_begun(self) -> bool:
        return self.message is not None and self.message.written

    @property
    def message_complete(self) -> bool:
        return self.message is not None and self.message.seconds >= LONGEST_MESSAGE

    @property
    def silent(self) -> bool:
        """Nothing more is to be said, or the line to say it into does not come."""
        if self.standing.outbound and self.standing.connected_at is None:
            return True
        if self.line is None:
            return self.silent_since is not None and monotonic() - self.silent_since > LINE_SECONDS
        return self.said and not self._announced

    def tick(self) -> None:
        """20 ms have passed: whoever is not talked to hears what is announced, or else music. A browser sends sound
        even where its microphone is mute: one that sends none is gone, and has not said so."""
        if self.agent is not None and self._rings_outside and (ear := self._ears.get(self.agent)):
            ear.hear(self._next_of_ringing(), Role.OUTSIDE, RINGING)
        for ear in (self._customer, *self._ears.values()):
            ear.tick()
        if self.line is not None and self._insisted:
            self.line.put(self._insisted.popleft())
            return
        if self.mode == Mode.RINGING:
            self._ring_back()
        if self.line is None or (self.mode == Mode.TALKING and monotonic() - self._spoke < GONE_SECONDS):
            return
        if self._announced:
            self.line.put(self._announced.popleft())
        elif self.mode not in {Mode.OVER, Mode.SPEAKING, Mode.RINGING}:
            self.line.put(self._next_of_music())

    def _ring_back(self) -> None:
        if self.agent is not None and self._has_agent:
            self.agent.outlet.put(self._next_of_ringing())

    def _next_of_ringing(self) -> bytes:
        frame = next(self._ringing, None)
        if frame is None:
            self._ringing = itertools.cycle(ring_back())
            frame = next(self._ringing)
        return frame

    def _next_of_music(self) -> bytes:
        wanted = self.standing.hold_music if self.mode == Mode.HELD else self.standing.wait_music
        tune = self.tunes.get(wanted) if wanted is not None else None
        if tune is not self._tune:
            self._tune, self._music = tune, iter(())
        frame = next(self._music, None)
        if frame is None:
            self._music = itertools.cycle(tune or melody())
            frame = next(self._music)
        return frame

    def pressed(self, key: str) -> None:
        """By the customer."""
        if self.agent is not None:
            self.agent.press(key)

    def from_customer(self, frame: bytes) -> None:
        if self.mode == Mode.SPEAKING and self.message is not None and self.prompted and not self._announced:
            self.message.write(frame)
        if self.mode == Mode.TALKING:
            for ear in self._ears.values():
                ear.hear(frame, Role.CUSTOMER, Role.CUSTOMER)

    def from_agent(self, frame: bytes, agent: Agent) -> None:
        """Or from their company. Of an agent whose call it is not any more nothing is heard."""
        if agent is not self.agent and agent not in self.company:
            return
        if agent is self.agent or agent.role in HEARS[Role.CUSTOMER]:
            self._spoke = monotonic()
        if self.mode not in {Mode.TALKING, Mode.HELD}:
            return
        if self.mode == Mode.TALKING:
            self._customer.hear(frame, agent.role, agent)
        for other, ear in self._ears.items():
            if other is not agent and (self.mode == Mode.TALKING or other.role != Role.LISTENING):
                ear.hear(frame, agent.role, agent)

    def _to_customer(self, frame: bytes) -> None:
        if self.line is None or self._insisted:
            return
        self.line.put(frame)
        if self.leg is not None and self.standing.recorded == RECORDED:
            self.leg.write(frame)

    def _changed(self) -> None:
        self._promote()
        misses_agent = self.standing.agent is not None and not self.standing.over and not self._has_agent
        self.alone_since = (self.alone_since or monotonic()) if misses_agent else None
        if self.agent is not None and self.agent.person != self.standing.agent and not self.standing.over:
            self.agent.dismiss(Mode.WAITING)  # it is somebody else's now
            self.agent = None
        self._let_go_of_company()
        self._listen()
        self._tell()
        if self.mode == Mode.TALKING:
            self._announced.clear()
            if self._before == Mode.RINGING:
                self._spoke = monotonic()  # before it there was nobody to speak to
            if self._before != Mode.TALKING and self.line is not None:
                self.line.clear()  # the agent is heard now, not after the rest of the music
        self._before = self.mode

    def _promote(self) -> None:
        """Who was consulted and has the call now goes on talking, without a gap in which the customer hears music."""
        heir = next((one for one in self.company if one.person == self.standing.agent), None)
        if heir is None or heir.role != Role.CONSULTED or self.standing.over:
            return
        self.company.remove(heir)
        if self.agent is not None:
            self.agent.dismiss(Mode.WAITING)
        heir.role = Role.AGENT
        heir.tell(YOURS)
        self.agent, self._spoke = heir, monotonic()

    def _let_go_of_company(self) -> None:
        """Of those whose call it is now or who are not consulted any more, and of all when it is over."""
        for guest in list(self.company):
            uninvited = self._is_uninvited(guest)
            if self.standing.over or guest.person == self.standing.agent or uninvited:
                self.company.remove(guest)
                guest.dismiss(Mode.OVER if self.standing.over or not uninvited else UNINVITED)

    def _is_uninvited(self, guest: Agent) -> bool:
        if guest.role == Role.CONSULTED:
            return guest.person not in self.standing.consulted
        if guest.role == Role.OUTSIDE:
            return guest.person != self.adviser
        return self.standing.is_handed_on

    @property
    def adviser(self) -> UUID | None:
        """The number outside that is in the call, by its enquiry."""
        advice = self.standing.advice
        return advice.id if advice is not None and advice.wanted and advice.answered_at is not None else None

    @property
    def _rings_outside(self) -> bool:
        """Which the agent hears, and nobody else."""
        advice = self.standing.advice
        rings = advice is not None and advice.wanted and advice.named and advice.answered_at is None
        return rings and not self.standing.over

    def _tell(self) -> None:
        for guest in self.company:
            conferring = guest.role == Role.CONSULTED and self.mode == Mode.TALKING
            guest.tell(CONFERRING if conferring else guest.role)
        if self.agent is None:
            return
        if self.mode == Mode.OVER:
            self.agent.dismiss(Mode.OVER, self.standing.ending)
        else:
            self.agent.tell(self.mode)

    def _listen(self) -> None:
        """Everybody hears those who are there now. The agent is told who they are, and a colleague who is consulted of
        whom the agent knows: nobody hears what the two say alone without both knowing it."""
        there = [self.agent, *self.company] if self.agent is not None and self._has_agent else list(self.company)
        self._ears = {one: self._ear(one) for one in there}
        self._customer.among(one.role for one in there)
        for one, ear in self._ears.items():
            rings = [Role.OUTSIDE] if one is self.agent and self._rings_outside else []
            ear.among([Role.CUSTOMER, *(other.role for other in there if other is not one), *rings])
        heard = [(one.name, one.role.value) for one in self.company if one.role in HEARS[Role.AGENT]]
        if self.agent is not None:
            self.agent.meet(heard)
        for one in self.company:
            if one.role == Role.CONSULTED:
                one.meet(
                    [
                        (other.name, SEEN_BY_COLLEAGUE[other.role])
                        for other in self.company
                        if other.role in SEEN_BY_COLLEAGUE
                    ]
                )

    def _ear(self, one: Agent) -> Ear:
        """The one that they have, as long as they are what they were."""
        known = self._ears.get(one)
        return known if known is not None and known.role == one.role else Ear(one.role, one.outlet.put)

"""What the hub holds out to the reader, how the reader is seen by others, and how many wait."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.timezone import now

from centrala.calls.consulting import holding
from centrala.calls.models import Call, Consultation, Consulted
from centrala.calls.queries import under_way
from centrala.conversations.access import conversations_of
from centrala.conversations.models import ConversationState
from centrala.organization.models import User
from centrala.routing.access import offers_to
from centrala.routing.actions import CHOICES
from centrala.routing.duty import Duty, duty
from centrala.routing.models import Offer
from centrala.workstreams.models import Presence

COUNTED = 100  # conversations that wait; more are "99+"


@dataclass(frozen=True)
class Standing:
    user: User

    @cached_property
    def offers(self) -> list[Offer]:
        return list(offers_to(self.user).select_related("conversation__call"))

    @cached_property
    def calls(self) -> list[Call]:
        return under_way(self.user)

    @cached_property
    def asked(self) -> list[Consultation]:
        """Into calls of others."""
        return [one for one in self._consultations if one.state == Consulted.ASKED]

    @cached_property
    def consulted(self) -> list[Consultation]:
        """In calls of others."""
        return [one for one in self._consultations if one.state == Consulted.CAME]

    @cached_property
    def _consultations(self) -> list[Consultation]:
        return list(holding().filter(colleague=self.user))

    @cached_property
    def presence(self) -> Presence:
        """The page that shows it keeps an event stream, so whoever reads it is here."""
        at = now()
        self._duty.agent.last_seen_at = at
        return self._duty.presence(at)

    @property
    def imposed(self) -> bool:
        return bool(self._duty.agent.imposed)

    @property
    def chosen(self) -> str:
        """What the person wants to be; nothing of it holds while the hub imposes something."""
        return "" if self.imposed else self._duty.agent.chosen

    @property
    def choices(self) -> list[Presence]:
        return [presence for presence in Presence if presence in CHOICES]

    @cached_property
    def waiting(self) -> int:
        return conversations_of(self.user).filter(state=ConversationState.OPEN)[:COUNTED].count()

    @cached_property
    def _duty(self) -> Duty:
        return duty(self.user)

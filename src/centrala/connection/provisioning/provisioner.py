"""Plan and apply in the name of one credential: a person's, held in memory for as long as this lives."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from azure.core.credentials import TokenCredential
from django.conf import settings
from django.utils.translation import gettext as _

from centrala.azure.caller import Caller, caller_of
from centrala.azure.cloud import Cloud
from centrala.azure.eventgrid import DeadLetters
from centrala.azure.identifiers import ResourceId
from centrala.connection import keys, leftovers
from centrala.connection.actions import refuse_another
from centrala.connection.checks import eligible, elsewhere
from centrala.connection.models import Connection
from centrala.connection.provisioning.acts import Hand
from centrala.connection.provisioning.applying import Applying
from centrala.connection.provisioning.blueprint import PROVIDERS, Order, draw
from centrala.connection.provisioning.clients import Clients, clients
from centrala.connection.provisioning.patience import Patience
from centrala.connection.provisioning.pieces import Kind, pieces
from centrala.connection.provisioning.plan import Plan, step_of
from centrala.connection.provisioning.reports import DisconnectedMeanwhile, Progress, Report, Tell, UsedElsewhere
from centrala.connection.provisioning.rights import TO_MAKE, TO_READ
from centrala.connection.provisioning.survey import Section, Survey, Surveyor
from centrala.connection.provisioning.waiting import Waiting
from centrala.database import session
from centrala.errors import Misconfigured, Refused
from centrala.organization.models import User

T = TypeVar("T")
TURN = "select pg_try_advisory_lock(hashtext('centrala.provision'))"
SECONDS_BETWEEN_LOOKS = 1.0


def silently(_report: Report) -> None:
    """For whoever wants to hear nothing."""


@dataclass(kw_only=True)
class Provisioner:
    """`tell` hears of every step as it happens. `application_id` names an application of one's own choice. `taken_over`
    says that another installation which had the resource has it no more. `lent`: its numbers are lent to a trial, by
    whoever signs in, in whatever tenant."""

    resource: ResourceId
    credential: TokenCredential
    actor: User | None
    application_id: str = ""
    dead_letters: DeadLetters | None = None
    taken_over: bool = False
    lent: bool = False
    tell: Tell = silently
    cloud: Cloud = field(default_factory=lambda: settings.CLOUD)
    patience: Patience = field(default_factory=lambda: Patience.with_cloud(settings.CLOUD))

    def plan(self) -> Plan:
        """What is and what would be; changes nothing. Raises Refused, of which Stopped is one."""
        self._check()
        with self._clients() as opened:
            survey = self._survey(opened)
        self._refuse_anothers(survey)
        blueprint = draw(self._order, survey, event_grid_app_id=self.cloud.event_grid_app_id)
        found = pieces(blueprint, survey, now=self.patience.now())
        return Plan(steps=tuple(step_of(piece) for piece in found), blueprint=blueprint)

    def apply(self) -> Connection:
        """Returns when each event subscription's handshake has succeeded. Two runs at once take turns.

        Raises Refused, of which Stopped is one.
        """
        with self._turn():
            self._check()
            with self._clients() as opened:
                survey = self._survey(opened)
                self._refuse_anothers(survey)
                if not survey.hub.connected:
                    self._require_keys(opened)
                Applying(
                    order=self._order,
                    surveyor=self._surveyor(opened),
                    hand=Hand(opened, self.cloud, self.actor, lent=self.lent),
                    waiting=self._waiting(self.caller.name),
                ).run(survey)
        made = Connection.objects.filter(resource_id__iexact=str(self.resource), disconnected_at=None).first()
        if made is None:
            raise DisconnectedMeanwhile(self.resource.name)
        return made

    @cached_property
    def caller(self) -> Caller:
        course = self._waiting("").course("", self.resource.name)
        return self._waiting("").asking(
            lambda: caller_of(self.credential, self.cloud), course=course, right=TO_READ[Section.HUB]
        )

    @cached_property
    def _order(self) -> Order:
        return Order(
            resource=self.resource,
            tenant_id=self.caller.tenant_id if self.lent else str(eligible().tenant_id),
            application_id=self.application_id.strip().lower(),
            dead_letters=self.dead_letters,
            lent=self.lent,
        )

    def _clients(self) -> AbstractContextManager[Clients]:
        return clients(self.resource, credential=self.credential, cloud=self.cloud)

    def _surveyor(self, opened: Clients) -> Surveyor:
        return Surveyor(
            resource=self.resource,
            application_id=self._order.application_id,
            unique_name=self._order.unique_name,
            display_name=self._order.display_name,
            namespaces=PROVIDERS,
            event_grid_app_id=self.cloud.event_grid_app_id,
            caller_id=self.caller.object_id,
            clients=opened,
        )

    def _waiting(self, who: str) -> Waiting:
        return Waiting(who=who, tell=self.tell, patience=self.patience)

    def _check(self) -> None:
        eligible(lent=self.lent)
        tenant_id = self._order.tenant_id
        refuse_another(self.resource)
        if self.caller.tenant_id != tenant_id:
            raise Refused(
                _(
                    "%(who)s is signed in to the tenant %(other)s, the organization's is %(tenant)s. "
                    "Fix: sign in there, or correct the organization's tenant."
                )
                % {"who": self.caller.name, "other": self.caller.tenant_id, "tenant": tenant_id}
            )

    def _survey(self, opened: Clients) -> Survey:
        """The resource first: one that is not there must not leave an application behind."""
        waiting, surveyor = self._waiting(self.caller.name), self._surveyor(opened)
        self._try_key()
        hub = surveyor.hub()
        course = waiting.course("", self.resource.name)

        def ask(section: Section, question: Callable[[], T]) -> T:
            return waiting.asking(question, course=course, right=TO_READ[section])

        ask(Section.HUB, opened.resource.resource)
        return Survey(
            caller=self.caller,
            providers=ask(Section.PROVIDERS, surveyor.providers),
            directory=ask(Section.DIRECTORY, lambda: surveyor.directory(hub)),
            hub=hub,
            events=ask(Section.EVENTS, surveyor.events),
        )

    def _try_key(self) -> None:
        """A key that was regenerated a moment ago is known to be one before the plan is drawn."""
        for connection in Connection.objects.filter(resource_id__iexact=str(self.resource), disconnected_at=None):
            with suppress(Misconfigured):  # it cannot be decrypted: nobody can say
                keys.check(connection)

    def _refuse_anothers(self, survey: Survey) -> None:
        """Before anything is done: its event subscriptions would be led away from the other installation."""
        if self.taken_over or survey.hub.connected:
            return
        if (other := leftovers.sending_elsewhere(survey.events.subscriptions)) is not None:
            raise UsedElsewhere(elsewhere(*other))

    def _require_keys(self, opened: Clients) -> None:
        """Before anything is made: without them there will be no connection."""
        waiting = self._waiting(self.caller.name)
        course = waiting.course(Kind.CONNECTION, self.resource.name)
        waiting.asking(opened.resource.connection_string, course=course, right=TO_MAKE[Kind.CONNECTION])

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """The lock goes with its database session, whatever becomes of this process."""
        with session() as turn:
            while turn.execute(TURN).fetchone() != (True,):
                self.tell(Report(progress=Progress.QUEUED, name=self.resource.name))
                self.patience.sleep(SECONDS_BETWEEN_LOOKS)
            yield

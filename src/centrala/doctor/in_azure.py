"""What Azure tells about the connected resource, each part asked for when the first rule wants it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from azure.core.credentials import TokenCredential
from django.utils.translation import gettext as _

from centrala.azure import inspection
from centrala.azure.caller import Caller, caller_of
from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError
from centrala.azure.eventgrid import Subscription, Topic, events
from centrala.azure.graph import Application, Assignment, Principal, directory
from centrala.azure.identifiers import ResourceId
from centrala.azure.inspection import ResourceState
from centrala.azure.permissions import permissions_in
from centrala.azure.phone_numbers import Number, list_numbers
from centrala.azure.providers import COMMUNICATION, EVENT_GRID, providers
from centrala.connection.azure_words import in_words
from centrala.doctor.finding import Action, Fix, NotChecked, NotShown
from centrala.doctor.hub import Connected
from centrala.doctor.once import Once

T = TypeVar("T")
DENIED = {401, 403}
CONNECTING_SECONDS, ANSWER_SECONDS = 5.0, 20.0  # somebody waits for the page


@dataclass(frozen=True, kw_only=True)
class Registration:
    """The connected application as the directory knows it. `owners` are object ids, of both its halves."""

    application: Application
    principal: Principal | None
    owners: frozenset[str]
    assignments: tuple[Assignment, ...]


class InAzure:
    """Every part raises NotChecked where it cannot be had, with what would help.

    `credential` is that of whoever asks, else the hub's own (`own`), else None.
    """

    def __init__(
        self,
        *,
        connected: Connected | None,
        resource: ResourceId | None,
        credential: TokenCredential | None,
        own: TokenCredential | None,
        cloud: Cloud,
    ) -> None:
        self._connected = connected
        self._named = resource
        self._credential = credential or own
        self._as_person = credential is not None
        self.own = own
        self._cloud = replace(cloud, connecting_seconds=CONNECTING_SECONDS, answer_seconds=ANSWER_SECONDS)
        self.caller: Once[Caller] = Once(lambda: self._asked(lambda: caller_of(self._someone, self._cloud)))
        self.subscription_state: Once[str] = Once(lambda: self._of_resource(inspection.subscription_state_of))
        self.resource: Once[ResourceState | None] = Once(self._resource)
        self.providers: Once[Mapping[str, str]] = Once(self._providers)
        self.topic: Once[Topic | None] = Once(self._topic)
        self.subscriptions: Once[tuple[Subscription, ...]] = Once(self._subscriptions)
        self.registration: Once[Registration | None] = Once(self._registration)
        self.event_grid: Once[Principal | None] = Once(self._event_grid)
        self.numbers: Once[tuple[Number, ...]] = Once(self._numbers)
        self.own_actions: Once[frozenset[str]] = Once(lambda: self._of_own(self._own_actions))
        self.own_graph_rights: Once[frozenset[str]] = Once(
            lambda: self._of_own(lambda own: inspection.graph_rights(credential=own, cloud=self._cloud))
        )

    @property
    def connected(self) -> Connected:
        if self._connected is None:
            raise NotChecked(_("Nothing is connected."))
        return self._connected

    @property
    def resource_id(self) -> ResourceId:
        return self._named or self.connected.connection.resource

    @property
    def _someone(self) -> TokenCredential:
        if self._credential is None:
            raise NotShown(_("The hub is not signed in to Azure."), self._sign_in())
        return self._credential

    def _sign_in(self) -> Fix:
        return Fix(
            text=_("Sign in to Azure, or give the hub a principal of its own that may read this."),
            command="centrala doctor --device-code",
            action=Action.SIGN_IN,
        )

    def _asked(self, question: Callable[[], T]) -> T:
        try:
            return question()
        except AzureError as error:
            if error.status in DENIED:
                raise NotShown(
                    _("Azure does not show this to whoever asks: %(reason)s") % {"reason": in_words(error)},
                    Fix(text=_("Ask again as somebody who may read it.")) if self._as_person else self._sign_in(),
                ) from None
            raise NotChecked(_("Azure could not be asked: %(reason)s") % {"reason": in_words(error)}) from None

    def _of_resource(self, question: Callable[..., T]) -> T:
        """Of whoever asks: by a function of `inspection`."""
        resource, credential = self.resource_id, self._someone
        return self._asked(lambda: question(resource, credential=credential, cloud=self._cloud))

    def _of_own(self, question: Callable[[TokenCredential], T]) -> T:
        own = self.own
        if own is None:
            raise NotChecked(_("The hub has no principal of its own."))
        return self._asked(lambda: question(own))

    def _own_actions(self, own: TokenCredential) -> frozenset[str]:
        group, subscription_id = self.resource_id.resource_group, self.resource_id.subscription_id
        held = permissions_in(group, subscription_id=subscription_id, credential=own, cloud=self._cloud)
        return frozenset(action for one in held for action in one.actions)

    def _resource(self) -> ResourceState | None:
        """None where Azure knows no such resource."""
        resource, credential = self.resource_id, self._someone
        try:
            return inspection.resource_state(resource, credential=credential, cloud=self._cloud)
        except AzureError as error:
            if error.status == 404:
                return None
            failure = error
        return self._asked(lambda: _raise(failure))

    def _providers(self) -> Mapping[str, str]:
        def ask() -> Mapping[str, str]:
            with providers(self.resource_id.subscription_id, credential=self._someone, cloud=self._cloud) as registry:
                return {namespace: registry.state(namespace) for namespace in (COMMUNICATION, EVENT_GRID)}

        return self._asked(ask)

    def _topic(self) -> Topic | None:
        if self.resource() is None:
            raise NotChecked(_("Azure knows no such resource."))

        def ask() -> Topic | None:
            with events(self.resource_id, credential=self._someone, cloud=self._cloud) as grid:
                return grid.topic()

        return self._asked(ask)

    def _subscriptions(self) -> tuple[Subscription, ...]:
        topic = self.topic()
        if topic is None:
            raise NotChecked(_("The resource has no system topic."))

        def ask() -> tuple[Subscription, ...]:
            with events(self.resource_id, credential=self._someone, cloud=self._cloud) as grid:
                return grid.subscriptions(topic)

        return self._asked(ask)

    def _registration(self) -> Registration | None:
        """None where the directory has no such application."""

        def ask() -> Registration | None:
            with directory(credential=self._someone, cloud=self._cloud) as reader:
                application = reader.application(self.connected.app_id)
                if application is None:
                    return None
                principal = reader.principal(application.client_id)
                owners = reader.owners("applications", application.object_id)
                if principal is not None:
                    owners |= reader.owners("servicePrincipals", principal.object_id)
                return Registration(
                    application=application,
                    principal=principal,
                    owners=owners,
                    assignments=reader.assignments(principal) if principal else (),
                )

        return self._asked(ask)

    def _event_grid(self) -> Principal | None:
        def ask() -> Principal | None:
            with directory(credential=self._someone, cloud=self._cloud) as reader:
                return reader.principal(self._cloud.event_grid_app_id)

        return self._asked(ask)

    def _numbers(self) -> tuple[Number, ...]:
        """By the connection's own key. Raises AzureError: its status says whether the key is accepted."""
        return tuple(list_numbers(connection=self.connected.connection_string, cloud=self._cloud))


def _raise(failure: AzureError) -> ResourceState | None:
    raise failure

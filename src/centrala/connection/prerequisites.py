"""What connecting takes, as named checks; and whether "Get started" is there and may be pressed.

Shown: no trial runs and nothing is connected. Enabled: no check that blocks says no. What Azure knows is not checked
until the administrator has signed in there, and an unchecked thing blocks nothing: the five fields are enough.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from centrala.azure.providers import COMMUNICATION, EVENT_GRID, REGISTERED, REGISTERING
from centrala.connection.in_azure import InAzure
from centrala.connection.models import Connection
from centrala.organization.standing import Standing


class State(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "ask"
    UNDERWAY = "wait"


@dataclass(frozen=True, kw_only=True)
class Check:
    """`key` says which button or link mends it. One that does not block only warns."""

    key: str
    state: State
    title: str
    why: str
    fix: str = ""
    blocks: bool = True
    subject: str = ""  # a provider's namespace


@dataclass(frozen=True, kw_only=True)
class Prerequisites:
    checks: tuple[Check, ...]
    shown: bool

    @property
    def underway(self) -> bool:
        return any(check.state is State.UNDERWAY for check in self.checks)

    @property
    def blocking(self) -> list[Check]:
        return [check for check in self.checks if check.blocks and check.state is State.NO]

    @property
    def enabled(self) -> bool:
        return self.shown and not self.blocking


def prerequisites(there: Standing, *, connected: Connection | None, azure: InAzure | None) -> Prerequisites:
    checks = (
        *_organization(there),
        _nothing_connected(connected),
        _subscription(there, azure),
        _role(there, azure),
        _provider(COMMUNICATION, azure),
        _provider(EVENT_GRID, azure),
    )
    return Prerequisites(checks=checks, shown=connected is None and not there.trial_running)


def _organization(there: Standing) -> Iterator[Check]:
    if not there.is_set_up:
        yield Check(
            key="organization",
            state=State.NO,
            title=_("The organisation is set up"),
            why=_("Its name and tenant are not known yet."),
            fix=_("Set it up on the page Organisation, or with the command “centrala organization”."),
        )
        return
    yield _licence(there)
    yield _voice(there)
    yield _trial(there)


def _licence(there: Standing) -> Check:
    title = _("The organisation has a licence")
    if there.licensed:
        return Check(key="licence", state=State.YES, title=title, why=_("Digital messaging is licensed."))
    return Check(
        key="organization",
        state=State.NO,
        title=title,
        why=_("No licence for digital messaging is recorded; channels need one."),
        fix=_("Record it on the page Organisation, or with the command “centrala organization --licence yes”."),
    )


def _voice(there: Standing) -> Check:
    title = _("Voice is added and its terms are accepted")
    if there.voice_ready:
        return Check(key="voice", state=State.YES, title=title, why=_("The Voice and SMS Terms are accepted."))
    why = _("The Voice and SMS Terms are not accepted.") if there.voice_added else _("Voice is not added.")
    fix = _("On the page Organisation tick Add voice and accept the Voice and SMS Terms.")
    return Check(key="organization", state=State.NO, title=title, why=why, fix=fix)


def _trial(there: Standing) -> Check:
    title = _("The organisation is not a trial, or the trial is over")
    if there.trial_running:
        return Check(
            key="trial",
            state=State.NO,
            title=title,
            why=_("The trial is running; its own numbers work without a connection."),
            fix=_("Wait until it ends, or end it now."),
        )
    why = _("The trial is over.") if there.trial_over else _("It is no trial.")
    return Check(key="trial", state=State.YES, title=title, why=why)


def _nothing_connected(connected: Connection | None) -> Check:
    title = _("Nothing is connected yet")
    if connected is None:
        return Check(key="connected", state=State.YES, title=title, why=_("One installation serves one resource."))
    return Check(
        key="connected",
        state=State.NO,
        title=title,
        why=_("“%(name)s” is connected, and one installation serves one resource.") % {"name": connected.resource_name},
        fix=_("Disconnect it first, under Advanced."),
    )


def _subscription(there: Standing, azure: InAzure | None) -> Check:
    title = _("Your Azure subscription is active and in the organisation's tenant")
    if azure is None or azure.trouble:
        return _not_checked("subscription", title, azure)
    tenant = str(there.organization.tenant_id) if there.organization else ""
    chosen = azure.chosen
    if chosen is not None and chosen.is_active and chosen.tenant_id == tenant:
        return Check(key="subscription", state=State.YES, title=title, why=f"{chosen.name} ({chosen.id})")
    if chosen is not None and chosen.tenant_id != tenant:
        return Check(
            key="subscription",
            state=State.NO,
            title=title,
            why=_("“%(name)s” belongs to the tenant %(theirs)s, the organisation to %(ours)s.")
            % {"name": chosen.name, "theirs": chosen.tenant_id, "ours": tenant},
            fix=_("Choose another subscription, or correct the organisation's tenant."),
        )
    seen = [chosen] if chosen is not None else azure.subscriptions
    listed = ", ".join(f"{one.name} ({one.state})" for one in seen)
    why = _("No subscription is both: %(listed)s.") % {"listed": listed} if seen else _("You see no subscription.")
    return Check(
        key="subscription",
        state=State.NO,
        title=title,
        why=why,
        fix=_("Have the subscription activated, or get a role in one of the organisation's tenant."),
    )


def _role(there: Standing, azure: InAzure | None) -> Check:
    title = _("Your role there is Contributor or enough")
    if azure is None or azure.trouble:
        return _not_checked("role", title, azure)
    if azure.enough_at:
        why = _("In the resource group “%(group)s” you may do all that connecting takes.") % {"group": azure.enough_at}
        return Check(key="role", state=State.YES, title=title, why=why)
    if azure.chosen is None or not azure.missing:
        why = _("Not checked: there is no resource group to look in.")
        return Check(key="role", state=State.UNKNOWN, title=title, why=why)
    return Check(
        key="role",
        state=State.NO,
        title=title,
        why=_("In “%(place)s” you may not do: %(actions)s.")
        % {"place": azure.chosen.name, "actions": ", ".join(azure.missing)},
        fix=_("Ask an owner of the subscription for the role Contributor."),
    )


def _provider(namespace: str, azure: InAzure | None) -> Check:
    title = _("The provider %(name)s is registered") % {"name": namespace}
    if azure is None or azure.trouble:
        return _not_checked("provider", title, azure)
    state = azure.providers.get(namespace, "")
    if state == REGISTERED:
        why = _("In the subscription, Settings > Resource providers: Registered.")
        return Check(key="provider", state=State.YES, title=title, why=why, subject=namespace, blocks=False)
    if not state:
        why = (
            _("Not checked: you may not read it there.")
            if azure.chosen
            else _("Not checked: there is no subscription.")
        )
        return Check(key="provider", state=State.UNKNOWN, title=title, why=why, blocks=False)
    if state == REGISTERING:
        why = _("Registering: Azure takes a minute or two.")
        return Check(key="provider", state=State.UNDERWAY, title=title, why=why, subject=namespace, blocks=False)
    return Check(
        key="provider",
        state=State.NO,
        title=title,
        why=_("In the subscription, Settings > Resource providers: %(state)s.") % {"state": state},
        fix=_("Register it: without it no event subscription can be made."),
        subject=namespace,
        blocks=False,
    )


def _not_checked(key: str, title: str, azure: InAzure | None) -> Check:
    if azure is None:
        why = _("Not checked: you are not signed in to Azure.")
        return Check(key=key, state=State.UNKNOWN, title=title, why=why, blocks=key != "provider")
    why = _("Not checked: %(reason)s") % {"reason": azure.trouble}
    return Check(key=key, state=State.UNKNOWN, title=title, why=why, blocks=key != "provider")

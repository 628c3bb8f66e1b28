"""Everything the local cloud knows, in one object that is passed to whoever needs it."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from random import Random

from localazure.background import Background
from localazure.bell import Bell
from localazure.calling.model import Calls
from localazure.clock import Clock
from localazure.communication.rates import Rates
from localazure.entra.minted import Minted, Resource
from localazure.eventgrid.webhook import Webhooks
from localazure.loose import Check
from localazure.records.calling import AiResource, CallbackKey, RecordingFile, Telephone
from localazure.records.directory import (
    Application,
    AppRoleAssignment,
    DroppedKey,
    RoleAssignment,
    ServicePrincipal,
    SigningKey,
    Tenant,
)
from localazure.records.event_faults import DeliveryFault
from localazure.records.events import Delivery, EventSubscription, SystemTopic
from localazure.records.messages import Fault, Repeatable, Sms
from localazure.records.people import (
    AuthorizationCode,
    DeviceCode,
    Person,
    Propagation,
    RefreshToken,
    TokenEpoch,
)
from localazure.records.resources import (
    CommunicationService,
    Operation,
    PhoneNumber,
    Provider,
    ResourceGroup,
    Subscription,
)
from localazure.records.roles import RoleDefinition
from localazure.records.seed import Seed
from localazure.records.storage import Blob, Block, Container, StorageAccount
from localazure.records.telephony import (
    AlphanumericSender,
    BorderController,
    Identity,
    NumberOperation,
    NumberQuota,
    NumberSearch,
    OptOut,
    Reservation,
    SipConfiguration,
    SoldOut,
)
from localazure.records.time import ClockOffset
from localazure.records.topics import CustomTopic
from localazure.store import Store, Table
from localazure.unanswered import none_yet
from localazure.watchers import Watchers


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where this cloud answers: `url` https, `portal` http, no slash at the end. `ca` verifies `url` and nothing else,
    `ca_bundle` also what the public authorities have signed."""

    url: str
    portal: str
    ca: Path
    ca_bundle: Path

    @property
    def host(self) -> str:
        return self.url.partition("://")[2]

    @property
    def dead_letters(self) -> Path:
        """The folder that stands for every storage account that is not there: a folder per container."""
        return self.ca_bundle.parent / "dead-letters"

    @property
    def blobs(self) -> Path:
        """The contents of blobs; what they are called is in the tables."""
        return self.ca_bundle.parent / "blobs"

    @property
    def recordings(self) -> Path:
        """The files of recordings of calls: a folder for each."""
        return self.ca_bundle.parent / "recordings"


class World:
    """Tables by key (lower-case resource ids where Azure ignores case), the clock, and what runs meanwhile."""

    def __init__(self, *, store: Store, addresses: Addresses, loose: frozenset[Check] = frozenset()) -> None:
        self.store = store
        self.loose = loose
        self.addresses = addresses
        self.seeds = Table(store, Seed)
        self.offsets = Table(store, ClockOffset)

        self.signing_keys = Table(store, SigningKey)
        self.dropped_keys = Table(store, DroppedKey)
        self.tenants = Table(store, Tenant)
        self.applications = Table(store, Application)  # by object id
        self.principals = Table(store, ServicePrincipal)  # by object id
        self.app_role_assignments = Table(store, AppRoleAssignment)
        self.role_assignments = Table(store, RoleAssignment, groups=lambda one: (one.principal_id,))
        self.role_definitions = Table(store, RoleDefinition)  # made here; by bare id

        self.people = Table(store, Person)  # by object id
        self.device_codes = Table(store, DeviceCode)
        self.authorization_codes = Table(store, AuthorizationCode)
        self.refresh_tokens = Table(store, RefreshToken)
        self.token_epochs = Table(store, TokenEpoch)  # by client id, "" for all
        self.propagation = Table(store, Propagation)

        self.subscriptions = Table(store, Subscription)
        self.groups = Table(store, ResourceGroup)  # by lower-case id
        self.providers = Table(store, Provider)  # by {subscription}/{namespace}, lower case
        self.operations = Table(store, Operation)
        self.communication = Table(store, CommunicationService)
        self.numbers = Table(store, PhoneNumber)  # by number with its plus

        self.system_topics = Table(store, SystemTopic)
        self.event_subscriptions = Table(store, EventSubscription)
        self.custom_topics = Table(store, CustomTopic)
        self.deliveries = Table(store, Delivery, groups=lambda one: one.lists)
        self.delivery_faults = Table(store, DeliveryFault)

        self.messages = Table(store, Sms, groups=lambda one: (one.customer,))
        self.repeatables = Table(store, Repeatable)
        self.faults = Table(store, Fault)
        self.alphanumeric_senders = Table(store, AlphanumericSender)
        self.opt_outs = Table(store, OptOut)
        self.number_searches = Table(store, NumberSearch)
        self.number_operations = Table(store, NumberOperation)
        self.reservations = Table(store, Reservation)  # by {resource}/{id}
        self.sold_out = Table(store, SoldOut)  # by {country}/{type}/{area code}
        self.number_quotas = Table(store, NumberQuota)  # one, "tenant"
        self.sip = Table(store, SipConfiguration)  # by resource
        self.border_controllers = Table(store, BorderController)  # by the trunk's name, lower case: as ordered
        self.identities = Table(store, Identity)
        self.rates = Rates()

        self.callback_keys = Table(store, CallbackKey)
        self.telephones = Table(store, Telephone)  # by raw id
        self.ai_resources = Table(store, AiResource)  # by resource and address
        self.recording_files = Table(store, RecordingFile)  # by document id
        self.calls = Calls()
        self.dice = Random()  # noqa: S311  # which trunk is tried first is no secret

        self.storage_accounts = Table(store, StorageAccount)
        self.containers = Table(store, Container, groups=lambda one: (one.account,))
        self.blobs = Table(store, Blob, groups=lambda one: (one.container,))
        self.blocks = Table(store, Block, groups=lambda one: (one.blob,))  # not yet part of a blob

        self.clock = Clock(self.offsets.get("clock"))
        self.patience = Clock()  # moved like the other one, never scaled: who answers us lives in real time
        self.webhooks = Webhooks(addresses.ca_bundle, self.patience)
        self.event_grid_tokens: dict[tuple[Resource, tuple[str, ...]], Minted] = {}
        self.background = Background()
        self.watchers = Watchers()
        self.unanswered = none_yet()  # newest last
        self.operations_changed = Bell()
        self.outbox: asyncio.Queue[str] = asyncio.Queue()  # ids of deliveries waiting for their courier
        self.closing = asyncio.Event()

    @property
    def seed(self) -> Seed:
        return self.seeds["seed"]

    def move_clock(self, seconds: float, scale: float | None) -> None:
        """Forward, and on at that pace; without one, at its own."""
        self.clock.set(self.offsets.put("clock", self.clock.moved(seconds, scale)))
        self.patience.set(self.patience.moved(seconds))

    def reset_clock(self) -> None:
        """Back to real time."""
        self.clock.set(self.offsets.put("clock", ClockOffset()))
        self.patience.set(ClockOffset())

    def close(self) -> None:
        """Begins the shutdown: open streams and hanging answers end."""
        self.closing.set()
        self.watchers.close()

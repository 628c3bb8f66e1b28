"""The resource as it is managed: keys, names, properties."""

import re

import msgspec

from localazure.arm import locations, roles, tags
from localazure.clock import real_time
from localazure.communication.managed_identity import IdentityBody, changed
from localazure.errors import INVALID_LINK, INVALID_RESOURCE, LOCATION_REQUIRED, NAME_TAKEN, WRONG_SUBSCRIPTION
from localazure.eventgrid.ending import remove as end
from localazure.records.ids import new_access_key, new_id
from localazure.records.resources import CommunicationService
from localazure.world import World

TYPE = "Microsoft.Communication/CommunicationServices"
# https://learn.microsoft.com/azure/communication-services/quickstarts/email/connect-email-communication-resource
RESOURCE_ID = re.compile(r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/[^/]+(/[^/]+/[^/]+)+", re.IGNORECASE)
DOMAIN = re.compile(r".*/providers/Microsoft\.Communication/emailServices/[^/]+/domains/[^/]+", re.IGNORECASE)
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
DATA_LOCATIONS = (
    "Africa", "Asia Pacific", "Australia", "Brazil", "Canada", "Europe", "France", "Germany", "India", "Japan",
    "Korea", "Norway", "Switzerland", "UAE", "UK", "United States", "usgov",
)  # fmt: skip
NETWORK_ACCESS = ("Enabled", "Disabled", "SecuredByPerimeter")


class Properties(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """The second group is the service's: what a caller sends back of it changes nothing."""

    data_location: str | None = None
    linked_domains: list[str] | None = None
    public_network_access: str | None = None
    disable_local_auth: bool | None = None

    provisioning_state: str | None = None
    host_name: str | None = None
    notification_hub_id: str | None = None
    version: str | None = None
    immutable_resource_id: str | None = None


class ResourceBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """PUT and PATCH alike; what is absent stays as it is. The second group changes nothing."""

    location: str | None = None
    tags: dict[str, str] | None = None
    identity: IdentityBody | None = None
    properties: Properties = msgspec.field(default_factory=Properties)

    id: str | None = None
    name: str | None = None
    type: str | None = None
    system_data: dict[str, object] | None = None


def connection_string(world: World, key: str) -> str:
    return f"endpoint={world.addresses.url}/;accesskey={key}"


def create(
    world: World, *, subscription_id: str, group: str, name: str, body: ResourceBody, by: str
) -> CommunicationService:
    """`by` is the user name or application id of whoever asks."""
    if not name_is_valid(name):
        raise INVALID_RESOURCE.of(reason=f"The resource name '{name}' is invalid: letters, digits and hyphens only.")
    if not name_is_free(world, name):
        raise NAME_TAKEN.of(name=name)
    if not body.location:
        raise LOCATION_REQUIRED.of()
    if body.properties.data_location not in DATA_LOCATIONS:
        known = ", ".join(DATA_LOCATIONS)
        raise INVALID_RESOURCE.of(reason=f"The dataLocation must be one of: {known}.")
    fresh = CommunicationService(
        subscription_id=subscription_id,
        group=group,
        name=name,
        immutable_id=new_id(),
        data_location=body.properties.data_location,
        primary_key=new_access_key(),
        secondary_key=new_access_key(),
        made_at=real_time(),
        made_by=by,
    )
    return world.communication.put(fresh.key, _changed(fresh, body, by))


def change(world: World, one: CommunicationService, body: ResourceBody, *, by: str) -> CommunicationService:
    asked = body.properties.data_location
    if asked and asked.lower() != one.data_location.lower():
        raise INVALID_RESOURCE.of(reason="The dataLocation of a resource cannot be changed.")
    return world.communication.put(one.key, _changed(one, body, by))


def remove(world: World, one: CommunicationService) -> None:
    """Its numbers are released with it, its system topic goes too, with what was subscribed.

    https://learn.microsoft.com/azure/communication-services/quickstarts/create-communication-resource
    """
    with world.store.transaction():
        _remove_owned(world, one.key)
        for key, topic in world.system_topics.items():
            if topic.source.lower() == one.key:
                world.system_topics.remove(key)
                roles.forget(world, key)
        for subscription in world.event_subscriptions.all():
            if subscription.source == one.key:
                end(world, subscription)
        world.communication.remove(one.key)
        roles.forget(world, one.key)


def _remove_owned(world: World, resource: str) -> None:
    known = world.sip.get(resource)
    for trunk in known.trunks if known else ():
        world.border_controllers.remove(trunk.lower())
    for table in (
        world.numbers, world.alphanumeric_senders, world.opt_outs, world.number_searches, world.number_operations,
        world.reservations, world.sip, world.identities,
    ):  # fmt: skip
        for key, record in table.items():
            if record.resource == resource:
                table.remove(key)


def regenerate(world: World, one: CommunicationService, which: str) -> CommunicationService:
    """The old key stops working at once."""
    if which.lower() not in {"primary", "secondary"}:
        raise INVALID_RESOURCE.of(reason="The keyType must be Primary or Secondary.")
    return world.communication.put(one.key, msgspec.structs.replace(one, **{f"{which.lower()}_key": new_access_key()}))


def name_is_valid(name: str) -> bool:
    return NAME.fullmatch(name) is not None


def name_is_free(world: World, name: str) -> bool:
    return all(one.name.lower() != name.lower() for one in world.communication.all())


def link_notification_hub(world: World, one: CommunicationService, hub: str) -> CommunicationService:
    """Remembered only: nothing is ever sent there."""
    if not hub.lower().startswith(f"/subscriptions/{one.subscription_id}/"):
        raise WRONG_SUBSCRIPTION.of()
    return world.communication.put(one.key, msgspec.structs.replace(one, notification_hub=hub))


def _changed(one: CommunicationService, body: ResourceBody, by: str) -> CommunicationService:
    asked = body.properties
    if asked.public_network_access not in {None, *NETWORK_ACCESS}:
        raise INVALID_RESOURCE.of(reason=f"The publicNetworkAccess must be one of: {', '.join(NETWORK_ACCESS)}.")
    if body.location is not None:
        locations.check(TYPE, body.location, [locations.GLOBAL])
    for place, link in enumerate(asked.linked_domains or []):
        _check_link(link, f"properties.linkedDomains[{place}]")
    return msgspec.structs.replace(
        one,
        tags=one.tags if body.tags is None else tags.checked(body.tags),
        linked_domains=one.linked_domains if asked.linked_domains is None else tuple(asked.linked_domains),
        public_network_access=asked.public_network_access or one.public_network_access,
        identity=one.identity if body.identity is None else changed(one.identity, body.identity),
        changed_at=real_time(),
        changed_by=by,
        disable_local_auth=one.disable_local_auth if asked.disable_local_auth is None else asked.disable_local_auth,
    )


def _check_link(link: str, path: str) -> None:
    """Whether there is such a domain cannot be told here: e-mail is not emulated."""
    if not RESOURCE_ID.fullmatch(link):
        raise INVALID_LINK.of(id=link, path=path)
    if not DOMAIN.fullmatch(link):
        raise INVALID_RESOURCE.of(reason=f"The id '{link}' of linkedDomains is not that of a domain.")

"""The world as the seed's plan says."""

from localazure.arm.locations import plain
from localazure.communication import sip
from localazure.communication.giving import give_name, give_number
from localazure.communication.senders import Kind, kind_of
from localazure.eventgrid.identity import event_grid_principal
from localazure.eventgrid.rules import NAMESPACE, TOPIC_TYPE
from localazure.records.directory import Tenant
from localazure.records.events import SystemTopic
from localazure.records.plan import GroupPlan, ResourcePlan, StoragePlan, SubscriptionPlan, TopicPlan
from localazure.records.resources import CommunicationService, Provider, ResourceGroup, Subscription
from localazure.records.storage import StorageAccount
from localazure.seeding.carriers import plant_carrier
from localazure.seeding.directory import plant_directory
from localazure.storage import containers
from localazure.world import World

PROVIDERS = ("Microsoft.Communication", "Microsoft.EventGrid", "Microsoft.Storage")


def plant(world: World) -> None:
    tenant = world.seed.plan.tenant
    world.tenants.put(tenant.id, Tenant(id=tenant.id, display_name=tenant.name, domain=tenant.domain))
    for one in world.seed.plan.subscriptions:
        _plant_subscription(world, one)
    plant_directory(world)


def _plant_subscription(world: World, one: SubscriptionPlan) -> None:
    record = Subscription(id=one.id, name=one.name, tenant_id=world.seed.tenant_id, state=one.state)
    world.subscriptions.put(one.id, record)
    for namespace in PROVIDERS:
        registered = world.seed.made_at if namespace in one.registered else None
        provider = Provider(subscription_id=one.id, namespace=namespace, registered_from=registered)
        world.providers.put(f"{one.id}/{namespace.lower()}", provider)
    if NAMESPACE in one.registered:
        event_grid_principal(world)
    for group in one.resource_groups:
        _plant_group(world, one, group)
    sources = {each.name: each for each in world.communication.all() if each.subscription_id == one.id}
    for group in one.resource_groups:
        for topic in group.system_topics:
            _plant_topic(world, one, group, topic, sources[topic.source])


def _plant_group(world: World, subscription: SubscriptionPlan, one: GroupPlan) -> None:
    location = plain(one.location)
    record = ResourceGroup(subscription_id=subscription.id, name=one.name, location=location, tags=one.tags)
    world.groups.put(record.path.lower(), record)
    for resource in one.communication_services:
        _plant_resource(world, subscription, one, resource)
    for account in one.storage_accounts:
        _plant_account(world, record, account)


def _plant_resource(world: World, subscription: SubscriptionPlan, group: GroupPlan, one: ResourcePlan) -> None:
    record = CommunicationService(
        subscription_id=subscription.id,
        group=group.name,
        name=one.name,
        immutable_id=one.immutable_id,
        data_location=one.data_location,
        primary_key=one.primary_key,
        secondary_key=one.secondary_key,
        disable_local_auth=one.disable_local_auth,
        tags=one.tags,
        made_at=world.seed.made_at,
    )
    world.communication.put(record.key, record)
    for number in one.numbers:
        kind = kind_of(number.number, Kind(number.type) if number.type else None)
        give_number(
            world, record.key, number.number, kind,
            at=world.seed.made_at, country=number.country, calling=number.calling, sms=number.sms,
        )  # fmt: skip
    for name in one.senders:
        give_name(world, record.key, name)
    for domain in one.sip_domains:
        sip.verify_domain(world, record.key, domain)
    plant_carrier(world, record.key, one)


def _plant_account(world: World, group: ResourceGroup, one: StoragePlan) -> None:
    record = StorageAccount(
        subscription_id=group.subscription_id,
        group=group.name,
        name=one.name,
        location=group.location,
        key1=one.key1,
        key2=one.key2,
        tags=one.tags,
        made_at=world.seed.made_at,
    )
    world.storage_accounts.put(record.key, record)
    for container in one.containers:
        containers.make(world, record, container)


def _plant_topic(
    world: World, subscription: SubscriptionPlan, group: GroupPlan, one: TopicPlan, source: CommunicationService
) -> None:
    record = SystemTopic(
        subscription_id=subscription.id,
        group=group.name,
        name=one.name,
        location="global",
        source=source.id,
        topic_type=TOPIC_TYPE,
        metric_resource_id=one.metric_id,
        made_at=world.seed.made_at,
        tags=one.tags,
    )
    world.system_topics.put(record.id.lower(), record)

"""What of a connection lies in Azure, and goes on after the hub has let go of it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from azure.core.credentials import TokenCredential
from django.conf import settings

from centrala.azure.cloud import Cloud
from centrala.azure.eventgrid import Subscription, Topic, events
from centrala.azure.identifiers import ResourceId
from centrala.connection.models import Connection, Endpoint, EntryKey, Sighting, hook_of
from centrala.organization.audit import record
from centrala.organization.models import User

# The address of an endpoint of any installation of this hub.
HOOK = re.compile(r"(?P<hub>https?://[^/]+)/hooks/(?P<secret>[A-Za-z0-9_-]+)/(sms|recording|incoming-call)/?")


@dataclass(frozen=True, kw_only=True)
class Leftovers:
    """`ours` send to endpoints of this connection, old ones included, under whatever host. `others` is how many more
    the topic has."""

    topic: Topic | None
    ours: tuple[Subscription, ...]
    others: int
    application_id: str


def find(connection: Connection, credential: TokenCredential) -> Leftovers:
    """Raises AzureError."""
    hooks = {hook_of(endpoint.url) for endpoint in connection.endpoints.all()}
    with events(connection.resource, credential=credential, cloud=settings.CLOUD) as grid:
        topic = grid.topic()
        found = grid.subscriptions(topic) if topic is not None else ()
    ours = tuple(one for one in found if hook_of(one.url) in hooks)
    return Leftovers(topic=topic, ours=ours, others=len(found) - len(ours), application_id=application_of(connection))


def names_seen(connection: Connection) -> list[str]:
    """The event subscriptions that have called, by the name they gave: what to look for without Azure's help."""
    named = Sighting.objects.filter(endpoint__connection=connection).exclude(subscription="")
    return sorted(set(named.values_list("subscription", flat=True)))


def application_of(connection: Connection) -> str:
    return connection.entries.filter(key=EntryKey.APP_ID).values_list("value", flat=True).first() or ""


def remove(connection: Connection, *, names: Iterable[str], credential: TokenCredential, actor: User) -> list[str]:
    """Deletes those of our event subscriptions that are named, and answers them; topic and application stay.

    Raises AzureError at the first that cannot be deleted; those before it are gone, and recorded.
    """
    left, wanted, gone = find(connection, credential), set(names), []
    if left.topic is None:
        return []
    with events(connection.resource, credential=credential, cloud=settings.CLOUD) as grid:
        for one in left.ours:
            if one.name in wanted:
                grid.remove(one.name, topic=left.topic)
                record(actor=actor, act="delete event subscription", target=f"{one.name} of {left.topic.name}")
                gone.append(one.name)
    return gone


def other_installation(resource: ResourceId, *, credential: TokenCredential, cloud: Cloud) -> tuple[str, str] | None:
    """See `sending_elsewhere`. Raises AzureError."""
    with events(resource, credential=credential, cloud=cloud) as grid:
        topic = grid.topic()
        found = grid.subscriptions(topic) if topic is not None else ()
    return sending_elsewhere(found)


def sending_elsewhere(found: Iterable[Subscription]) -> tuple[str, str] | None:
    """An event subscription that sends to another installation: its name and the other's address."""
    here = set(Endpoint.objects.values_list("secret", flat=True))  # also under a host that was ours before
    for one in found:
        match = HOOK.fullmatch(one.url)
        if match and match["hub"].lower() != settings.PUBLIC_URL.lower() and match["secret"] not in here:
            return one.name, match["hub"]
    return None

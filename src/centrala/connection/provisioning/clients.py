"""The clients of one run: opened once, because each brings a TLS context of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from azure.core.credentials import TokenCredential

from centrala.azure.cloud import Cloud
from centrala.azure.eventgrid import Events, events
from centrala.azure.graph import Directory, directory
from centrala.azure.identifiers import ResourceId
from centrala.azure.providers import Providers, providers
from centrala.azure.resources import Reader, reading


@dataclass(frozen=True, kw_only=True)
class Clients:
    resource: Reader
    providers: Providers
    directory: Directory
    events: Events


@contextmanager
def clients(resource: ResourceId, *, credential: TokenCredential, cloud: Cloud) -> Iterator[Clients]:
    with (
        reading(resource, credential=credential, cloud=cloud) as reader,
        providers(resource.subscription_id, credential=credential, cloud=cloud) as registry,
        directory(credential=credential, cloud=cloud) as graph,
        events(resource, credential=credential, cloud=cloud) as grid,
    ):
        yield Clients(resource=reader, providers=registry, directory=graph, events=grid)

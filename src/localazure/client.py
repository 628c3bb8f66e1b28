"""A running local cloud as tests see it: the ready file's values, and a client for the control API."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, kw_only=True)
class Communication:
    resource_name: str
    resource_id: str
    connection_string: str
    phone_numbers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Storage:
    """A storage account; `url` is its Blob service's."""

    resource_id: str
    url: str
    connection_string: str


@dataclass(frozen=True, kw_only=True)
class Application:
    """Of the seed; `secrets` by name. `service_principal_id` is empty where it has none."""

    client_id: str
    object_id: str
    service_principal_id: str
    secrets: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Person:
    """`role` is the one in the subscription, empty for whoever has none."""

    username: str
    password: str
    object_id: str
    role: str


@dataclass(frozen=True, kw_only=True)
class LocalAzure:
    """The ready file's values; in the standard seed `people` are adam, beata, ala and celina.

    `control` speaks to the control API, whose paths begin with /_local. `data` is the folder.
    """

    url: str
    portal: str
    ca_bundle: str
    ca_bundle_with_public: str
    tenant_id: str
    subscription_id: str
    resource_group: str
    client_id: str
    client_secret: str
    event_grid_principal: str
    communication_services: dict[str, Communication]
    storage_accounts: dict[str, Storage]
    applications: dict[str, Application]
    people: dict[str, Person]
    data: Path
    control: "httpx.Client"

    @property
    def acs(self) -> Communication:
        """The first resource."""
        for one in self.communication_services.values():
            return one
        raise RuntimeError("The seed of this local cloud has no Communication Services resource.")


@contextmanager
def described(facts: dict[str, Any], data: Path) -> Iterator[LocalAzure]:  # the ready file's JSON
    import ssl

    import httpx  # here, because the pytest plugin is imported by every pytest run of the environment

    facts = {name: value for name, value in facts.items() if name != "acs"}
    services = {
        name: Communication(**one | {"phone_numbers": tuple(one["phone_numbers"])})
        for name, one in facts.pop("communication_services").items()
    }
    accounts = {name: Storage(**one) for name, one in facts.pop("storage_accounts").items()}
    applications = {name: Application(**one) for name, one in facts.pop("applications").items()}
    people = {name: Person(**one) for name, one in facts.pop("people").items()}
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # nobody: it is http, and reading all authorities takes a while
    with httpx.Client(base_url=facts["portal"], timeout=30, trust_env=False, verify=trust) as control:
        yield LocalAzure(
            **facts,
            communication_services=services,
            storage_accounts=accounts,
            applications=applications,
            people=people,
            data=data,
            control=control,
        )

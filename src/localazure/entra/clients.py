"""Which program asks, and whether it proves it."""

from collections.abc import Mapping
from dataclasses import dataclass

from localazure.clock import real_time
from localazure.entra.first_party import PUBLIC_CLIENTS
from localazure.errors import (
    EXPIRED_SECRET,
    MISSING_PARAMETER,
    NO_ASSERTIONS,
    NO_CREDENTIAL,
    UNKNOWN_CLIENT,
    WRONG_SECRET,
)
from localazure.records.directory import Application, ServicePrincipal, Tenant
from localazure.same import same
from localazure.world import World


@dataclass(frozen=True, kw_only=True)
class Client:
    """`application` is None for Microsoft's own programs, which are public."""

    id: str
    name: str
    application: Application | None

    @property
    def public(self) -> bool:
        """Whether it may come without a secret."""
        known = self.application
        return known is None or known.public_client or bool(known.public_redirects)


def client_of(world: World, tenant: Tenant, client_id: str) -> Client:
    """Of the registered ones those that have spread. Raises in Entra's words."""
    wanted = client_id.lower()
    if wanted in PUBLIC_CLIENTS:
        return Client(id=wanted, name=PUBLIC_CLIENTS[wanted], application=None)
    found = application_of(world, wanted)
    if found is None or not spread(world, found):
        raise UNKNOWN_CLIENT.of(client=client_id, tenant=tenant.display_name)
    return Client(id=wanted, name=found.display_name, application=found)


def application_of(world: World, app_id: str) -> Application | None:
    return next((one for one in world.applications.all() if one.app_id == app_id), None)


def spread(world: World, application: Application) -> bool:
    """Whether the whole of Entra knows the application yet."""
    return application.usable_from is None or application.usable_from <= world.clock.now()


def principal_of(world: World, app_id: str) -> ServicePrincipal | None:
    return next((one for one in world.principals.all() if one.app_id == app_id), None)


def proven(world: World, tenant: Tenant, fields: Mapping[str, str], *, public: bool = False) -> Client:
    """The client, whose secret is right; `public` ones may come without."""
    client = client_of(world, tenant, required(fields, "client_id"))
    if fields.get("client_assertion"):
        raise NO_ASSERTIONS.of()
    secret = fields.get("client_secret", "")
    if client.application and (secret or not (public and client.public)):
        _check_secret(world, client.application, secret)
    elif not client.application and not public:
        raise NO_CREDENTIAL.of()
    return client


def required(fields: Mapping[str, str], name: str) -> str:
    if not fields.get(name):
        raise MISSING_PARAMETER.of(name=name)
    return fields[name]


def _check_secret(world: World, application: Application, secret: str) -> None:
    """A service principal's passwords count, too."""
    if not secret:
        raise NO_CREDENTIAL.of()
    principal = principal_of(world, application.app_id)
    known = [*application.passwords, *(principal.passwords if principal else ())]
    matching = [password for password in known if same(password.secret, secret)]
    if not matching:
        raise WRONG_SECRET.of(client=application.app_id)
    if all(password.ends_at <= real_time() for password in matching):
        raise EXPIRED_SECRET.of(client=application.app_id)

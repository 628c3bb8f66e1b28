"""What is made once at the first start and comes back at every reset: ids, keys, secrets."""

import base64
import secrets
from datetime import datetime
from uuid import uuid4

import msgspec


def new_id() -> str:
    return str(uuid4())


def new_access_key() -> str:
    """An access key as the service makes them: base64 of 64 random bytes."""
    return base64.b64encode(secrets.token_bytes(64)).decode()


class SeededPerson(msgspec.Struct, frozen=True, kw_only=True):
    """`assignment_id` names the role assignment of whoever has a role."""

    name: str
    id: str = msgspec.field(default_factory=new_id)
    password: str = msgspec.field(default_factory=lambda: secrets.token_urlsafe(12))
    assignment_id: str = msgspec.field(default_factory=new_id)


def new_people() -> tuple[SeededPerson, ...]:
    return tuple(SeededPerson(name=name) for name in ("adam", "beata", "ala", "celina"))


class Seed(msgspec.Struct, frozen=True, kw_only=True):
    """`full` says whether the resource and its numbers belong to it."""

    full: bool
    made_at: datetime
    tenant_id: str = msgspec.field(default_factory=new_id)
    subscription_id: str = msgspec.field(default_factory=new_id)
    resource_group: str = "rg-centrala"
    client_id: str = msgspec.field(default_factory=new_id)
    client_secret: str = msgspec.field(default_factory=lambda: "Loc8Q~" + secrets.token_urlsafe(25))
    application_object_id: str = msgspec.field(default_factory=new_id)
    principal_object_id: str = msgspec.field(default_factory=new_id)
    event_grid_object_id: str = msgspec.field(default_factory=new_id)
    graph_object_id: str = msgspec.field(default_factory=new_id)
    people: tuple[SeededPerson, ...] = msgspec.field(default_factory=new_people)
    resource_name: str = "acs-centrala"
    immutable_id: str = msgspec.field(default_factory=new_id)
    primary_key: str = msgspec.field(default_factory=new_access_key)
    secondary_key: str = msgspec.field(default_factory=new_access_key)
    phone_numbers: tuple[str, ...] = ("+18335550100", "+18335550101")

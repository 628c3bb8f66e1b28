"""Resource Manager: role definitions that somebody made here."""

from datetime import datetime

import msgspec


class Permission(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Patterns of actions, `*` for any text. What `not_actions` name, this entry does not allow."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()


class RoleDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """`id` is the bare GUID. A built-in role is never in a table: arm/builtin.py has them."""

    id: str
    name: str
    description: str
    permissions: tuple[Permission, ...]
    assignable_scopes: tuple[str, ...] = ("/",)
    built_in: bool = False
    made_at: datetime | None = None
    changed_at: datetime | None = None
    made_by: str = ""

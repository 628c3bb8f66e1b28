"""What whoever is signed in may do in a resource group, whatever their roles are called, through Microsoft's client.

https://learn.microsoft.com/rest/api/authorization/permissions
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError as SdkError
from azure.mgmt.authorization import AuthorizationManagementClient

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError
from centrala.azure.places import IMPATIENT


@dataclass(frozen=True, kw_only=True)
class Permission:
    """One role's: what it names in `actions` without what it takes back. Another role's takes nothing away here."""

    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()

    def allows(self, action: str) -> bool:
        return _names(self.actions, action) and not _names(self.not_actions, action)


def missing(permissions: Iterable[Permission], actions: Iterable[str]) -> list[str]:
    """Those of the actions that no permission allows."""
    held = list(permissions)
    return [action for action in actions if not any(one.allows(action) for one in held)]


def permissions_in(group: str, *, subscription_id: str, credential: TokenCredential, cloud: Cloud) -> list[Permission]:
    """In a resource group, those of the whole subscription included. Raises AzureError."""
    options = {**cloud.management, **IMPATIENT}
    try:
        with AuthorizationManagementClient(credential, subscription_id, **options) as client:
            found = list(client.permissions.list_for_resource_group(group))
    except SdkError as error:
        raise AzureError.from_sdk(error) from None
    return [Permission(actions=tuple(one.actions or ()), not_actions=tuple(one.not_actions or ())) for one in found]


def _names(patterns: Iterable[str], action: str) -> bool:
    """A star stands for anything, slashes included; case does not matter."""
    return any(re.fullmatch(re.escape(one).replace(r"\*", ".*"), action, re.IGNORECASE) for one in patterns)

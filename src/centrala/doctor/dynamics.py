"""A Dynamics 365 organisation that is asked about: what it has stored of the application of Event Grid."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from azure.core.credentials import TokenCredential

from centrala.azure.cloud import Cloud
from centrala.azure.dataverse import ProviderEntry, provider_entries
from centrala.doctor.once import Once

APPLICATION = {"eventgridappid"}
TENANT = {"eventgripapptenantid", "eventgridapptenantid"}  # "Grip" is how Dynamics spells it


@dataclass(frozen=True, kw_only=True)
class StoredIds:
    """Of one provider setting; lower case, empty where there is no entry."""

    setting: str
    application: str
    tenant: str


class Dynamics:
    def __init__(self, address: str, *, credential: TokenCredential, cloud: Cloud) -> None:
        self.address = address
        self.stored: Once[tuple[StoredIds, ...]] = Once(
            lambda: stored_ids(provider_entries(address, credential=credential, cloud=cloud))
        )


def stored_ids(entries: Iterable[ProviderEntry]) -> tuple[StoredIds, ...]:
    settings: dict[str, list[ProviderEntry]] = {}
    for entry in entries:
        settings.setdefault(entry.setting, []).append(entry)
    return tuple(_of(setting, found) for setting, found in sorted(settings.items()))


def _of(setting: str, entries: Iterable[ProviderEntry]) -> StoredIds:
    found: Mapping[str, ProviderEntry] = {entry.key.strip().lower(): entry for entry in entries}
    names = [entry.setting_name for entry in found.values() if entry.setting_name]
    return StoredIds(
        setting=names[0] if names else setting,
        application=_value(found, APPLICATION),
        tenant=_value(found, TENANT),
    )


def _value(entries: Mapping[str, ProviderEntry], keys: set[str]) -> str:
    return next((entries[key].value.lower() for key in sorted(keys) if key in entries), "")

"""What Azure tells about the administrator who is signed in there: subscriptions, rights, providers.

Read once and kept with the sign-in for a minute, so that a page need not ask Azure each time.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from azure.core.credentials import TokenCredential
from django.conf import settings
from django.http import HttpRequest

from centrala.azure import places
from centrala.azure.errors import AzureError
from centrala.azure.permissions import missing, permissions_in
from centrala.azure.places import Subscription
from centrala.azure.providers import COMMUNICATION, EVENT_GRID, REGISTERING, providers
from centrala.connection.azure_words import in_words
from centrala.connection.sign_in import SIGN_INS, SignIn

KEPT = timedelta(minutes=1)
LOOKED_AT = 20  # groups whose rights are asked for, of all subscriptions together
# What connecting takes there, by hand or by one button. Contributor allows it all; so may a role of another name.
NEEDED = (
    "Microsoft.Communication/communicationServices/read",
    "Microsoft.Communication/communicationServices/listKeys/action",
    "Microsoft.EventGrid/systemTopics/write",
    "Microsoft.EventGrid/systemTopics/eventSubscriptions/write",
    "Microsoft.EventGrid/eventSubscriptions/write",
)


@dataclass(frozen=True, kw_only=True)
class InAzure:
    """`chosen` is the subscription that connecting would use: the one asked for, else the first that will do.

    `enough_at` is a group in it where the rights suffice; "" for nowhere, and `missing` then says what is not allowed
    (nothing, where there is no group to look in). `trouble` is why Azure could not be asked; all else is empty then.
    """

    subscriptions: tuple[Subscription, ...] = ()
    chosen: Subscription | None = None
    enough_at: str = ""
    missing: tuple[str, ...] = ()
    providers: Mapping[str, str]
    trouble: str = ""


def in_azure(request: HttpRequest, *, tenant_id: str, wanted: str = "") -> InAzure | None:
    """None unless the administrator is signed in to Azure. `wanted` names a subscription."""
    found = SIGN_INS.of(request)
    if found is None or found.person is None:
        return None
    found.used_at = at = SIGN_INS.clock()
    kept = found.kept.get(wanted)
    if kept is None or at - kept[0] >= KEPT:
        kept = found.kept[wanted] = (at, _read(found.person.credential, tenant_id, wanted))
    return kept[1]


def look_again(found: SignIn) -> None:
    """The next page asks Azure anew."""
    found.kept.clear()


def look_again_at_providers(found: SignIn, *, wanted: str) -> None:
    """The next page asks for the providers anew, and for all else only where none of them is being registered: then it
    asks every three seconds."""
    kept: InAzure | None = found.kept.get(wanted, (None, None))[1]
    look_again(found)
    if kept is None or kept.chosen is None or found.person is None or REGISTERING not in kept.providers.values():
        return
    with suppress(AzureError):  # the next page tells of it
        states = _providers(kept.chosen, found.person.credential)
        found.kept[wanted] = (SIGN_INS.clock(), replace(kept, providers=states))


def _read(credential: TokenCredential, tenant_id: str, wanted: str) -> InAzure:
    try:
        found = places.list_subscriptions(credential=credential, cloud=settings.CLOUD)
        asked_for = [one for one in found if one.id == wanted]
        right = [one for one in found if one.is_active and one.tenant_id == tenant_id]
        chosen, enough_at, lacking = _chosen((asked_for or right)[:LOOKED_AT], credential)
        states = _providers(chosen, credential) if chosen else {}
    except AzureError as error:
        return InAzure(providers={}, trouble=in_words(error))
    return InAzure(
        subscriptions=tuple(found), chosen=chosen, enough_at=enough_at, missing=tuple(lacking), providers=states
    )


def _chosen(candidates: list[Subscription], credential: TokenCredential) -> tuple[Subscription | None, str, list[str]]:
    """The first in which the rights suffice, else the first; where they do; what they lack."""
    found: tuple[Subscription | None, str, list[str]] = (None, "", [])
    left = LOOKED_AT
    for one in candidates:
        groups = _groups(one.id, credential)[:left]
        left -= max(1, len(groups))
        group, lacking = _where_enough(one, groups, credential)
        if group:
            return one, group, []
        found = found if found[0] else (one, "", lacking)
        if left <= 0:
            break
    return found


def _where_enough(subscription: Subscription, groups: list[str], credential: TokenCredential) -> tuple[str, list[str]]:
    """The group in which the rights suffice, those with a resource first: a role on that group alone is enough. Else
    what is lacking in the first one looked at."""
    lacking: list[str] = []
    for group in groups:
        held = permissions_in(group, subscription_id=subscription.id, credential=credential, cloud=settings.CLOUD)
        if not (here := missing(held, NEEDED)):
            return group, []
        lacking = lacking or here
    return "", lacking


def _groups(subscription_id: str, credential: TokenCredential) -> list[str]:
    resources = places.list_resources(subscription_id, credential=credential, cloud=settings.CLOUD)
    groups = places.list_groups(subscription_id, credential=credential, cloud=settings.CLOUD)
    return list(dict.fromkeys([*(one.resource_group for one in resources), *groups]))


def _providers(subscription: Subscription, credential: TokenCredential) -> dict[str, str]:
    """Of those that may be asked for."""
    states = {}
    with providers(subscription.id, credential=credential, cloud=settings.CLOUD) as found:
        for namespace in (COMMUNICATION, EVENT_GRID):
            try:
                states[namespace] = found.state(namespace)
            except AzureError as error:
                if error.status != 403:
                    raise
    return states

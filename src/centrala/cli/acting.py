"""In whose name a command acts in Azure. Never as the hub's own principal: that one is not to hold such rights."""

import sys
from collections.abc import Mapping
from datetime import datetime
from os import environ

from azure.core.credentials import TokenCredential
from azure.identity import AzureCliCredential
from django.db import ProgrammingError

from centrala.azure.identifiers import ResourceId
from centrala.azure.places import list_resources, list_subscriptions
from centrala.cli.demo_files import MARK
from centrala.errors import Refused
from centrala.installation import Installation

VARIABLES = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET")


def credential(installation: Installation, *, device_code: bool) -> TokenCredential:
    """The device code where it was asked for; what the environment names; in a demo its principal; else az's login."""
    from centrala.organization.models import Organization

    try:
        organization = Organization.objects.first()
    except ProgrammingError:  # a table or column of this version is not there yet
        organization = None
    tenant_id = str(organization.tenant_id) if organization else ""
    if device_code:
        return installation.cloud.device_code_credential(tenant_id=tenant_id, tell=_tell)
    own = installation.own_credential()
    if own is not None and (_named_by(environ) or (installation.data / MARK).is_file()):
        return own
    return AzureCliCredential(tenant_id=tenant_id)


def named_resource(text: str) -> ResourceId:
    """By the value of --resource-id. Raises Refused."""
    try:
        return ResourceId.parse(text)
    except ValueError:
        raise Refused(
            f"--resource-id {text} is not the id of a Communication Services resource. Fix: copy the Id from the "
            "resource's page Properties, /subscriptions/…/communicationServices/NAME."
        ) from None


def only_resource(credential: TokenCredential) -> ResourceId:
    """The connected resource, else the only one the credential can see. Raises Refused, AzureError."""
    from django.conf import settings

    from centrala.connection.access import active_connection

    connection = active_connection()
    if connection is not None:
        return connection.resource
    subscriptions = list_subscriptions(credential=credential, cloud=settings.CLOUD)
    found = [
        resource
        for one in subscriptions
        for resource in list_resources(one.id, credential=credential, cloud=settings.CLOUD)
    ]
    if not found:
        raise Refused(
            "You can see no Communication Services resource. Fix: make one in the portal, or get Reader on it."
        )
    if len(found) > 1:
        raise Refused(
            "Several resources are there. Fix: name one.\n" + "\n".join(f"  --resource-id {one}" for one in found)
        )
    return found[0]


def only_subscription(credential: TokenCredential) -> str:
    """The id of the only subscription in which the credential can make something. Raises Refused, AzureError."""
    from django.conf import settings

    found = [one for one in list_subscriptions(credential=credential, cloud=settings.CLOUD) if one.is_active]
    if len(found) == 1:
        return found[0].id
    if not found:
        raise Refused("You can see no active subscription. Fix: get Contributor on one.")
    raise Refused(
        "Several subscriptions are there. Fix: name one.\n"
        + "\n".join(f"  --subscription {one.id}  ({one.name})" for one in found)
    )


def _named_by(environment: Mapping[str, str]) -> bool:
    return all(environment.get(name) for name in VARIABLES)


def _tell(address: str, code: str, _expires: datetime) -> None:
    print(f"Open {address} and enter the code {code}", file=sys.stderr, flush=True)

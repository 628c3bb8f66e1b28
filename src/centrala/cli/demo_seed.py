"""What a demo begins with: an organisation, three people, and, unless it is to be done by hand, the connection."""

import argparse
import secrets
from pathlib import Path
from typing import Any
from uuid import UUID

from centrala.api import actions as api
from centrala.api.models import ApiToken, Scope
from centrala.azure import graph
from centrala.azure.identifiers import ResourceId
from centrala.cli.demo_files import write_json
from centrala.connection.access import active_connection
from centrala.connection.models import EntryKey
from centrala.connection.provisioning import Provisioner
from centrala.dataverse import actions as application_users
from centrala.dataverse.models import ApplicationRole
from centrala.installation import Installation
from centrala.numbers import actions as numbers
from centrala.organization import actions as organization
from centrala.organization.crypto import encrypt
from centrala.organization.models import Kind, Role, User
from centrala.workstreams import actions as workstreams
from centrala.workstreams.models import Channel

PEOPLE_FILE = "people.json"
PEOPLE = {"admin": ("adam", "Adam", Role.ADMINISTRATOR), "agent": ("ala", "Ala", Role.AGENT)}
PEOPLE |= {"supervisor": ("beata", "Beata", Role.SUPERVISOR)}
TOKEN = "api_token"  # noqa: S105 - the name of a key in a file
TOKEN_DAYS = 3650


def organisation(data: Path, *, tenant_id: str, trial: bool) -> None:
    """The organisation and its people, with passwords made at the first start and kept in DATA/people.json."""
    kind = Kind.TRIAL if trial else Kind.PRODUCTION
    organization.set_up(name="Centrala Demo", tenant_id=UUID(tenant_id), kind=kind)
    kept = data / PEOPLE_FILE
    if kept.exists() and User.objects.exists():
        return
    people: dict[str, Any] = {}
    for key, (username, name, role) in PEOPLE.items():
        password = secrets.token_urlsafe(9)
        organization.add_user(username=username, password=password, role=role, first_name=name)
        people[key] = {"username": username, "password": password}
    owner = User.objects.get(username=PEOPLE["admin"][0])
    ApiToken.objects.filter(name="demo").delete()
    _token, people[TOKEN] = api.issue(owner=owner, name="demo", scopes=list(Scope), actor=None, days=TOKEN_DAYS)
    write_json(kept, people)


def connected(cloud: dict[str, Any]) -> None:
    """Provisions as an administrator would, through the local cloud's own doors, and puts the numbers to work."""
    _readdress(cloud)
    credential = Installation.here().own_credential()
    assert credential is not None
    connection = Provisioner(
        resource=ResourceId.parse(cloud["acs"]["resource_id"]), credential=credential, actor=None
    ).apply()
    synced = numbers.sync(connection=connection)
    workstreams.put_to_work(numbers=synced)
    workstreams.set_up(name="Voice", channel=Channel.VOICE, numbers=synced)


def dataverse(cloud: dict[str, Any]) -> None:
    """The demo's principal may read the provider tables, and tokens for this hub are to be had: its own application
    stands for the hub as well, so that an unconnected demo begins without another registration."""
    installation = Installation.here()
    credential = installation.own_credential()
    assert credential is not None
    with graph.directory(credential=credential, cloud=installation.cloud) as directory:
        application = directory.application(cloud["client_id"])
        assert application is not None
        directory.set_identifier_uri(application, installation.public_url)
    application_users.register(
        application_id=UUID(cloud["client_id"]), name="Demo", role=ApplicationRole.ADMINISTRATOR, actor=None
    )


def _readdress(cloud: dict[str, Any]) -> None:
    """A demo that starts on other ports finds its cloud at another address, with the same key."""
    connection = active_connection()
    if connection is not None and not connection.is_trial:
        connection.encrypted_connection_string = encrypt(cloud["acs"]["connection_string"])
        connection.save(update_fields=["encrypted_connection_string"])


def facts(options: argparse.Namespace, cloud: dict[str, Any], people: dict[str, Any]) -> dict[str, Any]:
    """The ready file. The webhooks are null while nothing is connected."""
    connection = active_connection()
    endpoints = connection.endpoints.filter(retires_at=None) if connection else []
    urls = {endpoint.service: endpoint.url for endpoint in endpoints}
    entries = dict(connection.entries.values_list("key", "value")) if connection else {}
    public_url = f"https://localhost:{options.tls_port}"
    hub = {
        "url": f"http://localhost:{options.port}",
        "public_url": public_url,
        "dataverse_url": public_url,
        **people,
        **{f"{service}_webhook": urls.get(service) for service in ("sms", "recording", "incoming_call")},
        "connected": connection is not None and not connection.is_trial,
    }
    if connection is not None and connection.is_trial:
        hub["trial_numbers"] = [str(one) for one in connection.numbers.all()]
    azure = {name: value for name, value in cloud.items() if name != "acs"}
    azure["event_grid_app_id"] = entries.get(EntryKey.APP_ID)
    return {"hub": hub, "azure": azure, "acs": cloud["acs"]}


def greeting(facts: dict[str, Any]) -> str:
    hub, azure = facts["hub"], facts["azure"]
    accounts = [
        ("administrator", hub["admin"]),
        ("supervisor", hub["supervisor"]),
        ("agent", hub["agent"]),
        ("Azure", azure["people"]["adam"]),  # for "Sign in to Azure", and `provision --device-code`
    ]
    people = "".join(f"  {where:<14} {one['username']:<28} {one['password']}\n" for where, one in accounts)
    state = "connected to the local cloud" if hub["connected"] else "not connected yet: sign in as administrator"
    if hub.get("trial_numbers"):
        state = f"a trial with the number {hub['trial_numbers'][0]}"
    return (
        f"\nCentrala runs, {state}.\n\n"
        f"  Desk and admin center   {hub['url']}\n"
        f"  Customer's telephone    {azure['portal']}/telephone\n"
        f"  Local Azure's portal    {azure['portal']}\n\n{people}\nCtrl-C stops everything.\n"
    )

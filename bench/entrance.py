"""What opens the hub's webhook: the cloud that it trusts, a token of that cloud, the address.

A row for each entry of the provider setting does what connecting would do.
"""

import time
from urllib.request import urlopen

import msgspec
import psycopg

from bench.receiver import Sample
from bench.scene import RECEIVED, Scene

Database = psycopg.Connection[tuple[object, ...]]
PATIENCE = 120  # seconds: a first start makes a database
KEPT = ("authorization", "aeg-event-type", "aeg-subscription-name", "content-type")  # of the sample's headers


def settings(cloud: Scene) -> dict[str, str]:
    url = cloud.facts["url"]
    return {
        "AZURE_AUTHORITY_HOST": url,
        "AZURE_RESOURCE_MANAGER": url,
        "AZURE_GRAPH": url,
        "CENTRALA_CA_BUNDLE": cloud.facts["ca_bundle"],
        "CENTRALA_EVENT_GRID_APP_ID": cloud.facts["event_grid_principal"],
    }


def sample(cloud: Scene) -> Sample:
    """A request of the local cloud's Event Grid, with its token."""
    event = {"from": "+14255550123", "to": cloud.number, "message": "Where is my parcel?", "messageId": "Incoming_1"}
    body = [{"event_type": RECEIVED, "subject": "/phonenumber/14255550123", "data": event}]
    cloud.control.post("/_local/events", json=body).raise_for_status()
    cloud.next_event()
    return msgspec.json.decode(cloud.sample.read_bytes(), type=Sample)


def trusting(connection: Database, endpoint: str, cloud: Scene) -> str:
    """Has the hub take that token; answers the path of the endpoint."""
    entry = """
        insert into connection_entry (connection_id, key, value)
        select connection_id, %s, %s from connection_endpoint where id = %s
    """
    for key, value in (("EventGridAppID", cloud.client_id), ("EventGripAppTenantID", cloud.facts["tenant_id"])):
        connection.execute(entry, [key, value, endpoint])
    secret = connection.execute("select secret from connection_endpoint where id = %s", [endpoint]).fetchone()
    assert secret is not None
    return f"/hooks/{secret[0]}/sms"


def until_answers(address: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urlopen(address, timeout=5):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)

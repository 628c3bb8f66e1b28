"""A demo of a trial: somebody in the local cloud lends it numbers, and the organisation connects nothing."""

from typing import Any

from centrala.azure import resources
from centrala.azure.identifiers import ResourceId
from centrala.connection.creating import Wanted, create
from centrala.installation import Installation
from centrala.organization.crypto import encrypt
from centrala.organization.standing import standing
from centrala.trial.access import running_trial
from centrala.trial.lending import Lender
from centrala.trial.models import Trial
from centrala.workstreams import actions as workstreams
from centrala.workstreams.models import Channel

NAME = "acs-centrala-lender"
PLACE = "United States"
AREA = "425"


def lent(cloud: dict[str, Any]) -> None:
    """A resource beside the demo's own owns a toll-free number, which is lent, and a geographic one, which can be asked
    for. A trial that was lent numbers before keeps them."""
    if Trial.objects.exists():
        _readdress()
        return
    own = ResourceId.parse(cloud["acs"]["resource_id"])
    credential = Installation.here().own_credential()
    assert credential is not None
    wanted = Wanted(subscription_id=own.subscription_id, group=own.resource_group, name=NAME, data_location=PLACE)
    lender = Lender(resource=create(wanted=wanted, credential=credential, actor=None), credential=credential)
    number = lender.lend(lendable=[], buy=True)
    lender.buy("geographic", area_code=AREA)
    workstreams.set_up(name="Voice", channel=Channel.VOICE, numbers=[number])


def _readdress() -> None:
    """A demo that starts on other ports finds its cloud at another address, and is found at one."""
    installation, trial = Installation.here(), running_trial()
    credential = installation.own_credential()
    assert credential is not None
    if trial is None or not standing().trial_running:
        return
    connection = trial.connection
    text = resources.read_connection_string(connection.resource, credential=credential, cloud=installation.cloud)
    connection.encrypted_connection_string = encrypt(text)
    connection.save(update_fields=["encrypted_connection_string"])
    Lender(resource=connection.resource, credential=credential).provision()

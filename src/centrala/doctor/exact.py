"""Commands with what this hub knows in the place of the words in capitals."""

import re
import shlex

from centrala.doctor.context import Context
from centrala.doctor.finding import NotChecked

WORD = re.compile(r"\b(?:RESOURCE_ID|SUBSCRIPTION_ID|GROUP|NAME|TENANT_ID|EVENT_GRID_ID)\b")


def exact(command: str, context: Context) -> str:
    """What is not known stays a word in capitals. All values are quoted for a shell where they need it."""
    known = _known(context)
    return WORD.sub(lambda word: shlex.quote(known[word[0]]) if word[0] in known else word[0], command)


def _known(context: Context) -> dict[str, str]:
    found = {"EVENT_GRID_ID": context.cloud.event_grid_app_id}
    try:
        resource = context.azure.resource_id
    except NotChecked:
        return found
    found |= {
        "RESOURCE_ID": str(resource),
        "SUBSCRIPTION_ID": resource.subscription_id,
        "GROUP": resource.resource_group,
        "NAME": resource.name,
    }
    if context.found and context.found.connected:
        found["TENANT_ID"] = context.found.connected.tenant_id
    return found

"""Every resource there is: https://learn.microsoft.com/rest/api/resources/resources/list"""

import re

from localazure.arm import roles, scopes
from localazure.arm.shapes import Json
from localazure.clock import timestamp
from localazure.errors import INVALID_EXPAND, INVALID_FILTER
from localazure.paging import listing
from localazure.pipeline import Call, Reply
from localazure.records.events import SystemTopic
from localazure.records.resources import CommunicationService
from localazure.records.storage import StorageAccount
from localazure.records.topics import CustomTopic
from localazure.routing import Route
from localazure.world import World

Listed = CommunicationService | SystemTopic | CustomTopic | StorageAccount
TERM = re.compile(
    r"(?P<field>resourceType|name|resourceGroup|location|tagName|tagValue)\s+(?P<verb>eq|ne)\s+'(?P<value>[^']*)'"
    r"|substringof\('(?P<part>[^']*)',\s*(?P<within>name|resourceGroup)\)",
    re.IGNORECASE,
)
EXPANSIONS = {"createdtime", "changedtime", "provisioningstate"}


def list_resources(world: World, call: Call) -> Reply:
    """Those the caller may read: a role on one group shows that group's."""
    one = scopes.visible_subscription(world, call, "Microsoft.Resources/subscriptions/resources/read")
    return answer(world, call, one.path)


def answer(world: World, call: Call, scope: str) -> Reply:
    expand = {name.strip().lower() for name in call.query.get("expand", "").split(",") if name.strip()}
    if not expand <= EXPANSIONS:
        raise INVALID_EXPAND.of(expand=call.query["expand"])
    terms = _terms(call.query.get("filter", ""))
    everything: list[Listed] = [
        *world.communication.all(),
        *world.system_topics.all(),
        *world.custom_topics.all(),
        *world.storage_accounts.all(),
    ]
    found = [
        _shape(one, expand)
        for one in everything
        if roles.within(one.id, scope)
        if roles.allowed(world, call.caller.object_id, f"{_type(one)}/read", one.id)
        if all(_fits(one, term) for term in terms) and _tagged(one, terms)
    ]
    return Reply(body=listing(world, call, found))


def _terms(text: str) -> list[re.Match[str]]:
    found = []
    for term in re.split(r"\s+and\s+", text.strip(), flags=re.IGNORECASE) if text.strip() else []:
        match = TERM.fullmatch(term.strip())
        if match is None:
            raise INVALID_FILTER.of(filter=text)
        found.append(match)
    return found


def _fits(one: Listed, term: re.Match[str]) -> bool:
    values = {"resourcetype": _type(one), "name": one.name, "resourcegroup": one.group, "location": _location(one)}
    if term["within"]:
        return str(term["part"]).lower() in values[term["within"].lower()].lower()
    value = values.get(term["field"].lower())
    return value is None or (value.lower() == term["value"].lower()) == (term["verb"].lower() == "eq")


def _tagged(one: Listed, terms: list[re.Match[str]]) -> bool:
    asked = {term["field"].lower(): term["value"] for term in terms if term["field"]}
    if "tagname" not in asked:
        return True
    return asked.get("tagvalue", one.tags.get(asked["tagname"])) == one.tags.get(asked["tagname"], ...)


def _shape(one: Listed, expand: set[str]) -> Json:
    body: Json = {"id": one.id, "name": one.name, "type": _type(one), "location": _location(one), "tags": one.tags}
    made = timestamp(one.made_at)
    more = {"createdtime": ("createdTime", made), "changedtime": ("changedTime", made)}
    more["provisioningstate"] = ("provisioningState", "Succeeded")
    return body | dict(more[name] for name in expand)


def _location(one: Listed) -> str:
    return one.location if isinstance(one, CustomTopic | StorageAccount) else "global"


def _type(one: Listed) -> str:
    *_, namespace, kind, _name = one.id.split("/")
    return f"{namespace}/{kind}"


ROUTES = [Route("GET", "/subscriptions/{subscription}/resources", list_resources)]

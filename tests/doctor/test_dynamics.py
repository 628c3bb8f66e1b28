"""A Dynamics 365 organisation on the same resource: its entries beside what Event Grid uses."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import jwt
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from centrala.azure.dataverse import origin
from centrala.azure.errors import AzureError
from centrala.azure.graph import directory
from centrala.connection.models import Service
from centrala.doctor.dynamics import Dynamics
from centrala.doctor.finding import Finding, State
from centrala.doctor.rules.dynamics import RULES
from centrala.doctor.running import run
from doctor.scene import Scene
from hooks.scene import serving

ENTRIES = "/api/data/v9.2/msdyn_occommunicationprovidersettingentries"
PARENT = "_msdyn_communicationprovidersettingentid_value"
SETTING = "33333333-3333-4333-8333-333333333333"
OTHER = "9b1e7c44-6a2d-4f0f-8e35-7d1c2b3a4f50"


@dataclass
class Organisation:
    """Speaks the Web API as Dataverse does, one row a page, and takes the resource's events at /events."""

    url: str = ""
    rows: list[dict[str, str]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    status: int = 200
    page: str = ""
    next_host: str = ""
    message: str = "The user is not a member of the organization."

    def store(self, **entries: str) -> None:
        self.rows = [{"msdyn_key": key, "msdyn_value": value, PARENT: SETTING} for key, value in entries.items()]

    async def entries(self, request: Request) -> Response:
        token = request.headers["authorization"].removeprefix("Bearer ")
        audience = jwt.decode(token, options={"verify_signature": False})["aud"]
        self.requests.append(f"{request.method} {audience} {request.query_params.get('$filter', '')}")
        if self.page:
            return HTMLResponse(self.page)
        if self.status != 200:
            error = {"code": "0x80040220", "message": self.message}
            return JSONResponse({"error": error}, self.status)
        at = int(request.query_params.get("$skiptoken", "0"))
        body: dict[str, Any] = {
            "@odata.context": f"{self.url}/api/data/v9.2/$metadata",
            "value": self.rows[at : at + 1],
        }
        if at + 1 < len(self.rows):
            body["@odata.nextLink"] = f"{self.next_host or self.url}{ENTRIES}?$skiptoken={at + 1}"
        return JSONResponse(body)

    async def page_of_a_proxy(self, _request: Request) -> Response:
        return HTMLResponse("<h1>Sign in to the network</h1>")

    async def events(self, request: Request) -> Response:
        (event,) = await request.json()
        return JSONResponse({"validationResponse": event["data"]["validationCode"]})

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route(ENTRIES, self.entries),
                Route("/events", self.events, methods=["POST"]),
                Route("/v1.0/{path:path}", self.page_of_a_proxy),
            ]
        )


@dataclass(frozen=True)
class Certificate:
    files: tuple[Path, Path]

    def configure_cert(self, context: ssl.SSLContext) -> None:
        context.load_cert_chain(*self.files)


@pytest.fixture(scope="module")
def listening(in_order: Scene) -> Iterator[Organisation]:
    """With an application of its own in the directory, so that there are tokens for it, and an event subscription."""
    organisation = Organisation()
    with serving(organisation.app(), certificate=Certificate(in_order.certificates["trusted"])) as server:  # type: ignore[arg-type]
        organisation.url = f"https://localhost:{server.port}"
        body = {"displayName": "Dynamics 365", "identifierUris": [organisation.url]}
        made = in_order.ask("POST", "/v1.0/applications", json=body).json()
        in_order.ask("POST", "/v1.0/servicePrincipals", json={"appId": made["appId"]})
        in_order.subscribe(Service.SMS, name="dynamics-sms", mode="pass", url=f"{organisation.url}/events")
        yield organisation
        in_order.remove("dynamics-sms")


@pytest.fixture
def organisation(listening: Organisation, in_order: Scene) -> Organisation:
    fresh = Organisation(listening.url)
    listening.__dict__.update(fresh.__dict__)
    listening.store(EventGridAppID=in_order.app_id, EventGripAppTenantID=in_order.azure.tenant_id)
    return listening


def said(scene: Scene, organisation: Organisation) -> dict[str, Finding]:
    dynamics = Dynamics(organisation.url, credential=scene.credential, cloud=scene.cloud)
    return {one.id: one for one in run(scene.context(dynamics=dynamics), RULES)}


def states(scene: Scene, organisation: Organisation) -> list[str]:
    return [one.state.value for one in said(scene, organisation).values()]


def test_stored_ids_are_found_over_several_pages_with_a_token_for_the_organisation(
    in_order: Scene, organisation: Organisation
) -> None:
    assert states(in_order, organisation) == ["ok", "ok"]
    assert organisation.requests == [f"GET {organisation.url} statecode eq 0", f"GET {organisation.url} "]


def test_either_spelling_of_the_tenant_s_key_is_found(in_order: Scene, organisation: Organisation) -> None:
    organisation.store(eventgridappid=in_order.app_id.upper(), EventGridAppTenantID=in_order.azure.tenant_id)

    assert states(in_order, organisation) == ["ok", "ok"]


def test_other_stored_application_is_told_beside_the_subscription_s(
    in_order: Scene, organisation: Organisation
) -> None:
    organisation.store(EventGridAppID=OTHER, EventGripAppTenantID=in_order.azure.tenant_id)

    findings = said(in_order, organisation)

    assert findings["dynamics-entries"].state is State.OK
    assert findings["dynamics-subscriptions"].state is State.ERROR
    assert findings["dynamics-subscriptions"].cause == (
        f"The event subscription “dynamics-sms” uses {in_order.app_id} ({in_order.azure.tenant_id}); "
        f"the organisation has stored {OTHER} ({in_order.azure.tenant_id})."
    )


BROKEN = {
    "nothing stored": ({}, "The organisation has no provider setting entries: no resource is connected there."),
    "no tenant": ({"EventGridAppID": OTHER}, f"The provider setting “{SETTING}” has no entry EventGripAppTenantID."),
    "no application": (
        {"EventGripAppTenantID": OTHER},
        f"The provider setting “{SETTING}” has no entry EventGridAppID.",
    ),
    "a name for an id": (
        {"EventGridAppID": "My application", "EventGripAppTenantID": OTHER},
        f"The entry EventGridAppID of “{SETTING}” is not an id: my application.",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_entries_are_told(name: str, in_order: Scene, organisation: Organisation) -> None:
    entries, cause = BROKEN[name]
    organisation.store(**entries)

    finding = said(in_order, organisation)["dynamics-entries"]

    assert (finding.state, finding.cause) == (State.ERROR, cause)


def test_caller_who_is_no_user_there_is_told_so(in_order: Scene, organisation: Organisation) -> None:
    organisation.status = 403

    findings = said(in_order, organisation)

    host = organisation.url.removeprefix("https://")
    assert {(one.state, one.cause) for one in findings.values()} == {
        (
            State.NOT_CHECKED,
            f"Azure could not be asked: {host} answered 403: The user is not a member of the organization.",
        )
    }


def test_what_is_no_web_api_is_not_taken_for_one(in_order: Scene, organisation: Organisation) -> None:
    organisation.page = "<h1>Welcome</h1>"

    assert states(in_order, organisation) == ["not_checked", "not_checked"]


@pytest.mark.parametrize(
    "page",
    ['{"value": [1, null, "row"]}', '{"value": ' + "[" * 100_000, '{"value": []' + " " * 5_000_001 + "}", "\udcff"],
    ids=["rows that are none", "nested without end", "longer than any", "no text"],
)
def test_answer_made_to_harm_is_no_web_api_s(page: str, in_order: Scene, organisation: Organisation) -> None:
    organisation.page = page.encode(errors="surrogateescape").decode("latin-1")

    findings = said(in_order, organisation)

    assert {(one.state, one.cause.partition(" ")[0]) for one in findings.values()} == {(State.NOT_CHECKED, "Azure")}
    assert all(one.cause.endswith("does not answer as a Web API does.") for one in findings.values())


def test_words_of_the_other_side_are_printable_and_short(in_order: Scene, organisation: Organisation) -> None:
    organisation.status, organisation.message = 403, "\x1b]0;owned\x07" + "a" * 10_000

    finding = said(in_order, organisation)["dynamics-entries"]

    assert finding.cause.isprintable()
    assert len(finding.cause) < 500


def test_page_in_the_place_of_the_directory_s_answer_is_told(in_order: Scene, organisation: Organisation) -> None:
    cloud = replace(in_order.cloud, graph=organisation.url)

    with (
        directory(credential=in_order.credential, cloud=cloud) as graph,
        pytest.raises(AzureError, match="does not answer as a Web API does"),
    ):
        graph.application(OTHER)


def test_token_goes_to_no_other_host(in_order: Scene, organisation: Organisation) -> None:
    organisation.next_host = "https://localhost:1"

    finding = said(in_order, organisation)["dynamics-entries"]

    assert finding.state is State.NOT_CHECKED
    assert f"names another address for the rest of the list: https://localhost:1{ENTRIES}." in finding.cause
    assert len(organisation.requests) == 1


def test_nothing_of_the_hub_s_own_findings_changes(in_order: Scene, organisation: Organisation) -> None:
    dynamics = Dynamics(organisation.url, credential=in_order.credential, cloud=in_order.cloud)
    names = {rule.id for rule in RULES}

    now = in_order.findings(dynamics=dynamics)

    assert [one for one in now if one.id not in names] == [one for one in in_order.before if one.id not in names]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://org.crm.dynamics.com", "https://org.crm.dynamics.com"),
        (" https://ORG.crm4.dynamics.com/ ", "https://org.crm4.dynamics.com"),
    ],
)
def test_address_of_an_organisation_is_read(text: str, address: str) -> None:
    assert origin(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "org",
        "http://org.crm.dynamics.com",
        "https://org.crm.dynamics.com/main.aspx",
        "https://a:b@org/",
        "https://:b@org",
    ],
)
def test_what_is_no_address_of_one_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an https address"):
        origin(text)

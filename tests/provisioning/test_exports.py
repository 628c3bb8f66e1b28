"""The exports say what the plan says, field by field, and nothing that a shell, a template or Terraform misreads."""

import json
import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hcl2
import jsonschema
import pytest

from centrala.azure.caller import Caller
from centrala.azure.eventgrid import DeadLetters, Subscription, Topic
from centrala.azure.graph import Application, Assignment, Principal
from centrala.azure.identifiers import ResourceId
from centrala.connection.models import Service
from centrala.connection.provisioning.blueprint import Order, draw
from centrala.connection.provisioning.exports import EXPORTS, arm, az, terraform
from centrala.connection.provisioning.pieces import pieces
from centrala.connection.provisioning.plan import Plan, step_of
from centrala.connection.provisioning.survey import DirectorySeen, EventsSeen, HubSeen, Survey
from provisioning import request_bodies

EVENT_GRID = "4962773b-9cdb-44cf-a8bf-237846a00ab7"
TENANT = "7a1f9c52-0000-4000-8000-00000000000a"
RESOURCE = ResourceId("0d6b1c3a-0000-4000-8000-000000000001", "rg (care)", "acs-centrala")
ADAM = Caller(
    object_id="11111111-0000-4000-8000-000000000001", tenant_id=TENANT, name="adam@example.org", is_person=True
)
CLIENT, OBJECT, PRINCIPAL = (f"2222222{n}-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
ACCOUNT = (
    f"/subscriptions/{RESOURCE.subscription_id}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/lost"
)
URLS = {service: f"https://hub.example.org/hooks/{'s' * 32}/{service.replace('_', '-')}" for service in Service}
NOTHING = Survey(caller=ADAM, providers={}, directory=DirectorySeen(), hub=HubSeen(endpoints={}), events=EventsSeen())
NOW = datetime(2026, 11, 27, tzinfo=UTC)


def plan_of(survey: Survey, order: Order | None = None) -> Plan:
    order = order or Order(resource=RESOURCE, tenant_id=TENANT)
    blueprint = draw(order, survey, event_grid_app_id=EVENT_GRID)
    return Plan(steps=tuple(step_of(one) for one in pieces(blueprint, survey, now=NOW)), blueprint=blueprint)


def connected(*, name: str = "Centrala acs-centrala", topic: str = "by-hand", group: str = "rg-other") -> Survey:
    """Everything but the recording's subscription is there; the topic has another name and lies elsewhere."""
    application = Application(
        object_id=OBJECT, client_id=CLIENT, display_name=name, audience="AzureADMultipleOrgs", created_at=NOW
    )
    role = draw(Order(resource=RESOURCE, tenant_id=TENANT), NOTHING, event_grid_app_id=EVENT_GRID).role
    raw = {
        "id": role.id,
        "value": role.value,
        "displayName": role.display_name,
        "description": role.description,
        "allowedMemberTypes": list(role.members),
        "isEnabled": True,
    }
    given = tuple(
        Assignment(id=f"given-{n}", principal_id=to, role_id=role.id, created_at=NOW)
        for n, to in enumerate((ADAM.object_id, "33333333-0000-4000-8000-000000000009"))
    )
    directory = DirectorySeen(
        application=replace(application, roles=(raw,)),
        principal=Principal(object_id=PRINCIPAL, client_id=CLIENT, display_name=name),
        application_owners=frozenset({ADAM.object_id}),
        principal_owners=frozenset({ADAM.object_id}),
        event_grid=Principal(object_id=given[1].principal_id, client_id=EVENT_GRID, display_name="Microsoft.EventGrid"),
        assignments=given,
    )
    return Survey(
        caller=ADAM,
        providers={"Microsoft.EventGrid": "Registered", "Microsoft.Communication": "Registered"},
        directory=directory,
        hub=HubSeen(connected=True, client_id=CLIENT, tenant_id=TENANT, requires_role=True, endpoints=URLS),
        events=EventsSeen(
            topic=Topic(name=topic, resource_group=group, location="global", tags={"team": "[care]"}),
            subscriptions=(_sms(), replace(_sms(), name="calls", url=URLS[Service.INCOMING_CALL])),
        ),
    )


def _sms() -> Subscription:
    return Subscription(
        name="texts",
        url=URLS[Service.SMS],
        event_types=("Microsoft.Communication.SMSReceived", "Microsoft.Communication.SMSDeliveryReportReceived"),
        filters="",
        schema="EventGridSchema",
        tenant_id=TENANT,
        application_id=CLIENT,
        attempts=30,
        minutes=1440,
        dead_letters=DeadLetters(storage_account=ACCOUNT, container="events"),
        state="Succeeded",
    )


def wanted(plan: Plan) -> dict[str, dict[str, str]]:
    """The plan's own words for each event subscription: what a step would bring it to."""
    found = pieces(plan.blueprint, NOTHING, now=NOW)
    return {one.name: dict(one.wanted) for one in found if one.key.startswith("subscription:")}


BOTH = pytest.mark.parametrize("survey", [NOTHING, connected()], ids=["nothing-yet", "connected"])


@BOTH
def test_template_fits_the_schema_of_templates(survey: Survey) -> None:
    schema = json.loads((Path(__file__).parent / "deployment_template.json").read_text())

    jsonschema.validate(json.loads(arm.template(plan_of(survey))), schema)


@BOTH
def test_resources_of_the_template_are_what_microsoft_s_own_definitions_allow(survey: Survey) -> None:
    for resource in json.loads(arm.template(plan_of(survey)))["resources"]:
        request_bodies.validate(resource)


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [
        ((0, "properties"), "sources", "misspelt"),
        ((0, "properties"), "metricResourceId", "only read"),
        ((0,), "locations", "misspelt"),
        ((1, "properties"), "eventDeliverySchema", "AnotherSchema"),
        ((1, "properties", "destination"), "endpointType", "Webhook"),
        ((1, "properties", "destination", "properties"), "endpointURL", "https://hub.example.org"),
        ((1, "properties", "retryPolicy"), "maxDeliveryAttempts", "30"),
        ((1, "properties", "deadLetterDestination", "properties"), "container", "dead"),
        ((1, "properties", "filter"), "includedEventTypes", "Microsoft.Communication.SMSReceived"),
    ],
)
def test_resource_with_something_else_in_it_would_be_noticed(place: tuple[Any, ...], name: str, value: str) -> None:
    resources = json.loads(arm.template(plan_of(connected())))["resources"]
    at: Any = resources
    for step in place:
        at = at[step]

    at[name] = value

    with pytest.raises(jsonschema.ValidationError):
        request_bodies.validate(resources[place[0]])


@BOTH
def test_template_holds_what_the_plan_says(survey: Survey) -> None:
    plan = plan_of(survey)
    template = json.loads(arm.template(plan))

    topic, *subscriptions = template["resources"]
    assert (topic["name"], topic["properties"]["source"]) == (plan.blueprint.topic.name, str(RESOURCE))
    assert {one["name"].partition("/")[2]: _arm_fields(one, template) for one in subscriptions} == wanted(plan)
    assert template["metadata"]["providers"] == list(plan.blueprint.providers)


def _arm_fields(one: dict[str, Any], template: dict[str, Any]) -> dict[str, str]:
    properties = one["properties"]
    hook, retry = properties["destination"]["properties"], properties["retryPolicy"]
    place = properties.get("deadLetterDestination", {}).get("properties")

    def value(text: str) -> str:
        name = re.fullmatch(r"\[parameters\('(\w+)'\)\]", text)
        return str(template["parameters"][name[1]].get("defaultValue", "…")) if name else text

    return {
        "endpointUrl": value(hook["endpointUrl"]),
        "includedEventTypes": ", ".join(sorted(properties["filter"]["includedEventTypes"])),
        "filters": ", ".join(set(properties["filter"]) - {"includedEventTypes"}),
        "eventDeliverySchema": properties["eventDeliverySchema"],
        "azureActiveDirectoryTenantId": hook["azureActiveDirectoryTenantId"],
        "azureActiveDirectoryApplicationIdOrUri": value(hook["azureActiveDirectoryApplicationIdOrUri"]),
        "maxDeliveryAttempts": str(retry["maxDeliveryAttempts"]),
        "eventTimeToLiveInMinutes": str(retry["eventTimeToLiveInMinutes"]),
        "deadLetterDestination": f"{place['resourceId']}/{place['blobContainerName']}" if place else "",
        "provisioningState": "Succeeded",
    }


def test_addresses_are_secure_in_the_template_and_tags_are_no_expressions() -> None:
    template = json.loads(arm.template(plan_of(connected())))

    kinds = {name: one["type"] for name, one in template["parameters"].items()}
    assert kinds == {
        "eventGridApplicationId": "string",
        "smsEndpoint": "securestring",
        "recordingEndpoint": "securestring",
        "incomingCallEndpoint": "securestring",
    }
    assert template["resources"][0]["tags"] == {"team": "[[care]"}


def terraform_of(plan: Plan) -> dict[str, Any]:
    """Parsed, with plain texts."""
    parsed: dict[str, Any] = _plain(hcl2.loads(terraform.module(plan)))
    return parsed


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {_plain(name): _plain(inner) for name, inner in value.items() if not str(name).startswith("__")}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace("$${", "${").replace('\\"', '"')
    return value


def resources(parsed: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: body
        for one in parsed["resource"]
        for each, named in one.items()
        if each == kind
        for name, body in named.items()
    }


@BOTH
@pytest.mark.long
def test_terraform_holds_what_the_plan_says(survey: Survey) -> None:
    plan = plan_of(survey)
    parsed = terraform_of(plan)
    blueprint = plan.blueprint

    made = resources(parsed, "azurerm_eventgrid_system_topic_event_subscription")
    assert {one["name"]: _terraform_fields(one, parsed, plan) for one in made.values()} == wanted(plan)
    [topic] = resources(parsed, "azurerm_eventgrid_system_topic").values()
    assert topic["name"] == blueprint.topic.name
    assert topic["resource_group_name"] == blueprint.topic.resource_group
    assert topic["source_resource_id"] == str(RESOURCE)
    [role] = resources(parsed, "azuread_application_app_role").values()
    assert (role["role_id"], role["value"]) == (blueprint.role.id, blueprint.role.value)
    assert role["allowed_member_types"] == list(blueprint.role.members)
    [application] = resources(parsed, "azuread_application_registration").values()
    assert application["display_name"] == "Centrala acs-centrala"
    assert application["sign_in_audience"] == "AzureADMultipleOrgs"
    assigned = resources(parsed, "azuread_app_role_assignment")
    assert assigned["writer"]["principal_object_id"] == ADAM.object_id
    assert set(assigned) == {"writer", "event_grid"}
    principals = resources(parsed, "azuread_service_principal")
    assert principals["event_grid"]["client_id"] == EVENT_GRID
    azurerm = next(one["azurerm"] for one in parsed["provider"] if "azurerm" in one)
    assert azurerm["resource_providers_to_register"] == list(blueprint.providers)


def _terraform_fields(one: dict[str, Any], parsed: dict[str, Any], plan: Plan) -> dict[str, str]:
    hook, retry = one["webhook_endpoint"][0], one["retry_policy"][0]
    place = (one.get("storage_blob_dead_letter_destination") or [None])[0]
    variables = {name: body for each in parsed["variable"] for name, body in each.items()}
    variable = str(hook["url"]).removeprefix("${").removesuffix("}").removeprefix("var.")
    assert "azuread_application_registration.centrala.client_id" in hook["active_directory_app_id_or_uri"]
    return {
        "endpointUrl": variables[variable].get("default", "…"),
        "includedEventTypes": ", ".join(sorted(one["included_event_types"])),
        "filters": "".join(sorted({"subject_filter", "advanced_filter"} & set(one))),
        "eventDeliverySchema": one["event_delivery_schema"],
        "azureActiveDirectoryTenantId": hook["active_directory_tenant_id"],
        "azureActiveDirectoryApplicationIdOrUri": plan.blueprint.application.client_id or "…",
        "maxDeliveryAttempts": str(retry["max_delivery_attempts"]),
        "eventTimeToLiveInMinutes": str(retry["event_time_to_live"]),
        "deadLetterDestination": f"{place['storage_account_id']}/{place['storage_blob_container_name']}"
        if place
        else "",
        "provisioningState": "Succeeded",
    }


# What arguments are called on the providers' own pages (azurerm 4.40, azuread 3.0), as far as we use them; the first of
# each pair are required.
META = {"depends_on", "count"}
ARGUMENTS: dict[str, tuple[set[str], set[str]]] = {
    "azuread_application_registration": (
        {"display_name"},
        {"sign_in_audience", "requested_access_token_version"},
    ),
    "azuread_application_app_role": (
        {"application_id", "role_id", "allowed_member_types", "description", "display_name"},
        {"value"},
    ),
    "azuread_service_principal": ({"client_id"}, {"owners", "use_existing"}),
    "azuread_app_role_assignment": ({"app_role_id", "principal_object_id", "resource_object_id"}, set()),
    "azuread_application_owner": ({"application_id", "owner_object_id"}, set()),
    "azurerm_eventgrid_system_topic": (
        {"name", "resource_group_name", "location", "source_resource_id", "topic_type"},
        {"tags"},
    ),
    "azurerm_eventgrid_system_topic_event_subscription": (
        {"name", "system_topic", "resource_group_name"},
        {
            "event_delivery_schema",
            "included_event_types",
            "webhook_endpoint",
            "retry_policy",
            "storage_blob_dead_letter_destination",
        },
    ),
    "webhook_endpoint": ({"url"}, {"active_directory_tenant_id", "active_directory_app_id_or_uri"}),
    "retry_policy": ({"max_delivery_attempts", "event_time_to_live"}, set()),
    "storage_blob_dead_letter_destination": ({"storage_account_id", "storage_blob_container_name"}, set()),
}


@BOTH
@pytest.mark.long
def test_terraform_uses_arguments_that_the_providers_know(survey: Survey) -> None:
    parsed = terraform_of(plan_of(survey))

    used = [(kind, body) for one in parsed["resource"] for kind, named in one.items() for body in named.values()]
    used += [
        (name, inner) for _kind, body in used for name, blocks in body.items() if name in ARGUMENTS for inner in blocks
    ]

    wrong = {
        kind: (needed - set(body), set(body) - needed - may - META)
        for kind, body in used
        for needed, may in [ARGUMENTS[kind]]
        if not needed <= set(body) <= needed | may | META
    }
    assert wrong == {}
    assert {kind for kind, _body in used} == {
        *(kind for kind in ARGUMENTS if kind != "storage_blob_dead_letter_destination" or survey is not NOTHING)
    }


def test_terraform_takes_over_what_is_there_and_only_that() -> None:
    before, after = terraform_of(plan_of(NOTHING)), terraform_of(plan_of(connected()))

    group = f"/subscriptions/{RESOURCE.subscription_id}/resourceGroups/rg-other"
    topic = f"{group}/providers/Microsoft.EventGrid/systemTopics/by-hand"
    assert "import" not in before
    assert {one["id"] for one in after["import"]} == {
        f"/applications/{OBJECT}",
        f"/applications/{OBJECT}/appRoles/{plan_of(NOTHING).blueprint.role.id}",
        f"/applications/{OBJECT}/owners/{ADAM.object_id}",
        f"{PRINCIPAL}/appRoleAssignment/given-0",
        f"{PRINCIPAL}/appRoleAssignment/given-1",
        topic,
        f"{topic}/eventSubscriptions/texts",
        f"{topic}/eventSubscriptions/calls",
    }


def test_terraform_only_looks_up_an_application_of_ones_own() -> None:
    plan = plan_of(
        connected(name='Our ${own} "one"'), Order(resource=RESOURCE, tenant_id=TENANT, application_id=CLIENT)
    )
    parsed = terraform_of(plan)

    assert resources(parsed, "azuread_application_registration") == {}
    [data] = parsed["data"]
    assert data["azuread_application"]["centrala"]["client_id"] == CLIENT


@BOTH
def test_script_has_a_part_for_each_step_and_every_value_in_quotes(survey: Survey) -> None:
    plan = plan_of(survey)
    script = az.script(plan)

    assert set(az.sections(plan.blueprint)) == {step.key for step in plan.steps}
    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0
    assert "RESOURCE='/subscriptions/" in script
    assert f"TOPIC_GROUP='{plan.blueprint.topic.resource_group}'" in script


def test_script_holds_what_the_plan_says() -> None:
    plan = plan_of(connected())
    script = az.script(plan).replace("\\\n", "")

    made = {
        found["name"]: {
            "includedEventTypes": ", ".join(sorted(re.findall(r"'(Microsoft\.[^']+)'", found["types"]))),
            "maxDeliveryAttempts": found["attempts"],
            "eventTimeToLiveInMinutes": found["minutes"],
            "deadLetterDestination": found["place"] or "",
            "endpointUrl": _value(script, found["endpoint"]),
            "azureActiveDirectoryTenantId": _value(script, "TENANT"),
            "azureActiveDirectoryApplicationIdOrUri": _value(script, "APPLICATION"),
        }
        for found in re.finditer(
            r"event-subscription create --name '(?P<name>[^']+)'.*?--endpoint \"\$(?P<endpoint>\w+)\""
            r".*?--included-event-types (?P<types>.*?) --azure.*?--max-delivery-attempts (?P<attempts>\d+)"
            r" --event-ttl (?P<minutes>\d+) --output none(?: +--deadletter-endpoint '(?P<place>[^']+)')?",
            script,
        )
    }
    expected = {
        name: {field: value for field, value in fields.items() if field in made["texts"]}
        for name, fields in wanted(plan).items()
    }
    for fields in expected.values():
        fields["deadLetterDestination"] = fields["deadLetterDestination"].replace(
            "/lost/", "/lost/blobServices/default/containers/"
        )
    assert made == expected


def _value(script: str, name: str) -> str:
    found = re.search(rf"^{name}='([^']*)'$", script, re.MULTILINE)
    assert found, name
    return found[1]


def test_script_deletes_what_has_another_schema_before_it_is_made_anew() -> None:
    survey = connected()
    calls = replace(survey.events.subscriptions[1], schema="CloudEventSchemaV1_0")
    changed = replace(survey, events=replace(survey.events, subscriptions=(_sms(), calls)))

    script = az.script(plan_of(changed)).replace("\\\n", "")

    assert script.count("event-subscription delete") == 1
    assert script.index("event-subscription delete --name 'calls'") < script.index("subscription create --name 'calls'")
    assert "event-subscription delete" not in az.script(plan_of(survey))


@pytest.mark.parametrize(
    ("said", "tries"),
    [
        ("(Url validation) Webhook validation handshake failed for https://hub.example.org/hooks.", 60),
        ("(AuthorizationFailed) The client does not have authorization to perform this.", 1),
        ("(InvalidRequest) Updating the event delivery schema is not allowed.", 1),
    ],
)
def test_script_tries_again_only_what_spreading_mends(said: str, tries: int) -> None:
    function = re.search(r"^until_spread\(\) \{$.*?^\}$", az.script(plan_of(NOTHING)), re.MULTILINE | re.DOTALL)
    assert function is not None
    shell = f"set -euo pipefail\nsleep() {{ :; }}\nrefused() {{ echo '{said}' >&2; return 1; }}\n{function[0]}\n"

    ended = subprocess.run(["bash", "-c", f"{shell}until_spread refused\necho on"], capture_output=True, text=True)

    assert (ended.returncode, ended.stdout, ended.stderr.count(said)) == (1, "", tries)


def test_name_that_somebody_chose_is_no_command() -> None:
    survey = connected(name="Ours\nrm -rf /\n#", group="it's $(reboot)")
    script = az.script(plan_of(survey))

    words = [line for line in script.splitlines() if "rm -rf" in line]
    assert [line[0] for line in words] == ["#"] * len(words)
    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0
    told = subprocess.run(
        [
            "bash",
            "-c",
            "".join(line + "\n" for line in script.splitlines() if line.startswith("TOPIC_GROUP="))
            + 'printf %s "$TOPIC_GROUP"',
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "it's $(reboot)"


@pytest.mark.parametrize("kind", ["az", "arm", "terraform"])
def test_exports_hold_no_key(kind: str) -> None:
    text = EXPORTS[kind](plan_of(connected())).lower()

    assert [word for word in ("accesskey", "connection_string", "client_secret", "password =") if word in text] == []

"""The plan as a template of Azure Resource Manager, for the group of the system topic.

Templates make nothing in the directory; that part, as az commands, stands in the template's metadata.
https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax
"""

import json
from typing import Any

from centrala.azure.eventgrid import SCHEMA, TOPIC_TYPE
from centrala.connection.provisioning.blueprint import Blueprint, WantedSubscription
from centrala.connection.provisioning.exports import az
from centrala.connection.provisioning.pieces import Kind
from centrala.connection.provisioning.plan import Plan

API_VERSION = "2025-02-15"
TEMPLATE = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
APPLICATION = "eventGridApplicationId"
DIRECTORY = {Kind.APPLICATION, Kind.PRINCIPAL, Kind.ROLE, Kind.EVENT_GRID, Kind.ASSIGNMENT, Kind.OWNER}
DESCRIPTION = (
    "What Centrala needs in Azure, for {name}: az deployment group create --resource-group {group} --template-file "
    "FILE. A deployment registers the providers by itself. Templates make nothing in Microsoft Entra ID: run the "
    "script that centrala provision --export az prints first, up to its system topic; metadata.directory has its lines."
)

Json = dict[str, Any]  # the template's own shapes


def template(plan: Plan) -> str:
    blueprint, told = plan.blueprint, az.sections(plan.blueprint)
    topic = _topic(blueprint)
    body: Json = {
        "$schema": TEMPLATE,
        "contentVersion": "1.0.0.0",
        "metadata": {
            "description": DESCRIPTION.format(name=blueprint.resource.name, group=blueprint.topic.resource_group),
            "providers": list(blueprint.providers),
            "directory": {step.key: told[step.key].splitlines() for step in plan.steps if step.kind in DIRECTORY},
        },
        "parameters": _parameters(blueprint),
        "resources": [topic, *(_subscription(one, blueprint) for one in blueprint.subscriptions)],
    }
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def _parameters(blueprint: Blueprint) -> Json:
    """Addresses are secure, so that the history of deployments does not show them. What is unknown has no default."""
    application = _parameter("string", blueprint.application.client_id, "Application (client) ID of Centrala's app.")
    endpoints = {
        _endpoint(one): _parameter("securestring", one.webhook.url, f"Centrala's webhook address, {one.service}.")
        for one in blueprint.subscriptions
    }
    return {APPLICATION: application, **endpoints}


def _parameter(kind: str, value: str, description: str) -> Json:
    known = {"defaultValue": value} if value else {}
    return {"type": kind, **known, "metadata": {"description": description}}


def _endpoint(one: WantedSubscription) -> str:
    first, *rest = one.service.split("_")
    return "".join([first, *(word.capitalize() for word in rest), "Endpoint"])


def _topic(blueprint: Blueprint) -> Json:
    topic = blueprint.topic
    return {
        "type": "Microsoft.EventGrid/systemTopics",
        "apiVersion": API_VERSION,
        "name": topic.name,
        "location": topic.location,
        "tags": {name: _plain(value) for name, value in topic.tags.items()},
        "properties": {"source": str(blueprint.resource), "topicType": TOPIC_TYPE},
    }


def _plain(value: str) -> str:
    """A text that begins with a bracket would be an expression."""
    return f"[{value}" if value.startswith("[") else value


def _subscription(one: WantedSubscription, blueprint: Blueprint) -> Json:
    hook = one.webhook
    return {
        "type": "Microsoft.EventGrid/systemTopics/eventSubscriptions",
        "apiVersion": API_VERSION,
        "name": f"{blueprint.topic.name}/{hook.name}",
        "dependsOn": [f"[resourceId('Microsoft.EventGrid/systemTopics', '{blueprint.topic.name}')]"],
        "properties": {
            "destination": {
                "endpointType": "WebHook",
                "properties": {
                    "endpointUrl": f"[parameters('{_endpoint(one)}')]",
                    "azureActiveDirectoryTenantId": hook.tenant_id,
                    "azureActiveDirectoryApplicationIdOrUri": f"[parameters('{APPLICATION}')]",
                },
            },
            "filter": {"includedEventTypes": list(hook.event_types)},
            "eventDeliverySchema": SCHEMA,
            "retryPolicy": {"maxDeliveryAttempts": hook.attempts, "eventTimeToLiveInMinutes": hook.minutes},
            **_dead_letters(one),
        },
    }


def _dead_letters(one: WantedSubscription) -> Json:
    place = one.webhook.dead_letters
    if place is None:
        return {}
    properties = {"resourceId": place.storage_account, "blobContainerName": place.container}
    return {"deadLetterDestination": {"endpointType": "StorageBlob", "properties": properties}}

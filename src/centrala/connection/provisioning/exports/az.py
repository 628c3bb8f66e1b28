"""The plan as a bash script of az commands. It may be run again: what is there is kept.

Every value stands in single quotes, so that no shell reads anything into it.
"""

import json
from shlex import quote

from centrala.azure.eventgrid import SCHEMA, TOPIC_TYPE
from centrala.connection.models import Service
from centrala.connection.provisioning.blueprint import Blueprint, WantedSubscription
from centrala.connection.provisioning.plan import Plan, Step

HEADER = """\
#!/usr/bin/env bash
# What Centrala needs in Azure, for {name}. It may be run again: what is there is kept.
#
#   az login --tenant {tenant}
#   bash {file}
#
# Whoever runs it needs Contributor on the resource group and, in the directory, Cloud Application Administrator.
# It holds no key and no password. The webhook addresses in it are for administrators only.
set -euo pipefail
"""

PRELUDE = """
az account set --subscription "$SUBSCRIPTION"
GRAPH="$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)"
GRAPH="${GRAPH%/}"

graph() {
  az rest --resource "$GRAPH" --headers 'Content-Type=application/json' "$@"
}

assign() {
  local there
  there="$(graph --method get --url "$GRAPH/v1.0/servicePrincipals/$PRINCIPAL/appRoleAssignedTo?\\$top=999" \\
    --query "value[?principalId=='$1' && appRoleId=='$ROLE'].id" --output tsv)"
  [ -n "$there" ] || graph --method post --url "$GRAPH/v1.0/servicePrincipals/$PRINCIPAL/appRoleAssignedTo" \\
    --output none --body "$(printf '{"principalId": "%s", "resourceId": "%s", "appRoleId": "%s"}' \\
    "$1" "$PRINCIPAL" "$ROLE")"
}

# Entra takes up to 15 minutes to spread what is new; until then the handshake fails. Nothing else passes by waiting.
until_spread() {
  local said tries=60
  until said="$("$@" 2>&1)"; do
    printf '%s\\n' "$said" >&2
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ] || ! grep -qiE '(url|endpoint) validation|validation handshake' <<<"$said"; then return 1; fi
    echo "Trying again in 15 seconds." >&2
    sleep 15
  done
}
"""

ENDPOINTS = {
    Service.SMS: "SMS_ENDPOINT",
    Service.RECORDING: "RECORDING_ENDPOINT",
    Service.INCOMING_CALL: "INCOMING_CALL_ENDPOINT",
}


def script(plan: Plan) -> str:
    blueprint = plan.blueprint
    parts = [
        HEADER.format(name=blueprint.resource.name, tenant=blueprint.tenant_id, file="centrala-azure.sh"),
        _values(blueprint),
        PRELUDE,
    ]
    told = sections(blueprint)
    return "\n".join([*parts, *(f"{_heading(step)}\n{_removal(step)}{told[step.key]}\n" for step in plan.steps)])


def _heading(step: Step) -> str:
    return f"# {one_line(f'{step.title}: {step.name}')}"


def sections(blueprint: Blueprint) -> dict[str, str]:
    """The commands of each step of the plan, by its key. They use the variables of those before."""
    return {
        **{f"provider:{name}": _provider(name) for name in blueprint.providers},
        "application": _application(blueprint),
        "principal": _principal(),
        "role": _role(blueprint),
        "event-grid": _event_grid(blueprint),
        "assignment:event-grid": 'assign "$EVENT_GRID"',
        "assignment:writer": _writers(),
        "owner:application": 'az ad app owner add --id "$APPLICATION" --owner-object-id "$WRITER"',
        "owner:principal": _principal_owner(),
        "connection": _connection(blueprint),
        "topic": _topic(),
        **{f"subscription:{one.service.replace('_', '-')}": _subscription(one) for one in blueprint.subscriptions},
    }


def _values(blueprint: Blueprint) -> str:
    values = {
        "SUBSCRIPTION": blueprint.resource.subscription_id,
        "TENANT": blueprint.tenant_id,
        "RESOURCE": str(blueprint.resource),
        "WRITER": blueprint.writer.object_id,
        "ROLE": blueprint.role.id,
        "TOPIC": blueprint.topic.name,
        "TOPIC_GROUP": blueprint.topic.resource_group,
    }
    return "\n".join(f"{name}={quoted(value)}" for name, value in values.items())


def _provider(name: str) -> str:
    return f"az provider register --namespace {quoted(name)} --wait"


def _application(blueprint: Blueprint) -> str:
    wanted = blueprint.application
    if wanted.client_id:
        lines = [f"APPLICATION={quoted(wanted.client_id)}"]
        if wanted.audience:
            lines.append(f'az ad app update --id "$APPLICATION" --sign-in-audience {quoted(wanted.audience)}')
        return "\n".join(lines)
    body = json.dumps({"displayName": wanted.display_name, "signInAudience": wanted.audience})
    url = f'--url "$GRAPH/v1.0/applications(uniqueName={_inside(wanted.unique_name)})"'
    return (
        f"graph --method patch {url} \\\n"
        f"  --headers 'Content-Type=application/json' 'Prefer=create-if-missing' --body {quoted(body)} --output none\n"
        f'APPLICATION="$(graph --method get {url} --query appId --output tsv)"'
    )


def _principal() -> str:
    return (
        'az ad sp show --id "$APPLICATION" --output none 2>/dev/null || '
        'az ad sp create --id "$APPLICATION" --output none\n'
        'PRINCIPAL="$(az ad sp show --id "$APPLICATION" --query id --output tsv)"'
    )


def _role(blueprint: Blueprint) -> str:
    """The other roles of the application go back as they came."""
    role = blueprint.role
    ours = json.dumps(
        {
            "id": role.id,
            "value": role.value,
            "displayName": role.display_name,
            "description": role.description,
            "allowedMemberTypes": list(role.members),
            "isEnabled": True,
        }
    )
    query = f'[appRoles[?value!=`"{role.value}"`], `[{ours.replace("`", "")}]`][]'
    return (
        f'ROLES="$(az ad app show --id "$APPLICATION" --query {quoted(query)} --output json)"\n'
        'az ad app update --id "$APPLICATION" --app-roles "$ROLES"'
    )


def _event_grid(blueprint: Blueprint) -> str:
    app = quoted(blueprint.event_grid_app_id)
    return (
        f"az ad sp show --id {app} --output none 2>/dev/null || az ad sp create --id {app} --output none\n"
        f'EVENT_GRID="$(az ad sp show --id {app} --query id --output tsv)"'
    )


def _writers() -> str:
    """Whoever runs the script makes the event subscriptions now, whoever it was made for changes them later."""
    return (
        'SELF="$(az ad signed-in-user show --query id --output tsv 2>/dev/null || '
        'az ad sp show --id "$(az account show --query user.name --output tsv)" --query id --output tsv)"\n'
        'assign "$WRITER"\n'
        '[ "$SELF" = "$WRITER" ] || assign "$SELF"'
    )


def _principal_owner() -> str:
    return (
        'OWNERS="$GRAPH/v1.0/servicePrincipals/$PRINCIPAL/owners"\n'
        'THERE="$(graph --method get --url "$OWNERS" --query "value[?id==\'$WRITER\'].id" --output tsv)"\n'
        '[ -n "$THERE" ] || graph --method post --url "$OWNERS/\\$ref" \\\n'
        '  --body "{\\"@odata.id\\": \\"$GRAPH/v1.0/directoryObjects/$WRITER\\"}" --output none'
    )


def _connection(blueprint: Blueprint) -> str:
    """Centrala's own part: its addresses are known once it is connected with the application."""
    known = {ENDPOINTS[one.service]: one.webhook.url for one in blueprint.subscriptions}
    if all(known.values()):
        return "\n".join(f"{name}={quoted(url)}" for name, url in known.items())
    missing = " ".join(f'[ -n "${{{name}:-}}" ] &&' for name in known).removesuffix(" &&")
    again = " ".join(f"{name}=…" for name in known)
    return (
        f"if ! {{ {missing}; }}; then\n"
        '  echo "Now connect Centrala: centrala connect --resource-id $RESOURCE --event-grid-app-id $APPLICATION'
        ' --event-grid-app-tenant-id $TENANT --yes"\n'
        f'  echo "Then run this again with the addresses it prints: {again} bash $0"\n'
        "  exit 0\n"
        "fi"
    )


def _topic() -> str:
    return (
        'az eventgrid system-topic show --name "$TOPIC" --resource-group "$TOPIC_GROUP" --output none 2>/dev/null ||\n'
        '  az eventgrid system-topic create --name "$TOPIC" --resource-group "$TOPIC_GROUP" --location global \\\n'
        f'    --source "$RESOURCE" --topic-type {quoted(TOPIC_TYPE)} --output none'
    )


def _subscription(one: WantedSubscription) -> str:
    hook = one.webhook
    dead_letters = ""
    if hook.dead_letters:
        place = f"{hook.dead_letters.storage_account}/blobServices/default/containers/{hook.dead_letters.container}"
        dead_letters = f" \\\n  --deadletter-endpoint {quoted(place)}"
    return (
        f"until_spread az eventgrid system-topic event-subscription create --name {quoted(hook.name)} \\\n"
        '  --system-topic-name "$TOPIC" --resource-group "$TOPIC_GROUP" --event-delivery-schema eventgridschema \\\n'
        f'  --endpoint-type webhook --endpoint "${ENDPOINTS[one.service]}" \\\n'
        f"  --included-event-types {' '.join(map(quoted, hook.event_types))} \\\n"
        '  --azure-active-directory-tenant-id "$TENANT" --azure-active-directory-application-id-or-uri "$APPLICATION" '
        "\\\n"
        f"  --max-delivery-attempts {hook.attempts} --event-ttl {hook.minutes} --output none{dead_letters}"
    )


def _removal(step: Step) -> str:
    """Azure changes no other schema back to this one. What the script has made anew stays when it is run again."""
    if not any(one.field == "eventDeliverySchema" and one.before for one in step.differences):
        return ""
    command = "az eventgrid system-topic event-subscription"
    which = f'--name {quoted(step.name)} \\\n  --system-topic-name "$TOPIC" --resource-group "$TOPIC_GROUP"'
    return (
        f'SCHEMA="$({command} show {which} \\\n  --query eventDeliverySchema --output tsv 2>/dev/null || true)"\n'
        f'[ -z "$SCHEMA" ] || [ "$SCHEMA" = {SCHEMA} ] ||\n  {command} delete {which} --yes\n'
    )


def one_line(text: str) -> str:
    """For a comment: a name that somebody gave may hold line breaks, and what follows one would be a command."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def quoted(value: str) -> str:
    """Always in quotes, also where a shell would need none."""
    return value_quoted if (value_quoted := quote(value)).startswith("'") else f"'{value}'"


def _inside(value: str) -> str:
    """An OData text inside of double quotes; resource names hold letters, digits and hyphens."""
    return f"'{value}'"

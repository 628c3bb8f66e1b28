"""The plan as Terraform, with the providers azurerm and azuread.

What is there already is taken over by import blocks, so that an apply makes nothing twice.
"""

from collections.abc import Iterator

from centrala.azure.eventgrid import SCHEMA, TOPIC_TYPE
from centrala.connection.provisioning.blueprint import Blueprint, WantedSubscription
from centrala.connection.provisioning.exports.hcl import Raw, block, mapping
from centrala.connection.provisioning.plan import Change, Plan

HEADER = """\
# What Centrala needs in Azure, for {name}. It holds no key and no password; the webhook addresses are for
# administrators only. Sign in with: az login --tenant {tenant}; then: terraform init && terraform apply
"""
# The lowest versions that take what is written below. azurerm: its changelog first names source_resource_id in 4.40
# (source_arm_resource_id before), where its case stops mattering, too; else a topic made by hand would be made anew.
# The providers to register are named since 4.0. Every argument stands on the providers' own pages.
# azuread: app_role, registration and owner are resources since 2.44; of the versions since, the next major one.
AZURERM, AZUREAD = "4.40", "3.0"
ROLE = Raw("azuread_application_app_role.centrala.role_id")
PRINCIPAL = Raw("azuread_service_principal.centrala.object_id")
ASSIGNMENTS = Raw("[azuread_app_role_assignment.event_grid, azuread_app_role_assignment.writer]")


def module(plan: Plan) -> str:
    blueprint = plan.blueprint
    there = {step.key for step in plan.steps if step.change is not Change.MADE}
    parts = [
        HEADER.format(name=blueprint.resource.name, tenant=blueprint.tenant_id),
        *_settings(blueprint),
        *_application(blueprint),
        *_principals(blueprint),
        *_assignments(blueprint),
        *_owner(blueprint, there),
        *_topic(blueprint),
        *(part for one in blueprint.subscriptions for part in _subscription(one, blueprint)),
        *_imports(blueprint, there),
    ]
    return "\n".join(parts)


def _settings(blueprint: Blueprint) -> Iterator[str]:
    yield (
        "terraform {\n"
        '  required_version = ">= 1.7"\n\n'
        "  required_providers {\n"
        f'    azurerm = {{ source = "hashicorp/azurerm", version = ">= {AZURERM}" }}\n'
        f'    azuread = {{ source = "hashicorp/azuread", version = ">= {AZUREAD}" }}\n'
        "  }\n"
        "}\n"
    )
    yield block(
        "provider",
        "azurerm",
        subscription_id=blueprint.resource.subscription_id,
        resource_provider_registrations="none",
        resource_providers_to_register=list(blueprint.providers),
        features={},
    )
    yield block("provider", "azuread", tenant_id=blueprint.tenant_id)


def _ours(blueprint: Blueprint) -> bool:
    return bool(blueprint.application.audience)


def _id(blueprint: Blueprint, name: str) -> Raw:
    kind = "azuread_application_registration" if _ours(blueprint) else "data.azuread_application"
    return Raw(f"{kind}.centrala.{name}")


def _application(blueprint: Blueprint) -> Iterator[str]:
    """One that is not ours is only looked up; nothing but the role is added to it."""
    wanted = blueprint.application
    if _ours(blueprint):
        yield block(
            "resource",
            "azuread_application_registration",
            "centrala",
            display_name=wanted.display_name,
            sign_in_audience=wanted.audience,
            requested_access_token_version=1,
        )
    else:
        yield block("data", "azuread_application", "centrala", client_id=wanted.client_id)
    role = blueprint.role
    yield block(
        "resource",
        "azuread_application_app_role",
        "centrala",
        application_id=_id(blueprint, "id"),
        role_id=role.id,
        value=role.value,
        display_name=role.display_name,
        description=role.description,
        allowed_member_types=list(role.members),
    )


def _principals(blueprint: Blueprint) -> Iterator[str]:
    yield block(
        "resource",
        "azuread_service_principal",
        "centrala",
        client_id=_id(blueprint, "client_id"),
        owners=list(blueprint.application.owners),
        use_existing=True,
    )
    yield block(
        "resource",
        "azuread_service_principal",
        "event_grid",
        client_id=blueprint.event_grid_app_id,
        use_existing=True,
    )


def _assignments(blueprint: Blueprint) -> Iterator[str]:
    principals = {
        "event_grid": Raw("azuread_service_principal.event_grid.object_id"),
        "writer": blueprint.writer.object_id,
    }
    for name, principal in principals.items():
        yield block(
            "resource",
            "azuread_app_role_assignment",
            name,
            app_role_id=ROLE,
            principal_object_id=principal,
            resource_object_id=PRINCIPAL,
        )


def _owner(blueprint: Blueprint, there: set[str]) -> Iterator[str]:
    """Whoever registers an application owns it from then on; Terraform would stumble over that."""
    writer = blueprint.writer.object_id
    made = "application" not in there
    if made:
        yield block("data", "azuread_client_config", "current")
    yield block(
        "resource",
        "azuread_application_owner",
        "writer",
        count=Raw(f'data.azuread_client_config.current.object_id == "{writer}" ? 0 : 1') if made else None,
        application_id=_id(blueprint, "id"),
        owner_object_id=writer,
    )


def _topic(blueprint: Blueprint) -> Iterator[str]:
    topic = blueprint.topic
    yield block(
        "resource",
        "azurerm_eventgrid_system_topic",
        "centrala",
        name=topic.name,
        resource_group_name=topic.resource_group,
        location=topic.location,
        source_resource_id=str(blueprint.resource),
        topic_type=TOPIC_TYPE,
        tags=mapping(topic.tags) if topic.tags else None,
    )


def _subscription(one: WantedSubscription, blueprint: Blueprint) -> Iterator[str]:
    """An address that is not known yet is asked for."""
    hook, variable = one.webhook, f"{one.service}_endpoint"
    yield block(
        "variable", variable, type=Raw("string"), sensitive=True, nullable=False, default=hook.url if hook.url else None
    )
    place = hook.dead_letters
    yield block(
        "resource",
        "azurerm_eventgrid_system_topic_event_subscription",
        str(one.service),
        name=hook.name,
        system_topic=Raw("azurerm_eventgrid_system_topic.centrala.name"),
        resource_group_name=blueprint.topic.resource_group,
        event_delivery_schema=SCHEMA,
        included_event_types=list(hook.event_types),
        depends_on=ASSIGNMENTS,
        webhook_endpoint={
            "url": Raw(f"var.{variable}"),
            "active_directory_tenant_id": hook.tenant_id,
            "active_directory_app_id_or_uri": _id(blueprint, "client_id"),
        },
        retry_policy={"max_delivery_attempts": hook.attempts, "event_time_to_live": hook.minutes},
        storage_blob_dead_letter_destination={
            "storage_account_id": place.storage_account,
            "storage_blob_container_name": place.container,
        }
        if place
        else None,
    )


def _imports(blueprint: Blueprint, there: set[str]) -> Iterator[str]:
    for key, (address, id_) in _takeovers(blueprint).items():
        if key in there:
            yield block("import", to=Raw(address), id=id_)


def _takeovers(blueprint: Blueprint) -> dict[str, tuple[str, str]]:
    """How Terraform names what a step of the plan is about, and the id that its providers know it by."""
    application, ids = f"/applications/{blueprint.application.object_id}", blueprint.assignment_ids
    principal, writer = blueprint.application.principal_id, blueprint.writer.object_id
    topic = (
        f"/subscriptions/{blueprint.resource.subscription_id}/resourceGroups/{blueprint.topic.resource_group}"
        f"/providers/Microsoft.EventGrid/systemTopics/{blueprint.topic.name}"
    )
    ours = {"application": ("azuread_application_registration.centrala", application)} if _ours(blueprint) else {}
    return {
        **ours,
        "role": ("azuread_application_app_role.centrala", f"{application}/appRoles/{blueprint.role.id}"),
        "assignment:event-grid": (
            "azuread_app_role_assignment.event_grid",
            f"{principal}/appRoleAssignment/{ids.get(blueprint.event_grid_principal_id, '')}",
        ),
        "assignment:writer": (
            "azuread_app_role_assignment.writer",
            f"{principal}/appRoleAssignment/{ids.get(writer, '')}",
        ),
        "owner:application": ("azuread_application_owner.writer", f"{application}/owners/{writer}"),
        "topic": ("azurerm_eventgrid_system_topic.centrala", topic),
        **{
            f"subscription:{one.service.replace('_', '-')}": (
                f"azurerm_eventgrid_system_topic_event_subscription.{one.service}",
                f"{topic}/eventSubscriptions/{one.webhook.name}",
            )
            for one in blueprint.subscriptions
        },
    }

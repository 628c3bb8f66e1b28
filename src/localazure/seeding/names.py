"""Whom and what a plan's references name."""

import re
from collections.abc import Iterator

from localazure.records.plan import ApplicationPlan, PersonPlan, Plan, RolePlan

EVENT_GRID = "Microsoft.EventGrid"


def user_name(plan: Plan, one: PersonPlan) -> str:
    """As it was given, else the name in the tenant's domain; empty where the name does not lend itself to it."""
    if one.user_name:
        return one.user_name
    name = one.name.lower()
    return f"{name}@{plan.tenant.domain}" if re.fullmatch(r"[a-z0-9._+-]+", name) else ""


def people_and_applications(plan: Plan) -> dict[str, str]:
    """Object ids by name: a person's, or that of an application's service principal."""
    everybody = {one.name: one.id for one in plan.people}
    return everybody | {one.name: one.principal_id for one in everything(plan) if one.service_principal}


def everything(plan: Plan) -> tuple[ApplicationPlan, ...]:
    return (plan.client, *plan.applications)


def scopes(plan: Plan) -> dict[str, str]:
    """Where roles can be given, by the names in lower case: the names as they are written."""
    return {name.lower(): name for name, _ in _places(plan)}


def scopes_of(plan: Plan, role: RolePlan) -> list[str]:
    """The resource ids that a role is given at."""
    if not role.scope:
        return [f"/subscriptions/{one.id}" for one in plan.subscriptions]
    return [path for name, path in _places(plan) if name.lower() == role.scope.lower()]


def _places(plan: Plan) -> Iterator[tuple[str, str]]:
    for one in plan.subscriptions:
        base = f"/subscriptions/{one.id}"
        yield one.name, base
        for group in one.resource_groups:
            inside = f"{base}/resourceGroups/{group.name}"
            yield f"{one.name}/{group.name}", inside
            for resource in group.communication_services:
                kind = "Microsoft.Communication/CommunicationServices"
                yield f"{one.name}/{group.name}/{resource.name}", f"{inside}/providers/{kind}/{resource.name}"

"""What must fit together in a plan and no single value can show."""

from collections.abc import Iterable, Iterator

from localazure.arm.builtin import BUILT_IN
from localazure.arm.locations import REGIONS, plain
from localazure.communication.rules import DATA_LOCATIONS
from localazure.communication.senders import Kind, kind_of
from localazure.entra.first_party import GRAPH_ROLES
from localazure.records.plan import ApplicationPlan, NumberPlan, PersonPlan, Plan, ResourcePlan, RolePlan, StoragePlan
from localazure.seeding.carriers import check_carrier
from localazure.seeding.mistakes import Mistake
from localazure.seeding.names import EVENT_GRID, people_and_applications, scopes, user_name
from localazure.storage.accounts import RESERVED

ROLES = {one.name for one in BUILT_IN.values()}
Placed = tuple[str, str]  # where it stands, and what


def check(plan: Plan) -> None:
    """Raises the first Mistake."""
    _check_single(plan)
    _check_people(plan)
    for path, one in applications(plan):
        _check_application(plan, path, one)
    for path, resource in resources(plan):
        _check_resource(path, resource)
    _check_topics(plan)
    _check_locations(plan)
    _check_registered(plan)


def applications(plan: Plan) -> Iterator[tuple[str, ApplicationPlan]]:
    yield "$.client", plan.client
    for place, one in enumerate(plan.applications):
        yield f"$.applications[{place}]", one


def resources(plan: Plan) -> Iterator[tuple[str, ResourcePlan]]:
    for one, subscription in enumerate(plan.subscriptions):
        for two, group in enumerate(subscription.resource_groups):
            for three, resource in enumerate(group.communication_services):
                yield f"$.subscriptions[{one}].resource_groups[{two}].communication_services[{three}]", resource


def accounts(plan: Plan) -> Iterator[tuple[str, StoragePlan]]:
    for one, subscription in enumerate(plan.subscriptions):
        for two, group in enumerate(subscription.resource_groups):
            for three, account in enumerate(group.storage_accounts):
                yield f"$.subscriptions[{one}].resource_groups[{two}].storage_accounts[{three}]", account


def _check_single(plan: Plan) -> None:
    """Names and numbers of which there may be one only; case does not tell them apart."""
    _once((f"$.subscriptions[{place}].name", one.name) for place, one in enumerate(plan.subscriptions))
    for place, subscription in enumerate(plan.subscriptions):
        groups = enumerate(subscription.resource_groups)
        _once((f"$.subscriptions[{place}].resource_groups[{each}].name", one.name) for each, one in groups)
    _once((f"{path}.name", one.name) for path, one in resources(plan))
    _once((f"{path}.name", one.name) for path, one in accounts(plan))
    for path, one in accounts(plan):
        if one.name in RESERVED:
            raise Mistake(f"{path}.name", f"'{one.name}' is a part of other services' addresses", "choose another")
    _once(
        (f"{path}.numbers[{place}].number", number.number)
        for path, one in resources(plan)
        for place, number in enumerate(one.numbers)
    )
    _once(
        (f"{path}.trunks[{place}].name", trunk.name)
        for path, one in resources(plan)
        for place, trunk in enumerate(one.trunks)
    )
    _once((f"$.people[{place}]", user_name(plan, one)) for place, one in enumerate(plan.people))
    people = [(f"$.people[{place}].name", one.name) for place, one in enumerate(plan.people)]
    _once([*people, *((f"{path}.name", one.name) for path, one in applications(plan))])
    _once(
        (f"{path}.identifier_uris[{place}]", uri)
        for path, one in applications(plan)
        for place, uri in enumerate(one.identifier_uris)
    )
    _once(_ids(plan))


def _ids(plan: Plan) -> Iterator[Placed]:
    yield "$.tenant.id", plan.tenant.id
    yield from ((f"$.subscriptions[{place}].id", one.id) for place, one in enumerate(plan.subscriptions))
    yield from ((f"$.people[{place}].id", one.id) for place, one in enumerate(plan.people))
    for path, one in applications(plan):
        yield from ((f"{path}.{key}", getattr(one, key)) for key in ("id", "client_id", "principal_id"))
        yield from ((f"{path}.app_roles[{place}].id", role.id) for place, role in enumerate(one.app_roles))
    yield from ((f"{path}.immutable_id", one.immutable_id) for path, one in resources(plan))


def _once(placed: Iterable[Placed]) -> None:
    seen: set[str] = set()
    for path, value in placed:
        if value.lower() in seen:
            raise Mistake(path, f"there are two of '{value}'", "give each its own")
        seen.add(value.lower())


def _check_people(plan: Plan) -> None:
    for place, one in enumerate(plan.people):
        path = f"$.people[{place}]"
        if not user_name(plan, one):
            raise Mistake(
                f"{path}.name", "no user name can be made of it", f"add user_name: somebody@{plan.tenant.domain}"
            )
        _check_roles(plan, path, one)


def _check_roles(plan: Plan, path: str, holder: PersonPlan | ApplicationPlan) -> None:
    for place, role in enumerate(holder.roles):
        _check_role(plan, f"{path}.roles[{place}]", role)


def _check_role(plan: Plan, path: str, role: RolePlan) -> None:
    if role.role not in ROLES:
        raise Mistake(f"{path}.role", "there is no such role", f"write one of {', '.join(sorted(ROLES))}")
    known = scopes(plan)
    if role.scope and role.scope.lower() not in known:
        raise Mistake(f"{path}.scope", "there is nothing of that name", f"write one of {', '.join(known.values())}")


def _check_application(plan: Plan, path: str, one: ApplicationPlan) -> None:
    _check_roles(plan, path, one)
    _once((f"{path}.app_roles[{place}].value", role.value) for place, role in enumerate(one.app_roles))
    names = people_and_applications(plan)
    for place, owner in enumerate(one.owners):
        _check_known(f"{path}.owners[{place}]", owner, names)
    for place, role in enumerate(one.app_roles):
        for each, holder in enumerate(role.assigned_to):
            _check_known(f"{path}.app_roles[{place}].assigned_to[{each}]", holder, {*names, EVENT_GRID})
    for place, right in enumerate(one.graph):
        if right not in GRAPH_ROLES.values():
            raise Mistake(
                f"{path}.graph[{place}]",
                "Graph has no such right here",
                f"write one of {', '.join(GRAPH_ROLES.values())}",
            )
    _check_principal(plan, path, one)


def _check_principal(plan: Plan, path: str, one: ApplicationPlan) -> None:
    if one is plan.client and not one.secrets:
        raise Mistake(path, "the client has no secret to sign in with", "add secrets with a name below it")
    needed = one is plan.client or one.roles or one.graph or any(role.assigned_to for role in one.app_roles)
    if needed and not one.service_principal:
        raise Mistake(f"{path}.service_principal", "it is needed for roles and rights", "write true")


def _check_known(path: str, name: str, names: Iterable[str]) -> None:
    if name not in names:
        raise Mistake(path, "nobody has that name", f"write one of {', '.join(sorted(names))}")


def _check_resource(path: str, one: ResourcePlan) -> None:
    if one.data_location not in DATA_LOCATIONS:
        raise Mistake(f"{path}.data_location", "there is no such place", f"write one of {', '.join(DATA_LOCATIONS)}")
    for place, number in enumerate(one.numbers):
        _check_number(f"{path}.numbers[{place}]", number)
    _once((f"{path}.senders[{place}]", name) for place, name in enumerate(one.senders))
    _once((f"{path}.routes[{place}].name", route.name) for place, route in enumerate(one.routes))
    check_carrier(path, one)


def _check_number(path: str, one: NumberPlan) -> None:
    kind = kind_of(one.number, Kind(one.type) if one.type else None)
    if one.type not in {"", kind}:
        raise Mistake(f"{path}.type", "the number is of another type", f"write {kind.value}, or leave it out")
    if kind is Kind.SHORT_CODE and one.calling not in {None, "none"}:
        raise Mistake(f"{path}.calling", "nobody can call a short code", "write none, or leave it out")


def _check_topics(plan: Plan) -> None:
    for one, subscription in enumerate(plan.subscriptions):
        known = [each.name for group in subscription.resource_groups for each in group.communication_services]
        sources: list[Placed] = []
        for two, group in enumerate(subscription.resource_groups):
            path = f"$.subscriptions[{one}].resource_groups[{two}].system_topics"
            _once((f"{path}[{three}].name", topic.name) for three, topic in enumerate(group.system_topics))
            sources += [(f"{path}[{three}].source", topic.source) for three, topic in enumerate(group.system_topics)]
        for path, source in sources:
            _check_known(path, source, known)
        _once(sources)


def _check_locations(plan: Plan) -> None:
    for one, subscription in enumerate(plan.subscriptions):
        for two, group in enumerate(subscription.resource_groups):
            if plain(group.location) not in REGIONS:
                path = f"$.subscriptions[{one}].resource_groups[{two}].location"
                raise Mistake(path, "Azure has no such region", f"write one of {', '.join(REGIONS)}")


def _check_registered(plan: Plan) -> None:
    for place, one in enumerate(plan.subscriptions):
        used = {
            "Microsoft.Communication": any(group.communication_services for group in one.resource_groups),
            "Microsoft.EventGrid": any(group.system_topics for group in one.resource_groups),
            "Microsoft.Storage": any(group.storage_accounts for group in one.resource_groups),
        }
        for namespace, needed in used.items():
            if needed and namespace not in one.registered:
                raise Mistake(
                    f"$.subscriptions[{place}].registered",
                    f"{namespace} is used here and not registered",
                    f"add {namespace}",
                )

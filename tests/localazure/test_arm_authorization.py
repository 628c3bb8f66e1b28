from contextlib import ExitStack
from uuid import UUID, uuid4

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.communication import CommunicationServiceManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient
from people import (
    CONTRIBUTOR,
    EVENT_SUBSCRIPTION_CONTRIBUTOR,
    OWNER,
    READER,
    USER_ACCESS_ADMINISTRATOR,
    Given,
    Principal,
)

VERSION = {"api-version": "2022-04-01"}


@pytest.fixture
def clients():
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def authorization(azure, credential, management, clients):
    return clients.enter_context(AuthorizationManagementClient(credential, azure.subscription_id, **management))


@pytest.fixture
def group(azure):
    return f"/subscriptions/{azure.subscription_id}/resourceGroups/{azure.resource_group}"


@pytest.fixture
def nobody(azure, http, token):
    return Principal(azure, http, token)


@pytest.fixture
def give(azure, authorization):
    """Assigns a role; returns the assignment."""

    def give(principal, role, scope):
        body = {
            "role_definition_id": f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{role}",
            "principal_id": principal.object_id,
        }
        return authorization.role_assignments.create(scope, str(uuid4()), body)

    return give


@pytest.fixture
def as_principal(azure, management, clients):
    """One of Microsoft's management clients, signed in as somebody."""

    def as_principal(kind, principal):
        return clients.enter_context(kind(principal.credential, azure.subscription_id, **management))

    return as_principal


def refused(call, *arguments, **options):
    with pytest.raises(HttpResponseError) as caught:
        call(*arguments, **options)
    return caught.value


def test_reader_may_look_but_not_touch(azure, nobody, give, as_principal, group):
    give(nobody, READER, group)
    services = as_principal(CommunicationServiceManagementClient, nobody).communication_services

    seen = services.get(azure.resource_group, azure.acs.resource_name)
    error = refused(services.list_keys, azure.resource_group, azure.acs.resource_name)

    assert seen.name == azure.acs.resource_name
    assert (error.status_code, error.error.code) == (403, "AuthorizationFailed")
    assert error.error.message == (
        f"The client '{nobody.client_id}' with object id '{nobody.object_id}' does not have authorization to perform "
        f"action 'Microsoft.Communication/CommunicationServices/listKeys/action' over scope '{azure.acs.resource_id}' "
        "or the scope is invalid. If access was recently granted, please refresh your credentials."
    ).replace(azure.acs.resource_id, error.error.message.split("over scope '")[1].split("'")[0])
    assert error.error.message.lower().count(azure.acs.resource_id.lower()) == 1


def test_contributor_may_do_all_but_assign_roles(azure, nobody, give, as_principal, group):
    give(nobody, CONTRIBUTOR, group)
    services = as_principal(CommunicationServiceManagementClient, nobody).communication_services
    own = as_principal(AuthorizationManagementClient, nobody)

    keys = services.list_keys(azure.resource_group, azure.acs.resource_name)
    body = {"role_definition_id": f"{group}/x/{OWNER}", "principal_id": nobody.object_id}
    error = refused(own.role_assignments.create, group, str(uuid4()), body)

    assert keys.primary_connection_string == azure.acs.connection_string
    assert (error.status_code, error.error.code) == (403, "AuthorizationFailed")
    assert "Microsoft.Authorization/roleAssignments/write" in error.error.message


def test_user_access_administrator_assigns_roles_and_changes_nothing_else(azure, nobody, give, as_principal, group):
    give(nobody, USER_ACCESS_ADMINISTRATOR, group)
    own = as_principal(AuthorizationManagementClient, nobody)
    services = as_principal(CommunicationServiceManagementClient, nobody).communication_services

    body = {"role_definition_id": f"{group}/x/{CONTRIBUTOR}", "principal_id": nobody.object_id}
    error = refused(services.list_keys, azure.resource_group, azure.acs.resource_name)
    own.role_assignments.create(group, str(uuid4()), body)

    assert error.status_code == 403
    assert services.list_keys(azure.resource_group, azure.acs.resource_name).primary_key


def test_role_on_one_resource_reaches_no_other(azure, nobody, give, as_principal, group):
    give(nobody, CONTRIBUTOR, azure.acs.resource_id)
    services = as_principal(CommunicationServiceManagementClient, nobody).communication_services
    body = {"location": "global", "properties": {"dataLocation": "Europe"}}

    assert services.list_keys(azure.resource_group, azure.acs.resource_name).primary_key
    error = refused(services.begin_create_or_update, azure.resource_group, "acs-second", body)
    assert "Microsoft.Communication/CommunicationServices/write" in error.error.message


def test_role_is_inherited_from_the_subscription(azure, nobody, give, as_principal):
    give(nobody, READER, f"/subscriptions/{azure.subscription_id}")
    client = as_principal(ResourceManagementClient, nobody)

    assert [each.name for each in client.resource_groups.list()] == [azure.resource_group]
    assert [each.name for each in client.resources.list()] == [azure.acs.resource_name]
    error = refused(client.resource_groups.create_or_update, "rg-new", {"location": "westeurope"})
    assert "Microsoft.Resources/subscriptions/resourceGroups/write" in error.error.message


def test_subscription_is_seen_by_whoever_has_a_role_below_it(azure, nobody, give, management, clients, group):
    client = clients.enter_context(SubscriptionClient(nobody.credential, **management))
    before = list(client.subscriptions.list())

    give(nobody, READER, azure.acs.resource_id)

    assert before == []
    assert [each.subscription_id for each in client.subscriptions.list()] == [azure.subscription_id]


def test_lists_show_what_the_caller_may_read(azure, nobody, give, resources, as_principal, group):
    resources.resource_groups.create_or_update("rg-second", {"location": "westeurope"})
    give(nobody, READER, group)
    client = as_principal(ResourceManagementClient, nobody)
    services = as_principal(CommunicationServiceManagementClient, nobody).communication_services

    assert [each.name for each in client.resource_groups.list()] == [azure.resource_group]
    assert [each.name for each in client.resources.list()] == [azure.acs.resource_name]
    assert [each.name for each in services.list_by_subscription()] == [azure.acs.resource_name]


def test_event_subscription_contributor_cannot_write_system_topics(azure, nobody, give, http, resources, group):
    resources.providers.register("Microsoft.EventGrid")
    give(nobody, EVENT_SUBSCRIPTION_CONTRIBUTOR, group)
    headers = {"authorization": f"Bearer {nobody.token()}"}
    path = f"{group}/providers/Microsoft.EventGrid/systemTopics/centrala"
    body = {
        "location": "global",
        "properties": {
            "source": azure.acs.resource_id,
            "topicType": "Microsoft.Communication.CommunicationServices",
        },
    }

    answer = http.put(path, params={"api-version": "2025-02-15"}, json=body, headers=headers)

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "AuthorizationFailed")
    listed = http.get(
        f"{azure.acs.resource_id}/providers/Microsoft.EventGrid/eventSubscriptions",
        params={"api-version": "2025-02-15"},
        headers=headers,
    )
    assert (listed.status_code, listed.json()["value"]) == (200, [])


def test_permissions_are_the_callers_own(azure, nobody, give, as_principal, authorization, group):
    own = as_principal(AuthorizationManagementClient, nobody).permissions
    nothing = list(own.list_for_resource_group(azure.resource_group))
    give(nobody, CONTRIBUTOR, group)

    [contributor] = own.list_for_resource_group(azure.resource_group)
    [on_resource] = own.list_for_resource(
        azure.resource_group, "Microsoft.Communication", "", "communicationServices", azure.acs.resource_name
    )
    [owner] = authorization.permissions.list_for_resource_group(azure.resource_group)

    assert nothing == []
    assert contributor.actions == on_resource.actions == ["*"]
    assert "Microsoft.Authorization/*/Write" in contributor.not_actions
    assert (owner.actions, owner.not_actions) == (["*"], [])


def test_role_assignment_is_made_found_and_removed(azure, authorization, nobody, give, group):
    made = give(nobody, READER, group)
    assignments = authorization.role_assignments

    found = assignments.get_by_id(made.id)
    gone = assignments.delete(group, made.name)

    assert made.id == f"{group}/providers/Microsoft.Authorization/roleAssignments/{made.name}"
    assert (found.principal_id, found.principal_type, found.scope) == (nobody.object_id, "ServicePrincipal", group)
    assert found.role_definition_id.endswith(READER)
    assert found.created_by
    assert gone.name == made.name
    assert assignments.delete(group, made.name) is None
    assert refused(assignments.get, group, made.name).error.code == "RoleAssignmentNotFound"


def test_role_assignments_are_filtered(azure, authorization, nobody, give, group):
    above = give(nobody, READER, f"/subscriptions/{azure.subscription_id}")
    here = give(nobody, READER, group)
    below = give(nobody, READER, azure.acs.resource_id)
    assignments = authorization.role_assignments

    def ids(filter_):
        return [each.id for each in assignments.list_for_resource_group(azure.resource_group, filter=filter_)]

    mine = f"assignedTo('{nobody.object_id}')"
    assert ids(mine) == ids(f"principalId eq '{nobody.object_id}'") == [above.id, here.id, below.id]
    assert ids(f"atScope() and {mine}") == [above.id, here.id]
    assert set(ids("atScope()")) > {above.id, here.id}
    assert refused(lambda: ids("roleName eq 'Reader'")).status_code == 400
    for_scope = assignments.list_for_scope(azure.acs.resource_id, filter=f"atScope() and {mine}")
    assert [each.id for each in for_scope] == [above.id, here.id, below.id]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"principalId": str(uuid4())}, 400, "PrincipalNotFound"),
        ({"principalType": "User"}, 400, "UnmatchedPrincipalType"),
        ({"principalId": str(uuid4()), "principalType": "Nobody"}, 400, "InvalidPrincipalType"),
        ({"principalId": "nobody", "principalType": "User"}, 400, "InvalidPrincipalId"),
        ({"condition": "1 == 1", "conditionVersion": "2.0"}, 501, "NotImplemented"),
        ({"roleDefinitionId": f"/x/{uuid4()}"}, 404, "RoleDefinitionDoesNotExist"),
        ({}, 409, "RoleAssignmentExists"),
    ],
)
def test_impossible_role_assignment_is_refused(azure, http, token, nobody, give, group, changes, status, code):
    give(nobody, READER, group)
    properties = {"roleDefinitionId": f"/x/{READER}", "principalId": nobody.object_id} | changes

    answer = http.put(
        f"{group}/providers/Microsoft.Authorization/roleAssignments/{uuid4()}",
        params=VERSION,
        json={"properties": properties},
        headers={"authorization": f"Bearer {token}"},
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_role_assignment_cannot_move_to_another_principal(azure, authorization, nobody, give, http, token, group):
    made, other = give(nobody, READER, group), Principal(azure, http, token)
    body = {"role_definition_id": made.role_definition_id, "principal_id": other.object_id}

    error = refused(authorization.role_assignments.create, group, made.name, body)

    assert (error.status_code, error.error.code) == (400, "RoleAssignmentUpdateNotPermitted")


def test_new_principal_can_be_assigned_before_the_directory_shows_it(azure, authorization, group):
    body = {
        "role_definition_id": f"{group}/x/{READER}",
        "principal_id": str(uuid4()),
        "principal_type": "ServicePrincipal",
    }

    assert authorization.role_assignments.create(group, str(uuid4()), body).principal_id == body["principal_id"]


@pytest.mark.azure
def test_built_in_roles_are_found_by_name_and_id(azure, authorization, group):
    definitions = authorization.role_definitions

    [contributor] = definitions.list(group, filter="roleName eq 'Contributor'")
    names = {each.role_name for each in definitions.list(group)}

    assert (contributor.name, contributor.role_type) == (CONTRIBUTOR, "BuiltInRole")
    assert definitions.get_by_id(contributor.id).role_name == "Contributor"
    assert {"Owner", "Reader", "EventGrid Contributor", "User Access Administrator"} <= names


def test_custom_role_allows_what_it_names(azure, authorization, nobody, give, as_principal, group):
    role = {
        "role_name": "Key reader",
        "permissions": [
            {
                "actions": ["Microsoft.Communication/*"],
                "not_actions": ["Microsoft.Communication/communicationServices/regenerateKey/*"],
            }
        ],
        "assignable_scopes": [group],
    }
    made = authorization.role_definitions.create_or_update(group, str(uuid4()), role)
    assignment = give(nobody, made.name, group)
    services = as_principal(CommunicationServiceManagementClient, nobody).communication_services

    keys = services.list_keys(azure.resource_group, azure.acs.resource_name)
    error = refused(services.regenerate_key, azure.resource_group, azure.acs.resource_name, {"keyType": "Primary"})
    used = refused(authorization.role_definitions.delete, group, made.name)
    authorization.role_assignments.delete_by_id(assignment.id)
    authorization.role_definitions.delete(group, made.name)

    assert made.role_type == "CustomRole"
    assert keys.primary_key
    assert error.status_code == 403
    assert used.error.code == "RoleDefinitionHasAssignments"
    with pytest.raises(ResourceNotFoundError):
        authorization.role_definitions.get(group, made.name)


@pytest.mark.parametrize(
    ("name", "role_name", "status", "code"),
    [
        (OWNER, "Mine", 403, "RoleDefinitionUpdateNotPermitted"),
        (str(UUID(int=20)), "owner", 409, "RoleDefinitionWithSameNameExists"),
        (str(UUID(int=21)), "", 400, "InvalidRoleDefinition"),
        ("no-guid", "Mine", 400, "InvalidRoleDefinition"),
    ],
)
def test_impossible_custom_role_is_refused(azure, authorization, group, name, role_name, status, code):
    role = {"role_name": role_name, "permissions": [{"actions": ["*/read"]}], "assignable_scopes": [group]}

    error = refused(authorization.role_definitions.create_or_update, group, name, role)

    assert (error.status_code, error.error.code) == (status, code)


@pytest.mark.azure
def test_bare_token_for_nobody_is_no_right(azure, management, clients):
    client = clients.enter_context(
        ResourceManagementClient(Given("a.b.c"), azure.subscription_id, **management | {"retry_total": 0})
    )

    assert refused(lambda: list(client.resource_groups.list())).status_code == 401


def test_reader_sends_no_texts_with_a_token(azure, nobody, give, http, group):
    def send():
        token = nobody.token("https://communication.azure.com")
        body = {"from": azure.acs.phone_numbers[0], "smsRecipients": [{"to": "+14255550123"}], "message": "Hello"}
        headers = {"authorization": f"Bearer {token}"}
        return http.post("/sms", params={"api-version": "2021-03-07"}, json=body, headers=headers).status_code

    give(nobody, READER, group)
    as_reader = send()
    give(nobody, CONTRIBUTOR, group)

    assert (as_reader, send()) == (403, 202)

"""Owners, roles, people and rights of the directory."""

from uuid import uuid4

import pytest
from people import Principal

from localazure.entra.first_party import APPLICATION_WRITE, ASSIGNMENT_WRITE, GRAPH_APP_ID, GRAPH_ROLES

AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
DENIED = ("Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


@pytest.fixture
def call(http):
    """Graph as whoever holds the token."""

    def call(token, method, path, *, more=(), **options):
        headers = {"authorization": f"Bearer {token}"} | dict(more)
        return http.request(method, f"/v1.0{path}", headers=headers, **options)

    return call


@pytest.fixture
def graph(azure, credential, call):
    token = credential.get_token("https://graph.microsoft.com/.default").token
    return lambda method, path, **options: call(token, method, path, **options)


@pytest.fixture
def token_of(azure, http):
    """A person's token for Graph, with the scopes that the client asks for."""

    def token_of(name, scope="https://graph.microsoft.com/.default"):
        begun = http.post(
            f"/{azure.tenant_id}/oauth2/v2.0/devicecode", data={"client_id": AZURE_CLI, "scope": scope}
        ).json()
        person = azure.people[name]
        form = {"code": begun["user_code"], "username": person.username, "password": person.password}
        http.post("/devicelogin", data=form)
        answer = http.post(
            f"/{azure.tenant_id}/oauth2/v2.0/token",
            data={"client_id": AZURE_CLI, "grant_type": DEVICE_GRANT, "device_code": begun["device_code"]},
        )
        return answer.json()["access_token"]

    return token_of


@pytest.fixture
def registered(graph):
    """An application with its service principal."""

    def registered(name="Hub", **properties):
        application = graph("POST", "/applications", json={"displayName": name} | properties).json()
        principal = graph("POST", "/servicePrincipals", json={"appId": application["appId"]}).json()
        return application, principal

    return registered


def role(value="Reader", **changes):
    return {
        "id": str(uuid4()),
        "allowedMemberTypes": ["Application", "User"],
        "displayName": value,
        "description": value,
        "value": value,
        "isEnabled": True,
    } | changes


def problem(answer):
    return answer.json()["error"]["code"], answer.json()["error"]["message"]


def test_whoever_makes_application_and_principal_owns_them(azure, call, token_of):
    token = token_of("adam")
    application = call(token, "POST", "/applications", json={"displayName": "Hub"}).json()
    principal = call(token, "POST", "/servicePrincipals", json={"appId": application["appId"]}).json()

    for path in (f"/applications/{application['id']}", f"/servicePrincipals/{principal['id']}"):
        [owner] = call(token, "GET", f"{path}/owners").json()["value"]
        assert owner["@odata.type"] == "#microsoft.graph.user"
        assert owner["userPrincipalName"] == azure.people["adam"].username


def test_person_is_told_the_applications_they_own(azure, call, token_of, registered):
    mine = call(token_of("beata"), "POST", "/applications", json={"displayName": "Beata's"}).json()
    registered("Not hers")

    owned = call(token_of("beata"), "GET", "/me/ownedObjects/microsoft.graph.application").json()["value"]

    assert [one["appId"] for one in owned] == [mine["appId"]]


def test_application_owns_nothing_as_a_person(graph):
    assert graph("GET", "/me/ownedObjects/microsoft.graph.application").status_code == 400


@pytest.mark.parametrize("kind", ["applications", "servicePrincipals"])
def test_owners_are_added_once_and_removed(azure, graph, registered, kind):
    application, principal = registered()
    path = f"/{kind}/{application['id'] if kind == 'applications' else principal['id']}/owners"
    ala = azure.people["ala"].object_id
    body = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{ala}"}

    added = graph("POST", f"{path}/$ref", json=body).status_code
    again = graph("POST", f"{path}/$ref", json=body)
    owners = [each["id"] for each in graph("GET", path).json()["value"]]
    removed = graph("DELETE", f"{path}/{ala}/$ref").status_code

    assert (added, removed) == (204, 204)
    assert problem(again)[0] == "Request_BadRequest"
    assert ala in owners
    assert ala not in [each["id"] for each in graph("GET", path).json()["value"]]
    assert graph("DELETE", f"{path}/{ala}/$ref").status_code == 404
    nobody = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{uuid4()}"}
    assert graph("POST", f"{path}/$ref", json=nobody).status_code == 404


def test_application_without_principal_gets_no_token(azure, graph, http):
    made = graph("POST", "/applications", json={"displayName": "Hub"}).json()
    secret = graph("POST", f"/applications/{made['id']}/addPassword", json={}).json()["secretText"]
    form = {
        "grant_type": "client_credentials",
        "client_id": made["appId"],
        "client_secret": secret,
        "scope": f"{azure.url}/.default",
    }

    answer = http.post(f"/{azure.tenant_id}/oauth2/v2.0/token", data=form)

    assert answer.json()["error_codes"] == [700016]


def test_password_is_told_once_and_can_be_removed(graph, registered):
    application, principal = registered()
    for path in (f"/applications/{application['id']}", f"/servicePrincipals/{principal['id']}"):
        body = {"passwordCredential": {"displayName": "hub", "endDateTime": "2099-01-01T00:00:00Z"}}

        made = graph("POST", f"{path}/addPassword", json=body).json()
        [kept] = graph("GET", path).json()["passwordCredentials"]
        removed = graph("POST", f"{path}/removePassword", json={"keyId": made["keyId"]}).status_code

        assert (kept["keyId"], kept["secretText"], kept["displayName"]) == (made["keyId"], None, "hub")
        assert kept["endDateTime"].startswith("2099-01-01")
        assert removed == 204
        assert graph("GET", path).json()["passwordCredentials"] == []
        assert problem(graph("POST", f"{path}/removePassword", json={"keyId": "x"}))[0] == "Request_BadRequest"


def test_enabled_app_role_cannot_be_removed(graph, registered):
    reader = role()
    application, principal = registered(appRoles=[reader])
    path = f"/applications/{application['id']}"

    kept = graph("PATCH", path, json={"appRoles": []})
    disabled = graph("PATCH", path, json={"appRoles": [reader | {"isEnabled": False}]}).status_code
    removed = graph("PATCH", path, json={"appRoles": []}).status_code

    assert problem(kept)[0] == "CannotDeleteOrUpdateEnabledEntitlement"
    assert (disabled, removed) == (204, 204)
    assert graph("GET", f"/servicePrincipals/{principal['id']}").json()["appRoles"] == []


@pytest.mark.parametrize(
    ("roles", "code"),
    [
        ([role(), role()], "DuplicateValue"),
        ([role(id="1")], "Request_BadRequest"),
        ([role(allowedMemberTypes=["Group"])], "Request_BadRequest"),
        ([role("two words")], "Request_BadRequest"),
        ([role("x" * 121)], "Request_BadRequest"),
    ],
)
def test_impossible_app_roles_are_refused(graph, roles, code):
    answer = graph("POST", "/applications", json={"displayName": "Hub", "appRoles": roles})

    assert (answer.status_code, problem(answer)[0]) == (400, code)


def test_app_role_is_assigned_from_both_sides_and_only_once(graph, registered):
    reader = role()
    _, resource = registered(appRoles=[reader])
    _, client = registered("Client")
    body = {"principalId": client["id"], "resourceId": resource["id"], "appRoleId": reader["id"]}

    made = graph("POST", f"/servicePrincipals/{resource['id']}/appRoleAssignedTo", json=body)
    again = graph("POST", f"/servicePrincipals/{client['id']}/appRoleAssignments", json=body)
    given = graph("GET", f"/servicePrincipals/{resource['id']}/appRoleAssignedTo").json()["value"]
    received = graph("GET", f"/servicePrincipals/{client['id']}/appRoleAssignments").json()["value"]
    removed = graph("DELETE", f"/servicePrincipals/{client['id']}/appRoleAssignments/{made.json()['id']}")
    swapped = graph("POST", f"/servicePrincipals/{client['id']}/appRoleAssignments", json=body)
    graph("DELETE", f"/servicePrincipals/{resource['id']}/appRoleAssignedTo/{swapped.json()['id']}")

    assert (made.status_code, made.json()["principalDisplayName"]) == (201, "Client")
    assert problem(again) == ("Request_BadRequest", "Permission being assigned already exists on the object")
    assert [each["id"] for each in given] == [each["id"] for each in received] == [made.json()["id"]]
    assert (removed.status_code, swapped.status_code) == (204, 201)
    assert graph("GET", f"/servicePrincipals/{resource['id']}/appRoleAssignedTo").json()["value"] == []
    assert graph("DELETE", f"/servicePrincipals/{client['id']}/appRoleAssignments/x").status_code == 404


def test_app_role_goes_to_a_person_whose_kind_it_allows(azure, graph, registered):
    for_people, for_programs = role("People"), role("Programs", allowedMemberTypes=["Application"])
    _, resource = registered(appRoles=[for_people, for_programs])
    path = f"/users/{azure.people['ala'].username}/appRoleAssignments"
    body = {"principalId": azure.people["ala"].object_id, "resourceId": resource["id"]}

    made = graph("POST", path, json=body | {"appRoleId": for_people["id"]})
    other = graph("POST", path, json=body | {"appRoleId": for_programs["id"]})
    listed = graph("GET", path).json()["value"]
    removed = graph("DELETE", f"{path}/{made.json()['id']}")

    assert (made.status_code, made.json()["principalType"]) == (201, "User")
    assert problem(other) == ("Request_BadRequest", "Permission being assigned was not found on application")
    assert [each["id"] for each in listed] == [made.json()["id"]]
    assert removed.status_code == 204


def test_path_and_body_of_an_assignment_must_agree(graph, registered):
    reader = role()
    _, resource = registered(appRoles=[reader])
    _, client = registered("Client")
    body = {"principalId": client["id"], "resourceId": resource["id"], "appRoleId": reader["id"]}

    answer = graph("POST", f"/servicePrincipals/{client['id']}/appRoleAssignedTo", json=body)

    assert (answer.status_code, problem(answer)[0]) == (400, "Request_BadRequest")


def test_principal_is_changed_and_removed_by_either_key(graph, registered):
    application, principal = registered()
    path, keyed = f"/servicePrincipals/{principal['id']}", f"/servicePrincipals(appId='{application['appId']}')"

    changed = graph("PATCH", path, json={"appRoleAssignmentRequired": True, "tags": ["hub"]}).status_code
    again = graph("PATCH", keyed, json={"accountEnabled": False}).status_code
    now = graph("GET", path).json()
    removed = graph("DELETE", keyed).status_code
    anew = graph("POST", "/servicePrincipals", json={"appId": application["appId"]}).json()["id"]

    assert (changed, again, removed) == (204, 204, 204)
    assert graph("DELETE", f"/servicePrincipals/{anew}").status_code == 204
    assert (now["appRoleAssignmentRequired"], now["accountEnabled"], now["tags"]) == (True, False, ["hub"])
    assert graph("DELETE", path).status_code == 404
    assert graph("GET", f"/applications/{application['id']}").status_code == 200


def test_application_is_reached_by_its_alternate_key(graph, registered):
    application, _ = registered()
    path = f"/applications(appId='{application['appId']}')"

    secret = graph("POST", f"{path}/addPassword", json={"passwordCredential": {}}).json()["secretText"]
    changed = graph("PATCH", path, json={"displayName": "Other", "isFallbackPublicClient": True}).status_code
    now = graph("GET", path).json()
    removed = graph("DELETE", path).status_code

    assert secret
    assert (changed, removed) == (204, 204)
    assert (now["displayName"], now["isFallbackPublicClient"]) == ("Other", True)


def test_application_of_a_unique_name_is_made_once(azure, graph, call, token_of):
    path, upsert = "/applications(uniqueName='hub-7')", {"Prefer": "create-if-missing"}

    missing = graph("PATCH", path, json={"displayName": "Hub"})
    made = graph("PATCH", path, json={"displayName": "Hub"}, more=upsert)
    body = {"displayName": "Hub", "signInAudience": "AzureADMultipleOrgs"}
    again = graph("PATCH", path, json=body, more=upsert)
    found = graph("GET", path).json()
    denied = call(token_of("ala"), "PATCH", path, json={"displayName": "Mine"}, more=upsert)

    assert problem(missing)[0] == "Request_ResourceNotFound"
    assert (made.status_code, again.status_code) == (201, 204)
    assert (found["id"], found["uniqueName"]) == (made.json()["id"], "hub-7")
    assert found["signInAudience"] == "AzureADMultipleOrgs"
    assert problem(denied) == DENIED
    assert graph("DELETE", path).status_code == 204
    assert graph("GET", path).status_code == 404


def test_list_is_filtered_selected_and_paged(graph, registered):
    for number in range(3):
        registered(f"Hub's {number}", tags=["hub"], identifierUris=[f"api://hub/{number}"])
    fields = "id,appId,displayName,signInAudience,identifierUris,appRoles,passwordCredentials"
    query = {"$filter": "startswith(displayName,'hub''s') and tags/any(t:t eq 'hub')", "$select": fields, "$top": "2"}

    first = graph("GET", "/applications", params=query | {"$count": "true"}).json()
    path, _, rest = first["@odata.nextLink"].partition("/v1.0")[2].partition("?")
    second = graph("GET", f"{path}?{rest}").json()

    assert first["@odata.count"] == 3
    assert [each["displayName"] for each in first["value"] + second["value"]] == ["Hub's 0", "Hub's 1", "Hub's 2"]
    assert {frozenset(each) for each in first["value"] + second["value"]} == {frozenset(fields.split(","))}
    assert "@odata.nextLink" not in second
    by_uri = graph("GET", "/applications", params={"$filter": "identifierUris/any(s:s eq 'api://hub/1')"}).json()[
        "value"
    ]
    assert [each["displayName"] for each in by_uri] == ["Hub's 1"]
    by_name = graph("GET", "/servicePrincipals", params={"$filter": "servicePrincipalNames/any(c:c eq 'api://hub/1')"})
    assert [each["displayName"] for each in by_name.json()["value"]] == ["Hub's 1"]


def test_people_and_organisation_are_found(azure, graph, call, token_of):
    adam = azure.people["adam"]
    names = {each["displayName"] for each in graph("GET", "/users").json()["value"]}
    [found] = graph("GET", "/users", params={"$filter": f"userPrincipalName eq '{adam.username}'"}).json()["value"]
    [organization] = graph("GET", "/organization").json()["value"]
    me = call(token_of("celina"), "GET", "/me").json()
    known = graph("POST", "/directoryObjects/getByIds", json={"ids": [adam.object_id, str(uuid4())]}).json()["value"]

    assert names == {"Adam", "Beata", "Ala", "Celina"}
    assert graph("GET", f"/users/{adam.object_id}").json()["id"] == found["id"] == adam.object_id
    assert organization["id"] == azure.tenant_id
    assert me["id"] == azure.people["celina"].object_id
    assert [each["id"] for each in known] == [adam.object_id]
    assert graph("GET", "/users/nobody@centrala.localhost").status_code == 404


@pytest.mark.parametrize(
    ("name", "reads", "writes"), [("adam", 200, 201), ("beata", 200, 201), ("ala", 200, 403), ("celina", 403, 403)]
)
def test_directory_roles_of_people_decide(call, token_of, name, reads, writes):
    token = token_of(name)

    read = call(token, "GET", "/applications")
    written = call(token, "POST", "/applications", json={"displayName": "Hub"})

    assert (read.status_code, written.status_code) == (reads, writes)
    assert [problem(each) for each in (read, written) if each.status_code == 403] in ([], [DENIED], [DENIED, DENIED])


def test_person_may_no_more_than_they_let_the_client(call, token_of):
    token = token_of("adam", "https://graph.microsoft.com/User.Read")

    assert call(token, "GET", "/me").status_code == 200
    assert problem(call(token, "POST", "/applications", json={"displayName": "Hub"})) == DENIED


def test_owner_may_change_their_own_application(azure, graph, call, token_of, registered):
    application, _ = registered()
    path, token = f"/applications/{application['id']}", token_of("ala")
    before = call(token, "PATCH", path, json={"notes": "mine"})

    owner = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{azure.people['ala'].object_id}"}
    graph("POST", f"{path}/owners/$ref", json=owner)

    assert problem(before) == DENIED
    assert call(token, "PATCH", path, json={"notes": "mine"}).status_code == 204


def test_application_needs_graphs_app_roles(azure, http, graph, call, token):
    nobody = Principal(azure, http, token)
    [resource] = graph("GET", "/servicePrincipals", params={"$filter": f"appId eq '{GRAPH_APP_ID}'"}).json()["value"]
    ids = {value: guid for guid, value in GRAPH_ROLES.items()}
    body = {"principalId": nobody.object_id, "resourceId": resource["id"]}

    def ask():
        own = nobody.token("https://graph.microsoft.com")
        made = call(own, "POST", "/applications", json={"displayName": "Hub"})
        given = call(
            own, "POST", f"/servicePrincipals/{resource['id']}/appRoleAssignedTo", json=body | {"appRoleId": "x"}
        )
        return made.status_code, given.status_code

    answers = [ask()]
    for value in (APPLICATION_WRITE, ASSIGNMENT_WRITE):
        graph("POST", f"/servicePrincipals/{resource['id']}/appRoleAssignedTo", json=body | {"appRoleId": ids[value]})
        answers.append(ask())

    assert answers == [(403, 403), (201, 403), (201, 400)]


def test_owner_may_change_what_is_theirs_by_its_other_keys(azure, graph, call, token_of, registered):
    application, principal = registered("Hub")
    other, _ = registered("Other")
    owner = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{azure.people['ala'].object_id}"}
    for path in (f"/applications/{application['id']}", f"/servicePrincipals/{principal['id']}"):
        graph("POST", f"{path}/owners/$ref", json=owner).raise_for_status()
    key, ala = f"(appId='{application['appId']}')", token_of("ala")

    changed = [
        call(ala, "PATCH", f"/applications{key}", json={"displayName": "Ala's"}).status_code,
        call(ala, "PATCH", f"/servicePrincipals{key}", json={"notes": "Ala's"}).status_code,
    ]
    refused = call(ala, "PATCH", f"/applications(appId='{other['appId']}')", json={"displayName": "Ala's"})

    assert changed == [204, 204]
    assert problem(refused) == DENIED
    assert graph("GET", f"/applications/{other['id']}").json()["displayName"] == "Other"

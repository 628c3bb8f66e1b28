"""What has an alternate key is reached by it as by its object id, with everything below it."""

from uuid import uuid4

import pytest

from localazure.graph.keys import KEYS
from localazure.graph.routes import GRAPH

KEYED = [(kind, key) for kind, keys in KEYS.items() for key in keys]


@pytest.fixture
def graph(azure, http, credential):
    token = credential.get_token("https://graph.microsoft.com/.default").token

    def call(method, path, *, more=(), **options):
        headers = {"authorization": f"Bearer {token}"} | dict(more)
        return http.request(method, path, headers=headers, **options)

    return call


@pytest.fixture
def one_of(graph):
    """A new object of a kind: its paths by object id and by the key, its app role, its principal's id."""

    def one_of(kind, key):
        name = f"it's {uuid4()}"
        by_name = f"/v1.0/applications(uniqueName='{name.replace(chr(39), chr(39) * 2)}')"
        role = {"id": str(uuid4()), "allowedMemberTypes": ["Application"], "displayName": "R", "description": "R"}
        body = {"displayName": "Hub", "appRoles": [role]}
        application = graph("PATCH", by_name, json=body, more={"Prefer": "create-if-missing"}).json()
        principal = graph("POST", "/v1.0/servicePrincipals", json={"appId": application["appId"]}).json()
        found = {"/v1.0/applications": application, "/v1.0/servicePrincipals": principal}[kind]
        keyed = by_name if key == "uniqueName" else f"{kind}(appId='{application['appId'].upper()}')"
        return f"{kind}/{found['id']}", keyed, role["id"], principal["id"]

    return one_of


@pytest.mark.parametrize(("kind", "key"), KEYED)
def test_every_operation_below_an_object_is_there_by_its_key(kind, key):
    below = [one for one in GRAPH.find.__self__.routes if one.template.startswith(f"{kind}/{{id}}")]

    found = [GRAPH.find(one.method, one.template.replace("/{id}", f"({key}='x')"))[0] for one in below]

    assert found == [one.handle for one in below]
    assert len(below) > 7


@pytest.mark.parametrize(("kind", "key"), KEYED)
def test_object_answers_by_its_key_as_by_its_id(azure, graph, one_of, kind, key):
    def walked(*, by_key):
        plain, keyed, *_ = one_of(kind, key)
        path, ala = keyed if by_key else plain, azure.people["ala"].object_id
        body = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{ala}"}
        told = graph("POST", f"{path}/addPassword", json={"passwordCredential": {"displayName": "hub"}})
        now = [graph("GET", one).json()["passwordCredentials"][0]["keyId"] for one in (path, plain)]
        answers = [
            graph("PATCH", path, json={"notes": "mine"}),
            graph("PATCH", path, json={"colour": "red"}),
            graph("POST", f"{path}/removePassword", json={"keyId": told.json()["keyId"]}),
            graph("POST", f"{path}/removePassword", json={"keyId": told.json()["keyId"]}),
            graph("POST", f"{path}/owners/$ref", json=body),
            graph("POST", f"{path}/owners/$ref", json=body),
            graph("GET", f"{path}/owners"),
            graph("DELETE", f"{path}/owners/{ala}/$ref"),
            graph("DELETE", f"{path}/owners/{ala}/$ref"),
            graph("GET", plain),
            graph("GET", path),
            graph("DELETE", path),
            graph("GET", plain),
            graph("GET", path),
        ]
        return [now == [told.json()["keyId"]] * 2, *map(told_by, answers)]

    by_id = walked(by_key=False)

    assert walked(by_key=True) == by_id
    assert by_id == [
        True,
        (204, None),
        (400, "Request_BadRequest"),
        (204, None),
        (400, "Request_BadRequest"),
        (204, None),
        (400, "Request_BadRequest"),
        (200, ["Ala", "Centrala demo"]),
        (204, None),
        (404, "Request_ResourceNotFound"),
        (200, ("mine", [])),
        (200, ("mine", [])),
        (204, None),
        (404, "Request_ResourceNotFound"),
        (404, "Request_ResourceNotFound"),
    ]


@pytest.mark.parametrize("list_name", ["appRoleAssignedTo", "appRoleAssignments"])
def test_app_roles_are_assigned_and_taken_back_by_the_key(graph, one_of, list_name):
    _, keyed, role, resource = one_of("/v1.0/servicePrincipals", "appId")
    _, other_keyed, _, client = one_of("/v1.0/servicePrincipals", "appId")
    body = {"principalId": client, "resourceId": resource, "appRoleId": role}
    mine, others = (keyed, other_keyed) if list_name == "appRoleAssignedTo" else (other_keyed, keyed)

    wrong = graph("POST", f"{others}/{list_name}", json=body)
    made = graph("POST", f"{mine}/{list_name}", json=body)
    listed = [one["id"] for one in graph("GET", f"{mine}/{list_name}").json()["value"]]
    elsewhere = graph("GET", f"{others}/{list_name}").json()["value"]
    taken = graph("DELETE", f"{mine}/{list_name}/{made.json()['id']}")

    assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "Request_BadRequest")
    assert (made.status_code, listed, elsewhere) == (201, [made.json()["id"]], [])
    assert taken.status_code == 204
    assert graph("GET", f"{mine}/{list_name}").json()["value"] == []


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1.0/servicePrincipals(appId='nobody')/appRoleAssignedTo", 404, "Request_ResourceNotFound"),
        ("/v1.0/applications(uniqueName='no/body')/owners", 404, "Request_ResourceNotFound"),
        ("/v1.0/applications/(appId='nobody')/owners", 404, "Request_ResourceNotFound"),
        ("/v1.0/servicePrincipals(uniqueName='nobody')/owners", 501, "NotImplemented"),
        ("/v1.0/users(appId='nobody')", 501, "NotImplemented"),
        ("/v1.0/applications(appId='a')(appId='b')", 501, "NotImplemented"),
    ],
)
def test_key_that_leads_to_nothing_is_refused(graph, path, status, code):
    answer = graph("GET", path)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def told_by(answer):
    """The status, and of the body what does not differ from one object to the next."""
    if not answer.content:
        return answer.status_code, None
    body = answer.json()
    if "value" in body:
        return answer.status_code, sorted(one["displayName"] for one in body["value"])
    told = body["error"]["code"] if "error" in body else (body["notes"], body["passwordCredentials"])
    return answer.status_code, told

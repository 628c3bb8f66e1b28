import pytest

EVENT_GRID = "4962773b-9cdb-44cf-a8bf-237846a00ab7"


@pytest.fixture
def graph(azure, http, credential):
    token = credential.get_token("https://graph.microsoft.com/.default").token

    def call(method, path, **options):
        return http.request(method, f"/v1.0{path}", headers={"authorization": f"Bearer {token}"}, **options)

    return call


def test_application_and_its_principal_are_registered(graph):
    made = graph("POST", "/applications", json={"displayName": "Hub", "api": {"requestedAccessTokenVersion": 2}})
    app_id = made.json()["appId"]
    principal = graph("POST", "/servicePrincipals", json={"appId": app_id})
    found = graph("GET", "/applications", params={"$filter": f"appId eq '{app_id}'"}).json()["value"]
    named = graph("GET", "/applications", params={"$filter": "displayName eq 'Hub'"}).json()["value"]
    begun = graph("GET", "/applications", params={"$filter": "startswith(displayName,'hu')"}).json()["value"]

    assert (made.status_code, principal.status_code) == (201, 201)
    assert [each["api"]["requestedAccessTokenVersion"] for each in found] == [2]
    assert found == named == begun
    assert graph("GET", f"/servicePrincipals(appId='{app_id}')").json() == principal.json()
    assert graph("GET", f"/applications(appId='{app_id}')").json() == made.json()
    assert graph("GET", f"/servicePrincipals/{principal.json()['id']}").json()["displayName"] == "Hub"


def test_removed_application_takes_its_principal_along(graph):
    made = graph("POST", "/applications", json={"displayName": "Hub"}).json()
    graph("POST", "/servicePrincipals", json={"appId": made["appId"]})

    removed = graph("DELETE", f"/applications/{made['id']}")

    gone = graph("GET", f"/servicePrincipals(appId='{made['appId']}')")
    assert (removed.status_code, gone.status_code) == (204, 404)
    assert gone.json()["error"]["code"] == "Request_ResourceNotFound"
    assert set(gone.json()["error"]["innerError"]) == {"date", "request-id", "client-request-id"}


def test_event_grid_appears_when_its_provider_is_registered(graph, resources):
    query = {"$filter": f"appId eq '{EVENT_GRID}'"}
    before = graph("GET", "/servicePrincipals", params=query).json()["value"]

    resources.providers.register("Microsoft.EventGrid")

    [after] = graph("GET", "/servicePrincipals", params=query).json()["value"]
    assert before == []
    assert after["displayName"] == "Microsoft.EventGrid"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/applications", {}, 400, "Request_BadRequest"),
        ("POST", "/servicePrincipals", {"appId": "11111111-1111-1111-1111-111111111111"}, 400, "Request_BadRequest"),
        ("GET", "/applications/none", None, 404, "Request_ResourceNotFound"),
        ("GET", "/applications?$filter=contains(displayName,'H')", None, 400, "Request_BadRequest"),
        ("GET", "/groups", None, 501, "NotImplemented"),
        ("GET", "/applications?$search=x", None, 501, "NotImplemented"),
        ("GET", "/applications?$filter=colour eq 'red'", None, 400, "Request_UnsupportedQuery"),
        ("GET", "/applications?$select=colour", None, 400, "BadRequest"),
        ("POST", "/applications", {"displayName": "Hub", "colour": "red"}, 400, "Request_BadRequest"),
        ("POST", "/applications", {"displayName": "x" * 257}, 400, "Request_BadRequest"),
        ("POST", "/applications", {"displayName": "Hub", "signInAudience": "All"}, 400, "Request_BadRequest"),
        ("POST", "/applications", {"displayName": "Hub", "appRoles": [{"id": "1"}]}, 400, "InvalidRequestContent"),
        ("GET", "/me", None, 400, "Request_BadRequest"),
    ],
)
def test_graph_refuses_in_its_own_envelope(graph, method, path, body, status, code):
    response = graph(method, path, json=body)

    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_second_principal_of_an_application_is_refused(graph):
    made = graph("POST", "/applications", json={"displayName": "Hub"}).json()
    graph("POST", "/servicePrincipals", json={"appId": made["appId"]})

    again = graph("POST", "/servicePrincipals", json={"appId": made["appId"]})

    assert (again.status_code, again.json()["error"]["code"]) == (409, "Request_MultipleObjectsWithSameKeyValue")


def test_graph_wants_a_token(azure, http):
    response = http.get("/v1.0/applications")

    assert (response.status_code, response.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")

"""Nothing that can be sent makes the local cloud break: every answer is one of its own."""

import json
import socket
from urllib.parse import urlsplit

import pytest

from localazure.communication.versions import supported

STRANGE = ["\x00", "\ufffe", "٣", "' or 1=1", "a" * 5000, "../../etc/passwd", "%ff%fe", "(appId='x')", "🙂"]


@pytest.fixture
def headers(token):
    return {"authorization": f"Bearer {token}"}


def version_of(path):
    """One that the path's service has, so that the request gets as far as what is strange in it."""
    return {"api-version": [*supported(path), "2025-01-01"][0]}


PATHS = [
    "/subscriptions/{x}",
    "/subscriptions/{s}/resourceGroups/{x}",
    "/subscriptions/{s}/providers/{x}",
    "/subscriptions/{s}/resourceGroups/rg-centrala/providers/Microsoft.EventGrid/systemTopics/{x}",
    "/subscriptions/{s}/{x}/providers/Microsoft.EventGrid/eventSubscriptions/a",
    "/subscriptions/{s}/providers/Microsoft.EventGrid/locations/global/operationsStatus/{x}",
    "/v1.0/applications/{x}",
    "/v1.0/servicePrincipals(appId='{x}')",
    "/{x}/v2.0/.well-known/openid-configuration",
    "/subscriptions/{s}/providers/Microsoft.Authorization/roleAssignments/{x}",
    "/subscriptions/{s}/providers/Microsoft.Authorization/roleDefinitions/{x}",
    "/v1.0/users/{x}",
    "/eventsubscriptions/{x}/validate",
    "/phoneNumbers/{x}",
    "/{x}",
]


@pytest.mark.parametrize("path", PATHS)
def test_strange_path_gets_an_answer(azure, http, headers, path):
    from urllib.parse import quote

    for strange in STRANGE:
        target = path.format(s=azure.subscription_id, x=quote(strange, safe=""))
        response = http.get(target, params=version_of(target), headers=headers)
        assert response.status_code in {400, 401, 404, 501}, (target, response.status_code)
        assert "error" in response.json()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("$top", "-1"),
        ("$top", "٣"),
        ("$skiptoken", "🙂"),
        ("$skiptoken", "////"),
        ("$filter", "'" * 1000),
        ("api-version", "\x00"),
    ],
)
def test_strange_query_gets_an_answer(azure, http, headers, name, value):
    query = {"api-version": "2025-01-01"} | {name: value}

    response = http.get(f"/subscriptions/{azure.subscription_id}/resourcegroups", params=query, headers=headers)

    assert response.status_code in {200, 400}


BODIES = [b"", b"null", b"[]", b'""', b"1e999", b"\xff\xfe", b"{", b'{"a":' * 2000, b'{"properties": null}', b"{}"]
WRITES = [
    ("PUT", "{acs}-new"),
    ("PATCH", "{acs}"),
    ("POST", "{acs}/regenerateKey"),
    ("PUT", "{acs}/providers/Microsoft.EventGrid/eventSubscriptions/sub"),
    ("PUT", "/subscriptions/{s}/resourcegroups/rg-new"),
    ("POST", "/subscriptions/{s}/providers/Microsoft.Communication/checkNameAvailability"),
    ("POST", "/v1.0/applications"),
    ("POST", "/v1.0/servicePrincipals"),
    ("POST", "/{t}/oauth2/v2.0/token"),
    ("POST", "/{t}/oauth2/v2.0/devicecode"),
    ("POST", "/{t}/oauth2/v2.0/authorize"),
    ("POST", "/devicelogin"),
    ("PATCH", "/subscriptions/{s}/resourcegroups/rg-centrala"),
    ("POST", "{acs}/linkNotificationHub"),
    ("PUT", "{acs}/providers/Microsoft.Authorization/roleAssignments/11111111-1111-1111-1111-111111111111"),
    ("PUT", "{acs}/providers/Microsoft.Authorization/roleDefinitions/11111111-1111-1111-1111-111111111111"),
    ("POST", "/v1.0/directoryObjects/getByIds"),
    ("POST", "/sms"),
    ("POST", "/sms/optouts:add"),
    ("PATCH", "/sip"),
    ("POST", "/identities"),
    ("POST", "/availablePhoneNumbers/countries/US/:search"),
    ("POST", "/availablePhoneNumbers/:purchase"),
    ("PUT", "{group}/providers/Microsoft.EventGrid/systemTopics/topic"),
    ("PATCH", "{group}/providers/Microsoft.EventGrid/systemTopics/topic"),
    ("PUT", "{group}/providers/Microsoft.EventGrid/topics/orders"),
    ("POST", "{group}/providers/Microsoft.EventGrid/topics/orders/regenerateKey"),
    ("POST", "/eventgrid/topics/orders/api/events"),
    ("PATCH", "/v1.0/applications(appId='{client}')"),
    ("POST", "/v1.0/applications(appId='{client}')/addPassword"),
    ("POST", "/v1.0/applications/{id}/removePassword"),
    ("POST", "/v1.0/applications/{id}/owners/$ref"),
    ("PATCH", "/v1.0/servicePrincipals(appId='{client}')"),
    ("POST", "/v1.0/servicePrincipals/{principal}/appRoleAssignedTo"),
    ("POST", "/v1.0/servicePrincipals/{principal}/appRoleAssignments"),
]


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_strange_body_gets_an_answer(azure, http, headers, resources, method, path):
    resources.providers.register("Microsoft.EventGrid")
    target = path.format(
        acs=azure.acs.resource_id,
        s=azure.subscription_id,
        t=azure.tenant_id,
        group=azure.acs.resource_id.partition("/providers/")[0],
        client=azure.client_id,
        id=azure.applications["Centrala demo"].object_id,
        principal=azure.applications["Centrala demo"].service_principal_id,
    )

    for body in BODIES:
        response = http.request(method, target, params=version_of(target), content=body, headers=headers)
        assert response.status_code < 500, (target, body[:20], response.status_code)


@pytest.mark.parametrize(
    "path",
    [
        "/_local/sms",
        "/_local/clock",
        "/_local/faults",
        "/_local/applications",
        "/_local/entra/rotate-keys",
        "/_local/entra/expire-tokens",
        "/_local/subscription",
        "/_local/propagation",
        "/_local/keys",
        "/_local/events",
        "/_local/numbers",
        "/_local/numbers/sold-out",
        "/_local/numbers/quota",
        "/_local/sip/domains",
        "/_local/identities/token",
    ],
)
def test_strange_control_body_gets_an_answer(azure, path):
    for body in BODIES:
        response = azure.control.post(path, content=body, headers={"content-type": "application/json"})
        assert response.status_code < 500, (path, body[:20], response.status_code)


@pytest.mark.parametrize(
    "authorization",
    [
        b"",
        b"Bearer",
        b"Bearer \xff",
        b"Bearer a.b.c",
        b"HMAC-SHA256",
        b"Basic \xff",
        b"Bearer " + b"a" * 9000,
    ],
)
def test_strange_credential_is_refused(azure, http, authorization):
    for path in ("/subscriptions", "/v1.0/applications", "/phoneNumbers"):
        response = http.get(path, params=version_of(path), headers={b"authorization": authorization})
        assert response.status_code == 401, path


def test_web_socket_is_closed(azure, http):
    upgrade = {
        "connection": "upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    }

    answers = [
        http.get("/anything", headers=upgrade).status_code,
        azure.control.get("/anything", headers=upgrade).status_code,
    ]

    assert answers == [403, 403]


def test_body_that_breaks_off_is_nobodys_error(azure):
    head = b"POST /sms?api-version=2021-03-07 HTTP/1.1\r\nhost: localhost\r\n"
    portal = urlsplit(azure.portal)

    for body in (b"transfer-encoding: chunked\r\n\r\nzz\r\n", b"content-length: 9\r\n\r\n{"):
        with socket.create_connection((portal.hostname, portal.port), timeout=10) as connection:
            connection.sendall(head + body)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass

    assert azure.control.get("/_local/state").status_code == 200  # the log's last line is written by now
    assert "ClientDisconnect" not in (azure.data / "log").read_text()


def test_nothing_of_it_broke_the_cloud(azure):
    log = (azure.data / "log").read_text()

    assert "Traceback" not in log
    assert json.loads(azure.control.get("/_local/state").content)["clock"]["offset_seconds"] == 0

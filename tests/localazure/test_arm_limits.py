"""Tags, places and links that Resource Manager does not take, and what goes with a resource that is removed."""

from uuid import uuid4

import pytest
from people import READER

EVENT_GRID = "providers/Microsoft.EventGrid"
DOMAIN = "providers/Microsoft.Communication/emailServices/mail/domains/centrala.example"


@pytest.fixture
def ask(azure, http, token):
    group = f"/subscriptions/{azure.subscription_id}/resourceGroups/{azure.resource_group}"

    def ask(method, path, body=None, version="2025-02-15"):
        target = path if path.startswith("/") else f"{group}/{path}"
        headers = {"authorization": f"Bearer {token}"}
        return http.request(method, target, params={"api-version": version}, json=body, headers=headers)

    return ask


@pytest.fixture
def bodies(azure, resources):
    """What would be made of each kind: path and body."""
    resources.providers.register("Microsoft.EventGrid")
    source = {"source": azure.acs.resource_id, "topicType": "Microsoft.Communication.CommunicationServices"}
    return {
        "group": (f"/subscriptions/{azure.subscription_id}/resourceGroups/second", {"location": "westeurope"}),
        "resource": (
            "providers/Microsoft.Communication/CommunicationServices/acs-second",
            {"location": "global", "properties": {"dataLocation": "Europe"}},
        ),
        "system topic": (f"{EVENT_GRID}/systemTopics/topic", {"location": "global", "properties": source}),
        "topic": (f"{EVENT_GRID}/topics/orders", {"location": "westeurope"}),
    }


KINDS = ["group", "resource", "system topic", "topic"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ({f"tag {number}": "" for number in range(51)}, "InvalidTags"),
        ({"n" * 513: ""}, "InvalidTagName"),
        ({"name": "v" * 257}, "InvalidTagValueLength"),
        ({"a/b": ""}, "InvalidTagNameCharacters"),
    ],
    ids=["too many", "long name", "long value", "reserved"],
)
def test_impossible_tags_are_refused_and_nothing_is_made_or_changed(ask, bodies, kind, tags, code):
    path, body = bodies[kind]

    made = ask("PUT", path, body | {"tags": tags})
    missing = ask("GET", path).status_code
    ask("PUT", path, body | {"tags": {"for": "a test"}}).raise_for_status()
    changed = ask("PATCH", path, {"tags": tags})

    assert [(one.status_code, one.json()["error"]["code"]) for one in (made, changed)] == [(400, code)] * 2
    assert missing == 404
    assert ask("GET", path).json()["tags"] == {"for": "a test"}


def test_as_many_and_as_long_tags_as_allowed_are_kept(ask, bodies):
    path, body = bodies["group"]
    tags = {f"{number:02}" + "n" * 510: "v" * 256 for number in range(50)}

    assert ask("PUT", path, body | {"tags": tags}).json()["tags"] == tags


@pytest.mark.parametrize(
    ("kind", "location", "code"),
    [
        ("group", "mars", "LocationNotAvailableForResourceGroup"),
        ("group", "global", "LocationNotAvailableForResourceGroup"),
        ("resource", "mars", "LocationNotAvailableForResourceType"),
        ("resource", "westeurope", "LocationNotAvailableForResourceType"),
        ("system topic", "mars", "LocationNotAvailableForResourceType"),
        ("system topic", "westeurope", "InvalidRequest"),
        ("topic", "mars", "LocationNotAvailableForResourceType"),
        ("topic", "global", "LocationNotAvailableForResourceType"),
    ],
)
def test_nothing_is_made_where_it_cannot_be(ask, bodies, kind, location, code):
    path, body = bodies[kind]

    answer = ask("PUT", path, body | {"location": location})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert ask("GET", path).status_code == 404


def test_places_are_those_where_a_group_can_be(azure, ask, bodies):
    path, body = bodies["group"]

    places = ask("GET", f"/subscriptions/{azure.subscription_id}/locations").json()["value"]

    assert {"westeurope", "polandcentral", "uksouth"} <= {one["name"] for one in places}
    assert all(one["displayName"].replace(" ", "").lower() == one["name"] for one in places)
    assert ask("PUT", path, body | {"location": places[-1]["displayName"]}).status_code == 201


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("centrala.example", "LinkedInvalidPropertyId"),
        ("/subscriptions/s", "LinkedInvalidPropertyId"),
        ("{group}/providers/Microsoft.Communication/emailServices/mail", "InvalidResource"),
        ("{acs}", "InvalidResource"),
    ],
)
def test_link_to_what_is_no_domain_is_refused(azure, ask, link, code):
    group = azure.acs.resource_id.partition("/providers/")[0]
    body = {"properties": {"linkedDomains": [link.format(group=group, acs=azure.acs.resource_id)]}}

    refused = ask("PATCH", azure.acs.resource_id, body)
    linked = ask("PATCH", azure.acs.resource_id, {"properties": {"linkedDomains": [f"{group}/{DOMAIN}"]}})

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, code)
    assert linked.json()["properties"]["linkedDomains"] == [f"{group}/{DOMAIN}"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_removed_takes_the_roles_assigned_on_it_along(azure, ask, bodies, kind):
    path, body = bodies[kind]
    scope = ask("PUT", path, body).json()["id"]
    definition = f"/providers/Microsoft.Authorization/roleDefinitions/{READER}"
    asked = {"properties": {"roleDefinitionId": definition, "principalId": azure.people["ala"].object_id}}
    assignment = f"/providers/Microsoft.Authorization/roleAssignments/{uuid4()}"
    ask("PUT", f"{scope}{assignment}", asked, "2022-04-01").raise_for_status()
    other = ask("PUT", f"{azure.acs.resource_id}{assignment}", asked, "2022-04-01").raise_for_status().json()["id"]

    ask("DELETE", path).raise_for_status()
    ask("PUT", path, body).raise_for_status()

    assert ask("GET", f"{scope}{assignment}", version="2022-04-01").status_code == 404
    assert ask("GET", other, version="2022-04-01").status_code == 200


def test_removed_source_takes_the_roles_on_its_topic_along(azure, ask, bodies):
    path, body = bodies["system topic"]
    scope = ask("PUT", path, body).json()["id"]
    definition = f"/providers/Microsoft.Authorization/roleDefinitions/{READER}"
    asked = {"properties": {"roleDefinitionId": definition, "principalId": azure.people["ala"].object_id}}
    assignment = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{uuid4()}"
    ask("PUT", assignment, asked, "2022-04-01").raise_for_status()

    ask("DELETE", azure.acs.resource_id).raise_for_status()

    assert ask("GET", assignment, version="2022-04-01").status_code == 404

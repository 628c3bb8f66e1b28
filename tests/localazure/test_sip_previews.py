"""Direct routing as its previews have it: the health of trunks, switches, and which routes a number would take."""

import pytest
from azure.communication.phonenumbers.siprouting import SipRoutingClient, SipTrunk, SipTrunkRoute

FIRST, SECOND = "sbc1.contoso.example", "sbc2.contoso.example"
ANY, WESTERN, POLISH = r"^\+\d+$", r"^\+1(425|206)(\d{7})$", r"^\+48\d{9}$"
RUNAWAY = r"^(\+?(\d|\d\d|\d\d\d)+)+[a-z]"
NEWEST, MIDDLE, STABLE = "2024-11-15-preview", "2023-04-01-preview", "2023-03-01"
NUMBER = "+14255550123"


@pytest.fixture
def sip(azure):
    """Two trunks, of which nobody said anything else."""
    azure.control.post("/_local/sip/domains", json={"domain": "contoso.example"}).raise_for_status()
    with SipRoutingClient.from_connection_string(
        azure.acs.connection_string, connection_verify=azure.ca_bundle
    ) as client:
        client.set_trunks([SipTrunk(fqdn=name, sip_signaling_port=5061) for name in (FIRST, SECOND)])
        yield client


def get(acs, query="", version=NEWEST):
    return acs.request("GET", f"/sip?api-version={version}{query}")


def patch(acs, body, version=NEWEST):
    return acs.request("PATCH", f"/sip?api-version={version}", body, content_type="application/merge-patch+json")


def health_of(acs, trunk=FIRST, version=NEWEST):
    return get(acs, "&expand=trunks/health", version).json()["trunks"][trunk]["health"]


def order(azure, **body):
    return azure.control.post("/_local/sip/trunks", json={"trunk": FIRST} | body)


def tried(acs, routes, number="%2B14255550123", version=NEWEST, **more):
    target = f"/sip:testRoutesWithNumber?targetPhoneNumber={number}&api-version={version}"
    return acs.request("POST", target, {"routes": routes} | more)


def route(name, pattern, **more):
    return {"name": name, "numberPattern": pattern} | more


def inner(response):
    return response.status_code, response.json()["error"]["innererror"]["code"]


@pytest.mark.parametrize("version", [NEWEST, MIDDLE, "2023-01-01-preview"])
def test_trunk_of_which_nobody_said_anything_is_healthy(sip, acs, version):
    healthy = {"tls": {"status": "ok"}, "ping": {"status": "ok"}, "overall": {"status": "active"}}

    assert health_of(acs, version=version) == healthy
    assert "health" not in get(acs, version=version).json()["trunks"][FIRST]


@pytest.mark.parametrize(
    ("ordered", "overall"),
    [
        ({"tls": "certExpiring"}, {"status": "active"}),
        ({"tls": "certExpired"}, {"status": "inactive", "reason": "noRecentCallsAndPings"}),
        ({"tls": "unknown", "ping": "unknown"}, {"status": "unknown"}),
        ({"ping": "expired"}, {"status": "inactive", "reason": "noRecentPings"}),
        ({"ping": "error"}, {"status": "inactive", "reason": "noRecentPings"}),
        ({"recent_calls": False}, {"status": "inactive", "reason": "noRecentCalls"}),
        ({"ping": "expired", "recent_calls": False}, {"status": "inactive", "reason": "noRecentCallsAndPings"}),
    ],
)
def test_health_follows_from_what_was_ordered(azure, sip, acs, ordered, overall):
    order(azure, **ordered).raise_for_status()

    told = health_of(acs)
    assert told["overall"] == overall
    assert (told["tls"]["status"], told["ping"]["status"]) == (ordered.get("tls", "ok"), ordered.get("ping", "ok"))
    assert health_of(acs, SECOND)["overall"] == {"status": "active"}


def test_stable_version_tells_nothing_of_it(azure, sip, acs):
    order(azure, ping="expired").raise_for_status()
    patch(acs, {"trunks": {FIRST: {"enabled": False}}}).raise_for_status()

    assert get(acs, "&expand=trunks/health", STABLE).json() == {
        "trunks": {FIRST: {"sipSignalingPort": 5061}, SECOND: {"sipSignalingPort": 5061}},
        "routes": [],
    }


def test_nothing_but_health_can_be_expanded(sip, acs):
    refused = get(acs, "&expand=routes")

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "InvalidExpand")


def test_switches_are_kept_and_put_back_by_null(sip, acs):
    changes = {"enabled": False, "directTransfer": True, "privacyHeader": "None", "ipAddressVersion": "ipv6"}
    changed = patch(acs, {"trunks": {FIRST.upper(): changes}}).json()["trunks"]

    back = patch(acs, {"trunks": {FIRST: dict.fromkeys(changes)}}).json()["trunks"]

    first = {"sipSignalingPort": 5061} | changes | {"privacyHeader": "none"}
    untouched = {
        "sipSignalingPort": 5061,
        "enabled": True,
        "directTransfer": False,
        "privacyHeader": "id",
        "ipAddressVersion": "ipv4",
    }
    assert (changed, back[FIRST]) == ({FIRST: first, SECOND: untouched}, untouched)


def test_stable_client_changes_the_port_and_leaves_the_switches(sip, acs):
    patch(acs, {"trunks": {FIRST: {"enabled": False}}}).raise_for_status()

    sip.set_trunk(SipTrunk(fqdn=FIRST, sip_signaling_port=5070))

    trunk = get(acs, version=MIDDLE).json()["trunks"][FIRST]
    assert trunk == {"sipSignalingPort": 5070, "enabled": False}


def test_domain_is_switched_off_and_goes_when_no_trunk_is_left_in_it(sip, acs):
    off = patch(acs, {"domains": {"Contoso.example": {"enabled": False}}}).json()["domains"]

    in_use = patch(acs, {"domains": {"contoso.example": None}})
    gone = patch(acs, {"domains": {"contoso.example": None}, "trunks": {FIRST: None, SECOND: None}})

    assert off == {"contoso.example": {"enabled": False}}
    assert inner(in_use) == (422, "DomainInUse")
    assert gone.json() == {"domains": {}, "trunks": {}, "routes": []}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"domains": {"fabrikam.example": {"enabled": True}}}, "DomainNotVerified"),
        ({"routes": [route("A", ANY, callerIdOverride="Contoso")]}, "InvalidRouteCallerIdOverride"),
        ({"routes": [route("A", ANY, trunks=[f"sbc{number}.contoso.example" for number in range(251)])]},
         "TooManyItems"),
    ],
)  # fmt: skip
def test_preview_that_cannot_be_is_refused_whole(sip, acs, body, code):
    before = get(acs).json()

    response = patch(acs, body)

    assert inner(response) == (422, code)
    assert get(acs).json() == before


@pytest.mark.parametrize(
    ("body", "version"),
    [
        ({"trunks": {FIRST: {"enabled": True}}}, STABLE),
        ({"domains": {"contoso.example": {"enabled": True}}}, STABLE),
        ({"trunks": {FIRST: {"directTransfer": True}}}, MIDDLE),
        ({"routes": [route("A", ANY, callerIdOverride=NUMBER)]}, MIDDLE),
        ({"trunks": {FIRST: {"health": {}}}}, NEWEST),
        ({"trunks": {FIRST: {"privacyHeader": "full"}}}, NEWEST),
        ({"trunks": {FIRST: {"enabled": "yes"}}}, NEWEST),
        ({"routes": [route("A", "1" * 1025)]}, NEWEST),
    ],
)
def test_what_a_version_does_not_know_is_refused(sip, acs, body, version):
    assert patch(acs, body, version).status_code == 400


def test_number_is_told_its_routes_in_their_order(acs, azure):
    routes = [
        route("West", WESTERN, trunks=[FIRST], description="Washington"),
        route("Poland", POLISH, trunks=[]),
        route("All", ANY, trunks=[], callerIdOverride="+12065550100"),
    ]

    answer = tried(acs, routes)

    assert answer.json() == {"matchingRoutes": [routes[0], routes[2]]}
    assert tried(acs, routes, "%2B48221234567").json()["matchingRoutes"] == routes[1:]
    assert get(acs).json()["routes"] == []  # nothing of it is kept


def test_number_without_a_configuration_takes_the_routes_of_the_resource(sip, acs):
    sip.set_routes([SipTrunkRoute(name="West", number_pattern=WESTERN, trunks=[FIRST])])
    target = f"/sip:testRoutesWithNumber?targetPhoneNumber=%2B14255550123&api-version={MIDDLE}"

    [found] = acs.request("POST", target).json()["matchingRoutes"]

    assert (found["name"], found["trunks"]) == ("West", [FIRST])


def test_configuration_that_was_read_can_be_tried_as_it_is(sip, acs):
    sip.set_routes([SipTrunkRoute(name="West", number_pattern=WESTERN, trunks=[FIRST])])
    whole = get(acs, "&expand=trunks/health").json()

    answer = tried(acs, **whole)

    assert answer.json() == {"matchingRoutes": whole["routes"]}


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        (r"425", True),
        (r"^425", False),
        (r"^\+1(?<area>425)(?<rest>\d+)$", True),
        (r"(?<five>5)\k<five>\k<five>\k<five>0", True),
        (r"^\+[0-9-[3-9]]425", True),
        (r"^\+[0-9-[0-1]]425", False),
        (r"\d\z", True),
        (r"^+[1-9][0-9]{3,23}$", False),
        (r"(?<=\+1+)425", True),
        (r"^\+1\d{0,2147483647}$", True),
    ],
)
def test_patterns_match_as_those_of_dot_net_do(acs, azure, pattern, fits):
    answer = tried(acs, [route("A", pattern)])

    assert [one["name"] for one in answer.json()["matchingRoutes"]] == ["A"] * fits


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [(RUNAWAY, "was stopped"), ("(1{30000}){30000}", "too large"), ("1{2147483647}", "too large")],
)
def test_runaway_pattern_matches_nothing_and_the_next_one_is_asked(acs, azure, pattern, reason):
    answer = tried(acs, [route("Runaway", pattern), route("All", ANY)], "1" * 24)

    assert answer.json()["matchingRoutes"] == []
    answer = tried(acs, [route("Runaway", pattern), route("All", r"^\d+$")], "1" * 24)
    assert [one["name"] for one in answer.json()["matchingRoutes"]] == ["All"]
    note = answer.headers["x-localazure-note"]
    assert ("route 1" in note, reason in note) == (True, True)


def test_many_runaway_patterns_share_their_time(acs, azure):
    answer = tried(acs, [route(str(place), f"{RUNAWAY}{place}") for place in range(250)], "1" * 24)

    assert answer.json() == {"matchingRoutes": []}
    assert answer.elapsed.total_seconds() < 10  # 25 seconds, would each have its own


@pytest.mark.parametrize(
    ("routes", "more", "status"),
    [
        ([route("A", "[")], {}, 422),
        ([route("A", ANY), route("a", ANY)], {}, 422),
        ([route("A", ANY, trunks=[FIRST])], {"trunks": {}}, 422),
        ([route(str(place), ANY) for place in range(251)], {}, 422),
        ([route("A", ANY)], {"number": "%2B1425555-0123"}, 400),
        ([route("A", ANY)], {"number": ""}, 400),
        ([route("A", ANY)], {"number": "1" * 25}, 400),
        ([route("A", ANY)], {"version": STABLE}, 400),
        ([{"name": "A"}], {}, 400),
    ],
)
def test_what_cannot_be_tried_is_refused(acs, azure, routes, more, status):
    assert tried(acs, routes, **more).status_code == status


def test_what_a_border_controller_does_is_ordered_and_called_off(azure, sip, acs):
    ordered = order(azure, trunk=FIRST.upper(), answers=503, seconds=2, tls="certExpiring").json()
    listed = azure.control.get("/_local/sip/trunks").json()["items"]

    assert ordered == listed[0]
    assert [(one["trunk"], one["answers"], one["takes_calls"]) for one in listed] == [
        (FIRST, 503, True),
        (SECOND, None, True),
    ]
    azure.control.delete("/_local/sip/trunks", params={"trunk": FIRST}).raise_for_status()
    assert azure.control.get("/_local/sip/trunks").json()["items"][0]["answers"] is None
    assert azure.control.delete("/_local/sip/trunks", params={"trunk": FIRST}).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"trunk": "nobody.contoso.example"}, 404),
        ({"resource": "nobody"}, 400),
        ({"answers": 200}, 400),
        ({"answers": 700}, 400),
        ({"seconds": -1}, 400),
        ({"tls": "fine"}, 400),
        ({"health": "good"}, 400),
    ],
)
def test_order_that_cannot_be_is_refused(azure, sip, body, status):
    assert order(azure, **body).status_code == status
    assert azure.control.get("/_local/sip/trunks").json()["items"][0]["tls"] == "ok"


def test_trunk_that_a_route_leads_to_stays_until_the_route_has_lost_it(azure, sip, acs):
    sip.set_routes([SipTrunkRoute(name="West", number_pattern=WESTERN, trunks=[FIRST])])

    refused = patch(acs, {"trunks": {FIRST.upper(): None}})
    gone = patch(acs, {"trunks": {FIRST: None}, "routes": [route("West", WESTERN, trunks=[])]})

    assert inner(refused) == (422, "MissingTrunk")
    assert list(gone.json()["trunks"]) == [SECOND]
    assert gone.json()["routes"] == [route("West", WESTERN, trunks=[])]
    assert order(azure).status_code == 404


def test_trunks_go_with_their_resource(azure, sip, communication):
    order(azure, ping="expired").raise_for_status()

    communication.communication_services.begin_delete(azure.resource_group, azure.acs.resource_name).result()

    assert azure.control.get("/_local/sip/trunks").json()["items"] == []
    assert azure.control.delete("/_local/sip/trunks", params={"trunk": FIRST}).status_code == 404


def test_trunk_that_is_made_anew_is_healthy_again(azure, sip, acs):
    order(azure, ping="expired").raise_for_status()

    sip.delete_trunk(FIRST)
    sip.set_trunk(SipTrunk(fqdn=FIRST, sip_signaling_port=5061))

    assert health_of(acs)["overall"] == {"status": "active"}

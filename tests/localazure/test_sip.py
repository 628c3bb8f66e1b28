"""Direct routing through Microsoft's client; refusals as Microsoft recorded them for its own clients' tests."""

import json

import pytest
from azure.communication.phonenumbers.siprouting import SipRoutingClient, SipTrunk, SipTrunkRoute
from azure.core.exceptions import HttpResponseError

from localazure_tests.acs import Acs

PATTERN = "^\\+[1-9][0-9]{3,23}$"
FIRST, SECOND = "sbc1.contoso.example", "sbc2.contoso.example"
VERSION = "api-version=2023-03-01"


@pytest.fixture
def sip(azure):
    azure.control.post("/_local/sip/domains", json={"domain": "Contoso.example"}).raise_for_status()
    with SipRoutingClient.from_connection_string(
        azure.acs.connection_string, connection_verify=azure.ca_bundle
    ) as client:
        yield client


def patch(acs, body, media_type="application/merge-patch+json"):
    return acs.request("PATCH", f"/sip?{VERSION}", body, content_type=media_type)


def configuration(acs):
    return acs.request("GET", f"/sip?{VERSION}").json()


def inner(response):
    error = response.json()["error"]
    assert error["code"] == "UnprocessableConfiguration"
    return response.status_code, error["innererror"]["code"]


def route(name="PSTN", pattern=PATTERN, trunks=(), description=None):
    return SipTrunkRoute(name=name, number_pattern=pattern, trunks=list(trunks), description=description)


def test_configuration_is_empty_at_first(azure, acs):
    assert configuration(acs) == {"trunks": {}, "routes": []}


def test_trunks_and_routes_are_kept_in_their_order(sip, acs):
    sip.set_trunks([SipTrunk(fqdn=SECOND, sip_signaling_port=5061), SipTrunk(fqdn=FIRST, sip_signaling_port=5062)])
    sip.set_routes([route("B", trunks=[FIRST, SECOND], description="Both"), route("A")])

    assert [(one.fqdn, one.sip_signaling_port) for one in sip.list_trunks()] == [(SECOND, 5061), (FIRST, 5062)]
    assert configuration(acs)["routes"] == [
        {"description": "Both", "name": "B", "numberPattern": PATTERN, "trunks": [FIRST, SECOND]},
        {"name": "A", "numberPattern": PATTERN, "trunks": []},
    ]


def test_one_trunk_changes_and_the_others_stay(sip):
    sip.set_trunks([SipTrunk(fqdn=FIRST, sip_signaling_port=5061), SipTrunk(fqdn=SECOND, sip_signaling_port=5061)])

    sip.set_trunk(SipTrunk(fqdn=FIRST, sip_signaling_port=5070))

    assert sip.get_trunk(FIRST).sip_signaling_port == 5070
    assert sip.get_trunk(SECOND).sip_signaling_port == 5061


def test_null_removes_a_trunk_and_an_unknown_one_is_no_error(sip):
    sip.set_trunks([SipTrunk(fqdn=FIRST, sip_signaling_port=5061), SipTrunk(fqdn=SECOND, sip_signaling_port=5061)])

    sip.delete_trunk(FIRST)
    sip.delete_trunk("nobody.contoso.example")

    assert [one.fqdn for one in sip.list_trunks()] == [SECOND]


def test_routes_are_replaced_whole(sip):
    sip.set_routes([route("A"), route("B")])

    sip.set_routes([route("C")])
    replaced = [one.name for one in sip.list_routes()]
    sip.set_routes([])

    assert (replaced, list(sip.list_routes())) == (["C"], [])


def test_trunk_that_a_route_uses_cannot_go(sip, acs):
    sip.set_trunk(SipTrunk(fqdn=FIRST, sip_signaling_port=5061))
    sip.set_routes([route(trunks=[FIRST])])

    with pytest.raises(HttpResponseError) as caught:
        sip.delete_trunk(FIRST)

    assert (caught.value.status_code, list(configuration(acs)["trunks"])) == (422, [FIRST])


def trunks(**changes):
    return {"trunks": {FIRST: {"sipSignalingPort": 5061}} | changes}


def routes(*changes):
    return {"routes": [{"name": "PSTN", "numberPattern": PATTERN} | change for change in changes]}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "EmptyPatch"),
        ({"trunks": {}}, "EmptyPatch"),
        ({"trunks": {"-1": {"sipSignalingPort": 8239}}}, "InvalidTrunkFqdn"),
        ({"trunks": {"10.0.0.1": {"sipSignalingPort": 5061}}}, "InvalidTrunkFqdn"),
        ({"trunks": {"localhost": {"sipSignalingPort": 5061}}}, "InvalidTrunkFqdn"),
        ({"trunks": {f"{'a' * 60}." * 4 + "contoso.example": {"sipSignalingPort": 5061}}}, "InvalidTrunkFqdn"),
        ({"trunks": {FIRST: {"sipSignalingPort": 0}}}, "InvalidTrunkSipSignalingPort"),
        ({"trunks": {FIRST: {"sipSignalingPort": 65536}}}, "InvalidTrunkSipSignalingPort"),
        ({"trunks": {FIRST: {}}}, "InvalidTrunkSipSignalingPort"),
        ({"trunks": {"sbc.fabrikam.example": {"sipSignalingPort": 5061}}}, "DomainNotVerified"),
        ({"trunks": {"sbc.notcontoso.example": {"sipSignalingPort": 5061}}}, "DomainNotVerified"),
        (routes({"name": ""}), "InvalidRouteName"),
        (routes({"numberPattern": ""}), "InvalidRouteNumberPattern"),
        (routes({"numberPattern": "["}), "InvalidRouteNumberPattern"),
        (routes({"numberPattern": "(a"}), "InvalidRouteNumberPattern"),
        (routes({"numberPattern": "a{99999999999999999999}"}), "InvalidRouteNumberPattern"),
        (routes({"numberPattern": "(" * 1000}), "InvalidRouteNumberPattern"),
        (routes({}, {}), "DuplicatedRoute"),
        (routes({"trunks": ["missing.contoso.example"]}), "MissingTrunk"),
        (trunks() | routes({"trunks": [FIRST, FIRST]}), "RouteWithDuplicatedTrunk"),
        ({"trunks": {f"sbc{number}.contoso.example": {"sipSignalingPort": 5061} for number in range(251)}},
         "TooManyItems"),
        (routes(*({"name": str(number)} for number in range(251))), "TooManyItems"),
    ],
)  # fmt: skip
def test_configuration_that_cannot_be_is_refused_whole(sip, acs, body, code):
    response = patch(acs, body)

    assert inner(response) == (422, code)
    assert configuration(acs) == {"trunks": {}, "routes": []}


@pytest.mark.parametrize(
    "pattern",
    [PATTERN, "^+[1-9][0-9]{3,23}$", r"^\+?\d+$", r"(?<area>\d{3})\k<area>", "^(?:48|49)[0-9]+\\z", "(?>\\d+)"],
)
def test_patterns_of_dot_net_are_taken(sip, pattern):
    sip.set_routes([route(pattern=pattern)])

    assert [one.number_pattern for one in sip.list_routes()] == [pattern]


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        ({"trunks": {FIRST: {"sipSignalingPort": "5061"}}}, "application/merge-patch+json", 400),
        ({"trunks": {FIRST: {"sipSignalingPort": 5061, "enabled": True}}}, "application/merge-patch+json", 400),
        ({"domains": {}}, "application/merge-patch+json", 400),
        (routes({"name": "x" * 257}), "application/merge-patch+json", 400),
        ([], "application/merge-patch+json", 400),
        (trunks(), "application/json", 415),
    ],
)
def test_malformed_patch_is_refused(sip, acs, body, media_type, status):
    response = patch(acs, body, media_type)

    assert (response.status_code, json.dumps(configuration(acs))) == (status, '{"trunks": {}, "routes": []}')


def test_border_controller_belongs_to_one_resource(sip, acs, azure, http, communication):
    sip.set_trunk(SipTrunk(fqdn=FIRST, sip_signaling_port=5061))
    services = communication.communication_services
    body = {"location": "global", "properties": {"dataLocation": "Europe"}}
    services.begin_create_or_update(azure.resource_group, "acs-other", body).result()
    other = Acs(azure, http, services.list_keys(azure.resource_group, "acs-other").primary_key)
    domain = {"domain": "contoso.example", "resource": "acs-other"}
    azure.control.post("/_local/sip/domains", json=domain).raise_for_status()

    response = patch(other, {"trunks": {FIRST.upper(): {"sipSignalingPort": 5061}}})

    assert inner(response) == (422, "TrunkInUse")
    assert configuration(other) == {"trunks": {}, "routes": []}

"""Calls by an organisation's own carrier: out over the routes of the resource, in over a border controller."""

import httpx
import pytest
from azure.communication.callautomation import PhoneNumberIdentifier
from azure.communication.phonenumbers.siprouting import SipRoutingClient, SipTrunk, SipTrunkRoute
from azure.core.exceptions import HttpResponseError

from localazure_tests.waiting import until

ALA, BEATA, ABROAD = "+14255550101", "+14255550102", "+442079460101"
OWN = "+13605550100"  # of the organisation's carrier: Azure knows nothing of it
FIRST, SECOND, THIRD = (f"sbc{place}.contoso.example" for place in (1, 2, 3))
WESTERN, AMERICAN = r"^\+1(425|206)(\d{7})$", r"^\+1\d{10}$"


class Carrier:
    """Trunks and routes as Microsoft's client sets them, and border controllers by the control API."""

    def __init__(self, azure, client, acs):
        self._azure, self.client, self._acs = azure, client, acs

    def routes(self, *routes: tuple[str, str, list[str]]) -> None:
        self.client.set_routes([SipTrunkRoute(name=name, number_pattern=what, trunks=on) for name, what, on in routes])

    def previews(self, **body) -> None:
        answer = self._acs.request(
            "PATCH", "/sip?api-version=2024-11-15-preview", body, content_type="application/merge-patch+json"
        )
        answer.raise_for_status()

    def does(self, trunk: str, **what) -> None:
        self._azure.control.post("/_local/sip/trunks", json={"trunk": trunk} | what).raise_for_status()

    def shuffled(self, seed: int) -> None:
        self._azure.control.post("/_local/sip/shuffle", json={"seed": seed}).raise_for_status()


@pytest.fixture
def carrier(azure, acs):
    """Three trunks; one route, for the two area codes of Washington, leads to the first of them."""
    azure.control.post("/_local/sip/domains", json={"domain": "contoso.example"}).raise_for_status()
    with SipRoutingClient.from_connection_string(
        azure.acs.connection_string, connection_verify=azure.ca_bundle
    ) as client:
        client.set_trunks([SipTrunk(fqdn=one, sip_signaling_port=5061) for one in (FIRST, SECOND, THIRD)])
        carrier = Carrier(azure, client, acs)
        carrier.routes(("West", WESTERN, [FIRST]))
        yield carrier


def calls(application, target=ALA, number=OWN):
    made = application.client.create_call(
        PhoneNumberIdentifier(target), application.callbacks.url, source_caller_id_number=PhoneNumberIdentifier(number)
    )
    return application.client.get_call_connection(made.call_connection_id)


def fails(application):
    failed = application.hears("CreateCallFailed")["resultInformation"]
    return failed["code"], failed["subCode"]


def party(outside, place=0):
    return outside.last()["parties"][place]


def attempts(outside):
    return [(one["route"], one["trunk"], one["status"]) for one in party(outside)["direct_routing"]["attempts"]]


def test_call_goes_by_the_route_and_shows_a_number_of_the_organisation(application, outside, carrier):
    connection = calls(application)
    assert attempts(outside) == [("West", FIRST, None)]

    outside.picks_up()

    assert application.told() == ["CallConnected", "ParticipantsUpdated"]
    call = outside.last()
    assert (call["from"], call["route"], call["through"]) == (f"4:{OWN}", "West", FIRST)
    assert party(outside)["direct_routing"] == {
        "route": "West",
        "trunk": FIRST,
        "attempts": [{"route": "West", "trunk": FIRST, "caller_id": OWN, "status": 200}],
        "stopped": [],
    }
    assert connection.get_call_properties().source_caller_id_number.properties["value"] == OWN


@pytest.mark.parametrize("status", [408, 503, 504])
def test_next_border_controller_is_tried_after_these(application, outside, carrier, status):
    carrier.routes(("West", WESTERN, [FIRST, SECOND, THIRD]))
    carrier.does(FIRST, answers=status)
    carrier.does(SECOND, answers=status)
    outside.telephone(ALA)

    calls(application)

    assert application.told() == ["CallConnected", "ParticipantsUpdated"]
    tried = attempts(outside)
    assert tried[-1] == ("West", THIRD, 200)
    assert all(one[2] == status for one in tried[:-1])


@pytest.mark.parametrize(
    ("status", "sub_code"), [(486, 560486), (603, 560603), (404, 560404), (480, 560480), (484, 560484), (500, 560500)]
)
def test_any_other_answer_ends_the_call(application, outside, carrier, status, sub_code):
    carrier.routes(("West", WESTERN, [FIRST]), ("All", AMERICAN, [SECOND]))
    carrier.does(FIRST, answers=status)

    calls(application)

    assert fails(application) == (status, sub_code)
    assert (outside.last()["state"], attempts(outside)) == ("ended", [("West", FIRST, status)])


def test_routes_below_are_tried_when_none_of_the_first_can_be_had(application, outside, carrier):
    carrier.routes(("West", WESTERN, [FIRST]), ("All", AMERICAN, [SECOND]), ("Rest", r"^\+\d+$", [THIRD]))
    carrier.does(FIRST, answers=503)
    carrier.does(SECOND, answers=504)
    outside.telephone(ALA)

    calls(application)

    assert application.told() == ["CallConnected", "ParticipantsUpdated"]
    assert attempts(outside) == [("West", FIRST, 503), ("All", SECOND, 504), ("Rest", THIRD, 200)]
    assert outside.last()["route"] == "Rest"


def test_last_answer_is_told_when_no_border_controller_could_be_had(application, outside, carrier):
    carrier.routes(("West", WESTERN, [FIRST]), ("All", AMERICAN, [SECOND]))
    carrier.does(FIRST, answers=408)
    carrier.does(SECOND, answers=503)

    calls(application)

    assert fails(application) == (503, 560503)


def test_trunks_of_a_route_are_tried_in_any_order_the_same_for_a_seed(application, outside, carrier):
    carrier.routes(("West", WESTERN, [FIRST, SECOND, THIRD]))
    for trunk in (FIRST, SECOND, THIRD):
        carrier.does(trunk, answers=503)

    def order(seed):
        carrier.shuffled(seed)
        calls(application)
        assert fails(application) == (503, 560503)
        return tuple(trunk for _, trunk, _ in attempts(outside))

    orders = [order(seed) for seed in range(8)]
    assert len(set(orders)) > 1
    assert all(sorted(one) == [FIRST, SECOND, THIRD] for one in orders)
    assert [order(seed) for seed in range(3)] == orders[:3]


def test_trunks_that_take_no_calls_are_passed_over(application, outside, carrier):
    carrier.routes(("West", WESTERN, [FIRST, SECOND, THIRD]))
    carrier.previews(trunks={FIRST: {"enabled": False}})
    carrier.does(SECOND, ping="expired")
    outside.telephone(ALA)

    calls(application)

    assert application.told() == ["CallConnected", "ParticipantsUpdated"]
    assert attempts(outside) == [("West", THIRD, 200)]


@pytest.mark.parametrize("what", [{"ping": "expired"}, {"tls": "certExpired"}, {"recent_calls": False}])
def test_call_is_dropped_when_no_trunk_takes_calls(application, outside, carrier, what):
    carrier.does(FIRST, **what)

    calls(application)

    assert (fails(application), attempts(outside)) == ((403, 510559), [])


def test_trunks_of_a_domain_that_is_off_take_no_calls(application, outside, carrier):
    carrier.previews(domains={"contoso.example": {"enabled": False}})

    calls(application)

    assert fails(application) == (403, 510559)


def test_number_without_a_route_goes_through_microsoft_with_a_number_bought_there(azure, application, outside, carrier):
    outside.telephone(ABROAD)

    calls(application, ABROAD, azure.acs.phone_numbers[0])

    assert application.told() == ["CallConnected", "ParticipantsUpdated"]
    call = outside.last()
    assert (call["route"], call["through"]) == ("", "")


def test_number_without_a_route_and_with_a_foreign_caller_id_is_dropped(application, outside, carrier):
    calls(application, ABROAD)

    assert (fails(application), outside.last()["through"]) == ((403, 510403), "")


def test_route_without_border_controllers_is_no_route(azure, application, outside, carrier):
    carrier.routes(("Nowhere", WESTERN, []), ("All", AMERICAN, [SECOND]))
    outside.telephone(ALA)

    calls(application)

    assert application.told() == ["CallConnected", "ParticipantsUpdated"]
    assert attempts(outside) == [("All", SECOND, 200)]


def test_without_any_route_the_number_must_be_the_resources_own(application, carrier):
    carrier.routes()

    with pytest.raises(HttpResponseError) as refused:
        calls(application)

    assert "no number of this resource" in refused.value.message


@pytest.mark.parametrize("number", ["12", "0048221234567", "Contoso"])
def test_caller_id_must_be_a_number_in_any_case(application, carrier, number):
    with pytest.raises(HttpResponseError) as refused:
        calls(application, number=number)

    assert (refused.value.status_code, "no E.164 number" in refused.value.message) == (400, True)


def test_route_may_override_the_caller_id(application, outside, carrier):
    route = {"name": "West", "numberPattern": WESTERN, "trunks": [FIRST], "callerIdOverride": "+12065550100"}
    carrier.previews(routes=[route])

    calls(application)
    outside.picks_up()

    assert application.told() == ["CallConnected", "ParticipantsUpdated"]
    assert party(outside)["direct_routing"]["attempts"][0]["caller_id"] == "+12065550100"


def test_border_controller_takes_its_time(application, outside, carrier, advance):
    carrier.routes(("West", WESTERN, [FIRST]), ("All", AMERICAN, [SECOND]))
    carrier.does(FIRST, answers=408, seconds=20)
    carrier.does(SECOND, seconds=5)
    outside.telephone(ALA)
    calls(application)
    assert attempts(outside) == [("West", FIRST, None)]

    advance(20)
    until(lambda: len(attempts(outside)) == 2)
    advance(5)

    assert application.told() == ["CallConnected", "ParticipantsUpdated"]
    assert attempts(outside) == [("West", FIRST, 408), ("All", SECOND, 200)]


def test_call_that_is_called_off_meanwhile_tries_no_other(application, outside, carrier, advance):
    carrier.routes(("West", WESTERN, [FIRST]), ("All", AMERICAN, [SECOND]))
    carrier.does(FIRST, answers=408, seconds=20)
    connection = calls(application)

    connection.hang_up(is_for_everyone=True)
    advance(20)

    assert application.told(1) == ["CallDisconnected"]
    assert attempts(outside) == [("West", FIRST, 487)]


def test_time_runs_out_while_border_controllers_are_slow(application, outside, carrier, advance):
    carrier.does(FIRST, answers=408, seconds=200)
    calls(application)

    advance(115)

    assert fails(application) == (487, 10004)


@pytest.mark.parametrize(("when_called", "status"), [("busy", 486), ("decline", 603), ("unreachable", 480)])
def test_telephone_behind_the_border_controller_decides(application, outside, carrier, when_called, status):
    outside.telephone(ALA, when_called)

    calls(application)

    assert fails(application)[0] == status
    assert attempts(outside) == [("West", FIRST, status)]


def test_runaway_pattern_is_passed_over_and_told(application, outside, carrier):
    carrier.routes(("Runaway", r"^(((((\+?\d|\d\d|\d|\d\d)+)+)+)+)+[a-z]", [SECOND]), ("West", WESTERN, [FIRST]))
    outside.telephone(ALA)

    calls(application)

    assert application.told() == ["CallConnected", "ParticipantsUpdated"]
    assert attempts(outside) == [("West", FIRST, 200)]
    assert "route 1" in party(outside)["direct_routing"]["stopped"][0]


def test_portal_shows_every_attempt(azure, application, outside, carrier):
    carrier.routes(("West", WESTERN, [FIRST]), ("All", AMERICAN, [SECOND]))
    carrier.does(FIRST, answers=503)
    carrier.does(SECOND, answers=404)
    calls(application)
    assert fails(application) == (404, 560404)

    page = httpx.get(f"{azure.portal}/calls/{outside.last()['id']}", trust_env=False).raise_for_status().text

    shown = (FIRST, SECOND, "West", "All", "503", "404", "The session border controller answered 404.")
    assert [one for one in shown if one not in page] == []


def test_participant_is_added_over_the_carrier(application, outside, carrier):
    outside.calls()
    connection = application.answers()
    carrier.does(FIRST, answers=486)

    connection.add_participant(
        PhoneNumberIdentifier(ALA), source_caller_id_number=PhoneNumberIdentifier(OWN), operation_context="A"
    )

    failed = application.hears("AddParticipantFailed")
    assert (failed["resultInformation"]["subCode"], failed["operationContext"]) == (560486, "A")
    carrier.does(FIRST)
    outside.telephone(BEATA)
    connection.add_participant(PhoneNumberIdentifier(BEATA), source_caller_id_number=PhoneNumberIdentifier(OWN))
    assert application.hears("AddParticipantSucceeded")
    ways = [one["direct_routing"]["attempts"][0]["status"] for one in outside.last()["parties"][1:]]
    assert ways == [486, 200]


@pytest.mark.parametrize("given", [OWN, None])
def test_call_is_transferred_over_the_carrier(azure, application, outside, carrier, given):
    outside.calls()
    connection = application.answers()
    outside.telephone(ALA)
    source = {"source_caller_id_number": PhoneNumberIdentifier(given)} if given else {}

    connection.transfer_call_to_participant(PhoneNumberIdentifier(ALA), **source)

    assert application.hears("CallTransferAccepted")
    [attempt] = party(outside, 1)["direct_routing"]["attempts"]
    assert (attempt["trunk"], attempt["caller_id"]) == (FIRST, given or azure.acs.phone_numbers[0])


def test_call_is_redirected_over_the_carrier_and_shows_who_called(application, outside, carrier):
    outside.calls()
    context = application.rings()["incomingCallContext"]

    application.client.redirect_call(context, PhoneNumberIdentifier(ALA))

    [attempt] = party(outside, 1)["direct_routing"]["attempts"]
    assert (attempt["trunk"], attempt["caller_id"]) == (FIRST, "+14255550123")


def test_call_comes_in_over_a_border_controller(application, outside, carrier):
    call = outside.calls(to=OWN, through=FIRST.upper(), sip_headers={"User-To-User": "order=17"})

    data = application.rings()
    assert data["to"] == {"kind": "phoneNumber", "rawId": f"4:{OWN}", "phoneNumber": {"value": OWN}}
    assert data["from"]["rawId"] == "4:+14255550123"
    assert data["customContext"]["sipHeaders"] == {"User-To-User": "order=17"}
    connection = application.answers(data)
    assert connection.get_call_properties().answered_for.properties["value"] == OWN
    seen = outside.sees(call)
    assert (seen["through"], seen["route"], seen["state"]) == (FIRST, "", "connected")
    assert outside.hangs_up(call)["state"] == "ended"


def test_anonymous_call_comes_in_over_a_border_controller(application, outside, carrier):
    outside.calls(to=OWN, through=FIRST, **{"from": "anonymous"})

    assert application.rings()["from"]["rawId"] == "4:anonymous"


def test_call_that_came_over_the_carrier_is_transferred_with_the_number_that_was_called(application, outside, carrier):
    outside.calls(to=OWN, through=FIRST)
    connection = application.answers()
    outside.telephone(ALA)

    connection.transfer_call_to_participant(PhoneNumberIdentifier(ALA))

    assert application.hears("CallTransferAccepted")
    assert party(outside, 1)["direct_routing"]["attempts"][0]["caller_id"] == OWN


def test_border_controller_may_have_a_name_below_that_of_the_trunk(application, outside, carrier):
    call = outside.calls(to=OWN, through=f"customer1.{FIRST}")

    assert outside.sees(call)["through"] == FIRST


def test_border_controller_without_pings_can_still_call(application, outside, carrier):
    carrier.does(FIRST, ping="expired")

    outside.calls(to=OWN, through=FIRST)

    assert application.rings()["to"]["rawId"] == f"4:{OWN}"


def refused(azure, **body):
    whole = {"from": "+14255550123", "to": OWN, "through": FIRST} | body
    answer = azure.control.post("/_local/calls", json=whole)
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"through": "nobody.contoso.example"}, (404, "unknown_trunk")),
        ({"through": "contoso.example"}, (404, "unknown_trunk")),
        ({"to": "0048"}, (400, "InvalidRequestContent")),
        ({"to": "+18335550100"}, (400, "bought_number")),
        ({"through": None}, (404, "unknown_number")),
        ({"through": ""}, (400, "InvalidRequestContent")),
        ({"from": "+18335550100"}, (400, "invalid")),
    ],
)
def test_call_that_cannot_come_in_over_a_border_controller_is_refused(azure, outside, carrier, body, refusal):
    assert refused(azure, **body) == refusal
    assert azure.control.get("/_local/calls").json()["items"] == []


def test_trunk_that_is_off_or_not_trusted_brings_no_calls(azure, carrier):
    carrier.does(FIRST, tls="certExpired")
    carrier.previews(trunks={SECOND: {"enabled": False}})

    assert refused(azure) == (409, "trunk_not_trusted")
    assert refused(azure, through=SECOND) == (409, "trunk_disabled")
    carrier.previews(domains={"contoso.example": {"enabled": False}})
    assert refused(azure, through=THIRD) == (409, "trunk_disabled")

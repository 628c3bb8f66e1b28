"""An application calls out: the telephone answers, is busy, declines, cannot be reached, or rings in vain."""

import pytest
from azure.communication.callautomation import PhoneNumberIdentifier
from azure.core.exceptions import HttpResponseError

ALA, BEATA = "+14255550101", "+14255550102"


def test_call_out_is_answered_when_the_telephone_is_picked_up(azure, application, outside):
    connection = application.creates(ALA, operation_context="call back", source_display_name="Hub")

    seen = connection.get_call_properties()
    assert (seen.call_connection_state, seen.source_display_name) == ("connecting", "Hub")
    assert [one.properties["value"] for one in seen.targets] == [ALA]
    assert outside.last()["state"] == "ringing"
    outside.picks_up()

    assert application.hears("CallConnected")["operationContext"] == "call back"
    [participant] = application.hears("ParticipantsUpdated")["participants"]
    assert participant == {
        "identifier": {"kind": "phoneNumber", "rawId": f"4:{ALA}", "phoneNumber": {"value": ALA}},
        "isMuted": False,
        "isOnHold": False,
    }
    assert outside.last()["from"] == f"4:{azure.acs.phone_numbers[0]}"


@pytest.mark.parametrize(("number", "code"), [("+15005550000", 480), ("+15005580000", 603), ("+15005590000", 486)])
def test_call_out_fails_as_the_number_says(application, outside, number, code):
    connection = application.creates(number)

    failed = application.hears("CreateCallFailed")

    assert (failed["resultInformation"]["code"], outside.last()["state"]) == (code, "ended")
    with pytest.raises(HttpResponseError) as gone:
        connection.get_call_properties()
    assert gone.value.status_code == 404


def test_call_out_that_nobody_answers_ends_after_115_seconds(application, outside, advance):
    application.creates(ALA)
    advance(114)
    assert outside.last()["state"] == "ringing"

    advance(1)

    assert application.hears("CreateCallFailed")["resultInformation"]["subCode"] == 10004


def test_telephone_does_what_was_ordered_and_follows_its_script(application, outside, advance):
    outside.telephone(ALA, "answer", {"wait": 5}, {"hang_up": True}, after_seconds=3)
    application.creates(ALA)

    advance(3)
    assert application.told() == ["CallConnected", "ParticipantsUpdated"]
    advance(5)

    assert application.hears("CallDisconnected")["resultInformation"]["subCode"] == 560000


def test_telephone_that_was_ordered_can_be_called_off(azure, outside):
    outside.telephone(ALA, "busy")
    [ordered] = azure.control.get("/_local/telephones").json()["items"]

    azure.control.delete("/_local/telephones", params={"number": ALA}).raise_for_status()

    assert (ordered["number"], ordered["when_called"]) == (ALA, "busy")
    assert azure.control.get("/_local/telephones").json()["items"] == []
    assert azure.control.delete("/_local/telephones", params={"number": ALA}).status_code == 404
    assert azure.control.post("/_local/telephones", json={"number": "x", "when_called": "ring"}).status_code == 400


def test_first_of_several_who_answers_has_the_call(application, outside):
    application.creates(ALA, BEATA)

    outside.picks_up("decline", f"4:{ALA}")
    outside.picks_up("answer", f"4:{BEATA}")

    assert application.hears("CallConnected")
    [participant] = application.hears("ParticipantsUpdated")["participants"]
    assert participant["identifier"]["rawId"] == f"4:{BEATA}"


def test_call_out_is_called_off_while_it_rings(application, outside):
    connection = application.creates(ALA)

    connection.hang_up(is_for_everyone=False)

    assert application.told(1) == ["CallDisconnected"]
    assert outside.last()["parties"][0]["state"] == "gone"


def test_nothing_can_be_done_before_somebody_answers(application, outside):
    connection = application.creates(ALA)

    with pytest.raises(HttpResponseError) as refused:
        list(connection.list_participants())

    assert (refused.value.status_code, refused.value.error.code) == (400, "8501")


@pytest.mark.parametrize(
    ("number", "reason"),
    [(None, "is missing"), ("+12065550199", "no number of this resource"), ("12", "no number of this resource")],
)
def test_telephone_is_called_from_a_number_of_the_resource(application, number, reason):
    source = PhoneNumberIdentifier(number) if number else None
    with pytest.raises(HttpResponseError) as refused:
        application.client.create_call(
            PhoneNumberIdentifier(ALA), application.callbacks.url, source_caller_id_number=source
        )

    assert refused.value.status_code == 400
    assert reason in refused.value.message


def test_number_without_the_capability_does_not_call_out(azure, application, phone_numbers):
    number = azure.acs.phone_numbers[0]
    phone_numbers.begin_update_phone_number_capabilities(number, sms="inbound", calling="inbound").result()

    with pytest.raises(HttpResponseError) as refused:
        application.creates(ALA)

    assert "no capability for outbound calls" in refused.value.message


@pytest.mark.parametrize("target", ["+123", "8:acs:x"])
def test_target_that_cannot_be_called_is_refused(application, target):
    with pytest.raises(HttpResponseError) as refused:
        application.creates(target)

    assert (refused.value.status_code, "identifier of the target" in refused.value.message) == (400, True)


def test_second_hold_on_a_call_hears_of_it_as_well(application, outside):
    outside.calls()
    data = application.rings()
    first = application.answers(data)

    second = application.client.connect_call(application.callbacks.url, server_call_id=data["serverCallId"])

    assert sorted(application.told(3)) == ["CallConnected", "ParticipantsUpdated", "ParticipantsUpdated"]
    assert second.server_call_id == data["serverCallId"]
    first.hang_up(is_for_everyone=False)
    assert sorted(application.told()) == ["CallDisconnected", "ParticipantsUpdated"]
    assert outside.last()["state"] == "connected"


def test_call_that_is_not_there_cannot_be_joined(application):
    with pytest.raises(HttpResponseError) as refused:
        application.client.connect_call(application.callbacks.url, server_call_id="nothing")

    assert (refused.value.status_code, refused.value.error.code) == (404, "8522")
    with pytest.raises(HttpResponseError) as refused:
        application.client.connect_call(application.callbacks.url, room_id="room")
    assert refused.value.status_code == 501

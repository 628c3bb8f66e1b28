"""People come into a call and leave it, are muted, moved and sent on."""

import pytest
from azure.communication.callautomation import CommunicationUserIdentifier, PhoneNumberIdentifier
from azure.core.exceptions import HttpResponseError

from localazure_tests.acs import CUSTOMER

ALA, BEATA = "+14255550101", "+14255550102"


@pytest.fixture
def user(azure) -> str:
    resource = azure.control.get("/_local/state").json()["communication_services"][0]["immutable_resource_id"]
    return f"8:acs:{resource}_00000000-0000-0000-0000-000000000001"


@pytest.fixture
def own(azure) -> PhoneNumberIdentifier:
    return PhoneNumberIdentifier(azure.acs.phone_numbers[0])


@pytest.fixture
def talk(application, outside):
    """The customer talks to the application."""
    outside.calls()
    return application.answers()


def names(updated: dict) -> list[str]:
    return [one["identifier"]["rawId"] for one in updated["participants"]]


def add(connection, own, name=ALA, **options):
    return connection.add_participant(PhoneNumberIdentifier(name), source_caller_id_number=own, **options)


def test_participant_is_asked_in_and_answers(application, talk, own, outside):
    asked = add(talk, own, operation_context="consult", sip_headers={"User-To-User": "17"})

    assert asked.operation_context == "consult"
    assert outside.last()["parties"][1]["sip_headers"] == {"User-To-User": "17"}
    outside.picks_up()
    added = application.hears("AddParticipantSucceeded")
    assert (added["operationContext"], added["participant"]["rawId"]) == ("consult", f"4:{ALA}")
    updated = application.hears("ParticipantsUpdated")
    assert (updated["sequenceNumber"], names(updated)) == (2, [f"4:{CUSTOMER}", f"4:{ALA}"])
    assert [one.identifier.raw_id for one in talk.list_participants()] == [f"4:{CUSTOMER}", f"4:{ALA}"]
    assert talk.get_participant(PhoneNumberIdentifier(ALA)).identifier.raw_id == f"4:{ALA}"


def test_participant_who_does_not_answer_in_time_is_told(application, talk, own, outside, advance):
    add(talk, own, invitation_timeout=20)

    advance(20)

    failed = application.hears("AddParticipantFailed")
    assert failed["resultInformation"]["subCode"] == 10004
    assert outside.last()["state"] == "connected"


def test_invitation_is_called_off_once(application, talk, own, outside):
    invitation = add(talk, own).invitation_id

    first = talk.cancel_add_participant_operation(invitation, operation_context="never mind")
    talk.cancel_add_participant_operation(invitation)

    assert first.operation_context == "never mind"
    assert application.hears("CancelAddParticipantSucceeded")["invitationId"] == invitation
    assert application.hears("CancelAddParticipantFailed")["invitationId"] == invitation
    assert outside.last()["parties"][1]["state"] == "gone"


def test_participant_who_is_there_is_not_asked_again(talk, own):
    with pytest.raises(HttpResponseError) as refused:
        add(talk, own, CUSTOMER)

    assert (refused.value.status_code, "already" in refused.value.message) == (400, True)


def test_participant_is_removed_and_the_call_goes_on(application, talk, own, outside):
    outside.telephone(ALA)
    add(talk, own)
    application.told(2)

    removed = talk.remove_participant(PhoneNumberIdentifier(CUSTOMER), operation_context="out")

    assert removed.operation_context == "out"
    assert application.hears("RemoveParticipantSucceeded")["participant"]["rawId"] == f"4:{CUSTOMER}"
    assert names(application.hears("ParticipantsUpdated")) == [f"4:{ALA}"]


def test_last_participant_who_is_removed_ends_the_call(application, talk, outside):
    talk.remove_participant(PhoneNumberIdentifier(CUSTOMER))

    assert application.told() == ["RemoveParticipantSucceeded", "CallDisconnected"]


def test_participant_who_is_not_there_is_not_removed(application, talk):
    talk.remove_participant(PhoneNumberIdentifier(ALA), operation_callback_url=f"{application.callbacks.url}&own")

    assert application.hears("RemoveParticipantFailed")["participant"]["rawId"] == f"4:{ALA}"


def test_operation_may_have_a_callback_address_of_its_own(application, receiver, talk):
    other = receiver()

    talk.remove_participant(PhoneNumberIdentifier(ALA), operation_callback_url=other.url)

    assert other.next().events[0]["type"].endswith("RemoveParticipantFailed")


def test_user_is_muted_a_telephone_is_not(application, talk, own, user, outside):
    outside.telephone(user)
    talk.add_participant(CommunicationUserIdentifier(user))
    application.told(2)

    talk.mute_participant(CommunicationUserIdentifier(user), operation_context="hush")

    updated = application.hears("ParticipantsUpdated")
    assert [one["isMuted"] for one in updated["participants"]] == [False, True]
    with pytest.raises(HttpResponseError) as refused:
        talk.mute_participant(PhoneNumberIdentifier(CUSTOMER))
    assert refused.value.status_code == 400


@pytest.mark.parametrize("name", ["4:+14255550199", "nobody"])
def test_participant_who_is_not_there_is_not_found(talk, name):
    with pytest.raises(HttpResponseError) as refused:
        talk.get_participant(CommunicationUserIdentifier(name, raw_id=name))

    assert refused.value.status_code == 404


def test_participant_is_moved_from_another_call(application, talk, outside):
    outside.calls(**{"from": ALA})
    other = application.answers()

    talk.move_participants([PhoneNumberIdentifier(ALA)], other.get_call_properties().call_connection_id)

    told = [application._next() for _ in range(3)]
    assert sorted(kind for kind, _ in told) == ["CallDisconnected", "MoveParticipantSucceeded", "ParticipantsUpdated"]
    [updated] = [data for kind, data in told if kind == "ParticipantsUpdated"]
    assert names(updated) == [f"4:{CUSTOMER}", f"4:{ALA}"]
    assert outside.last()["state"] == "ended"


def test_call_is_transferred_and_goes_on_without_the_application(application, talk, outside):
    outside.telephone(ALA)

    talk.transfer_call_to_participant(PhoneNumberIdentifier(ALA), operation_context="on")

    accepted = application.hears("CallTransferAccepted")
    assert (accepted["operationContext"], accepted["transferTarget"]["rawId"]) == ("on", f"4:{ALA}")
    assert accepted["transferee"]["rawId"] == f"4:{CUSTOMER}"
    assert application.told(1) == ["CallDisconnected"]
    assert [one["state"] for one in outside.last()["parties"]] == ["connected", "connected"]
    assert outside.hangs_up(outside.last()["id"])["state"] == "ended"


def test_transfer_that_fails_leaves_the_call_as_it_was(application, talk, outside):
    talk.transfer_call_to_participant(PhoneNumberIdentifier(ALA))
    assert talk.get_call_properties().call_connection_state == "transferring"

    outside.picks_up("busy")

    assert application.hears("CallTransferFailed")["resultInformation"]["code"] == 486
    assert talk.get_call_properties().call_connection_state == "connected"


def test_one_of_several_is_transferred_by_name(application, talk, own, outside):
    outside.telephone(ALA)
    outside.telephone(BEATA)
    add(talk, own)
    application.told(2)
    with pytest.raises(HttpResponseError) as refused:
        talk.transfer_call_to_participant(PhoneNumberIdentifier(BEATA))
    assert "transferee is missing" in refused.value.message

    talk.transfer_call_to_participant(PhoneNumberIdentifier(BEATA), transferee=PhoneNumberIdentifier(CUSTOMER))

    assert application.told(1) == ["CallTransferAccepted"]
    assert names(application.hears("ParticipantsUpdated")) == [f"4:{ALA}"]
    assert [one["raw_id"] for one in outside.last()["parties"]] == [f"4:{CUSTOMER}", f"4:{BEATA}"]


def test_call_is_redirected_to_another_telephone(application, outside):
    outside.calls()

    application.client.redirect_call(application.rings()["incomingCallContext"], PhoneNumberIdentifier(ALA))
    outside.picks_up()

    seen = outside.last()
    assert ([one["state"] for one in seen["parties"]], seen["connections"]) == (["connected"] * 2, [])


def test_call_that_is_redirected_to_a_user_rings_there_with_an_event_of_its_own(application, outside, user):
    outside.calls()
    first = application.rings()

    application.client.redirect_call(first["incomingCallContext"], CommunicationUserIdentifier(user))

    second = application.rings()
    assert second["to"]["rawId"] == user
    with pytest.raises(HttpResponseError) as refused:
        application.client.answer_call(first["incomingCallContext"], application.callbacks.url)
    assert refused.value.status_code == 404
    assert application.answers(second).get_call_properties().server_call_id == first["serverCallId"]


@pytest.fixture
def other(azure) -> PhoneNumberIdentifier:
    """Another number that takes calls."""
    return PhoneNumberIdentifier(azure.acs.phone_numbers[1])


ALONG = {"sip_headers": {"User-To-User": "Language=pl"}, "voip_headers": {"Order": "4711"}}


def test_transfer_to_a_number_of_a_resource_is_a_call_that_comes_in_with_what_is_sent_along(
    application, talk, other, outside
):
    first = outside.last()["id"]

    talk.transfer_call_to_participant(other, operation_context="on", **ALONG)

    rings = application.rings()
    assert rings["customContext"] == {"sipHeaders": ALONG["sip_headers"], "voipHeaders": ALONG["voip_headers"]}
    assert (rings["from"]["rawId"], rings["to"]["phoneNumber"]["value"]) == (f"4:{CUSTOMER}", other.properties["value"])
    context = application.client.answer_call(rings["incomingCallContext"], application.callbacks.url)
    kinds = application.told(4)
    assert sorted(kinds) == ["CallConnected", "CallDisconnected", "CallTransferAccepted", "ParticipantsUpdated"]
    assert kinds.index("CallTransferAccepted") < kinds.index("CallDisconnected")
    taken = application.client.get_call_connection(context.call_connection_id)
    assert [one.identifier.raw_id for one in taken.list_participants()] == [f"4:{CUSTOMER}"]
    assert (outside.sees(first)["state"], outside.last()["state"]) == ("ended", "connected")
    outside.hangs_up(outside.last()["id"])
    assert "CallDisconnected" in application.told(1)


def test_transfer_to_a_number_where_nobody_takes_it_leaves_the_call_as_it_was(application, talk, other, outside):
    talk.transfer_call_to_participant(other, operation_context="on")
    with pytest.raises(HttpResponseError, match="being transferred already"):
        talk.transfer_call_to_participant(other)

    application.client.reject_call(application.rings()["incomingCallContext"])

    assert application.hears("CallTransferFailed")["operationContext"] == "on"
    assert talk.get_call_properties().call_connection_state == "connected"
    assert [one.identifier.raw_id for one in talk.list_participants()] == [f"4:{CUSTOMER}"]


def test_caller_who_hangs_up_while_it_rings_there_is_in_neither_call(application, talk, other, outside):
    first = outside.last()["id"]
    talk.transfer_call_to_participant(other)
    rings = application.rings()
    outside.hangs_up(first)
    application.hears("CallDisconnected")

    with pytest.raises(HttpResponseError):
        application.client.answer_call(rings["incomingCallContext"], application.callbacks.url)

    assert outside.last()["state"] == "ended"

"""A program starts a call for an agent."""

import pytest

from api.scene import Program, program_of
from centrala.calls.models import Call
from centrala.dialling.models import Profile
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User
from centrala.workstreams import actions as workstreams
from centrala.workstreams.models import Channel, Workstream

CALLED = {"number": "+14255550123"}


@pytest.fixture
def profile(number: PhoneNumber, agent: User) -> Profile:
    number.makes_calls = True
    number.save()
    voice: Workstream = workstreams.set_up(name="Voice", channel=Channel.VOICE, numbers=[number])
    made = Profile.objects.create(label="Sales", number=number, workstream=voice, countries=["US"])
    made.people.add(agent)
    return made


def test_call_is_started_for_the_tokens_owner(program: Program, profile: Profile, agent: User) -> None:
    answer = program.post("/calls", CALLED)

    assert answer.status_code == 202
    told = answer.json()
    assert (told["direction"], told["customer"], told["state"]) == ("outbound", CALLED["number"], "ringing")
    call = Call.objects.get(pk=told["id"])
    assert call.conversation is not None
    assert call.conversation.agent == agent
    assert program.get("/calls").json()["items"] == [told]


def test_same_key_calls_once_and_another_wish_is_refused(program: Program, profile: Profile) -> None:
    keyed = {"Idempotency-Key": "one"}
    first = program.post("/calls", CALLED, **keyed)
    again = program.post("/calls", CALLED, **keyed)
    other = program.post("/calls", {"number": "+14255550124"}, **keyed)

    assert (first.json()["id"], again.status_code, other.status_code) == (again.json()["id"], 202, 422)
    assert Call.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"number": "112"}, "emergency"),
        ({"number": "+49 30 901820"}, "Germany"),
        ({"number": "nobody"}, "no telephone number"),
        ({**CALLED, "profile": "Others"}, "not yours"),
    ],
)
def test_refusal_has_its_reason_and_uses_no_key_up(
    program: Program, profile: Profile, body: dict[str, str], reason: str
) -> None:
    refused = program.post("/calls", body, **{"Idempotency-Key": "one"})

    assert refused.status_code == 422
    assert reason in refused.content.decode()
    assert program.post("/calls", CALLED, **{"Idempotency-Key": "one"}).status_code == 202


def test_token_that_only_reads_calls_nobody(agent: User, profile: Profile) -> None:
    assert program_of(agent).post("/calls", CALLED).status_code == 403
    assert not Call.objects.exists()

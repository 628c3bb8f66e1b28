"""Calls as a program reads them."""

from django.utils.timezone import now

from api.scene import Program, program_of
from calling import call, talk_of
from centrala.calls import actions
from centrala.calls.models import Call, CallEnd, CallState
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User
from hub import CUSTOMER, OURS


def test_call_is_told_whole_and_its_conversation_says_voice(program: Program, number: PhoneNumber) -> None:
    made = call(number.connection)
    Call.objects.update(variables={"Order": "4711"})
    actions.ended(made.pk, CallEnd.CUSTOMER)
    made.refresh_from_db()

    [told] = program.get("/calls").json()["items"]

    assert made.connected_at is not None
    assert made.ended_at is not None
    times = (made.rang_at, made.connected_at, made.ended_at)
    assert told == {
        "id": str(made.pk),
        "conversation": str(talk_of(made).pk),
        "direction": "inbound",
        "customer": CUSTOMER,
        "number": OURS,
        "state": "ended",
        "ending": "customer",
        "variables": {"Order": "4711"},
        "resumes": None,
        **dict(zip(("rang_at", "connected_at", "ended_at"), map(written, times), strict=True)),
    }
    assert program.get(f"/conversations/{told['conversation']}").json()["channel"] == "voice"


def written(at: object) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def test_calls_come_in_pages_and_by_state_and_customer(program: Program, number: PhoneNumber) -> None:
    for place in range(3):
        call(number.connection, customer=f"+1425555000{place}")
    Call.objects.create(
        connection=number.connection,
        customer="anonymous",
        number=OURS,
        correlation_id="a1",
        state=CallState.RINGING,
        rang_at=now(),
    )

    first = program.get("/calls", limit=3).json()
    second = program.get(first["next"]).json()

    assert [one["customer"][-1] for one in first["items"] + second["items"]] == ["s", "2", "1", "0"]
    assert second["next"] is None
    assert [one["conversation"] for one in program.get("/calls", state="ringing").json()["items"]] == [None]
    assert len(program.get("/calls", customer="14255550001").json()["items"]) == 1


def test_outsider_sees_no_calls(celina: User, number: PhoneNumber) -> None:
    call(number.connection)

    assert program_of(celina).get("/calls").json() == {"items": [], "next": None}

"""What a caller gets in the place of an agent: a voicemail, or a call back that keeps the place in the queue."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.db import OperationalError
from django.utils.timezone import now
from pytest_django import Settings

from calling import call, talk_of
from calls.test_live_call import CALL, TALK, Recorded
from centrala.calls import actions, prompts, sweeps
from centrala.calls.attending import Turns, agree
from centrala.calls.frames import BYTES
from centrala.calls.leg import CUSTOMER, Leg
from centrala.calls.live_call import LiveCall
from centrala.calls.models import Call, CallEnd
from centrala.calls.queries import standing
from centrala.calls.standing import Mode, Standing
from centrala.connection.models import Connection
from centrala.conversations.models import Conversation
from centrala.errors import Refused
from centrala.organization.models import User
from centrala.recordings import legs
from centrala.recordings.access import calls_heard_by
from centrala.recordings.joining import join
from centrala.recordings.models import Joined
from centrala.routing import instead, overflow
from centrala.routing.actions import pick, seen
from centrala.routing.models import Instead, Offer, Overflowed, Trace
from centrala.routing.router import route
from centrala.workstreams import actions as workstreams
from centrala.workstreams.models import Channel, QueueKind
from centrala.workstreams.overflow import Condition, OverflowRule, Remedy
from hub import ala, connected

HIS_VOICE = b"\2" * BYTES


@pytest.fixture
def connection(db: None) -> Connection:
    made = connected()
    workstreams.set_up(name="Voice", channel=Channel.VOICE, numbers=list(made.numbers.all()))
    return made


def rule(remedy: Remedy, condition: Condition = Condition.TOO_MANY) -> OverflowRule:
    queue = workstreams.default_queue(QueueKind.VOICE)
    return OverflowRule.objects.create(queue=queue, condition=condition, threshold=1, remedy=remedy)


def second_call(connection: Connection, customer: str = "+14255550182") -> Call:
    """Of a queue in which somebody waits already."""
    call(connection)
    return call(connection, customer=customer)


def on_duty() -> User:
    who = ala()
    seen(user=who)
    return who


def spoken(folder: Path, one: Call, sound: bytes) -> None:
    leg = Leg(folder, one.pk, side=CUSTOMER)
    for at in range(0, len(sound) - BYTES + 1, BYTES):
        leg.write(sound[at : at + BYTES])
        leg._clock = lambda at=at: leg._began + at / 32_000  # type: ignore[misc]  # as if it took as long as it lasts
    leg.close()


def tone(seconds: float) -> bytes:
    time = np.arange(int(seconds * 16_000)) / 16_000
    return (9_000 * np.sin(2 * np.pi * 300 * time)).astype("<i2").tobytes()


def test_what_is_spoken_after_the_tone_is_kept_and_no_music_is_heard(tmp_path: Path) -> None:
    message = Leg(tmp_path, CALL, side=CUSTOMER)
    live, line = LiveCall(CALL, message=message), Recorded()
    live.found(line)
    live.refresh(Standing(CALL, TALK, voicemail=True))
    live.prompted = True
    live.announce([b"\1" * BYTES])

    live.from_customer(HIS_VOICE)
    live.tick()
    begun = live.message_begun
    live.tick()
    live.from_customer(HIS_VOICE)

    assert (live.mode, begun, live.message_begun) == (Mode.SPEAKING, False, True)
    assert line.frames == [b"\1" * BYTES]
    message.close()


def test_call_back_is_offered_after_half_a_minute_and_then_every_two() -> None:
    turns = Turns()

    assert [second for second in range(400) if turns.offer(second)] == [30, 150, 270, 390]


def test_call_of_a_voicemail_is_offered_to_nobody_while_it_is_spoken(connection: Connection) -> None:
    rule(Remedy.VOICEMAIL)
    one = second_call(connection)
    who = on_duty()

    route()

    assert list(Offer.objects.values_list("conversation", flat=True)) == [
        talk_of(Call.objects.exclude(pk=one.pk).get()).pk
    ]
    with pytest.raises(Refused):
        pick(conversation=talk_of(one), user=who)
    assert standing(one.pk).voicemail
    assert str(Trace.objects.latest("pk")).startswith("Offered to Ala")


def test_voicemail_waits_as_work_when_its_caller_has_hung_up_and_is_heard_by_whose_it_is(
    connection: Connection, tmp_path: Path, settings: Settings
) -> None:
    settings.CALLS_FOLDER = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "recordings": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "recordings"},
        }
    }
    rule(Remedy.VOICEMAIL)
    one = second_call(connection)
    place = talk_of(one).queued_at
    spoken(tmp_path, one, tone(2))

    actions.ended(one.pk, CallEnd.CUSTOMER)
    assert talk_of(one).state == "open"
    legs.keep_all()
    join(call_id=one.pk)

    joined = Joined.objects.get(call=one)
    assert (joined.left, joined.right) == ("hub", "none")
    assert joined.milliseconds == pytest.approx(2000, abs=250)
    talk = talk_of(one)
    assert (talk.state, talk.queued_at) == ("open", place)
    assert str(Trace.objects.latest("pk")) == "The voicemail waits in Default voice queue."
    who = on_duty()
    assert not calls_heard_by(who).exists()
    pick(conversation=talk, user=who)
    assert list(calls_heard_by(who)) == [one]
    sweeps.sweep(at=now() + timedelta(hours=3))
    assert talk_of(one).state == "active"


@pytest.mark.parametrize("sound", [b"", bytes(64_000), tone(0.2)])
def test_voicemail_in_which_nobody_speaks_is_not_kept(
    connection: Connection, tmp_path: Path, settings: Settings, sound: bytes
) -> None:
    settings.CALLS_FOLDER = tmp_path
    rule(Remedy.VOICEMAIL)
    one = second_call(connection)
    spoken(tmp_path, one, sound)

    actions.ended(one.pk, CallEnd.CUSTOMER)
    legs.keep_all()
    instead.sweep(at=now() + timedelta(hours=2))  # of which there was no file at all

    talk = talk_of(one)
    assert (talk.state, talk.closing_reason) == ("closed", "no_voicemail")
    assert not Joined.objects.exists()
    assert list(tmp_path.rglob("*.wav")) == []


def test_voicemail_of_a_process_that_died_ends_as_a_lost_call_and_no_call_back(
    connection: Connection, tmp_path: Path, settings: Settings
) -> None:
    settings.CALLS_FOLDER = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "recordings": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "recordings"},
        }
    }
    rule(Remedy.VOICEMAIL)
    one = second_call(connection)
    spoken(tmp_path, one, tone(2))

    legs.keep_all()

    assert (standing(one.pk).over, talk_of(one).state) == (True, "open")
    assert actions.why_over(Call.objects.select_related("conversation").get(pk=one.pk)) == "lost"


@pytest.mark.parametrize("sound", [b"", bytes(64_000)])
def test_caller_who_had_not_begun_to_speak_when_the_process_died_may_still_leave_a_voicemail(
    connection: Connection, tmp_path: Path, settings: Settings, sound: bytes
) -> None:
    settings.CALLS_FOLDER = tmp_path
    rule(Remedy.VOICEMAIL)
    one = second_call(connection)
    spoken(tmp_path, one, sound)

    legs.keep_all()

    assert (standing(one.pk).voicemail, standing(one.pk).over, talk_of(one).state) == (True, False, "open")


@pytest.mark.parametrize("file", [True, False])
def test_caller_whom_the_hub_lost_before_a_word_was_said_waits_to_be_called_back(
    connection: Connection, tmp_path: Path, settings: Settings, file: bool
) -> None:
    settings.CALLS_FOLDER = tmp_path
    rule(Remedy.VOICEMAIL)
    one = second_call(connection)
    place = talk_of(one).queued_at
    if file:
        spoken(tmp_path, one, bytes(64_000))

    actions.ended(one.pk, CallEnd.LOST)
    legs.keep_all()
    instead.sweep(at=now() + timedelta(hours=2))

    talk = talk_of(one)
    assert (talk.state, talk.queued_at, talk.overflowed.instead) == ("open", place, "call_back")
    assert str(Trace.objects.latest("pk")) == (
        "The hub lost the call before a voicemail was left: it waits in Default voice queue to be called back."
    )
    pick(conversation=talk, user=on_duty())


def test_lost_caller_who_hid_the_number_can_be_called_by_nobody(connection: Connection) -> None:
    rule(Remedy.VOICEMAIL)
    one = second_call(connection, "anonymous")

    actions.ended(one.pk, CallEnd.LOST)
    instead.sweep(at=now() + timedelta(hours=2))

    assert (talk_of(one).state, talk_of(one).closing_reason) == ("closed", "no_voicemail")


def test_who_wants_to_be_called_back_keeps_the_place_and_the_call_ends_with_a_word(connection: Connection) -> None:
    rule(Remedy.CALL_BACK)
    one = second_call(connection)
    place = talk_of(one).queued_at
    assert standing(one.pk).offers_call_back

    assert agree(one.pk)
    assert not agree(one.pk)

    stands = standing(one.pk)
    assert (stands.over, stands.ended, stands.offers_call_back) == (True, False, False)
    assert prompts.farewell(one.pk) != []
    assert actions.why_over(Call.objects.select_related("conversation").get(pk=one.pk)) == "call_back"
    actions.ended(one.pk, CallEnd.CALL_BACK)
    sweeps.sweep(at=now() + timedelta(hours=1))
    talk = talk_of(one)
    assert (talk.state, talk.queued_at) == ("open", place)
    who = on_duty()
    pick(conversation=talk, user=who)
    assert Call.objects.get(pk=one.pk).ending == "call_back"


def test_who_hides_the_number_is_not_offered_a_call_back(connection: Connection) -> None:
    rule(Remedy.CALL_BACK)

    assert not standing(second_call(connection, "anonymous").pk).offers_call_back


def test_call_that_an_agent_has_is_no_call_back(connection: Connection) -> None:
    rule(Remedy.CALL_BACK)
    one = second_call(connection)
    pick(conversation=talk_of(one), user=on_duty())

    assert not agree(one.pk)
    actions.ended(one.pk, CallEnd.CUSTOMER)
    assert talk_of(one).state == "wrap_up"


def test_call_back_that_nobody_makes_for_seven_days_is_closed(connection: Connection) -> None:
    rule(Remedy.CALL_BACK)
    one = second_call(connection)
    agree(one.pk)

    instead.sweep(at=now() + timedelta(days=6))
    before = talk_of(one).state
    instead.sweep(at=now() + timedelta(days=8))

    assert (before, talk_of(one).state, talk_of(one).closing_reason) == ("open", "closed", "not_called")
    assert Conversation.objects.filter(state="open").count() == 1


def test_what_is_settled_is_no_overflow_any_more(connection: Connection) -> None:
    rule(Remedy.CALL_BACK)
    one = second_call(connection)
    agree(one.pk)
    rule(Remedy.END, Condition.WAITED)
    assert overflow.sweep(at=now() + timedelta(hours=1)) == 1  # the other
    assert talk_of(one).state == "open"
    assert Overflowed.objects.get(conversation=talk_of(one)).instead == Instead.CALL_BACK


def test_voicemail_in_which_nobody_speaks_stays_until_the_database_has_been_told(
    connection: Connection, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CALLS_FOLDER = tmp_path
    rule(Remedy.VOICEMAIL)
    one = second_call(connection)
    spoken(tmp_path, one, bytes(64_000))
    actions.ended(one.pk, CallEnd.CUSTOMER)

    def away(_conversation: Conversation, *, lost: bool) -> None:
        raise OperationalError

    with monkeypatch.context() as broken:
        broken.setattr(instead, "no_voicemail", away)
        with pytest.raises(OperationalError):
            legs.keep_all()
    legs.keep_all()

    assert (talk_of(one).state, list(tmp_path.rglob("*.wav"))) == ("closed", [])

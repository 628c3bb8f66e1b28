"""No sender is ever promised more in a minute than Azure takes, whoever asks, and a burst need not wait."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from centrala.numbers import pace
from centrala.numbers.models import NumberType, Pace, PhoneNumber
from hub import connected
from localazure.communication.rates import Limit, Rates

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def ours(number: str = "+18335550100", kind: str = NumberType.TOLL_FREE) -> PhoneNumber:
    return PhoneNumber(connection=connected(number="+18335550199"), number=number, type=kind)


@pytest.mark.parametrize("seed", range(5))
def test_cloud_that_counts_every_minute_never_has_to_refuse(seed: int) -> None:
    random, number, at = Random(seed), ours(), NOON
    sent = []
    for _ in range(150):
        at += timedelta(seconds=random.choice([0, 0, 0, 0.1, 5, 40]))
        units = random.choice([1, 1, 1, 2, 7, pace.LONGEST])
        late = random.uniform(0, 1) * pace.GOOD_FOR
        sent.append((pace.promise(number, units=units, now=at) + late, units))

    rates, limit = Rates(), Limit(units=200, seconds=60)
    assert [rates.spend("a number", units, limit, moment) for moment, units in sorted(sent)] == [0] * len(sent)


def test_burst_leaves_at_once_and_the_rest_at_an_even_pace() -> None:
    number = ours()

    moments = [pace.promise(number, units=1, now=NOON) for _ in range(400)]

    assert moments == sorted(moments)
    assert moments[pace.LONGEST - 1] == NOON
    assert MINUTE < moments[-1] - NOON < 2.5 * MINUTE


def test_idle_sender_saves_nothing_up_beyond_a_burst() -> None:
    number = ours()
    pace.promise(number, units=1, now=NOON - 60 * MINUTE)

    moments = [pace.promise(number, units=1, now=NOON) for _ in range(100)]

    assert sum(moment == NOON for moment in moments) == pace.LONGEST


def test_short_code_is_faster_and_names_share_one_rate() -> None:
    code = PhoneNumber(connection=ours().connection, number="12345", type=NumberType.SHORT_CODE)
    names = [PhoneNumber(connection=code.connection, number=name, type=NumberType.UNKNOWN) for name in ("Acme", "Shop")]

    assert pace.rate(code) == pace.SHORT_CODE
    assert {pace.rate(name) for name in names} == {pace.NAMES}
    for name in names:
        pace.promise(name, units=1, now=NOON)
    assert list(Pace.objects.values_list("sender", flat=True)) == [""]


def test_nothing_leaves_before_the_moment_the_service_named() -> None:
    number, until = ours(), NOON + timedelta(seconds=30)

    pace.hold(number, until=until)
    pace.hold(number, until=NOON)  # an older answer that comes later

    assert pace.promise(number, units=1, now=NOON) == until
    assert pace.held_to(number) == until

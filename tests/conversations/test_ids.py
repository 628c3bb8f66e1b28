"""Ids that follow one another."""

from datetime import UTC, datetime, timedelta

from centrala.conversations.ids import in_order


def test_ids_are_version_7_of_this_moment_and_each_greater_than_the_one_before() -> None:
    ids = in_order(1_000)

    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
    assert ids == sorted(set(ids))
    told = datetime.fromtimestamp((ids[0].int >> 80) / 1000, UTC)
    assert abs(datetime.now(UTC) - told) < timedelta(minutes=1)

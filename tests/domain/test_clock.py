from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.clock import aware, from_epoch, to_epoch

NAIVE = datetime(2026, 1, 1, 9, 0)  # noqa: DTZ001  # why: the fault under test
OFFSETS = some.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = some.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=OFFSETS)  # noqa: DTZ001  # why: bounds


def test_a_moment_of_any_zone_becomes_the_same_moment_in_utc() -> None:
    here = datetime(2026, 1, 1, 9, 0, tzinfo=timezone(timedelta(hours=5, minutes=45)))

    there = aware(here)

    assert there == here
    assert there.tzinfo is UTC
    assert there.hour == 3


def test_a_moment_without_a_zone_is_refused_with_what_to_pass_instead() -> None:
    with pytest.raises(ValueError, match="pass an aware UTC datetime"):
        aware(NAIVE)
    with pytest.raises(ValueError, match="pass an aware UTC datetime"):
        to_epoch(NAIVE)


@pytest.mark.parametrize(
    ("moment", "milliseconds"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (datetime(1970, 1, 1, 0, 0, 1, 999_999, tzinfo=UTC), 1999),
        (datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), -1),
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), 1_795_420_800_000),
    ],
)
def test_storage_counts_whole_milliseconds_rounded_down(moment: datetime, milliseconds: int) -> None:
    assert to_epoch(moment) == milliseconds


@given(MOMENTS)
def test_what_was_stored_comes_back_less_than_a_millisecond_earlier(moment: datetime) -> None:
    back = from_epoch(to_epoch(moment))

    assert timedelta(0) <= moment - back < timedelta(milliseconds=1)
    assert back.tzinfo is UTC


@given(MOMENTS, MOMENTS)
def test_storage_keeps_the_order_of_moments(one: datetime, other: datetime) -> None:
    assert (to_epoch(one) <= to_epoch(other)) or one > other

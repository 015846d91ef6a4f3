from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from bot.domain.backups import DAYS, EVERY, WEEKS, is_due, worth_keeping

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOMENTS = some.lists(some.datetimes(timezones=some.just(UTC)), max_size=80)


def test_a_year_of_hourly_backups_leaves_seven_days_and_four_weeks() -> None:
    made = [NOON + number * HOUR for number in range(365 * 24)]

    kept = sorted(worth_keeping(made))

    assert kept[-1] == made[-1]
    assert len({moment.date() for moment in kept[-DAYS:]}) == DAYS
    assert DAYS < len(kept) <= DAYS + WEEKS
    assert made[-1] - kept[0] > 2 * 7 * DAY


@given(MOMENTS)
def test_the_newest_backup_is_always_kept_and_never_more_than_eleven(made: list[datetime]) -> None:
    kept = worth_keeping(made)

    assert kept <= set(made)
    assert len(kept) <= DAYS + WEEKS
    assert not made or max(made) in kept


@given(MOMENTS, some.datetimes(timezones=some.just(UTC)))
def test_what_was_dropped_once_would_be_dropped_again(made: list[datetime], newer: datetime) -> None:
    kept = worth_keeping(made)

    assert worth_keeping(kept) == kept
    assert worth_keeping([*kept, newer]) <= {*kept, newer}


def test_a_backup_is_due_an_hour_after_the_newest_one_and_at_once_when_there_is_none() -> None:
    assert is_due(None, NOON)
    assert not is_due(NOON, NOON + EVERY - timedelta(seconds=1))
    assert is_due(NOON, NOON + EVERY)
    assert is_due(NOON, NOON - DAY)

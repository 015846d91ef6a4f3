from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.standings import Period, Standing, period_key, period_keys, ranked, week_of

VALUES = some.lists(some.integers(1, 6), max_size=45).map(lambda values: sorted(values, reverse=True))


@pytest.mark.parametrize(
    ("day", "keys"),
    [
        pytest.param("2026-11-23", ("2026-11-23", "2026-11", "all"), id="any day"),
        pytest.param("2027-01-01", ("2026-12-28", "2027-01", "all"), id="a new year in an old week"),
        pytest.param("2024-12-30", ("2024-12-30", "2024-12", "all"), id="an old year in a new week"),
        pytest.param("2026-01-05", ("2026-01-05", "2026-01", "all"), id="the first day of a week"),
    ],
)
def test_a_day_belongs_to_a_week_a_month_and_all_time(day: str, keys: tuple[str, ...]) -> None:
    assert period_keys(date.fromisoformat(day)) == keys


@given(some.dates())
def test_all_periods_of_a_day_have_names_of_their_own(day: date) -> None:
    assert len({period_key(period, day) for period in Period}) == len(Period)


@given(some.dates(min_value=date(2, 1, 1)), some.integers(0, 6))
def test_a_week_begins_on_the_weekday_that_a_community_chose(day: date, week_starts: int) -> None:
    first = week_of(day, week_starts)

    assert first.weekday() == week_starts
    assert 0 <= (day - first).days < 7
    assert period_key(Period.WEEK, day, week_starts) == first.isoformat()


def test_equal_values_share_a_rank_and_the_next_one_skips() -> None:
    standings = ranked([("a", 9), ("b", 5), ("c", 5), ("d", 1)], 0, Counter([9, 5, 5, 1]))

    assert [standing.rank for standing in standings] == [1, 2, 2, 4]


@given(VALUES)
def test_a_rank_is_one_more_than_the_number_of_members_above(values: list[int]) -> None:
    standings = ranked([(f"m{place}", value) for place, value in enumerate(values)], 0, Counter(values))

    assert [each.rank for each in standings] == [1 + sum(other > value for other in values) for value in values]


@given(VALUES, some.integers(1, 12))
def test_ranks_go_on_from_page_to_page_as_if_there_were_one(values: list[int], size: int) -> None:
    rows = [(f"m{place}", value) for place, value in enumerate(values)]
    whole = ranked(rows, 0, Counter(values))

    pages: list[Standing] = []
    for start in range(0, len(rows), size):
        above = sum(value > rows[start][1] for value in values)
        pages += ranked(rows[start : start + size], above, Counter(values))

    assert tuple(pages) == whole

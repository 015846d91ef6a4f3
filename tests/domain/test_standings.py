from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.standings import PAGE_SIZE, Board, By, Period, Standing, period_key, period_keys, ranked

VALUES = some.lists(some.integers(1, 6), max_size=45).map(lambda values: sorted(values, reverse=True))


@pytest.mark.parametrize(
    ("day", "keys"),
    [
        pytest.param("2026-11-23", ("2026-W48", "2026-11", "all"), id="any day"),
        pytest.param("2027-01-01", ("2026-W53", "2027-01", "all"), id="a new year in an old week"),
        pytest.param("2024-12-30", ("2025-W01", "2024-12", "all"), id="an old year in a new week"),
        pytest.param("2026-01-05", ("2026-W02", "2026-01", "all"), id="a week of one digit"),
    ],
)
def test_a_day_belongs_to_a_week_a_month_and_all_time(day: str, keys: tuple[str, ...]) -> None:
    assert period_keys(date.fromisoformat(day)) == keys


@given(some.dates())
def test_all_periods_of_a_day_have_names_of_their_own(day: date) -> None:
    assert len({period_key(period, day) for period in Period}) == len(Period)


def test_equal_values_share_a_rank_and_the_next_one_skips() -> None:
    standings = ranked([("a", 9), ("b", 5), ("c", 5), ("d", 1)], 1, 1)

    assert [standing.rank for standing in standings] == [1, 2, 2, 4]


@given(VALUES)
def test_a_rank_is_one_more_than_the_number_of_members_above(values: list[int]) -> None:
    standings = ranked([(f"m{place}", value) for place, value in enumerate(values)], 1, 1)

    assert [each.rank for each in standings] == [1 + sum(other > value for other in values) for value in values]


@given(VALUES, some.integers(1, 12))
def test_ranks_go_on_from_page_to_page_as_if_there_were_one(values: list[int], size: int) -> None:
    rows = [(f"m{place}", value) for place, value in enumerate(values)]
    whole = ranked(rows, 1, 1)

    pages: list[Standing] = []
    for start in range(0, len(rows), size):
        first_rank = 1 + sum(value > rows[start][1] for value in values)
        pages += ranked(rows[start : start + size], first_rank, start + 1)

    assert tuple(pages) == whole


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (1, 1), (PAGE_SIZE, 1), (PAGE_SIZE + 1, 2), (95, 10)])
def test_a_board_has_at_least_one_page_and_no_empty_one_after_it(total: int, pages: int) -> None:
    assert Board(By.ANSWERS, Period.WEEK, 0, (), total, None).pages == pages

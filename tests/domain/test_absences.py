"""Absences: which rounds they cover, what is settled, and what they use up of a year."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.absences import DAYS_A_YEAR, Absence, Standpoint, begun, days_used, ended, is_present, moved

DAY = timedelta(days=1)
NEW_YEAR = date(2026, 1, 1)
DAYS = some.dates(date(2026, 1, 1), date(2027, 12, 31))


def standpoints() -> some.SearchStrategy[Standpoint]:
    """Any moment of a community: some rounds closed, one of them perhaps open, perhaps answered."""
    return some.builds(
        lambda today, closed, open_, back, answered: Standpoint(
            today,
            closed,
            today - back * DAY - DAY * (not open_) if closed else None,
            closed + 1 if open_ else None,
            today - back * DAY if open_ else None,
            answered=answered and open_,
        ),
        DAYS,
        some.integers(0, 400),
        some.booleans(),
        some.integers(0, 3),
        some.booleans(),
    )


SPANS = some.integers(0, 90).map(lambda days: days * DAY)


@given(standpoints(), SPANS)
def test_an_absence_never_covers_a_closed_round(at: Standpoint, span: timedelta) -> None:
    absence = begun(at, at.today + span)

    assert not any(absence.covers(number, at.today) for number in range(at.closed + 1))


@given(standpoints(), SPANS)
def test_an_open_round_is_covered_exactly_when_it_is_unanswered(at: Standpoint, span: timedelta) -> None:
    absence = begun(at, at.today + span)

    if at.open is not None and at.open_day is not None:
        assert absence.covers(at.open, at.open_day) is not at.answered


@given(standpoints(), SPANS, some.integers(0, 5))
def test_coming_back_leaves_what_has_closed_as_it_was_and_lets_the_rest_count(
    at: Standpoint, span: timedelta, closed_since: int
) -> None:
    absence = begun(at, at.today + span)
    later = Standpoint(
        at.today + closed_since * DAY,
        at.closed + closed_since,
        at.today,
        at.closed + closed_since + 1,
        at.today + closed_since * DAY,
    )

    left = ended(absence, later)

    for number in range(at.closed + 1, at.closed + closed_since + 1):
        day = at.today + (number - at.closed - 1) * DAY
        was = absence.covers(number, day)
        assert (left is not None and left.covers(number, day)) == was or day > absence.until_day
    assert left is None or not left.covers(later.closed + 1, later.today)
    assert left is None or not is_present(left, later)


def test_two_rounds_of_one_day_are_kept_apart() -> None:
    first_answered = Standpoint(NEW_YEAR, 1, NEW_YEAR, 2, NEW_YEAR)

    absence = begun(first_answered, NEW_YEAR + DAY)
    back = ended(absence, Standpoint(NEW_YEAR, 2, NEW_YEAR, 3, NEW_YEAR))

    assert not absence.covers(1, NEW_YEAR)
    assert absence.covers(2, NEW_YEAR)
    assert back is not None
    assert back.covers(2, NEW_YEAR)
    assert not back.covers(3, NEW_YEAR)


@given(standpoints(), SPANS)
def test_whoever_comes_back_at_once_was_never_away(at: Standpoint, span: timedelta) -> None:
    assert ended(begun(at, at.today + span), at) is None


@given(standpoints(), SPANS, SPANS)
def test_a_return_that_is_moved_uncovers_nothing_that_has_closed(
    at: Standpoint, span: timedelta, other: timedelta
) -> None:
    absence = begun(at, at.today + span)
    later = Standpoint(at.today + DAY, at.closed + 1, at.today, at.closed + 2, at.today + DAY)

    shifted = moved(absence, later, at.today + other)

    assert shifted.covers(at.closed + 1, at.today) == absence.covers(at.closed + 1, at.today)


def test_an_absence_is_present_until_its_last_round_has_closed() -> None:
    absence = Absence(NEW_YEAR, NEW_YEAR + DAY, NEW_YEAR, 1)
    over = NEW_YEAR + 2 * DAY

    assert is_present(absence, Standpoint(NEW_YEAR))
    assert is_present(absence, Standpoint(over, 1, NEW_YEAR, 2, NEW_YEAR + DAY))
    assert not is_present(absence, Standpoint(over, 2, NEW_YEAR + DAY, 3, over))


@pytest.mark.parametrize("is_open", [True, False])
def test_an_absence_is_over_with_a_later_round_though_the_clock_has_moved_west_since(*, is_open: bool) -> None:
    absence = Absence(NEW_YEAR, NEW_YEAR + DAY, NEW_YEAR, 1)
    beyond, last_of_it = NEW_YEAR + 2 * DAY, absence.until_day

    at = Standpoint(last_of_it, 1, last_of_it, 2, beyond) if is_open else Standpoint(last_of_it, 2, beyond)

    assert not is_present(absence, at)


@given(some.lists(some.tuples(DAYS, some.integers(0, 40)), max_size=6), some.sampled_from([2026, 2027]))
def test_each_day_is_used_once_in_its_own_year_however_many_absences_share_it(
    spans: list[tuple[date, int]], year: int
) -> None:
    absences = [Absence(begins, begins + days * DAY, begins, 1) for begins, days in spans]

    used = {begins + offset * DAY for begins, days in spans for offset in range(days + 1)}
    assert days_used(absences, year) == sum(day.year == year for day in used)


def test_an_absence_over_new_year_uses_days_of_both_years() -> None:
    absence = Absence(NEW_YEAR - 3 * DAY, NEW_YEAR + DAY, NEW_YEAR - 3 * DAY, 1)

    assert (days_used([absence], 2025), days_used([absence], 2026)) == (3, 2)


def test_days_that_had_passed_when_it_was_asked_for_cost_nothing() -> None:
    friday_open_on_sunday = Absence(NEW_YEAR, NEW_YEAR + 3 * DAY, NEW_YEAR + 2 * DAY, 1)

    assert days_used([friday_open_on_sunday], 2026) == 2


@pytest.mark.parametrize(("days", "within"), [(DAYS_A_YEAR, True), (DAYS_A_YEAR + 1, False)])
def test_a_whole_allowance_is_sixty_days(days: int, within: object) -> None:
    absence = Absence(NEW_YEAR, NEW_YEAR + (days - 1) * DAY, NEW_YEAR, 1)

    assert (days_used([absence], 2026) <= DAYS_A_YEAR) == within

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.absences import DAYS_A_YEAR, Absence, Standpoint, days_used, first_day, last_day

DAY = timedelta(days=1)
THURSDAY, FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 1, 1) + days * DAY for days in range(5))

DAYS = some.dates(date(2025, 11, 1), date(2027, 2, 28))
SPANS = some.integers(0, 120).map(lambda days: days * DAY)
ABSENCES = some.builds(
    lambda first, span, before: Absence(first, first + span, first + before),
    DAYS,
    SPANS,
    some.integers(-3, 3).map(lambda days: days * DAY),
)


@some.composite
def standpoints(draw: some.DrawFn) -> Standpoint:
    """Draw where a community and a member may stand: the open round is no older than the last that has closed."""
    today = draw(DAYS)
    closed = draw(some.none() | some.integers(0, 40).map(lambda days: today - days * DAY))
    open_day = draw(some.none() | some.dates(closed or today - 40 * DAY, today + DAY))
    return Standpoint(today, closed, open_day, answered=open_day is not None and draw(some.booleans()))


def days_of(absence: Absence) -> set[date]:
    span = (absence.until_day - absence.from_day).days
    return {absence.from_day + days * DAY for days in range(span + 1)}


@pytest.mark.parametrize(
    ("day", "covered"), [(THURSDAY, False), (FRIDAY, True), (SATURDAY, True), (SUNDAY, True), (MONDAY, False)]
)
def test_an_absence_covers_its_first_and_its_last_day_too(day: date, covered: bool) -> None:  # noqa: FBT001  # why: a parameter
    assert Absence(FRIDAY, SUNDAY, FRIDAY).covers(day) is covered


@pytest.mark.parametrize(
    ("at", "first"),
    [
        (Standpoint(THURSDAY), THURSDAY),
        (Standpoint(FRIDAY, closed=THURSDAY, open_day=FRIDAY), FRIDAY),
        (Standpoint(FRIDAY, closed=THURSDAY, open_day=FRIDAY, answered=True), SATURDAY),
        (Standpoint(SUNDAY, closed=THURSDAY, open_day=FRIDAY), FRIDAY),
        (Standpoint(SUNDAY, closed=THURSDAY, open_day=FRIDAY, answered=True), SATURDAY),
        (Standpoint(FRIDAY, closed=FRIDAY), SATURDAY),
    ],
)
def test_an_absence_begins_with_the_round_that_is_still_to_be_answered(at: Standpoint, first: date) -> None:
    assert first_day(at) == first


@pytest.mark.parametrize(
    ("at", "last"),
    [
        (Standpoint(FRIDAY), THURSDAY),
        (Standpoint(SUNDAY, closed=FRIDAY, open_day=SUNDAY), SATURDAY),
        (Standpoint(SUNDAY, closed=THURSDAY, open_day=FRIDAY), THURSDAY),
        (Standpoint(MONDAY, closed=SUNDAY), SUNDAY),
    ],
)
def test_coming_back_lets_the_open_round_count_again(at: Standpoint, last: date) -> None:
    assert last_day(at) == last


@given(standpoints(), SPANS)
def test_an_absence_never_covers_a_closed_day(at: Standpoint, span: timedelta) -> None:
    absence = Absence(first_day(at), first_day(at) + span, at.today)

    assert at.closed is None or not any(absence.covers(at.closed - days * DAY) for days in range(60))


@given(standpoints(), ABSENCES)
def test_coming_back_never_uncovers_a_closed_day(at: Standpoint, absence: Absence) -> None:
    kept = replace(absence, until_day=min(absence.until_day, last_day(at)))

    settled = {day for day in days_of(absence) if at.closed is not None and day <= at.closed}
    assert all(kept.covers(day) for day in settled)


@given(standpoints(), ABSENCES)
def test_after_coming_back_neither_the_open_round_nor_any_later_day_is_covered(
    at: Standpoint, absence: Absence
) -> None:
    kept = replace(absence, until_day=min(absence.until_day, last_day(at)))

    later = {day for day in days_of(absence) if day >= (at.open_day or at.today)}
    assert not any(kept.covers(day) for day in later if at.closed is None or day > at.closed)


@given(standpoints(), SPANS)
def test_whoever_comes_back_at_once_was_never_away(at: Standpoint, span: timedelta) -> None:
    absence = Absence(first_day(at), first_day(at) + span, at.today)

    assert min(absence.until_day, last_day(at)) < absence.from_day


@given(standpoints(), DAYS)
def test_an_open_round_is_covered_exactly_when_it_is_unanswered_and_its_day_unsettled(
    at: Standpoint, open_day: date
) -> None:
    at = replace(at, open_day=max(open_day, at.closed or open_day))

    absence = Absence(first_day(at), first_day(at) + 10 * DAY, at.today)

    assert at.open_day is not None
    assert absence.covers(at.open_day) is (not at.answered and at.open_day != at.closed)


@given(some.lists(ABSENCES, max_size=6))
def test_each_day_is_used_once_in_its_own_year_however_many_absences_share_it(absences: list[Absence]) -> None:
    used = {day for absence in absences for day in days_of(absence) if day >= absence.declared}

    for year in (2025, 2026, 2027):
        assert days_used(absences, year) == sum(day.year == year for day in used)


@given(some.lists(ABSENCES, max_size=6), ABSENCES, some.integers(2025, 2027))
def test_another_absence_never_gives_days_back(absences: list[Absence], another: Absence, year: int) -> None:
    before, after = days_used(absences, year), days_used([*absences, another], year)

    assert before <= after <= before + len(days_of(another))


@pytest.mark.parametrize(("year", "days"), [(2025, 0), (2026, 12), (2027, 15), (2028, 0)])
def test_an_absence_over_new_year_uses_days_of_both_years(year: int, days: int) -> None:
    over_new_year = Absence(date(2026, 12, 20), date(2027, 1, 15), date(2026, 12, 20))

    assert days_used([over_new_year], year) == days


def test_days_that_had_passed_when_it_was_asked_for_cost_nothing() -> None:
    since_friday = Absence(FRIDAY, MONDAY, SUNDAY)

    assert days_used([since_friday], 2026) == 2


def test_a_whole_allowance_reaches_from_new_year_to_the_first_of_march() -> None:
    whole = Absence(date(2026, 1, 1), date(2026, 3, 1), date(2026, 1, 1))

    assert days_used([whole], 2026) == DAYS_A_YEAR

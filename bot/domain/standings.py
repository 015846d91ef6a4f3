"""Boards: what they count, over which period, and how a place on them is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

PAGE_SIZE = 10


class By(StrEnum):
    """What a board counts."""

    STREAK = "streak"
    ANSWERS = "answers"
    QUIZ = "quiz"


class Period(StrEnum):
    """The stretch of a community's local calendar that a board covers."""

    WEEK = "week"
    MONTH = "month"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Standing:
    """One row of a board."""

    rank: int
    member_id: str
    value: int


class Turn(StrEnum):
    """Which way a page lies from a row of a board."""

    AFTER = "after"
    BEFORE = "before"
    AROUND = "around"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is: the rows after, before or around the row of a member with this value.

    A row, not a number of pages, so that the last page is found as fast as the first and nobody is left out when
    others move meanwhile.
    """

    turn: Turn
    value: int
    member_id: str


@dataclass(frozen=True, slots=True)
class Board:
    """One page of a board, with the asking member's own standing wherever it is.

    `own` is None for a member who has nothing to be ranked by; `hidden` tells that others do not see them. `before`
    and `after` are the neighbouring pages, None where there is none.
    """

    by: By
    period: Period
    standings: tuple[Standing, ...]
    total: int
    own: Standing | None
    hidden: bool = False
    before: Place | None = None
    after: Place | None = None


def week_of(day: date, week_starts: int = 0) -> date:
    """Return the first day of the week that a local day belongs to; `week_starts` is a weekday, 0 for Monday."""
    return day - timedelta(days=(day.weekday() - week_starts) % 7)


def period_key(period: Period, day: date, week_starts: int = 0) -> str:
    """Return the name of a local day's period: a week's first day as in `2026-11-23`, `2026-11`, or `all`."""
    if period is Period.WEEK:
        return week_of(day, week_starts).isoformat()
    if period is Period.MONTH:
        return f"{day.year}-{day.month:02}"
    return "all"


def period_keys(day: date, week_starts: int = 0) -> tuple[str, ...]:
    """Return the names of all periods that a local day belongs to."""
    return tuple(period_key(period, day, week_starts) for period in Period)


def ranked(rows: Iterable[tuple[str, int]], above: int, members: Mapping[int, int]) -> tuple[Standing, ...]:
    """Give ranks to rows sorted by value, highest first; equal values share a rank (1, 2, 2, 4).

    `above` is how many members have a higher value than the first row, `members` how many have each value shown.
    """
    standings: list[Standing] = []
    previous: int | None = None
    for member_id, value in rows:
        if previous is not None and value != previous:
            above += members[previous]
        standings.append(Standing(above + 1, member_id, value))
        previous = value
    return tuple(standings)

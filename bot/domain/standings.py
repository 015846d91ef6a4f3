"""Boards: what they count, over which period, and how a place on them is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
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


@dataclass(frozen=True, slots=True)
class Board:
    """One page of a board, with the asking member's own standing wherever it is.

    `page` counts from 0; `own` is None for a member who has nothing to be ranked by.
    """

    by: By
    period: Period
    page: int
    standings: tuple[Standing, ...]
    total: int
    own: Standing | None

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def period_key(period: Period, day: date) -> str:
    """Return the name of the period that a local day belongs to: `2026-W48`, `2026-11` or `all`."""
    if period is Period.WEEK:
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    if period is Period.MONTH:
        return f"{day.year}-{day.month:02}"
    return "all"


def period_keys(day: date) -> tuple[str, ...]:
    """Return the names of all periods that a local day belongs to."""
    return tuple(period_key(period, day) for period in Period)


def ranked(rows: Iterable[tuple[str, int]], first_rank: int, first_position: int) -> tuple[Standing, ...]:
    """Give ranks to rows sorted by value, highest first; equal values share a rank (1, 2, 2, 4).

    `first_rank` is the rank of the first row, `first_position` its place in the whole board counted from 1.
    """
    standings: list[Standing] = []
    rank, previous = first_rank, None
    for position, (member_id, value) in enumerate(rows, start=first_position):
        if previous is not None and value != previous:
            rank = position
        standings.append(Standing(rank, member_id, value))
        previous = value
    return tuple(standings)

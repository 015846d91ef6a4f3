"""Absences: days on which rounds count neither for nor against a member."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

DAYS_A_YEAR = 60

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Absence:
    """The rounds of these local days, both included, count neither way; it was asked for on `declared`."""

    from_day: date
    until_day: date
    declared: date

    def covers(self, day: date) -> bool:
        """Whether the round of a local day falls into it."""
        return self.from_day <= day <= self.until_day


@dataclass(frozen=True, slots=True)
class Standpoint:
    """What an absence may touch: `closed` is the last local day with a closed round, which is settled for good.

    `open_day` is the local day of the open round, if there is one, and `answered` whether the member has answered it.
    """

    today: date
    closed: date | None = None
    open_day: date | None = None
    answered: bool = False


def first_day(at: Standpoint) -> date:
    """Return the first local day that an absence asked for now covers.

    It takes in the round that is open, unless that was answered: nothing done already is taken back.
    """
    wanted = at.open_day or at.today
    if at.open_day is not None and at.answered:
        wanted += _DAY
    return wanted if at.closed is None else max(wanted, at.closed + _DAY)


def last_day(at: Standpoint) -> date:
    """Return the last local day that an absence covers when its member comes back now.

    The round that is open counts again; what is closed stays as it was.
    """
    wanted = (at.today if at.open_day is None else min(at.today, at.open_day)) - _DAY
    return wanted if at.closed is None else max(wanted, at.closed)


def days_used(absences: Iterable[Absence], year: int) -> int:
    """Return how many days of a calendar year absences use up, counted from the day on which each was asked for."""
    used: set[date] = set()
    first, last = date(year, 1, 1), date(year, 12, 31)
    for absence in absences:
        day = max(absence.from_day, absence.declared, first)
        while day <= min(absence.until_day, last):
            used.add(day)
            day += _DAY
    return len(used)

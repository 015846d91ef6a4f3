"""Absences: rounds that count neither for nor against a member, and the days that they use up."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

DAYS_A_YEAR = 60

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Absence:
    """Rounds from `from_round` on count neither way, up to those of the local day `until_day`.

    Once its member has come back, `until_round` is the last one instead. It was asked for on `declared`, and tells
    members that it begins on `from_day`.
    """

    from_day: date
    until_day: date
    declared: date
    from_round: int
    until_round: int | None = None

    def covers(self, number: int, day: date) -> bool:
        """Whether the round of this number, on a local day, falls into it."""
        if number < self.from_round:
            return False
        return day <= self.until_day if self.until_round is None else number <= self.until_round


@dataclass(frozen=True, slots=True)
class Standpoint:
    """What an absence may touch: rounds up to `closed` (0 for none) are settled for good, the last on `closed_day`.

    `open` and `open_day` are the number and local day of the open round, if there is one, and `answered` tells whether
    the member has answered it.
    """

    today: date
    closed: int = 0
    closed_day: date | None = None
    open: int | None = None
    open_day: date | None = None
    answered: bool = False


def begun(at: Standpoint, until: date) -> Absence:
    """Return the absence that a member asks for now, until a local day.

    It takes in the round that is open, unless that was answered: nothing done already is taken back.
    """
    if at.open is None or at.open_day is None:
        return Absence(at.today, until, at.today, at.closed + 1)
    if at.answered:
        return Absence(max(at.today, at.open_day + _DAY), until, at.today, at.open + 1)
    return Absence(min(at.today, at.open_day), until, at.today, at.open)


def moved(absence: Absence, at: Standpoint, until: date) -> Absence:
    """Return an absence with another last day; what has closed in it stays in it."""
    return replace(absence, until_day=until if at.closed_day is None else max(until, at.closed_day))


def ended(absence: Absence, at: Standpoint) -> Absence | None:
    """Return what is left of an absence whose member is back; None if no round of it has closed.

    The round that is open counts again; what is closed stays as it was.
    """
    last = at.closed if at.open is None else at.open - 1
    if last < absence.from_round:
        return None
    return replace(absence, until_day=min(absence.until_day, at.today - _DAY), until_round=last)


def is_present(absence: Absence, at: Standpoint) -> bool:
    """Whether a member is away now, or is about to be.

    An absence is over with the first round beyond its last day, also where the clock shows that day again because the
    community has moved west since.
    """
    if absence.until_round is not None or _is_beyond(absence, at):
        return False
    covers_open = at.open is not None and at.open_day is not None and absence.covers(at.open, at.open_day)
    return covers_open or absence.until_day >= at.today


def _is_beyond(absence: Absence, at: Standpoint) -> bool:
    number, day = (at.closed, at.closed_day) if at.open is None else (at.open, at.open_day)
    return day is not None and number >= absence.from_round and day > absence.until_day


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

"""When a community wants its question: local time, IANA time zone and weekdays.

The one place that knows local time. A due instant is keyed by its local date, so a clock change, a move of the
schedule or a slow start can neither double nor lose a day.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bot.domain.clock import aware

EVERY_DAY = frozenset(range(7))
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
# A wanted weekday comes round within 7 days; the slack is for dates that a zone left out (Apia, 30 December 2011).
_HORIZON_DAYS = 16
# "localtime" is wherever the machine stands, "Factory" a machine that nobody has set up.
_NOT_A_PLACE = {"localtime", "Factory"}


class Due(NamedTuple):
    """A wanted local date and the UTC instant at which its question is due."""

    day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Schedule:
    """Local time of day, IANA time zone, and weekdays (0 is Monday).

    Raises:
        ValueError: the zone is unknown, no weekday is named, or the time carries a zone or seconds.
    """

    at: time
    zone: str
    weekdays: frozenset[int] = EVERY_DAY

    def __post_init__(self) -> None:
        if self.at.tzinfo is not None or self.at.second or self.at.microsecond:
            raise ValueError("a schedule's time is a plain local hour and minute, such as 09:00")
        if not self.weekdays or not self.weekdays <= EVERY_DAY:
            raise ValueError("a schedule needs at least one weekday, numbered 0 (Monday) to 6 (Sunday)")
        _zone(self.zone)

    def local(self, moment: datetime) -> datetime:
        """Return the moment on this community's wall clock."""
        return aware(moment).astimezone(_zone(self.zone))


@cache
def zone_names() -> tuple[str, ...]:
    """Return the IANA names a community may choose, sorted."""
    return tuple(
        sorted(
            name for name in available_timezones() - _NOT_A_PLACE if not name.startswith(("Etc/GMT", "posix", "right"))
        )
    )


def due_instant(schedule: Schedule, day: date) -> datetime | None:
    """Return the UTC instant at which the question of a local date is due.

    In a repeated hour the first pass counts; in a gap, the first instant after it. None when the weekday is not
    wanted or the zone left that date out.
    """
    if day.weekday() not in schedule.weekdays:
        return None
    zone = _zone(schedule.zone)
    wanted = datetime.combine(day, schedule.at)
    instant = wanted.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _wall(instant, zone) == wanted:
        return instant
    after_gap = _first_instant_from(wanted, zone)
    last_before = _wall(after_gap - _SECOND, zone).date()
    if last_before < day < _wall(after_gap, zone).date():
        return None
    return after_gap


def next_due(schedule: Schedule, after: datetime, beyond: date | None = None) -> Due | None:
    """Return the first due instant later than a moment and on a local date later than `beyond`.

    None only if the calendar ends first.
    """
    first = schedule.local(after).date() - _DAY
    if beyond is not None:
        first = max(first, beyond + _DAY)
    for offset in range(_HORIZON_DAYS):
        day = first + offset * _DAY
        instant = due_instant(schedule, day)
        if instant is not None and instant > after:
            return Due(day, instant)
    return None


def latest_due(schedule: Schedule, now: datetime, beyond: date | None = None) -> Due | None:
    """Return the last due instant not later than now, on a local date later than `beyond`, if there is one.

    After downtime this is the one question worth catching up with.
    """
    last = schedule.local(now).date() + _DAY
    for offset in range(_HORIZON_DAYS):
        day = last - offset * _DAY
        if beyond is not None and day <= beyond:
            return None
        instant = due_instant(schedule, day)
        if instant is not None and instant <= now:
            return Due(day, instant)
    return None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone; use an IANA name such as Europe/Berlin") from error


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def _first_instant_from(wanted: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant whose wall time is at or past a wall time that a gap swallowed.

    fold=1 reads the wall time with the offset after the gap (an instant before it), fold=0 with the offset before
    (an instant after it): the change lies between, and wall time only rises there (PEP 495).
    """
    early = wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)
    late = wanted.replace(tzinfo=zone, fold=0).astimezone(UTC)
    while late - early > _SECOND:
        middle = early + (late - early) // _SECOND // 2 * _SECOND
        if _wall(middle, zone) >= wanted:
            late = middle
        else:
            early = middle
    return late

"""Which backups are worth keeping."""

from collections.abc import Iterable
from datetime import datetime, timedelta

DAYS, WEEKS = 7, 4
EVERY = timedelta(hours=1)


def worth_keeping(made: Iterable[datetime]) -> frozenset[datetime]:
    """Return the newest backup of each of the last seven days that have one, and of each of the last four weeks.

    Days and weeks (Monday to Sunday) are UTC's. Days without a backup are left out, so that a bot which stood still for
    a month still has as many as before.
    """
    newest_first = sorted(made, reverse=True)
    days: dict[object, datetime] = {}
    weeks: dict[object, datetime] = {}
    for moment in newest_first:
        days.setdefault(moment.date(), moment)
        weeks.setdefault(moment.isocalendar()[:2], moment)
    return frozenset((*list(days.values())[:DAYS], *list(weeks.values())[:WEEKS]))


def is_due(newest: datetime | None, now: datetime) -> bool:
    """Whether another backup should be made: an hour after the newest one, or when the clock was set back behind it."""
    return newest is None or now - newest >= EVERY or now < newest

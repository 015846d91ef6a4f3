"""The rule by which most bots count a streak: what each complaint is about, and what ours is measured against."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


def naive_streak(messages: Iterable[datetime], now: datetime, zone: str = "UTC") -> int:
    """Count the calendar days in a row on which a member wrote at least once.

    Today may still be to come; a day before it without a message is what a job at midnight resets the count for.
    """
    days = {moment.astimezone(ZoneInfo(zone)).date() for moment in messages}
    day = now.astimezone(ZoneInfo(zone)).date()
    if day not in days:
        day -= _DAY
    count = 0
    while day in days:
        day -= _DAY
        count += 1
    return count

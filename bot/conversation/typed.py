"""What people type, turned into values; and what they are offered while typing."""

import re
from datetime import time

from bot.domain.schedule import DAY_NAMES, EVERY_DAY, zone_names

_TIME = re.compile(r"(\d{1,2})[:.h](\d{2})")
_WORKDAYS = frozenset(range(5))
_WEEKEND = frozenset({5, 6})
_COMMON_ZONES = (
    "UTC",
    "America/Los_Angeles",
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Africa/Lagos",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
)
DAY_CHOICES = ("every day", "Mon-Fri", "Mon, Wed, Fri", "Tue, Thu", "Sat, Sun")


def time_of_day(typed: str) -> time | None:
    """Read `9:00`, `09:00` or `18.30`; None if it is no time of day with 24 hours."""
    match = _TIME.fullmatch(typed.strip())
    if match is None:
        return None
    try:
        return time(int(match[1]), int(match[2]))
    except ValueError:
        return None


def days(typed: str) -> frozenset[int] | None:
    """Read `every day`, `weekdays`, `Mon-Fri`, `Mon, Wed, Fri`; None if it names no weekdays."""
    words = typed.strip().lower()
    if words in {"", "every day", "everyday", "daily", "all"}:
        return EVERY_DAY
    if words == "weekdays":
        return _WORKDAYS
    if words in {"weekend", "weekends"}:
        return _WEEKEND
    chosen: set[int] = set()
    for part in re.split(r"[,;\s]+", re.sub(r"\s*[-–]\s*", "-", words)):
        first, dash, last = part.partition("-")
        start, end = _weekday(first), _weekday(last if dash else first)
        if start is None or end is None:
            return None
        chosen.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return frozenset(chosen)


def zone(typed: str) -> str | None:
    """Find the IANA name that was typed, whatever its case; None if there is none."""
    wanted = typed.strip().lower().replace(" ", "_")
    return next((name for name in zone_names() if name.lower() == wanted), None)


def zone_suggestions(typed: str, most: int = 25) -> tuple[str, ...]:
    """Offer IANA names for what was typed so far: cities that begin with it first."""
    wanted = typed.strip().lower().replace(" ", "_")
    if not wanted:
        return _COMMON_ZONES[:most]
    begins = [name for name in zone_names() if name.rpartition("/")[2].lower().startswith(wanted)]
    holds = [name for name in zone_names() if wanted in name.lower() and name not in begins]
    return tuple((begins + holds)[:most])


def _weekday(word: str) -> int | None:
    word = word.rstrip(".")
    if len(word) < 2:
        return None
    return next((index for index, name in enumerate(DAY_NAMES) if name.lower().startswith(word)), None)

"""What people type, turned into values; and what they are offered while typing."""

import re
from datetime import date, time, timedelta

from bot.conversation.wording import on_day, plural
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
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_UNITS = {"day": 1, "week": 7}
_OFFERED_DAYS = (1, 2, 3, 5, 7, 10, 14, 21, 30)
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
    words = " ".join(typed.lower().split())
    if words in {"", "every day", "everyday", "daily", "all"}:
        return EVERY_DAY
    if words == "weekdays":
        return _WORKDAYS
    if words in {"weekend", "weekends"}:
        return _WEEKEND
    chosen: set[int] = set()
    for part in re.split(r"[,;\s]+", re.sub(r" ?[-–] ?", "-", words)):
        first, dash, last = part.partition("-")
        start, end = _weekday(first), _weekday(last if dash else first)
        if start is None or end is None:
            return None
        chosen.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return frozenset(chosen)


def day(typed: str, today: date) -> date | None:
    """Read `2026-12-24`, `24 Dec`, `Dec 24`, `tomorrow`, `7 days` or `2 weeks`; None if it is no day.

    A day without a year is the next such day, today included; days and weeks are counted from today.
    """
    words = re.sub(r"[\s,.]+", " ", typed.strip().lower()).removeprefix("in ").strip()
    if words in {"today", "tomorrow"}:
        return today + timedelta(days=words == "tomorrow")
    if match := re.fullmatch(r"(\d{1,3}) (day|week)s?", words):
        return today + timedelta(days=int(match[1]) * _UNITS[match[2]])
    try:
        return date.fromisoformat(words)
    except ValueError:
        return _day_of_month(words, today)


def day_suggestions(today: date) -> tuple[tuple[str, date], ...]:
    """Offer days from which a member may be back: how far off each is, and its date."""
    offered = [(plural(each, "day"), today + timedelta(days=each)) for each in _OFFERED_DAYS]
    return tuple((f"{span} · {on_day(until)}", until) for span, until in offered)


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


def _day_of_month(words: str, today: date) -> date | None:
    match = re.fullmatch(
        r"(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3})[a-z]*|([a-z]{3})[a-z]* (\d{1,2})(?:st|nd|rd|th)?", words
    )
    name = match and (match[2] or match[3])
    if not match or name not in _MONTHS:
        return None
    number, month = int(match[1] or match[4]), _MONTHS.index(name) + 1
    for year in (today.year, today.year + 1):
        try:
            found = date(year, month, number)
        except ValueError:
            continue
        if found >= today:
            return found
    return None


def _weekday(word: str) -> int | None:
    word = word.rstrip(".")
    if len(word) < 2:
        return None
    return next((index for index, name in enumerate(DAY_NAMES) if name.lower().startswith(word)), None)

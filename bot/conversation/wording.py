"""Small phrases that several journeys share."""

from datetime import date

from bot.domain.questions import Level, Question
from bot.domain.schedule import DAY_NAMES, EVERY_DAY, Schedule

LEVEL_MARKS = {Level.EASY: "🟢 Easy", Level.MEDIUM: "🟡 Medium", Level.HARD: "🔴 Hard"}
_MONTHS_FROM = 60
_DAYS_A_MONTH = 30.4
_WORKDAYS = frozenset(range(5))


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return `1 round`, `2 rounds`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def days(count: int) -> str:
    """Return a span of days as people say it: `4 days`, from two months on `3 months`."""
    return plural(count, "day") if count < _MONTHS_FROM else plural(round(count / _DAYS_A_MONTH), "month")


def in_days(count: int) -> str:
    """Return when something is, so many days from now: `today`, `tomorrow`, `in 4 days`."""
    return {0: "today", 1: "tomorrow"}.get(count, f"in {days(count)}")


def on_day(day: date) -> str:
    """Return a day as people say it: `Mon 23 Nov`."""
    return f"{day:%a} {day.day} {day:%b}"


def classed(question: Question, topic_title: str) -> str:
    """Return a question's topic and level in one line."""
    return f"{topic_title} · {LEVEL_MARKS[question.level]}"


def weekdays(schedule: Schedule) -> str:
    """Return the weekdays of a schedule as people say them."""
    if schedule.weekdays == EVERY_DAY:
        return "every day"
    if schedule.weekdays == _WORKDAYS:
        return "Monday to Friday"
    return ", ".join(DAY_NAMES[weekday] for weekday in sorted(schedule.weekdays))


def listed(items: tuple[str, ...]) -> str:
    """Return a Markdown list."""
    return "\n".join(f"- {item}" for item in items)

"""Small phrases that several journeys share."""

from bot.domain.questions import Level, Question
from bot.domain.schedule import DAY_NAMES, EVERY_DAY, Schedule

LEVEL_MARKS = {Level.EASY: "🟢 Easy", Level.MEDIUM: "🟡 Medium", Level.HARD: "🔴 Hard"}
_WORKDAYS = frozenset(range(5))


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return `1 round`, `2 rounds`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


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

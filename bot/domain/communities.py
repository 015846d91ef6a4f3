"""A community: where and when it practises."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.domain.schedule import Due, Schedule, next_due


@dataclass(frozen=True, slots=True)
class Community:
    """A Discord server or Slack workspace that practises.

    `settled_day` is the last local day that needs no further scheduled round; `blocked` says what an admin must
    repair before the bot can post. `week_starts` is the weekday with which a week begins, 0 for Monday; `digest_at` is
    when the next weekly digest is due, None where none is wanted. `steward_id` is the member who set it up last.
    """

    id: str
    channel_id: str
    schedule: Schedule
    paused: bool = False
    settled_day: date | None = None
    next_due: Due | None = None
    blocked: str | None = None
    week_starts: int = 0
    digest_at: datetime | None = None
    steward_id: str | None = None

    def due_after(self, now: datetime) -> Due | None:
        """Return when the next scheduled question is due; None while paused."""
        return None if self.paused else next_due(self.schedule, now, beyond=self.settled_day)

    def digest_after(self, now: datetime) -> datetime | None:
        """Return when the digest of a week is next due: on a week's first day, at the time of the question."""
        due = next_due(replace(self.schedule, weekdays=frozenset({self.week_starts})), now)
        return due.at if due else None

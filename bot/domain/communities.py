"""A community: where and when it practises."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.schedule import Due, Schedule, next_due


@dataclass(frozen=True, slots=True)
class Community:
    """A Discord server or Slack workspace that practises.

    `settled_day` is the last local day that needs no further scheduled round; `blocked` says what an admin must
    repair before the bot can post.
    """

    id: str
    channel_id: str
    schedule: Schedule
    paused: bool = False
    settled_day: date | None = None
    next_due: Due | None = None
    blocked: str | None = None

    def due_after(self, now: datetime) -> Due | None:
        """Return when the next scheduled question is due; None while paused."""
        return None if self.paused else next_due(self.schedule, now, beyond=self.settled_day)

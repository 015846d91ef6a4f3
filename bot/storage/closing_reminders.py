"""The SQL of reminders before a round closes: who wants one, and when next."""

from dataclasses import dataclass
from datetime import datetime, time

from bot.domain.clock import from_epoch, to_epoch
from bot.storage.statement import Row, Statement, Transaction

_SELECT = "SELECT community_id, member_id, at, next_at, told_round, shut FROM closing_reminder "


@dataclass(frozen=True, slots=True)
class ClosingReminder:
    """A member's wish to be told before a round closes; `at` is a local time, None for three hours before.

    `shut` is True once they could not be written to.
    """

    community_id: str
    member_id: str
    at: time | None
    next_at: datetime | None = None
    told_round: int | None = None
    shut: bool = False


def save_reminder(reminder: ClosingReminder) -> Transaction[None]:
    """Store a reminder, new or changed."""
    yield Statement(
        "INSERT INTO closing_reminder (community_id, member_id, at, next_at, told_round, shut)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (community_id, member_id) DO UPDATE SET at = excluded.at,"
        " next_at = excluded.next_at, told_round = excluded.told_round, shut = excluded.shut",
        (
            reminder.community_id,
            reminder.member_id,
            f"{reminder.at:%H:%M}" if reminder.at else None,
            to_epoch(reminder.next_at) if reminder.next_at else None,
            reminder.told_round,
            int(reminder.shut),
        ),
    )


def reminder_of(community_id: str, member_id: str) -> Transaction[ClosingReminder | None]:
    """Read a member's reminder; None if they want none."""
    rows = yield Statement(_SELECT + "WHERE community_id = ?1 AND member_id = ?2", (community_id, member_id))
    return _reminder(rows[0]) if rows else None


def remove_reminder(community_id: str, member_id: str) -> Transaction[bool]:
    """Forget a member's reminder; return whether there was one."""
    rows = yield Statement(
        "DELETE FROM closing_reminder WHERE community_id = ?1 AND member_id = ?2 RETURNING 1",
        (community_id, member_id),
    )
    return bool(rows)


def due_reminders(now: datetime, limit: int) -> Transaction[list[ClosingReminder]]:
    """Read the reminders whose time has come, longest waiting first."""
    rows = yield Statement(_SELECT + "WHERE next_at <= ?1 ORDER BY next_at LIMIT ?2", (to_epoch(now), limit))
    return [_reminder(row) for row in rows]


def wanted_times(community_id: str) -> Transaction[list[time | None]]:
    """Read the different times at which members of a community want to be told."""
    rows = yield Statement(
        "SELECT DISTINCT at FROM closing_reminder WHERE community_id = ?1 AND shut = 0", (community_id,)
    )
    return [time.fromisoformat(row[0]) if row[0] else None for row in rows]


def plan(community_id: str, at: time | None, next_at: datetime | None, now: datetime) -> Transaction[None]:
    """Note when those who want to be told at a time are to be told next; None while no round is about to close.

    Those who are due already, and wait for their turn, stay so.
    """
    yield Statement(
        "UPDATE closing_reminder SET next_at = ?3 WHERE community_id = ?1 AND coalesce(at, '') = ?2 AND shut = 0"
        " AND (next_at IS NULL OR next_at > ?4)",
        (community_id, f"{at:%H:%M}" if at else "", to_epoch(next_at) if next_at else None, to_epoch(now)),
    )


def put_back(reminder: ClosingReminder, next_at: datetime) -> Transaction[None]:
    """Let a member be told later of what they could not be told now; nothing happens if they want that no more."""
    yield Statement(
        "UPDATE closing_reminder SET next_at = ?3, told_round = ?4 WHERE community_id = ?1 AND member_id = ?2",
        (reminder.community_id, reminder.member_id, to_epoch(next_at), reminder.told_round),
    )


def shut(community_id: str, member_id: str) -> Transaction[None]:
    """Note that a member could not be written to; nothing happens if they want no reminder any more."""
    yield Statement(
        "UPDATE closing_reminder SET next_at = NULL, shut = 1 WHERE community_id = ?1 AND member_id = ?2",
        (community_id, member_id),
    )


def _reminder(row: Row) -> ClosingReminder:
    community_id, member_id, at, next_at, told_round, shut = row
    return ClosingReminder(
        community_id,
        member_id,
        time.fromisoformat(at) if at else None,
        from_epoch(next_at) if next_at is not None else None,
        told_round,
        bool(shut),
    )

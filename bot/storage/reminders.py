"""The SQL of reminders: who wants to be told that cards are due, and when next."""

from dataclasses import dataclass
from datetime import datetime, time

from bot.domain.clock import from_epoch, to_epoch
from bot.domain.schedule import Schedule
from bot.storage.statement import Row, Statement, Transaction

_SELECT = "SELECT community_id, member_id, at, zone, next_at FROM reminder "


@dataclass(frozen=True, slots=True)
class Reminder:
    """A member's wish to be told each day at a local time; `next_at` is None once they could not be written to."""

    community_id: str
    member_id: str
    schedule: Schedule
    next_at: datetime | None


def save_reminder(reminder: Reminder) -> Transaction[None]:
    """Store a reminder, new or changed."""
    yield Statement(
        "INSERT INTO reminder (community_id, member_id, at, zone, next_at) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT (community_id, member_id) DO UPDATE SET at = excluded.at, zone = excluded.zone,"
        " next_at = excluded.next_at",
        (
            reminder.community_id,
            reminder.member_id,
            f"{reminder.schedule.at:%H:%M}",
            reminder.schedule.zone,
            to_epoch(reminder.next_at) if reminder.next_at else None,
        ),
    )


def reminder_of(community_id: str, member_id: str) -> Transaction[Reminder | None]:
    """Read a member's reminder; None if they want none."""
    rows = yield Statement(_SELECT + "WHERE community_id = ?1 AND member_id = ?2", (community_id, member_id))
    return _reminder(rows[0]) if rows else None


def due_reminders(now: datetime, limit: int) -> Transaction[list[Reminder]]:
    """Read the reminders whose time has come, longest waiting first."""
    rows = yield Statement(_SELECT + "WHERE next_at <= ?1 ORDER BY next_at LIMIT ?2", (to_epoch(now), limit))
    return [_reminder(row) for row in rows]


def put_off(reminder: Reminder, next_at: datetime | None) -> Transaction[None]:
    """Note when a member is to be told next, None if never; nothing happens if they want that no more."""
    yield Statement(
        "UPDATE reminder SET next_at = ?3 WHERE community_id = ?1 AND member_id = ?2",
        (reminder.community_id, reminder.member_id, to_epoch(next_at) if next_at else None),
    )


def remove_reminder(community_id: str, member_id: str) -> Transaction[None]:
    yield Statement("DELETE FROM reminder WHERE community_id = ?1 AND member_id = ?2", (community_id, member_id))


def _reminder(row: Row) -> Reminder:
    community_id, member_id, at, zone, next_at = row
    return Reminder(
        community_id,
        member_id,
        Schedule(time.fromisoformat(at), zone),
        from_epoch(next_at) if next_at is not None else None,
    )

"""The SQL of communities and of when they are due."""

from datetime import date, datetime, time

from bot.domain.clock import from_epoch, to_epoch
from bot.domain.communities import Community
from bot.domain.schedule import Due, Schedule
from bot.storage.statement import Row, Statement, Transaction

_SELECT = (
    "SELECT id, channel_id, at, zone, weekdays, paused, settled_day, next_due_at, next_due_day, blocked,"
    " week_starts, digest_at, steward_id FROM community "
)


def community(community_id: str) -> Transaction[Community | None]:
    """Read one community that is set up and has not left."""
    rows = yield Statement(_SELECT + "WHERE id = ?1 AND left_at IS NULL", (community_id,))
    return _community(rows[0]) if rows else None


def known_community(community_id: str) -> Transaction[Community | None]:
    """Read one community that was ever set up, also one that has left since."""
    rows = yield Statement(_SELECT + "WHERE id = ?1", (community_id,))
    return _community(rows[0]) if rows else None


def local_day(community_id: str, now: datetime) -> Transaction[date]:
    """Read which day a community's wall clock shows; one that is not set up has UTC's."""
    found = yield from community(community_id)
    return (found.schedule.local(now) if found else now).date()


def calendar(community_id: str, now: datetime) -> Transaction[tuple[date, int]]:
    """Read which day a community's wall clock shows, and the weekday with which its weeks begin (0 is Monday)."""
    found = yield from community(community_id)
    return (found.schedule.local(now).date(), found.week_starts) if found else (now.date(), 0)


def due_communities(now: datetime, limit: int) -> Transaction[list[Community]]:
    """Read the communities whose question is due, longest waiting first."""
    rows = yield Statement(
        _SELECT + "WHERE next_due_at <= ?1 AND left_at IS NULL ORDER BY next_due_at LIMIT ?2",
        (to_epoch(now), limit),
    )
    return [_community(row) for row in rows]


def due_at_once(at: datetime) -> Transaction[int]:
    """Count the communities whose next question is due at the same moment."""
    rows = yield Statement(
        "SELECT count(*) FROM community WHERE next_due_at = ?1 AND next_due_at IS NOT NULL AND left_at IS NULL",
        (to_epoch(at),),
    )
    return int(rows[0][0])


def active_communities() -> Transaction[list[Community]]:
    """Read every community that has not left."""
    rows = yield Statement(_SELECT + "WHERE left_at IS NULL ORDER BY id")
    return [_community(row) for row in rows]


def save_community(community: Community, now: datetime) -> Transaction[None]:
    """Store a community's set-up and its next due time, new or changed."""
    due = community.next_due
    yield Statement(
        "INSERT INTO community (id, channel_id, at, zone, weekdays, paused, settled_day, next_due_at, next_due_day,"
        " blocked, created_at, week_starts, digest_at, steward_id)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
        " ON CONFLICT (id) DO UPDATE SET channel_id = excluded.channel_id, at = excluded.at, zone = excluded.zone,"
        " weekdays = excluded.weekdays, paused = excluded.paused, settled_day = excluded.settled_day,"
        " next_due_at = excluded.next_due_at, next_due_day = excluded.next_due_day, blocked = excluded.blocked,"
        " week_starts = excluded.week_starts, digest_at = excluded.digest_at,"
        " steward_id = excluded.steward_id, left_at = NULL",
        (
            community.id,
            community.channel_id,
            community.schedule.at.strftime("%H:%M"),
            community.schedule.zone,
            "".join(str(weekday) for weekday in sorted(community.schedule.weekdays)),
            int(community.paused),
            community.settled_day.isoformat() if community.settled_day else None,
            to_epoch(due.at) if due else None,
            due.day.isoformat() if due else None,
            community.blocked,
            to_epoch(now),
            community.week_starts,
            to_epoch(community.digest_at) if community.digest_at else None,
            community.steward_id,
        ),
    )


def settle_day(community_id: str, day: date, following: Due | None) -> Transaction[None]:
    """Note that a local day needs no further scheduled round, and when the next one is due."""
    yield Statement(
        "UPDATE community SET settled_day = CASE WHEN settled_day > ?2 THEN settled_day ELSE ?2 END,"
        " next_due_at = ?3, next_due_day = ?4"
        " WHERE id = ?1",
        (
            community_id,
            day.isoformat(),
            to_epoch(following.at) if following else None,
            following.day.isoformat() if following else None,
        ),
    )


def set_week(community_id: str, week_starts: int) -> Transaction[None]:
    """Note the weekday with which a community's weeks begin, 0 for Monday."""
    yield Statement("UPDATE community SET week_starts = ?2 WHERE id = ?1", (community_id, week_starts))


def set_digest(community_id: str, digest_at: datetime | None) -> Transaction[None]:
    """Note when a community's next weekly digest is due; None where none is wanted."""
    yield Statement(
        "UPDATE community SET digest_at = ?2 WHERE id = ?1", (community_id, to_epoch(digest_at) if digest_at else None)
    )


def block(community_id: str, reason: str | None) -> Transaction[bool]:
    """Note what keeps the bot from posting in a community, None when it is repaired; return whether that is news."""
    rows = yield Statement("SELECT blocked FROM community WHERE id = ?1", (community_id,))
    yield Statement("UPDATE community SET blocked = ?2 WHERE id = ?1", (community_id, reason))
    return reason is not None and bool(rows) and rows[0][0] is None


def leave(community_id: str, now: datetime) -> Transaction[None]:
    """Note that the bot was removed from a community; its history stays."""
    yield Statement(
        "UPDATE community SET left_at = ?2, next_due_at = NULL, next_due_day = NULL WHERE id = ?1",
        (community_id, to_epoch(now)),
    )


def next_due_at() -> Transaction[datetime | None]:
    """Read the earliest moment at which any community is due."""
    rows = yield Statement("SELECT min(next_due_at) FROM community WHERE next_due_at IS NOT NULL AND left_at IS NULL")
    return None if rows[0][0] is None else from_epoch(rows[0][0])


def _community(row: Row) -> Community:
    (
        identity,
        channel_id,
        at,
        zone,
        weekdays,
        paused,
        settled_day,
        next_at,
        next_day,
        blocked,
        week_starts,
        digest_at,
        steward_id,
    ) = row
    return Community(
        id=identity,
        channel_id=channel_id,
        schedule=Schedule(time.fromisoformat(at), zone, frozenset(int(digit) for digit in weekdays)),
        paused=bool(paused),
        settled_day=date.fromisoformat(settled_day) if settled_day else None,
        next_due=Due(date.fromisoformat(next_day), from_epoch(next_at)) if next_at is not None else None,
        blocked=blocked,
        week_starts=week_starts,
        digest_at=from_epoch(digest_at) if digest_at is not None else None,
        steward_id=steward_id,
    )

"""The SQL of absences: days on which a member's rounds count neither way."""

from collections import defaultdict
from datetime import date

from bot.domain.absences import Absence, Standpoint
from bot.storage.statement import Row, Statement, Transaction

_SELECT = "SELECT from_day, until_day, declared_day FROM absence "


def absences_of(community_id: str, member_id: str) -> Transaction[list[Absence]]:
    """Read all absences of a member, oldest first."""
    rows = yield Statement(
        _SELECT + "WHERE community_id = ?1 AND member_id = ?2 ORDER BY from_day", (community_id, member_id)
    )
    return [_absence(row) for row in rows]


def every_absence(community_id: str) -> Transaction[dict[str, list[Absence]]]:
    """Read the absences of all members of a community."""
    rows = yield Statement(
        "SELECT member_id, from_day, until_day, declared_day FROM absence WHERE community_id = ?1", (community_id,)
    )
    found: defaultdict[str, list[Absence]] = defaultdict(list)
    for member_id, *row in rows:
        found[member_id].append(_absence(tuple(row)))
    return found


def away_on(community_id: str, member_id: str, day: date) -> Transaction[bool]:
    """Whether a member is away on a local day."""
    rows = yield Statement(
        "SELECT 1 FROM absence WHERE community_id = ?1 AND member_id = ?2 AND from_day <= ?3 AND until_day >= ?3",
        (community_id, member_id, day.isoformat()),
    )
    return bool(rows)


def save_absence(community_id: str, member_id: str, absence: Absence) -> Transaction[None]:
    """Store an absence; one that begins on the same day is replaced."""
    yield Statement(
        "INSERT INTO absence (community_id, member_id, from_day, until_day, declared_day) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT (community_id, member_id, from_day) DO UPDATE SET until_day = excluded.until_day",
        (
            community_id,
            member_id,
            absence.from_day.isoformat(),
            absence.until_day.isoformat(),
            absence.declared.isoformat(),
        ),
    )


def remove_absence(community_id: str, member_id: str, from_day: date) -> Transaction[None]:
    """Forget an absence that covers no day any more."""
    yield Statement(
        "DELETE FROM absence WHERE community_id = ?1 AND member_id = ?2 AND from_day = ?3",
        (community_id, member_id, from_day.isoformat()),
    )


def standpoint(community_id: str, member_id: str, today: date) -> Transaction[Standpoint]:
    """Read what an absence of a member may touch on a local day, and what is settled already."""
    rows = yield Statement("SELECT max(day) FROM round WHERE community_id = ?1 AND state = 'closed'", (community_id,))
    closed = date.fromisoformat(rows[0][0]) if rows[0][0] else None
    rows = yield Statement(
        "SELECT day, EXISTS (SELECT 1 FROM answer WHERE answer.round_id = round.id AND answer.member_id = ?2"
        " AND answer.counts = 1 AND answer.removed_at IS NULL) FROM round"
        " WHERE community_id = ?1 AND state = 'open' ORDER BY number DESC LIMIT 1",
        (community_id, member_id),
    )
    if not rows:
        return Standpoint(today, closed)
    return Standpoint(today, closed, date.fromisoformat(rows[0][0]), bool(rows[0][1]))


def _absence(row: Row) -> Absence:
    from_day, until_day, declared = row
    return Absence(date.fromisoformat(from_day), date.fromisoformat(until_day), date.fromisoformat(declared))

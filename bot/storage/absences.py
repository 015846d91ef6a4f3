"""The SQL of absences: days on which a member's rounds count neither way."""

from collections import defaultdict
from datetime import date

from bot.domain.absences import Absence, Standpoint
from bot.domain.rounds import Round
from bot.storage.statement import Row, Statement, Transaction

_SELECT = "SELECT from_day, until_day, declared_day, from_round, until_round FROM absence "


def absences_of(community_id: str, member_id: str) -> Transaction[list[Absence]]:
    """Read all absences of a member, oldest first."""
    rows = yield Statement(
        _SELECT + "WHERE community_id = ?1 AND member_id = ?2 ORDER BY from_round, from_day", (community_id, member_id)
    )
    return [_absence(row) for row in rows]


def every_absence(community_id: str) -> Transaction[dict[str, list[Absence]]]:
    """Read the absences of all members of a community."""
    rows = yield Statement(
        "SELECT member_id, from_day, until_day, declared_day, from_round, until_round FROM absence"
        " WHERE community_id = ?1",
        (community_id,),
    )
    found: defaultdict[str, list[Absence]] = defaultdict(list)
    for member_id, *row in rows:
        found[member_id].append(_absence(tuple(row)))
    return found


def is_away(this: Round, member_id: str) -> Transaction[bool]:
    """Whether a member is away in a round."""
    found = yield from absences_of(this.community_id, member_id)
    return this.number is not None and any(absence.covers(this.number, this.day) for absence in found)


def save_absence(community_id: str, member_id: str, absence: Absence) -> Transaction[None]:
    """Store an absence; one that begins with the same round and day is replaced."""
    yield Statement(
        "INSERT INTO absence (community_id, member_id, from_round, until_round, from_day, until_day, declared_day)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (community_id, member_id, from_round, from_day)"
        " DO UPDATE SET until_round = excluded.until_round, until_day = excluded.until_day",
        (
            community_id,
            member_id,
            absence.from_round,
            absence.until_round,
            absence.from_day.isoformat(),
            absence.until_day.isoformat(),
            absence.declared.isoformat(),
        ),
    )


def remove_absence(community_id: str, member_id: str, absence: Absence) -> Transaction[None]:
    """Forget an absence that covers no round."""
    yield Statement(
        "DELETE FROM absence WHERE community_id = ?1 AND member_id = ?2 AND from_round = ?3 AND from_day = ?4",
        (community_id, member_id, absence.from_round, absence.from_day.isoformat()),
    )


def standpoint(community_id: str, member_id: str, today: date) -> Transaction[Standpoint]:
    """Read what an absence of a member may touch on a local day, and what is settled already."""
    rows = yield Statement(
        "SELECT coalesce(max(number), 0), max(day) FROM round WHERE community_id = ?1 AND state = 'closed'",
        (community_id,),
    )
    closed, day = rows[0]
    closed_day = date.fromisoformat(day) if day else None
    rows = yield Statement(
        "SELECT number, day, EXISTS (SELECT 1 FROM answer WHERE answer.round_id = round.id AND answer.member_id = ?2"
        " AND answer.counts = 1 AND answer.removed_at IS NULL) FROM round"
        " WHERE community_id = ?1 AND state = 'open' ORDER BY number DESC LIMIT 1",
        (community_id, member_id),
    )
    if not rows:
        return Standpoint(today, closed, closed_day)
    number, day, answered = rows[0]
    return Standpoint(today, closed, closed_day, number, date.fromisoformat(day), bool(answered))


def _absence(row: Row) -> Absence:
    from_day, until_day, declared, from_round, until_round = row
    return Absence(
        date.fromisoformat(from_day),
        date.fromisoformat(until_day),
        date.fromisoformat(declared),
        from_round,
        until_round,
    )

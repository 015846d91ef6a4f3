"""The SQL of sittings: what was drawn, and what came of it."""

from datetime import datetime

from bot.domain.clock import to_epoch
from bot.domain.questions import Level
from bot.domain.review import Rating
from bot.domain.sitting import Asked, Mode, Sitting
from bot.storage.statement import Row, Statement, Transaction

_SELECT = "SELECT place, question_id, choice_order, chosen, text, rating FROM sitting_question "


def begin_sitting(sitting: Sitting, now: datetime) -> Transaction[None]:
    yield Statement(
        "INSERT INTO sitting (id, community_id, member_id, only_due, mode, topic, level, started_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            sitting.id,
            sitting.community_id,
            sitting.member_id,
            int(sitting.only_due),
            sitting.mode.value,
            sitting.topic,
            sitting.level.value if sitting.level else None,
            to_epoch(now),
        ),
    )


def sitting_of(sitting_id: str, community_id: str, member_id: str) -> Transaction[Sitting | None]:
    """Read a member's sitting; None if there is no such, or it is somebody else's."""
    rows = yield Statement(
        "SELECT mode, topic, level, only_due FROM sitting WHERE id = ?1 AND community_id = ?2 AND member_id = ?3",
        (sitting_id, community_id, member_id),
    )
    if not rows:
        return None
    mode, topic, level, only_due = rows[0]
    return Sitting(
        sitting_id, community_id, member_id, Mode(mode), topic, Level(level) if level else None, bool(only_due)
    )


def questions_of(sitting_id: str) -> Transaction[list[Asked]]:
    """Read the questions that a sitting has had, in order."""
    rows = yield Statement(_SELECT + "WHERE sitting_id = ?1 ORDER BY place", (sitting_id,))
    return [_asked(row) for row in rows]


def ask(sitting_id: str, place: int, question_id: int, order: int) -> Transaction[Asked]:
    """Store the question that a sitting asks at a place, or return the one that is there already."""
    yield Statement(
        "INSERT INTO sitting_question (sitting_id, place, question_id, choice_order) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (sitting_id, place) DO NOTHING",
        (sitting_id, place, question_id, order),
    )
    rows = yield Statement(_SELECT + "WHERE sitting_id = ?1 AND place = ?2", (sitting_id, place))
    return _asked(rows[0])


def take_choice(sitting_id: str, place: int, chosen: int, rating: Rating) -> Transaction[bool]:
    """Store which choice was taken, the first time; return whether it was."""
    rows = yield Statement(
        "UPDATE sitting_question SET chosen = ?3, rating = ?4 WHERE sitting_id = ?1 AND place = ?2"
        " AND chosen IS NULL RETURNING place",
        (sitting_id, place, chosen, int(rating)),
    )
    return bool(rows)


def take_text(sitting_id: str, place: int, text: str | None) -> Transaction[None]:
    """Store what was written, the empty text if it was only thought; a later text replaces an earlier one."""
    yield Statement(
        "UPDATE sitting_question SET text = coalesce(?3, text, '') WHERE sitting_id = ?1 AND place = ?2",
        (sitting_id, place, text),
    )


def take_rating(sitting_id: str, place: int, rating: Rating) -> Transaction[None]:
    """Store how a member judged themselves; a later judgement replaces an earlier one."""
    yield Statement(
        "UPDATE sitting_question SET rating = ?3 WHERE sitting_id = ?1 AND place = ?2",
        (sitting_id, place, int(rating)),
    )


def _asked(row: Row) -> Asked:
    place, question_id, order, chosen, text, rating = row
    return Asked(place, question_id, order, chosen, text, Rating(rating) if rating else None)

"""The SQL of quiz results."""

from datetime import date, datetime

from bot.domain.clock import to_epoch
from bot.storage.standings import add_to_tally
from bot.storage.statement import Statement, Transaction


def record_quiz_result(
    *, draw_id: str, community_id: str, member_id: str, question_id: int, correct: bool, day: date, now: datetime
) -> Transaction[bool]:
    """Store what a member chose in one draw, once; return whether this draw was new."""
    known = yield Statement("SELECT 1 FROM quiz_result WHERE id = ?1", (draw_id,))
    if known:
        return False
    yield Statement(
        "INSERT INTO quiz_result (id, community_id, member_id, question_id, correct, day, at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (draw_id, community_id, member_id, question_id, int(correct), day.isoformat(), to_epoch(now)),
    )
    if correct:
        yield from add_to_tally(community_id, member_id, day, quiz=1)
    return True

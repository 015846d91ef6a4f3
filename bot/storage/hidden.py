"""The SQL of who is shown on no board: members who left, and those who would rather not be."""

from enum import StrEnum

from bot.domain.standings import By, Period
from bot.storage.boards import CURRENT, LONGEST, board_of, move
from bot.storage.statement import Statement, Transaction


class Reason(StrEnum):
    """Why a member is shown on no board."""

    LEFT = "left"
    CHOICE = "choice"


def hide(community_id: str, member_id: str, reason: Reason) -> Transaction[None]:
    """Show a member on no board from now on."""
    yield Statement(
        "INSERT INTO hidden_member (community_id, member_id, reason) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (community_id, member_id, reason) DO NOTHING",
        (community_id, member_id, reason.value),
    )
    yield from _flag(community_id, member_id, hidden=True)


def show(community_id: str, member_id: str, reason: Reason) -> Transaction[None]:
    """Take back one reason for hiding a member; they are shown again unless there is another."""
    gone = yield Statement(
        "DELETE FROM hidden_member WHERE community_id = ?1 AND member_id = ?2 AND reason = ?3 RETURNING 1",
        (community_id, member_id, reason.value),
    )
    if gone and not (yield from reasons(community_id, member_id)):
        yield from _flag(community_id, member_id, hidden=False)


def reasons(community_id: str, member_id: str) -> Transaction[set[Reason]]:
    """Read why a member is hidden; nothing if they are not."""
    rows = yield Statement(
        "SELECT reason FROM hidden_member WHERE community_id = ?1 AND member_id = ?2", (community_id, member_id)
    )
    return {Reason(row[0]) for row in rows}


def _flag(community_id: str, member_id: str, *, hidden: bool) -> Transaction[None]:
    """Keep a member's rows, and the counts of every board they are on, in step with what was decided."""
    changed = (community_id, member_id, int(hidden))
    rows = yield Statement(
        "UPDATE standing SET hidden = ?3 WHERE community_id = ?1 AND member_id = ?2 AND hidden <> ?3"
        " RETURNING current, longest",
        changed,
    )
    values = [(board, value) for row in rows for board, value in zip((CURRENT, LONGEST), row, strict=True)]
    rows = yield Statement(
        "UPDATE tally SET hidden = ?3 WHERE community_id = ?1 AND member_id = ?2 AND hidden <> ?3"
        " RETURNING period, answers, quiz",
        changed,
    )
    for period, answers, quiz in rows:
        values += [
            (board_of(By.ANSWERS, Period.ALL, period), answers),
            (board_of(By.QUIZ, Period.ALL, period), quiz),
        ]
    for board, value in values:
        yield from move(community_id, board, *((value, 0) if hidden else (0, value)))

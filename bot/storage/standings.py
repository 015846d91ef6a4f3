"""The projections: streaks and tallies, kept in the transaction that changes a fact, and rebuildable from the facts."""

from datetime import date

from bot.domain.standings import PAGE_SIZE, Board, By, Period, Standing, period_keys, ranked
from bot.domain.streaks import Streak, after_answer, after_miss, streak
from bot.storage.statement import Statement, Transaction

# A member's rounds, oldest first: those that were opened, and any that they answered before it was.
_HISTORY = (
    "SELECT answered, number, day, state FROM ("
    "SELECT EXISTS (SELECT 1 FROM answer WHERE answer.round_id = round.id AND answer.member_id = ?2"
    " AND answer.counts = 1 AND answer.removed_at IS NULL) AS answered, round.number, round.day, round.state"
    " FROM round WHERE round.community_id = ?1 AND round.number IS NOT NULL"
    ") AS history WHERE answered OR state IN ('open', 'closed') ORDER BY number"
)

# (column, rows) of each board; every one is an ordered index.
_CURRENT = ("current", "FROM standing WHERE community_id = ?1 AND current > 0 ")
_LONGEST = ("longest", "FROM standing WHERE community_id = ?1 AND longest > 0 ")
_ANSWERS = ("answers", "FROM tally WHERE community_id = ?1 AND period = ?2 AND answers > 0 ")
_QUIZ = ("quiz", "FROM tally WHERE community_id = ?1 AND period = ?2 AND quiz > 0 ")


def member_streak(community_id: str, member_id: str) -> Transaction[Streak]:
    """Read a member's streak."""
    rows = yield Statement(
        "SELECT current, longest, freezes FROM standing WHERE community_id = ?1 AND member_id = ?2",
        (community_id, member_id),
    )
    return Streak(*rows[0]) if rows else Streak()


def member_history(community_id: str, member_id: str) -> Transaction[list[tuple[int, date, bool, bool]]]:
    """Read a member's rounds, oldest first, as (number, local day, answered, not closed yet)."""
    rows = yield Statement(_HISTORY, (community_id, member_id))
    return [
        (number, date.fromisoformat(day), bool(answered), state != "closed") for answered, number, day, state in rows
    ]


def answer_round(community_id: str, member_id: str) -> Transaction[Streak]:
    """Project the first counted answer of a member to the open round; return the new streak."""
    before = yield from member_streak(community_id, member_id)
    after = after_answer(before)
    yield from _put(community_id, member_id, after)
    return after


def miss_round(community_id: str, round_id: int) -> Transaction[None]:
    """Project the closing of a round onto everyone with a streak who did not answer it."""
    rows = yield Statement(
        "SELECT member_id, current, longest, freezes FROM standing WHERE community_id = ?1 AND current > 0"
        " AND NOT EXISTS (SELECT 1 FROM answer WHERE answer.round_id = ?2 AND answer.member_id = standing.member_id"
        " AND answer.counts = 1 AND answer.removed_at IS NULL)",
        (community_id, round_id),
    )
    for member_id, current, longest, freezes in rows:
        yield from _put(community_id, member_id, after_miss(Streak(current, longest, freezes)))


def recount(community_id: str, member_id: str) -> Transaction[Streak]:
    """Compute a member's streak afresh from the facts and store it."""
    history = yield from member_history(community_id, member_id)
    result = streak(answered for _, _, answered, is_open in history if answered or not is_open)
    yield from _put(community_id, member_id, result)
    return result


def add_to_tally(community_id: str, member_id: str, day: date, *, answers: int = 0, quiz: int = 0) -> Transaction[None]:
    """Add to what a member did in each period that a local day belongs to."""
    for period in period_keys(day):
        yield Statement(
            "INSERT INTO tally (community_id, period, member_id, answers, quiz) VALUES (?1, ?2, ?3, ?4, ?5)"
            " ON CONFLICT (community_id, period, member_id) DO UPDATE SET"
            " answers = tally.answers + excluded.answers, quiz = tally.quiz + excluded.quiz",
            (community_id, period, member_id, answers, quiz),
        )


def board(community_id: str, *, by: By, period: Period, key: str, page: int, member_id: str) -> Transaction[Board]:
    """Read one page of a board and the asking member's own standing.

    `key` names the period (see `period_key`); pages count from 0 and a page past the end is the last one. A streak
    has no period: the board of all time shows the longest ones, any other the current ones.
    """
    asked: tuple[str, ...] = (community_id, key)
    if by is By.STREAK:
        (column, source), asked = (_LONGEST if period is Period.ALL else _CURRENT), (community_id,)
    else:
        column, source = _ANSWERS if by is By.ANSWERS else _QUIZ
    extra = f"?{len(asked) + 1}"

    def rank_of(value: int) -> Transaction[int]:
        above = yield Statement("SELECT count(*) " + source + f"AND {column} > {extra}", (*asked, value))
        return int(above[0][0]) + 1

    rows = yield Statement("SELECT count(*) " + source, asked)
    total = int(rows[0][0])
    page = max(0, min(page, -(-total // PAGE_SIZE) - 1))
    rows = yield Statement(
        f"SELECT member_id, {column} " + source + f"ORDER BY {column} DESC, member_id LIMIT {PAGE_SIZE} OFFSET {extra}",
        (*asked, page * PAGE_SIZE),
    )
    shown = [(str(member), int(value)) for member, value in rows]
    first_rank = (yield from rank_of(shown[0][1])) if shown else 1
    standings = ranked(shown, first_rank, page * PAGE_SIZE + 1)
    rows = yield Statement(f"SELECT {column} " + source + f"AND member_id = {extra}", (*asked, member_id))
    own = Standing((yield from rank_of(int(rows[0][0]))), member_id, int(rows[0][0])) if rows else None
    return Board(by, period, page, standings, total, own)


def rebuild(community_id: str) -> Transaction[int]:
    """Compute every standing and tally of a community afresh from the facts; return how many members have one."""
    yield Statement("DELETE FROM standing WHERE community_id = ?1", (community_id,))
    yield Statement("DELETE FROM tally WHERE community_id = ?1", (community_id,))
    answers = yield Statement(
        "SELECT DISTINCT answer.member_id, round.id, round.day FROM answer JOIN round ON round.id = answer.round_id"
        " WHERE answer.community_id = ?1 AND answer.counts = 1 AND answer.removed_at IS NULL"
        " AND round.number IS NOT NULL",
        (community_id,),
    )
    for member_id, _, day in answers:
        yield from add_to_tally(community_id, member_id, date.fromisoformat(day), answers=1)
    members = {row[0] for row in answers}
    for member_id in sorted(members):
        yield from recount(community_id, member_id)
    results = yield Statement(
        "SELECT member_id, day, count(*) FROM quiz_result WHERE community_id = ?1 AND correct = 1"
        " GROUP BY member_id, day",
        (community_id,),
    )
    for member_id, day, correct in results:
        yield from add_to_tally(community_id, member_id, date.fromisoformat(day), quiz=correct)
    return len(members | {row[0] for row in results})


def projections(community_id: str) -> Transaction[tuple[list[tuple[object, ...]], list[tuple[object, ...]]]]:
    """Read all standings and tallies of a community, in a fixed order, so that two of them can be compared."""
    standings = yield Statement(
        "SELECT member_id, current, longest, freezes FROM standing WHERE community_id = ?1"
        " AND (longest > 0 OR freezes > 0) ORDER BY member_id",
        (community_id,),
    )
    tallies = yield Statement(
        "SELECT period, member_id, answers, quiz FROM tally WHERE community_id = ?1 AND (answers > 0 OR quiz > 0)"
        " ORDER BY period, member_id",
        (community_id,),
    )
    return standings, tallies


def _put(community_id: str, member_id: str, value: Streak) -> Transaction[None]:
    yield Statement(
        "INSERT INTO standing (community_id, member_id, current, longest, freezes) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT (community_id, member_id) DO UPDATE SET current = excluded.current, longest = excluded.longest,"
        " freezes = excluded.freezes",
        (community_id, member_id, value.current, value.longest, value.freezes),
    )

"""The projections: streaks and tallies, kept in the transaction that changes a fact, and rebuildable from the facts."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import date

from bot.domain.absences import Absence
from bot.domain.rounds import Excuse, Round, State, excuse
from bot.domain.standings import By, Period, period_key
from bot.domain.streaks import Attendance, Streak, after_answer, after_miss, attendance, streak
from bot.storage.absences import absences_of, every_absence, is_away
from bot.storage.boards import CURRENT, LONGEST, board_of, count_board, count_boards, move
from bot.storage.statement import Statement, Transaction

# A member's rounds, oldest first: those that were opened, and any that they answered before it was.
_HISTORY = (
    "SELECT number, day, state, voided, unwritable, cut_short, answered FROM ("
    "SELECT EXISTS (SELECT 1 FROM answer WHERE answer.round_id = round.id AND answer.member_id = ?2"
    " AND answer.counts = 1 AND answer.removed_at IS NULL) AS answered,"
    " round.number, round.day, round.state, round.voided, round.unwritable, round.cut_short"
    " FROM round WHERE round.community_id = ?1 AND round.number IS NOT NULL"
    ") AS history WHERE answered OR state IN ('open', 'closed') ORDER BY number"
)
_HIDDEN = "EXISTS (SELECT 1 FROM hidden_member WHERE hidden_member.community_id = ?1 AND hidden_member.member_id = "
_MEMBERS_AT_ONCE = 500
# Rounds that may have opened before an earlier one's recap is posted.
_ROUNDS_SINCE = 2


@dataclass(frozen=True, slots=True)
class Attended:
    """How a member stands to one round; `excuse` says why it counts against nobody, if it does not."""

    number: int
    day: date
    attendance: Attendance
    excuse: Excuse | None = None


def member_streak(community_id: str, member_id: str) -> Transaction[Streak]:
    """Read a member's streak."""
    rows = yield Statement(
        "SELECT current, longest, freezes FROM standing WHERE community_id = ?1 AND member_id = ?2",
        (community_id, member_id),
    )
    return Streak(*rows[0]) if rows else Streak()


def member_history(community_id: str, member_id: str) -> Transaction[list[Attended]]:
    """Read how a member stands to each round, oldest first."""
    rows = yield Statement(_HISTORY, (community_id, member_id))
    absences = yield from absences_of(community_id, member_id)
    found: list[Attended] = []
    for number, day, state, voided, unwritable, cut_short, answered in rows:
        local = date.fromisoformat(day)
        why = excuse(voided=bool(voided), unwritable=bool(unwritable), cut_short=bool(cut_short))
        stands = attendance(
            answered=bool(answered),
            away=any(absence.covers(number, local) for absence in absences),
            excused=why is not None,
            is_open=state != State.CLOSED,
        )
        found.append(Attended(number, local, stands, why))
    return found


def answer_round(this: Round, member_id: str) -> Transaction[Streak]:
    """Project the first counted answer of a member to the open round; return the new streak."""
    before = yield from member_streak(this.community_id, member_id)
    if (yield from is_away(this, member_id)):
        return before
    after = after_answer(before)
    yield from _put(this.community_id, member_id, after)
    return after


def miss_round(this: Round) -> Transaction[None]:
    """Project the closing of a round onto everyone with a streak who did not answer it and was not away."""
    if this.is_excused:
        return
    rows = yield Statement(
        "SELECT member_id, current, longest, freezes FROM standing WHERE community_id = ?1 AND current > 0"
        " AND NOT EXISTS (SELECT 1 FROM answer WHERE answer.round_id = ?2 AND answer.member_id = standing.member_id"
        " AND answer.counts = 1 AND answer.removed_at IS NULL)"
        " AND NOT EXISTS (SELECT 1 FROM absence WHERE absence.community_id = ?1"
        " AND absence.member_id = standing.member_id AND absence.from_round <= ?3 AND (absence.until_round >= ?3"
        " OR (absence.until_round IS NULL AND absence.until_day >= ?4)))",
        (this.community_id, this.id, this.number, this.day.isoformat()),
    )
    for member_id, current, longest, freezes in rows:
        after = after_miss(Streak(current, longest, freezes))
        yield Statement(
            "UPDATE standing SET current = ?3, freezes = ?4 WHERE community_id = ?1 AND member_id = ?2",
            (this.community_id, member_id, after.current, after.freezes),
        )
    if rows:
        # Counted in one go: many streaks may end at once.
        yield from count_board(this.community_id, CURRENT)


def reached(this: Round, milestones: Collection[int]) -> Transaction[list[tuple[str, int]]]:
    """Read whose streak a closed round brought to a milestone, highest first, without those who are hidden.

    Whoever has answered a newer round meanwhile is one further than the milestone by now.
    """
    found: list[tuple[str, int]] = []
    for milestone in sorted(milestones, reverse=True):
        rows = yield Statement(
            "SELECT member_id FROM standing WHERE community_id = ?1 AND hidden = 0 AND current > 0"
            " AND current BETWEEN ?2 AND ?3"
            " AND EXISTS (SELECT 1 FROM answer WHERE answer.round_id = ?4 AND answer.member_id = standing.member_id"
            " AND answer.counts = 1 AND answer.removed_at IS NULL) ORDER BY member_id",
            (this.community_id, milestone, milestone + _ROUNDS_SINCE, this.id),
        )
        for (member_id,) in rows:
            history = yield from member_history(this.community_id, member_id)
            until = [each for each in history if this.number is not None and each.number <= this.number]
            if until[-1].attendance is Attendance.ANSWERED and _streak(until).current == milestone:
                found.append((member_id, milestone))
    return found


def recount(community_id: str, member_id: str) -> Transaction[Streak]:
    """Compute a member's streak afresh from the facts and store it."""
    history = yield from member_history(community_id, member_id)
    result = _streak(history)
    yield from _put(community_id, member_id, result)
    return result


def recount_everyone(community_id: str) -> Transaction[int]:
    """Compute the streaks of all members who ever answered afresh from the facts; return how many they are."""
    rows = yield Statement(
        "SELECT id, number, day, state, (voided = 1 OR unwritable = 1 OR cut_short = 1) FROM round"
        " WHERE community_id = ?1 AND number IS NOT NULL ORDER BY number",
        (community_id,),
    )
    rounds = [
        _Held(
            round_id,
            number,
            date.fromisoformat(day),
            state,
            attendance(answered=False, away=False, excused=bool(excused), is_open=state != State.CLOSED),
        )
        for round_id, number, day, state, excused in rows
    ]
    absences = yield from every_absence(community_id)
    last, counted = "", 0
    while members := (
        yield Statement(
            "SELECT DISTINCT member_id FROM answer WHERE community_id = ?1 AND member_id > ?2"
            " ORDER BY member_id LIMIT ?3",
            (community_id, last, _MEMBERS_AT_ONCE),
        )
    ):
        batch = (community_id, last, members[-1][0])
        answered = yield Statement(
            "SELECT DISTINCT member_id, round_id FROM answer WHERE community_id = ?1 AND member_id > ?2"
            " AND member_id <= ?3 AND counts = 1 AND removed_at IS NULL",
            batch,
        )
        rounds_of: defaultdict[str, set[int]] = defaultdict(set)
        for member_id, round_id in answered:
            rounds_of[member_id].add(round_id)
        stored = yield Statement(
            "SELECT member_id, current, longest, freezes FROM standing WHERE community_id = ?1 AND member_id > ?2"
            " AND member_id <= ?3",
            batch,
        )
        known = {member_id: Streak(*values) for member_id, *values in stored}
        for (member_id,) in members:
            after = streak(_attended(rounds, rounds_of[member_id], absences.get(member_id, ())))
            if known.get(member_id) != after:
                yield from _put(community_id, member_id, after)
        last, counted = members[-1][0], counted + len(members)
    return counted


@dataclass(frozen=True, slots=True)
class _Held:
    """A round, as everyone's streak sees it; `unanswered` is what it is to those without an answer."""

    id: int
    number: int
    day: date
    state: str
    unanswered: Attendance


def _attended(rounds: list[_Held], answered: Set[int], absences: Collection[Absence]) -> Iterator[Attendance]:
    """Tell how a member stands to each round that was opened, or that they answered before it was."""
    for this in rounds:
        is_answered = this.id in answered
        if not is_answered and this.state not in (State.OPEN, State.CLOSED):
            continue
        if absences and any(absence.covers(this.number, this.day) for absence in absences):
            yield Attendance.AWAY
        else:
            yield Attendance.ANSWERED if is_answered else this.unanswered


def add_to_tally(community_id: str, member_id: str, day: date, *, answers: int = 0, quiz: int = 0) -> Transaction[None]:
    """Add to what a member did in each period that a local day belongs to."""
    rows = yield Statement("SELECT week_starts FROM community WHERE id = ?1", (community_id,))
    week_starts = rows[0][0] if rows else 0
    for period in Period:
        key = period_key(period, day, week_starts)
        rows = yield Statement(
            "INSERT INTO tally (community_id, period, member_id, answers, quiz, hidden)"
            " SELECT ?1, ?2, ?3, ?4, ?5, " + _HIDDEN + "?3) WHERE 1"
            " ON CONFLICT (community_id, period, member_id) DO UPDATE SET"
            " answers = tally.answers + excluded.answers, quiz = tally.quiz + excluded.quiz"
            " RETURNING answers, quiz, hidden",
            (community_id, key, member_id, answers, quiz),
        )
        after_answers, after_quiz, hidden = rows[0]
        if not hidden:
            of_answers, of_quiz = board_of(By.ANSWERS, period, key), board_of(By.QUIZ, period, key)
            yield from move(community_id, of_answers, after_answers - answers, after_answers)
            yield from move(community_id, of_quiz, after_quiz - quiz, after_quiz)


def rebuild(community_id: str) -> Transaction[int]:
    """Compute every standing and tally of a community afresh from the facts; return how many members have one."""
    yield Statement("DELETE FROM standing WHERE community_id = ?1", (community_id,))
    yield from recount_everyone(community_id)
    yield from rebuild_tallies(community_id)
    yield from count_boards(community_id)
    ranked = yield Statement(
        "SELECT member_id FROM standing WHERE community_id = ?1 AND longest > 0"
        " UNION SELECT member_id FROM tally WHERE community_id = ?1 AND (answers > 0 OR quiz > 0)",
        (community_id,),
    )
    return len(ranked)


def rebuild_tallies(community_id: str) -> Transaction[None]:
    """Compute every tally of a community afresh from the facts, as when its weeks start on another day."""
    yield Statement("DELETE FROM tally WHERE community_id = ?1", (community_id,))
    answers = yield Statement(
        "SELECT member_id, day, count(*), 0 FROM ("
        "SELECT DISTINCT answer.member_id, round.id, round.day FROM answer JOIN round ON round.id = answer.round_id"
        " WHERE answer.community_id = ?1 AND answer.counts = 1 AND answer.removed_at IS NULL"
        " AND round.number IS NOT NULL) AS answered GROUP BY member_id, day",
        (community_id,),
    )
    right = yield Statement(
        "SELECT member_id, day, 0, count(*) FROM quiz_result WHERE community_id = ?1 AND correct = 1"
        " GROUP BY member_id, day",
        (community_id,),
    )
    for member_id, day, answered, quiz in (*answers, *right):
        yield from add_to_tally(community_id, member_id, date.fromisoformat(day), answers=answered, quiz=quiz)
    yield from count_boards(community_id)


def projections(
    community_id: str,
) -> Transaction[tuple[list[tuple[object, ...]], list[tuple[object, ...]], list[tuple[object, ...]]]]:
    """Read all standings, tallies and counts of a community, in a fixed order, so that two of them can be compared."""
    standings = yield Statement(
        "SELECT member_id, current, longest, freezes, hidden FROM standing WHERE community_id = ?1"
        " AND (longest > 0 OR freezes > 0) ORDER BY member_id",
        (community_id,),
    )
    tallies = yield Statement(
        "SELECT period, member_id, answers, quiz, hidden FROM tally WHERE community_id = ?1"
        " AND (answers > 0 OR quiz > 0) ORDER BY period, member_id",
        (community_id,),
    )
    counts = yield Statement(
        "SELECT board, value, members FROM board_count WHERE community_id = ?1 AND members > 0 ORDER BY board, value",
        (community_id,),
    )
    return standings, tallies, counts


def _streak(history: Iterable[Attended]) -> Streak:
    return streak(each.attendance for each in history)


def _put(community_id: str, member_id: str, value: Streak) -> Transaction[None]:
    rows = yield Statement(
        "SELECT current, longest FROM standing WHERE community_id = ?1 AND member_id = ?2", (community_id, member_id)
    )
    current, longest = rows[0] if rows else (0, 0)
    rows = yield Statement(
        "INSERT INTO standing (community_id, member_id, current, longest, freezes, hidden)"
        " SELECT ?1, ?2, ?3, ?4, ?5, " + _HIDDEN + "?2) WHERE 1"
        " ON CONFLICT (community_id, member_id) DO UPDATE SET current = excluded.current, longest = excluded.longest,"
        " freezes = excluded.freezes RETURNING hidden",
        (community_id, member_id, value.current, value.longest, value.freezes),
    )
    if not rows[0][0]:
        yield from move(community_id, CURRENT, current, value.current)
        yield from move(community_id, LONGEST, longest, value.longest)

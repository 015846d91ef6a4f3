"""The SQL of answers and reveals: what a member wrote, when they saw the model answer, and what follows from it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.answers import Answer, Source, counts
from bot.domain.clock import from_epoch, to_epoch
from bot.domain.rounds import Round, State
from bot.domain.streaks import Streak
from bot.storage.cards import meet_in_round, round_review, withdraw_review
from bot.storage.hidden import Reason, show
from bot.storage.rounds import round_by_id
from bot.storage.standings import add_to_tally, answer_round, member_streak, recount
from bot.storage.statement import Row, Statement, Transaction

_SELECT = "SELECT id, member_id, source, text, created_at, edited_at FROM answer "
_SETTLED = frozenset({State.CLOSED, State.ABANDONED})


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording an answer did.

    `new` is False when this answer was known already or is no answer at all; `counts` whether it counts; `first`
    whether it is the member's first counted answer to the round; `grew` whether that moved their streak, which it does
    not while they are away.
    """

    new: bool
    counts: bool
    first: bool
    streak: Streak
    grew: bool = False


@dataclass(frozen=True, slots=True)
class Uncounted:
    """What a member did in a round that it is not counted for: an answer after the close, a look before an answer."""

    late: bool
    looked: bool


def record_answer(round_id: int, answer: Answer, *, enough: bool = True) -> Transaction[Recorded]:
    """Store an answer once, however often it is delivered, and project it; a newer text replaces an older one.

    `enough` tells whether its text says enough to be an answer (see `says_enough`): what does not is stored only when
    it has been an answer before, and counts no more until a later text does. What was edited before we knew of it
    counts as written then. A closed round's answers stay as they were.
    """
    this = yield from round_by_id(round_id)
    if this is None:
        raise LookupError(f"there is no round {round_id}")
    yield from _edit(this, answer, enough=enough)
    known = yield Statement("SELECT counts FROM answer WHERE id = ?1", (answer.id,))
    if known or not enough:
        current = yield from member_streak(this.community_id, answer.member_id)
        return Recorded(new=False, counts=bool(known and known[0][0]), first=False, streak=current)
    revealed_at = yield from revealed(round_id, answer.member_id)
    written_at = answer.edited_at or answer.created_at
    does_count = this.state is not State.ABANDONED and counts(written_at, this.closed_at, revealed_at)
    had_one = yield from has_answered(round_id, answer.member_id)
    yield Statement(
        "INSERT INTO answer (id, round_id, community_id, member_id, source, text, counts, created_at, edited_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (
            answer.id,
            round_id,
            this.community_id,
            answer.member_id,
            answer.source.value,
            answer.text,
            int(does_count),
            to_epoch(answer.created_at),
            to_epoch(answer.edited_at) if answer.edited_at else None,
        ),
    )
    # Whoever answers is here, also if they had left.
    yield from show(this.community_id, answer.member_id, Reason.LEFT)
    first = does_count and not had_one
    before = yield from member_streak(this.community_id, answer.member_id)
    if not first:
        return Recorded(new=True, counts=does_count, first=False, streak=before)
    after = yield from _project(this, answer.member_id, change=1)
    return Recorded(new=True, counts=True, first=True, streak=after, grew=after.current > before.current)


def remove_answer(answer_id: str, now: datetime) -> Transaction[bool]:
    """Drop an answer's text and, until its round closes, take back what it counted; return whether it was known.

    A closed round is settled: its streaks stay as they were. The row stays too, so that no scan brings it back.
    """
    rows = yield Statement("SELECT round_id, member_id, removed_at FROM answer WHERE id = ?1", (answer_id,))
    if not rows or rows[0][2] is not None:
        return False
    round_id, member_id, _ = rows[0]
    this = yield from round_by_id(round_id)
    if this is None or this.state in _SETTLED:
        yield Statement("UPDATE answer SET text = NULL WHERE id = ?1", (answer_id,))
        return True
    had_one = yield from has_answered(round_id, member_id)
    yield Statement("UPDATE answer SET text = NULL, removed_at = ?2 WHERE id = ?1", (answer_id, to_epoch(now)))
    has_one = yield from has_answered(round_id, member_id)
    if had_one and not has_one:
        yield from _project(this, member_id, change=-1)
    return True


def reveal(round_id: int, member_id: str, now: datetime) -> Transaction[None]:
    """Note that a member saw the model answer; the first time is what counts."""
    yield Statement(
        "INSERT INTO reveal (round_id, member_id, at) VALUES (?1, ?2, ?3) ON CONFLICT (round_id, member_id) DO NOTHING",
        (round_id, member_id, to_epoch(now)),
    )


def revealed(round_id: int, member_id: str) -> Transaction[datetime | None]:
    """Read when a member first saw the model answer of a round."""
    rows = yield Statement("SELECT at FROM reveal WHERE round_id = ?1 AND member_id = ?2", (round_id, member_id))
    return from_epoch(rows[0][0]) if rows else None


def has_answered(round_id: int, member_id: str) -> Transaction[bool]:
    """Whether a member has an answer to a round that counts."""
    rows = yield Statement(
        "SELECT 1 FROM answer WHERE round_id = ?1 AND member_id = ?2 AND counts = 1 AND removed_at IS NULL LIMIT 1",
        (round_id, member_id),
    )
    return bool(rows)


def answers_in_round(round_id: int) -> Transaction[list[Answer]]:
    """Read the answers to a round that still stand, oldest first."""
    rows = yield Statement(_SELECT + "WHERE round_id = ?1 AND removed_at IS NULL ORDER BY created_at, id", (round_id,))
    return [_answer(row) for row in rows]


def texts_of(round_id: int, member_id: str) -> Transaction[list[str]]:
    """Read what a member wrote in a round and has not taken back, oldest first."""
    rows = yield Statement(
        "SELECT text FROM answer WHERE round_id = ?1 AND member_id = ?2 AND removed_at IS NULL AND text IS NOT NULL"
        " ORDER BY created_at, id",
        (round_id, member_id),
    )
    return [row[0] for row in rows]


def writers(round_id: int) -> Transaction[dict[str, str]]:
    """Read who wrote each reply to a round that counts, without those who would rather not be shown."""
    rows = yield Statement(
        "SELECT id, member_id FROM answer WHERE round_id = ?1 AND source = 'reply' AND counts = 1"
        " AND removed_at IS NULL AND NOT EXISTS (SELECT 1 FROM hidden_member"
        " WHERE hidden_member.community_id = answer.community_id AND hidden_member.member_id = answer.member_id)",
        (round_id,),
    )
    return dict(rows)


def members_who_answered(round_id: int) -> Transaction[int]:
    """Count the members with an answer to a round that counts."""
    rows = yield Statement(
        "SELECT count(DISTINCT member_id) FROM answer WHERE round_id = ?1 AND counts = 1 AND removed_at IS NULL",
        (round_id,),
    )
    return int(rows[0][0])


def rounds_by_day(community_id: str, member_id: str, since: date) -> Transaction[dict[date, int]]:
    """Count the rounds of each local day since one that a member has answered."""
    rows = yield Statement(
        "SELECT round.day, count(DISTINCT round.id) FROM answer JOIN round ON round.id = answer.round_id"
        " WHERE answer.community_id = ?1 AND answer.member_id = ?2 AND answer.counts = 1"
        " AND answer.removed_at IS NULL AND round.number IS NOT NULL AND round.day >= ?3 GROUP BY round.day",
        (community_id, member_id, since.isoformat()),
    )
    return {date.fromisoformat(day): count for day, count in rows}


def uncounted(community_id: str, member_id: str, numbers: Collection[int]) -> Transaction[dict[int, Uncounted]]:
    """Read what a member did in some rounds that they have no answer to which counts."""
    found: dict[int, Uncounted] = {}
    for number in numbers:
        rows = yield Statement(
            "SELECT (SELECT max(answer.created_at) FROM answer WHERE answer.round_id = round.id"
            " AND answer.member_id = ?3 AND answer.removed_at IS NULL), round.closed_at,"
            " EXISTS (SELECT 1 FROM reveal WHERE reveal.round_id = round.id AND reveal.member_id = ?3)"
            " FROM round WHERE round.community_id = ?1 AND round.number = ?2",
            (community_id, number, member_id),
        )
        for written_at, closed_at, looked in rows:
            late = written_at is not None and closed_at is not None and written_at > closed_at
            found[number] = Uncounted(late=late, looked=bool(looked))
    return found


def _project(this: Round, member_id: str, *, change: int) -> Transaction[Streak]:
    """Keep tally, streak and card in step with one answered round more or less."""
    yield from add_to_tally(this.community_id, member_id, this.day, answers=change)
    if change > 0:
        yield from meet_in_round(this, member_id)
    else:
        yield from withdraw_review(round_review(this.id, member_id))
    if change > 0 and this.state is State.OPEN:
        return (yield from answer_round(this, member_id))
    return (yield from recount(this.community_id, member_id))


def _edit(this: Round, answer: Answer, *, enough: bool) -> Transaction[None]:
    """Store a newer text of a standing answer and weigh anew whether it counts; a closed round is settled.

    One whose writer had their data deleted is nobody's any more, and stays as it is. Of two texts of the same
    millisecond the one that comes later is the newer.
    """
    if this.state in _SETTLED or answer.edited_at is None:
        return
    moment = to_epoch(answer.edited_at)
    rows = yield Statement(
        "SELECT counts FROM answer WHERE id = ?1 AND member_id = ?3 AND removed_at IS NULL"
        " AND coalesce(edited_at, 0) <= ?2",
        (answer.id, moment, answer.member_id),
    )
    if not rows:
        return
    revealed_at = yield from revealed(this.id, answer.member_id)
    does_count = enough and (bool(rows[0][0]) or counts(answer.edited_at, this.closed_at, revealed_at))
    had_one = yield from has_answered(this.id, answer.member_id)
    # A text that the bot may no longer read must not wipe out one that it could.
    yield Statement(
        "UPDATE answer SET text = coalesce(?2, text), edited_at = ?3, counts = ?4 WHERE id = ?1",
        (answer.id, answer.text, moment, int(does_count)),
    )
    has_one = yield from has_answered(this.id, answer.member_id)
    if had_one != has_one:
        yield from _project(this, answer.member_id, change=has_one - had_one)


def _answer(row: Row) -> Answer:
    identity, member_id, source, text, created_at, edited_at = row
    return Answer(
        identity, member_id, Source(source), text, from_epoch(created_at), from_epoch(edited_at) if edited_at else None
    )

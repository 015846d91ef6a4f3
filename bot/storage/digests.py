"""The SQL of weekly digests: what a week came to, and whether it was told."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.clock import from_epoch, to_epoch
from bot.domain.communities import Community
from bot.domain.digests import Day, Digest, Hardest, hardest
from bot.domain.review import Rating
from bot.storage.statement import Row, Statement, Transaction

_SELECT = "SELECT community_id, week, channel_id, claimed_at, attempts FROM digest "
_WEEK = timedelta(days=7)
_SHOWN_STREAKS = 3


@dataclass(frozen=True, slots=True)
class Pending:
    """A digest that is to be posted; `week` is the first local day of the week it tells of."""

    community_id: str
    week: date
    channel_id: str
    claimed_at: datetime
    attempts: int


def due_digests(now: datetime, limit: int) -> Transaction[list[str]]:
    """Read the communities whose digest is due, longest waiting first."""
    rows = yield Statement(
        "SELECT id FROM community WHERE digest_at <= ?1 AND left_at IS NULL ORDER BY digest_at LIMIT ?2",
        (to_epoch(now), limit),
    )
    return [row[0] for row in rows]


def claim_digest(community: Community, week: date, now: datetime) -> Transaction[None]:
    """Claim the digest of a week, once however often it is tried."""
    yield Statement(
        "INSERT INTO digest (community_id, week, channel_id, claimed_at, retry_at) VALUES (?1, ?2, ?3, ?4, ?4)"
        " ON CONFLICT (community_id, week) DO NOTHING",
        (community.id, week.isoformat(), community.channel_id, to_epoch(now)),
    )


def pending_digests(now: datetime, limit: int) -> Transaction[list[Pending]]:
    """Read the digests that may be posted now."""
    rows = yield Statement(
        _SELECT + "WHERE message_id IS NULL AND retry_at <= ?1 ORDER BY retry_at LIMIT ?2", (to_epoch(now), limit)
    )
    return [_pending(row) for row in rows]


def begin_attempt(pending: Pending, retry_at: datetime) -> Transaction[Pending]:
    """Count one more attempt; if it never reports back, it is tried again at `retry_at`."""
    rows = yield Statement(
        "UPDATE digest SET attempts = attempts + 1, retry_at = ?3 WHERE community_id = ?1 AND week = ?2"
        " RETURNING community_id, week, channel_id, claimed_at, attempts",
        (pending.community_id, pending.week.isoformat(), to_epoch(retry_at)),
    )
    return _pending(rows[0])


def doubt_what_was_sent() -> Transaction[None]:
    """Count an attempt at every digest that waits: one that may have been sent already is looked for first."""
    yield Statement("UPDATE digest SET attempts = 1 WHERE attempts = 0 AND message_id IS NULL")


def cancel(community_id: str) -> Transaction[None]:
    """Give up the digests of a community that wait to be posted."""
    yield Statement("UPDATE digest SET message_id = '' WHERE community_id = ?1 AND message_id IS NULL", (community_id,))


def put_off(pending: Pending, retry_at: datetime) -> Transaction[None]:
    """Try a digest again at a later moment."""
    yield Statement(
        "UPDATE digest SET retry_at = ?3 WHERE community_id = ?1 AND week = ?2",
        (pending.community_id, pending.week.isoformat(), to_epoch(retry_at)),
    )


def posted(pending: Pending, message_id: str) -> Transaction[None]:
    """Note the message of a digest; the empty string when there never will be one."""
    yield Statement(
        "UPDATE digest SET message_id = ?3 WHERE community_id = ?1 AND week = ?2",
        (pending.community_id, pending.week.isoformat(), message_id),
    )


def digest(pending: Pending, titles: dict[int, str]) -> Transaction[Digest]:
    """Read what a week came to; `titles` names the questions of the bank."""
    span = (pending.community_id, pending.week.isoformat(), (pending.week + _WEEK).isoformat())
    rows = yield Statement(
        "SELECT number, day, question_id, (SELECT count(DISTINCT answer.member_id) FROM answer"
        " WHERE answer.round_id = round.id AND answer.counts = 1 AND answer.removed_at IS NULL) FROM round"
        " WHERE community_id = ?1 AND day >= ?2 AND day < ?3 AND state IN ('open', 'closed') ORDER BY number",
        span,
    )
    days = tuple(Day(number, date.fromisoformat(day), question, answered) for number, day, question, answered in rows)
    members = yield Statement(
        "SELECT count(DISTINCT answer.member_id) FROM round JOIN answer ON answer.round_id = round.id"
        " WHERE round.community_id = ?1 AND round.day >= ?2 AND round.day < ?3 AND round.number IS NOT NULL"
        " AND answer.counts = 1 AND answer.removed_at IS NULL",
        span,
    )
    # Told just before the week's last round closes: whose streak ends with it is not named any more.
    streaks = yield Statement(
        "SELECT member_id, current FROM standing WHERE community_id = ?1 AND current > 1 AND current > 0 AND hidden = 0"
        " AND (freezes > 0 OR NOT EXISTS (SELECT 1 FROM round WHERE round.community_id = ?1 AND round.state = 'open'"
        " AND round.day >= ?3 AND round.day < ?4"
        " AND round.voided = 0 AND round.unwritable = 0 AND NOT EXISTS (SELECT 1 FROM answer"
        " WHERE answer.round_id = round.id AND answer.member_id = standing.member_id AND answer.counts = 1"
        " AND answer.removed_at IS NULL) AND NOT EXISTS (SELECT 1 FROM absence"
        " WHERE absence.community_id = ?1 AND absence.member_id = standing.member_id"
        " AND absence.from_round <= round.number AND (absence.until_round >= round.number"
        " OR (absence.until_round IS NULL AND absence.until_day >= round.day)))))"
        " ORDER BY current DESC, member_id LIMIT ?2",
        (pending.community_id, _SHOWN_STREAKS, *span[1:]),
    )
    return Digest(
        pending.community_id,
        pending.channel_id,
        pending.week,
        days,
        members[0][0],
        sum(day.answered for day in days),
        tuple((member, rounds) for member, rounds in streaks),
        (yield from _hardest(span, days, titles)),
    )


def _hardest(span: tuple[str, str, str], days: tuple[Day, ...], titles: dict[int, str]) -> Transaction[Hardest | None]:
    """Read which of the week's questions members themselves found hardest, by what they said of their own answers."""
    rows = yield Statement(
        "SELECT round.question_id, sum(CASE WHEN review.rating <= ?4 THEN 1 ELSE 0 END), count(*) FROM round"
        " JOIN answer ON answer.round_id = round.id"
        " JOIN review ON review.id = 'round:' || round.id || ':' || answer.member_id"
        " WHERE round.community_id = ?1 AND round.day >= ?2 AND round.day < ?3 AND round.number IS NOT NULL"
        " AND review.judged = 1 AND answer.id = (SELECT min(one.id) FROM answer AS one"
        " WHERE one.round_id = round.id AND one.member_id = answer.member_id)"
        " GROUP BY round.question_id",
        (*span, int(Rating.HARD)),
    )
    judgements = {question: (hard, judged) for question, hard, judged in rows}
    found = hardest(judgements)
    number = next((day.number for day in days if day.question_id == found), None)
    if found is None or number is None:
        return None
    return Hardest(found, titles.get(found, f"Question {found}"), number, *judgements[found])


def _pending(row: Row) -> Pending:
    community_id, week, channel_id, claimed_at, attempts = row
    return Pending(community_id, date.fromisoformat(week), channel_id, from_epoch(claimed_at), attempts)

"""The SQL of rounds: each function is one step of a round's life, and each step can be repeated harmlessly."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from bot.domain.clock import from_epoch, to_epoch
from bot.domain.rounds import Round, State, closes_early
from bot.storage.cards import round_review, withdraw_review
from bot.storage.standings import add_to_tally, miss_round, recount, recount_everyone
from bot.storage.statement import Row, Statement, Transaction

_SELECT = (
    "SELECT id, community_id, day, take, number, question_id, state, channel_id, due_at, claimed_at, attempts,"
    " message_id, thread_id, opened_at, closed_at, recap_id, scanned_to, voided, unwritable,"
    " closes_at, cut_short FROM round "
)


def claim_round(
    *,
    community_id: str,
    channel_id: str,
    day: date,
    take: int,
    due_at: datetime,
    now: datetime,
    choose: Callable[[Sequence[int]], int],
) -> Transaction[Round]:
    """Claim a local day for a community and choose its question, or return the round that already has it.

    `choose` receives the ids of the questions asked so far, oldest first. The unique (community, day, take) is what
    makes a second post of the same day impossible.
    """
    known = yield from round_by_key(community_id, day, take)
    if known is not None:
        return known
    history = yield Statement(
        "SELECT question_id FROM round WHERE community_id = ?1 AND number IS NOT NULL ORDER BY number", (community_id,)
    )
    yield Statement(
        "INSERT INTO round"
        " (community_id, day, take, number, question_id, state, channel_id, due_at, claimed_at, retry_at)"
        " SELECT ?1, ?2, ?3, coalesce(max(number), 0) + 1, ?4, 'claimed', ?5, ?6, ?7, ?7"
        " FROM round WHERE community_id = ?1",
        (
            community_id,
            day.isoformat(),
            take,
            choose([row[0] for row in history]),
            channel_id,
            to_epoch(due_at),
            to_epoch(now),
        ),
    )
    claimed = yield from round_by_key(community_id, day, take)
    if claimed is None:
        raise LookupError(f"the round of {day} in community {community_id} was not stored")
    return claimed


def round_by_key(community_id: str, day: date, take: int) -> Transaction[Round | None]:
    rows = yield Statement(
        _SELECT + "WHERE community_id = ?1 AND day = ?2 AND take = ?3", (community_id, day.isoformat(), take)
    )
    return _round(rows[0]) if rows else None


def next_take(community_id: str, day: date) -> Transaction[int]:
    """Read the number of the next round that an admin may ask for on a local day; 0 if the day has none yet."""
    rows = yield Statement(
        "SELECT coalesce(max(take), -1) + 1 FROM round WHERE community_id = ?1 AND day = ?2",
        (community_id, day.isoformat()),
    )
    return int(rows[0][0])


def round_by_id(round_id: int) -> Transaction[Round | None]:
    rows = yield Statement(_SELECT + "WHERE id = ?1", (round_id,))
    return _round(rows[0]) if rows else None


def round_of_thread(thread_id: str) -> Transaction[Round | None]:
    rows = yield Statement(_SELECT + "WHERE thread_id = ?1", (thread_id,))
    return _round(rows[0]) if rows else None


def latest_round(community_id: str) -> Transaction[Round | None]:
    """Read the newest round that members have seen."""
    found = yield from latest_rounds(community_id, 1)
    return found[0] if found else None


def open_round(community_id: str) -> Transaction[Round | None]:
    """Read the round of a community that is open."""
    rows = yield Statement(
        _SELECT + "WHERE community_id = ?1 AND state = 'open' ORDER BY number DESC LIMIT 1", (community_id,)
    )
    return _round(rows[0]) if rows else None


def latest_rounds(community_id: str, count: int) -> Transaction[list[Round]]:
    """Read the newest rounds that members have seen, newest first."""
    rows = yield Statement(
        _SELECT + "WHERE community_id = ?1 AND state IN ('open', 'closed') ORDER BY number DESC LIMIT ?2",
        (community_id, count),
    )
    return [_round(row) for row in rows]


def round_by_number(community_id: str, number: int) -> Transaction[Round | None]:
    """Read a round that members have seen by its number."""
    rows = yield Statement(
        _SELECT + "WHERE community_id = ?1 AND number = ?2 AND state IN ('open', 'closed')", (community_id, number)
    )
    return _round(rows[0]) if rows else None


def unfinished_round(community_id: str) -> Transaction[Round | None]:
    """Read the round of a community that is claimed but not yet open, if there is one."""
    rows = yield Statement(
        _SELECT + "WHERE community_id = ?1 AND state IN ('claimed', 'published', 'threaded') ORDER BY number LIMIT 1",
        (community_id,),
    )
    return _round(rows[0]) if rows else None


def open_rounds() -> Transaction[list[Round]]:
    """Read the open rounds of every community that has not left."""
    rows = yield Statement(
        _SELECT + "WHERE state = 'open'"  # noqa: S608  # why: both parts are constants
        " AND EXISTS (SELECT 1 FROM community WHERE community.id = round.community_id AND left_at IS NULL)"
        " ORDER BY community_id"
    )
    return [_round(row) for row in rows]


def unfinished_rounds(now: datetime, limit: int) -> Transaction[list[Round]]:
    """Read the rounds whose next step may be tried now: first those that are still to be posted."""
    unopened = yield from unopened_rounds(now, limit)
    return unopened + (yield from unclosed_rounds(now, limit))


def unopened_rounds(now: datetime, limit: int) -> Transaction[list[Round]]:
    """Read the rounds that are still to be posted, and may be tried now."""
    rows = yield Statement(
        _SELECT + "WHERE state IN ('claimed', 'published', 'threaded') AND retry_at <= ?1 ORDER BY retry_at LIMIT ?2",
        (to_epoch(now), limit),
    )
    return [_round(row) for row in rows]


def unclosed_rounds(now: datetime, limit: int) -> Transaction[list[Round]]:
    """Read the rounds that have closed and have no recap yet, and may be tried now."""
    rows = yield Statement(
        _SELECT + "WHERE state = 'closed' AND recap_id IS NULL AND retry_at <= ?1 ORDER BY retry_at LIMIT ?2",
        (to_epoch(now), limit),
    )
    return [_round(row) for row in rows]


def begin_attempt(round_id: int, retry_at: datetime) -> Transaction[Round]:
    """Count one more attempt at a round's current step; if it never reports back, it is tried again at `retry_at`."""
    yield Statement(
        "UPDATE round SET attempts = attempts + 1, retry_at = ?2 WHERE id = ?1", (round_id, to_epoch(retry_at))
    )
    return (yield from _existing(round_id))


def published(round_id: int, message_id: str) -> Transaction[Round]:
    yield Statement(
        "UPDATE round SET state = 'published', message_id = ?2 WHERE id = ?1 AND state = 'claimed'",
        (round_id, message_id),
    )
    return (yield from _existing(round_id))


def threaded(round_id: int, thread_id: str | None) -> Transaction[Round]:
    """Note the thread of a round; None where the platform refused one, and answers come by form alone.

    A round without a thread counts against nobody.
    """
    yield Statement(
        "UPDATE round SET state = 'threaded', thread_id = ?2, unwritable = ?3 WHERE id = ?1 AND state = 'published'",
        (round_id, thread_id, int(thread_id is None)),
    )
    return (yield from _existing(round_id))


def opened(round_id: int, now: datetime, closes_at: datetime | None = None) -> Transaction[list[Round]]:
    """Open a round, which members are told will close at a moment, and close those before it; return those.

    Who did not answer a closing round spends a freeze or starts again, in the same transaction. A round that a newer
    one has overtaken is given up instead: opening it would close the question of today.
    """
    this = yield from _existing(round_id)
    if this.state is not State.THREADED:
        return []
    overtaken = yield Statement(
        "SELECT 1 FROM round WHERE community_id = ?1 AND number > ?2 AND state IN ('open', 'closed') LIMIT 1",
        (this.community_id, this.number),
    )
    if overtaken:
        yield from _give_up(this)
        return []
    rows = yield Statement(
        _SELECT + "WHERE community_id = ?1 AND state = 'open' AND id <> ?2 ORDER BY number",
        (this.community_id, round_id),
    )
    closing = [_round(row) for row in rows]
    for previous in closing:
        yield Statement(
            "UPDATE round SET state = 'closed', closed_at = ?2, retry_at = ?2, attempts = 0, cut_short = ?3"
            " WHERE id = ?1",
            (previous.id, to_epoch(now), int(closes_early(previous, now))),
        )
        yield from miss_round((yield from _existing(previous.id)))
    yield Statement(
        "UPDATE round SET state = 'open', opened_at = ?2, closes_at = ?3, attempts = 0 WHERE id = ?1",
        (round_id, to_epoch(now), to_epoch(closes_at) if closes_at else None),
    )
    # Whoever answered a round before it opened has a streak that goes beyond the close of the earlier one.
    early = yield Statement(
        "SELECT DISTINCT answer.member_id FROM round JOIN answer ON answer.round_id = round.id"
        " WHERE round.community_id = ?1"
        " AND (round.id = ?2 OR round.state IN ('claimed', 'published', 'threaded'))",
        (this.community_id, round_id),
    )
    for (member_id,) in early:
        yield from recount(this.community_id, member_id)
    rows = yield Statement(
        _SELECT + "WHERE community_id = ?1 AND closed_at = ?2 AND recap_id IS NULL ORDER BY number",
        (this.community_id, to_epoch(now)),
    )
    return [_round(row) for row in rows]


def void(round_id: int, *, voided: bool) -> Transaction[Round]:
    """Let a round count against nobody because an admin says so, or take that back; who answered it keeps it."""
    return (yield from _excuse(round_id, "UPDATE round SET voided = ?2 WHERE id = ?1", excused=voided))


def unwritable(round_id: int) -> Transaction[Round]:
    """Let a round count against nobody because its thread could not be written to."""
    return (yield from _excuse(round_id, "UPDATE round SET unwritable = ?2 WHERE id = ?1", excused=True))


def recover_round(
    community_id: str,
    channel_id: str,
    *,
    day: date,
    take: int,
    question_id: int,
    message_id: str,
    thread_id: str | None,
    posted_at: datetime,
) -> Transaction[Round | None]:
    """Store a round that was found on the platform and that a restored backup knows nothing of, as open.

    Returns None when it is known. The one before it closes at the moment at which this one was posted.
    """
    rows = yield Statement(
        "SELECT 1 FROM round WHERE message_id = ?1 OR (community_id = ?2 AND day = ?3 AND take = ?4)",
        (message_id, community_id, day.isoformat(), take),
    )
    if rows:
        return None
    yield Statement(
        "INSERT INTO round (community_id, day, take, number, question_id, state, channel_id, due_at, claimed_at,"
        " retry_at, message_id, thread_id, unwritable)"
        " SELECT ?1, ?2, ?3, coalesce(max(number), 0) + 1, ?4, 'threaded', ?5, ?6, ?6, ?6, ?7, ?8, ?9"
        " FROM round WHERE community_id = ?1",
        (
            community_id,
            day.isoformat(),
            take,
            question_id,
            channel_id,
            to_epoch(posted_at),
            message_id,
            thread_id,
            int(thread_id is None),
        ),
    )
    this = yield from round_by_key(community_id, day, take)
    if this is None:
        raise LookupError(f"the round of {day} in community {community_id} was not stored")
    yield from opened(this.id, posted_at)
    yield from doubt_what_was_sent()
    return (yield from round_by_id(this.id))


def doubt_what_was_sent() -> Transaction[None]:
    """Count an attempt at every step that is still to be taken: what may have been sent already is looked for first."""
    yield Statement(
        "UPDATE round SET attempts = 1 WHERE attempts = 0 AND (state IN ('claimed', 'published', 'threaded')"
        " OR (state = 'closed' AND recap_id IS NULL))"
    )


def put_off(round_id: int, retry_at: datetime) -> Transaction[None]:
    """Try a round's current step again at a later moment."""
    yield Statement("UPDATE round SET retry_at = ?2 WHERE id = ?1", (round_id, to_epoch(retry_at)))


def abandoned(round_id: int) -> Transaction[None]:
    """Give up a round that nobody can see; its number goes to the next one, and no streak knows of it."""
    this = yield from _existing(round_id)
    if this.state is State.CLAIMED:
        yield from _give_up(this)


def recapped(round_id: int, recap_id: str) -> Transaction[None]:
    """Note the message that closed a round; the empty string when there never will be one."""
    yield Statement("UPDATE round SET recap_id = ?2 WHERE id = ?1", (round_id, recap_id))


def scanned(round_id: int, message_id: str) -> Transaction[None]:
    """Move a thread's watermark: every reply up to this message id has been read.

    Only a finished scan may call this; a live event must not, or the replies it overtook would be lost.
    """
    yield Statement(
        "UPDATE round SET scanned_to = ?2 WHERE id = ?1"
        " AND (scanned_to IS NULL OR length(scanned_to) < length(?2)"
        " OR (length(scanned_to) = length(?2) AND scanned_to < ?2))",
        (round_id, message_id),
    )


def _excuse(round_id: int, update: str, *, excused: bool) -> Transaction[Round]:
    before = yield from _existing(round_id)
    yield Statement(update, (round_id, int(excused)))
    after = yield from _existing(round_id)
    if after.state is State.CLOSED and after.is_excused is not before.is_excused:
        yield from recount_everyone(after.community_id)
    return after


def _give_up(this: Round) -> Transaction[None]:
    """Abandon a round, and take back what was counted of it: its message may have been answered before it was lost."""
    yield Statement("UPDATE round SET state = 'abandoned', number = NULL WHERE id = ?1", (this.id,))
    rows = yield Statement(
        "SELECT DISTINCT member_id FROM answer WHERE round_id = ?1 AND counts = 1 AND removed_at IS NULL", (this.id,)
    )
    for (member_id,) in rows:
        yield from add_to_tally(this.community_id, member_id, this.day, answers=-1)
        yield from withdraw_review(round_review(this.id, member_id))
        yield from recount(this.community_id, member_id)


def _existing(round_id: int) -> Transaction[Round]:
    rows = yield Statement(_SELECT + "WHERE id = ?1", (round_id,))
    return _round(rows[0])


def _round(row: Row) -> Round:
    return Round(
        id=row[0],
        community_id=row[1],
        day=date.fromisoformat(row[2]),
        take=row[3],
        number=row[4],
        question_id=row[5],
        state=State(row[6]),
        channel_id=row[7],
        due_at=from_epoch(row[8]),
        claimed_at=from_epoch(row[9]),
        attempts=row[10],
        message_id=row[11],
        thread_id=row[12],
        opened_at=None if row[13] is None else from_epoch(row[13]),
        closed_at=None if row[14] is None else from_epoch(row[14]),
        recap_id=row[15],
        scanned_to=row[16],
        voided=bool(row[17]),
        unwritable=bool(row[18]),
        closes_at=None if row[19] is None else from_epoch(row[19]),
        cut_short=bool(row[20]),
    )

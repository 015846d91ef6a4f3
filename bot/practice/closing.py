"""The close of a round: the last replies, the recap with what came of it, and a thread that is put away."""

import logging

from bot.domain.rounds import Round, State
from bot.domain.streaks import MILESTONES
from bot.practice.answers import backfill
from bot.practice.context import Practice
from bot.practice.publisher import Helpful, Publisher, PublishError, Recap, RefusedError, RemovedError
from bot.storage import answers, rounds, standings
from bot.storage.statement import Transaction

_log = logging.getLogger(__name__)

_MOST_HELPFUL = 3
NEVER = ""


async def close(practice: Practice, publisher: Publisher, this: Round) -> None:
    """Read the last replies of a closed round, post its recap in the thread, and put the thread away.

    A thread that is gone or closed to us costs nobody their streak, and does not hold the next round up.
    """
    if this.thread_id is None:
        await practice.store.write(rounds.recapped(this.id, NEVER))
        return
    try:
        await backfill(practice, publisher, this)
        if not await publisher.is_writable(this):
            # Locked while no connection stood: no event told of it.
            await _excuse(practice, this, "its thread was locked")
    except RefusedError as error:
        # Whoever answered unseen would be told that they had not.
        await _excuse(practice, this, error)
    try:
        recap_id = await publisher.find_recap(this) if this.attempts > 1 else None
        if recap_id is None:
            recap_id = await publisher.post_recap(await _recap(practice, publisher, this))
        await _put_away(publisher, this)
    except RemovedError as error:
        _log.warning("community %s, round %s: no recap: %s", this.community_id, this.number, error)
        recap_id = NEVER
    except RefusedError as error:
        await _excuse(practice, this, error)
        recap_id = NEVER
    await practice.store.write(rounds.recapped(this.id, recap_id))


async def _excuse(practice: Practice, this: Round, error: RefusedError | str) -> None:
    """Let a round count against nobody whose thread could not be read to its end, or written to."""
    _log.warning("community %s, round %s counts against nobody: %s", this.community_id, this.number, error)
    await practice.store.write(rounds.unwritable(this.id))


async def lose_thread(practice: Practice, thread_id: str) -> None:
    """Note that nobody can write in an open round's thread any more, since it was deleted or locked."""

    def transaction() -> Transaction[None]:
        this = yield from rounds.round_of_thread(thread_id)
        if this is not None and this.state is State.OPEN:
            yield from rounds.unwritable(this.id)

    await practice.store.write(transaction())


async def void(practice: Practice, community_id: str, number: int | None, *, voided: bool = True) -> Round | None:
    """Let a round count against nobody, the newest by default, or take that back; None if there is no such round."""

    def transaction() -> Transaction[Round | None]:
        if number is None:
            this = yield from rounds.latest_round(community_id)
        else:
            this = yield from rounds.round_by_number(community_id, number)
        return (yield from rounds.void(this.id, voided=voided)) if this else None

    return await practice.store.write(transaction())


async def latest_rounds(practice: Practice, community_id: str, count: int) -> list[Round]:
    """Read the newest rounds that members have seen, newest first."""
    return await practice.store.read(rounds.latest_rounds(community_id, count))


async def _recap(practice: Practice, publisher: Publisher, this: Round) -> Recap:
    def transaction() -> Transaction[tuple[int, list[tuple[str, int]], dict[str, str]]]:
        answered = yield from answers.members_who_answered(this.id)
        reached = yield from standings.reached(this, MILESTONES)
        return answered, reached, (yield from answers.writers(this.id))

    answered, reached, writers = await practice.store.read(transaction())
    return Recap(
        this,
        practice.bank.question(this.question_id),
        answered,
        tuple(reached),
        tuple(await _helpful(publisher, this, writers)),
    )


async def _helpful(publisher: Publisher, this: Round, writers: dict[str, str]) -> list[Helpful]:
    """Read the most helpful answers; a recap without them is better than none."""
    if not writers:
        return []
    try:
        return await publisher.most_helpful(this, writers, _MOST_HELPFUL)
    except PublishError as error:
        _log.warning("community %s, round %s: votes not read: %s", this.community_id, this.number, error)
        return []


async def _put_away(publisher: Publisher, this: Round) -> None:
    try:
        await publisher.close_thread(this)
    except RefusedError as error:
        _log.warning("community %s, round %s: thread not archived: %s", this.community_id, this.number, error)

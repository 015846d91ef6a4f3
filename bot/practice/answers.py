"""Answers: taken live, read back after downtime, changed and withdrawn; and the model answer, once committed."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.answers import Answer, Source, says_enough
from bot.domain.review import Rating, due
from bot.domain.rounds import Round, State, day_and_take
from bot.domain.streaks import MILESTONES
from bot.practice.context import Practice
from bot.practice.feedback import Feedback, feedback, get_ready, with_opinion
from bot.practice.publisher import Publisher, PublishError, Reply
from bot.storage import answers, cards, communities, hidden, rounds
from bot.storage.answers import Recorded
from bot.storage.statement import Transaction

_log = logging.getLogger(__name__)

# Up to this many answers found after downtime are marked one by one; more are told in one message.
_MARKED_ONE_BY_ONE = 20
HEARD = 2
# As many requests on their way as keep the line to a platform busy.
_READ_AT_ONCE = 16


class Access(StrEnum):
    """Why a member may, or may not yet, see a model answer."""

    CLOSED = "closed"
    COMMITTED = "committed"
    ANYWAY = "anyway"
    NOT_YET = "not yet"


@dataclass(frozen=True, slots=True)
class Submitted:
    """What came of a submitted form; `enough` is False when it said too little to be an answer."""

    round: Round
    recorded: Recorded
    enough: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """A member's answer to a round beside the model answer; `returns` in so many days once they have judged it."""

    feedback: Feedback
    returns: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """A round, and whether the member who asked may see its model answer."""

    round: Round
    access: Access


async def take_reply(practice: Practice, publisher: Publisher, thread_id: str, reply: Reply) -> None:
    """Record a reply in a round's thread, new or edited, and mark it.

    Talk, and any other thread, is none of our business.
    """
    this = await practice.store.read(rounds.round_of_thread(thread_id))
    if this is None:
        return
    recorded = await _record(practice, this, reply)
    await _mark(publisher, this, reply, recorded)
    await _praise(practice, publisher, this, reply, recorded)


async def submit(
    practice: Practice, community_id: str, key: str, member_id: str, *, answer_id: str, text: str, at: datetime
) -> Submitted | None:
    """Record an answer that was written in the form; None when the community has no such round."""
    day, take = day_and_take(key)

    def transaction() -> Transaction[Submitted | None]:
        this = yield from rounds.round_by_key(community_id, day, take)
        if this is None or this.state is State.ABANDONED:
            return None
        answer, enough = Answer(answer_id, member_id, Source.FORM, text, at), says_enough(text)
        recorded = yield from answers.record_answer(this.id, answer, enough=enough)
        return Submitted(this, recorded, enough)

    submitted = await practice.store.write(transaction())
    practice.figures.answers += submitted is not None and submitted.recorded.new and submitted.recorded.counts
    return submitted


async def remove(practice: Practice, answer_id: str) -> None:
    """Drop the text of a deleted answer and, while its round is open, what it counted."""
    await practice.store.write(answers.remove_answer(answer_id, practice.clock()))


async def backfill(practice: Practice, publisher: Publisher, this: Round, *, whole: bool = False) -> int:
    """Record the replies that no live event told us of; return how many were new.

    Reads on from the thread's watermark, or the whole thread to catch edits and deletions made meanwhile. Only a
    finished scan moves the watermark.

    Raises:
        PublishError: the thread could not be read to its end; nothing is lost, the next scan reads it again.
    """
    if this.thread_id is None:
        return 0
    fresh: list[tuple[Reply, Recorded]] = []
    seen: set[str] = set()
    newest: str | None = None
    known = await practice.store.read(answers.answers_in_round(this.id)) if whole else []
    async for page in publisher.replies(this, None if whole else this.scanned_to):
        recorded = await asyncio.gather(*(_record(practice, this, reply) for reply in page.replies))
        fresh += [pair for pair in zip(page.replies, recorded, strict=True) if pair[1].new]
        seen.update(reply.id for reply in page.replies)
        newest = page.newest_id
    if newest is None:
        return 0
    for answer in known:
        if answer.source is Source.REPLY and answer.id not in seen:
            await remove(practice, answer.id)
    await practice.store.write(rounds.scanned(this.id, newest))
    if len(fresh) > _MARKED_ONE_BY_ONE:
        await _tell(publisher.tell_backfilled(this, sum(outcome.counts for _, outcome in fresh)))
    else:
        for reply, outcome in fresh:
            await _mark(publisher, this, reply, outcome)
    for reply, outcome in fresh:
        await _praise(practice, publisher, this, reply, outcome)
    return len(fresh)


async def open_rounds(practice: Practice) -> list[Round]:
    """Read the rounds whose threads may be answered in."""
    return await practice.store.read(rounds.open_rounds())


async def read_back(practice: Practice, publisher: Publisher, some: Sequence[Round], *, whole: bool) -> int:
    """Read back the threads of rounds that are open still, several at once; return how many answers were new.

    One thread's fault does not stop the others.
    """
    places = asyncio.Semaphore(_READ_AT_ONCE)

    async def one(this: Round) -> int:
        async with places:
            return await _read_back(practice, publisher, this, whole=whole)

    found = sum(await asyncio.gather(*map(one, some)))
    if found:
        _log.info("%d answers were written while nobody listened; all are recorded", found)
    return found


async def _read_back(practice: Practice, publisher: Publisher, this: Round, *, whole: bool) -> int:
    try:
        async with practice.lock(this.community_id):
            now_is = await practice.store.read(rounds.round_by_id(this.id))
            if now_is is None or now_is.state is not State.OPEN:
                return 0
            return await backfill(practice, publisher, now_is, whole=whole)
    except PublishError as error:
        _log.warning("community %s, round %s: thread not read: %s", this.community_id, this.number, error)
    except Exception:  # noqa: BLE001  # why: one community's fault must not cost the others their answers
        _log.exception("community %s, round %s: thread not read", this.community_id, this.number)
    return 0


async def look(
    practice: Practice, community_id: str, key: str | None, member_id: str, *, anyway: bool = False
) -> Look | None:
    """Decide whether a member may see a round's model answer, and note it when they asked before committing.

    A key of None means the community's newest round. None when the community has no such round.
    """
    now = practice.clock()

    def transaction() -> Transaction[Look | None]:
        if key is None:
            this = yield from rounds.latest_round(community_id)
        else:
            this = yield from rounds.round_by_key(community_id, *day_and_take(key))
        if this is None or this.state is State.ABANDONED:
            return None
        if this.state is State.CLOSED:
            return Look(this, Access.CLOSED)
        if (yield from answers.has_answered(this.id, member_id)):
            return Look(this, Access.COMMITTED)
        if not anyway and (yield from answers.revealed(this.id, member_id)) is None:
            return Look(this, Access.NOT_YET)
        yield from answers.reveal(this.id, member_id, now)
        return Look(this, Access.ANYWAY)

    return await practice.store.write(transaction())


async def round_of(practice: Practice, community_id: str, key: str) -> Round | None:
    """Read a community's round by its key."""
    return await practice.store.read(rounds.round_by_key(community_id, *day_and_take(key)))


async def heard_threads(practice: Practice) -> list[tuple[str, str]]:
    """Read the threads in which replies are heard, as (community, thread), oldest first.

    Those of open rounds, and those that closed last: whoever is late should read that they are.
    """
    found: list[tuple[str, str]] = []
    for community in await practice.store.read(communities.active_communities()):
        latest = await practice.store.read(rounds.latest_rounds(community.id, HEARD))
        found += [(community.id, this.thread_id) for this in reversed(latest) if this.thread_id is not None]
    return found


async def round_in_thread(practice: Practice, thread_id: str) -> Round | None:
    """Read the round whose thread this is."""
    return await practice.store.read(rounds.round_of_thread(thread_id))


async def compared(practice: Practice, this: Round, member_id: str) -> Compared:
    """Compare what a member wrote in a round with its model answer, which they may see."""

    def transaction() -> Transaction[tuple[Compared, str]]:
        question = practice.bank.question(this.question_id)
        written = "\n".join((yield from answers.texts_of(this.id, member_id)))
        day = yield from communities.local_day(this.community_id, practice.clock())
        review_id = cards.round_review(this.id, member_id)
        found = yield from feedback(
            practice,
            question,
            written,
            review_id=review_id,
            community_id=this.community_id,
            member_id=member_id,
            day=day,
        )
        card = yield from cards.card_of(this.community_id, member_id, question.id)
        judged = yield from cards.is_judged(review_id)
        returns = max(0, (due(card, practice.retention) - day).days) if card and judged else None
        return Compared(found, returns), written

    await get_ready(practice)
    result, text = await practice.store.read(transaction())
    if result.returns is not None:
        return result
    return replace(result, feedback=await with_opinion(practice, result.feedback, text))


async def rate(practice: Practice, community_id: str, key: str, member_id: str, rating: Rating) -> None:
    """Note how well a member says they knew a round's question; nothing happens if they may not see its answer yet."""
    found = await look(practice, community_id, key, member_id)
    if found is None or found.access is Access.NOT_YET:
        return
    this, now = found.round, practice.clock()

    def transaction() -> Transaction[None]:
        yield from cards.record_review(
            review_id=cards.round_review(this.id, member_id),
            community_id=community_id,
            member_id=member_id,
            question_id=this.question_id,
            rating=rating,
            day=(yield from communities.local_day(community_id, now)),
            now=now,
            judged=True,
        )

    await practice.store.write(transaction())


async def _record(practice: Practice, this: Round, reply: Reply) -> Recorded:
    answer = Answer(reply.id, reply.member_id, Source.REPLY, reply.text, reply.created_at, reply.edited_at)
    recorded = await practice.store.write(answers.record_answer(this.id, answer, enough=says_enough(reply.text)))
    practice.figures.answers += recorded.new and recorded.counts
    return recorded


async def _mark(publisher: Publisher, this: Round, reply: Reply, recorded: Recorded) -> None:
    """Mark a member's first answer that counts, and any that cannot; further ones need no mark."""
    if recorded.first or (recorded.new and not recorded.counts):
        await _tell(publisher.acknowledge(this, reply.id, counts=recorded.counts))


async def _praise(practice: Practice, publisher: Publisher, this: Round, reply: Reply, recorded: Recorded) -> None:
    """Praise a milestone in the thread, unless its member would rather not be named."""
    if not recorded.grew or recorded.streak.current not in MILESTONES:
        return
    if not await practice.store.read(hidden.reasons(this.community_id, reply.member_id)):
        await _tell(publisher.congratulate(this, reply.member_id, recorded.streak.current))


async def _tell(sending: Awaitable[None]) -> None:
    """Send what is only a courtesy: an answer is recorded whether or not its mark can be shown."""
    try:
        await sending
    except PublishError as error:
        _log.warning("an answer could not be marked: %s", error)

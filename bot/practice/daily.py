"""The daily round: what is due is claimed, posted, opened and closed, one resumable step at a time."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence, Set
from contextlib import suppress
from datetime import datetime, timedelta

from bot.domain.choice import next_question
from bot.domain.communities import Community
from bot.domain.questions import Question
from bot.domain.rounds import UNFINISHED, Round, State, is_worth_posting, retry_delay
from bot.domain.schedule import latest_due, next_due
from bot.practice.answers import backfill
from bot.practice.blocking import block
from bot.practice.closing import close
from bot.practice.closing_reminders import plan
from bot.practice.context import Practice
from bot.practice.publisher import Before, Opening, Publisher, PublishError, RefusedError, RemovedError
from bot.practice.recovery import recover
from bot.storage import answers, communities, digests, rounds
from bot.storage.statement import Transaction

_log = logging.getLogger(__name__)

# One slow or hanging community must not hold up the others.
STEP_TIMEOUT_SECONDS = 60
_LEASE = timedelta(seconds=2 * STEP_TIMEOUT_SECONDS)
_DOUBLE_CLICK = timedelta(minutes=1)
_A_DAY = timedelta(days=1)
_BATCH = 200
# Enough to keep the line to a platform busy that takes half a second to answer.
_AT_ONCE = 32
# Then reminders and roles have their turn, and those who watch the ticks see that one ended. What is left waits for the
# next ring, which is never far: rings are five seconds apart.
_LONGEST = timedelta(seconds=29)
_LOOK_AGAIN_SECONDS = 1.0
# Whoever has a community in hand for longer hangs: it is left for a later tick.
_LOCK_SECONDS = 10.0
# More rounds than there can ever be.
_ALL = 2**31 - 1


async def take_over(practice: Practice) -> None:
    """Carry on at once with what an ended process had in hand, rather than when its leases run out.

    Only for whoever has the store to themselves: a lease of theirs is then a dead process's.
    """
    now = practice.clock()

    def transaction() -> Transaction[None]:
        for this in (yield from rounds.unfinished_rounds(now + _LEASE, _ALL)):
            yield from rounds.put_off(this.id, now)
        for pending in (yield from digests.pending_digests(now + _LEASE, _ALL)):
            yield from digests.put_off(pending, now)

    await practice.store.write(transaction())


async def tick(practice: Practice, publisher: Publisher) -> None:
    """Do whatever is due now: claim new rounds, and carry on with every unfinished one.

    Never raises for one community's sake; what failed is tried again at a later tick.
    """
    if not publisher.is_ready():
        return
    # A second tick that overlapped would try again at once what the first has just put off.
    async with practice.ticking:
        if (since := practice.store.recover_since) is not None:
            await recover(practice, publisher, since)
            await practice.store.recovered()
        await _do_what_is_due(practice, publisher)


async def _do_what_is_due(practice: Practice, publisher: Publisher) -> None:
    """Carry on with each unfinished round once, some at a time, for as long as a tick may take."""
    until, named = practice.clock() + _LONGEST, set[int]()
    waiting, in_hand = deque[int](), set[asyncio.Task[Sequence[Round]]]()
    failures: list[BaseException] = []
    try:
        while True:
            may_begin = not failures and practice.clock() < until and publisher.is_ready()
            if may_begin and not waiting:
                try:
                    waiting.extend(await _claimed(practice, named))
                except Exception as error:  # noqa: BLE001  # why: what is in hand comes to its end first
                    failures.append(error)
            while may_begin and waiting and len(in_hand) < _AT_ONCE:
                named.add(waiting[0])
                in_hand.add(asyncio.create_task(carry_on(practice, publisher, waiting.popleft())))
            if not in_hand:
                break
            # All come to their end before another tick may begin, whatever befalls one of them. Meanwhile more may fall
            # due, which need not wait for one that hangs.
            done, in_hand = await asyncio.wait(
                in_hand, timeout=_LOOK_AGAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            failures += filter(None, [ended.exception() for ended in done])
    finally:
        for each in in_hand:
            each.cancel()
        if in_hand:
            await asyncio.wait(in_hand)
    if failures:
        raise failures[0]


async def _claimed(practice: Practice, named: Set[int]) -> list[int]:
    """Claim what is due and return unfinished rounds other than those; recaps wait until everybody has a question."""
    now = practice.clock()
    due = await practice.store.read(communities.due_communities(now, _BATCH))
    # Claims that are made together share a commit.
    await asyncio.gather(*(_claim_or_log(practice, community, now) for community in due))
    for unfinished in (rounds.unopened_rounds, rounds.unclosed_rounds):
        # Some of those that were named may still be among them.
        found = await practice.store.read(unfinished(now, _BATCH + _AT_ONCE))
        if fresh := [this.id for this in found if this.id not in named]:
            # Few recaps at a time: whoever falls due meanwhile comes first.
            return fresh if unfinished is rounds.unopened_rounds else fresh[:_AT_ONCE]
    return []


async def post_now(practice: Practice, publisher: Publisher, community: Community) -> Round | None:
    """Post a community's next question at once; it stands in for today's scheduled one where that is still to come.

    A round that is waiting to be tried again is tried now instead, and one that opened within the last minute is not
    followed by another: that was a double click. Returns the round as it is afterwards; its state tells whether it
    could be opened.
    """
    now = practice.clock()
    day = community.schedule.local(now).date()

    def claim() -> Transaction[Round]:
        waiting = yield from rounds.unfinished_round(community.id)
        if waiting is not None:
            return waiting
        latest = yield from rounds.latest_round(community.id)
        if latest is not None and latest.opened_at is not None and now - latest.opened_at < _DOUBLE_CLICK:
            return latest
        take = yield from rounds.next_take(community.id, day)
        this = yield from rounds.claim_round(
            community_id=community.id,
            channel_id=community.channel_id,
            day=day,
            take=take,
            due_at=now,
            now=now,
            choose=lambda history: _choose(practice, community.id, history).id,
        )
        if not community.paused:
            yield from communities.settle_day(community.id, day, next_due(community.schedule, now, beyond=day))
        return this

    this = await practice.store.write(claim())
    for closing in await carry_on(practice, publisher, this.id):
        await carry_on(practice, publisher, closing.id)
    return await practice.store.read(rounds.round_by_id(this.id))


async def carry_on(practice: Practice, publisher: Publisher, round_id: int) -> Sequence[Round]:
    """Take a round from its recorded step as far as it will go; what fails is put off, never raised.

    Return the rounds that are to be closed because it has opened.
    """
    this = await practice.store.read(rounds.round_by_id(round_id))
    if this is None:
        return ()
    lock = practice.lock(this.community_id)
    try:
        async with asyncio.timeout(_LOCK_SECONDS):
            await lock.acquire()
    except TimeoutError:
        return ()
    try:
        return await _carry_on(practice, publisher, round_id)
    finally:
        lock.release()


async def _carry_on(practice: Practice, publisher: Publisher, round_id: int) -> Sequence[Round]:
    this = await practice.store.read(rounds.round_by_id(round_id))
    if this is None or this.state not in (*UNFINISHED, State.CLOSED) or this.recap_id is not None:
        return ()
    this = await practice.store.write(rounds.begin_attempt(round_id, practice.clock() + _LEASE))
    try:
        async with asyncio.timeout(STEP_TIMEOUT_SECONDS):
            if this.state is State.CLOSED:
                await close(practice, publisher, this)
            else:
                return await _post(practice, publisher, this)
    except RefusedError as error:
        _log.warning("community %s, round %s: %s", this.community_id, this.number, error)
        await block(practice, publisher, this.community_id, error)
        await _put_off(practice, this, refused=True)
    except (PublishError, TimeoutError) as error:
        _log.warning(
            "community %s, round %s: %s; trying again",
            this.community_id,
            this.number,
            str(error) or "no answer in time",
        )
        await _put_off(practice, this, refused=False)
    except Exception:  # noqa: BLE001  # why: one community's fault must not cost the others their day
        _log.exception("community %s, round %s: unexpected; trying again", this.community_id, this.number)
        await _put_off(practice, this, refused=False)
    return ()


async def _claim_or_log(practice: Practice, community: Community, now: datetime) -> None:
    try:
        await _claim_due(practice, community, now)
    except Exception:  # noqa: BLE001  # why: one community's fault must not cost the others their day
        _log.exception("community %s: its round could not be claimed", community.id)


async def _claim_due(practice: Practice, community: Community, now: datetime) -> None:
    due = latest_due(community.schedule, now, beyond=community.settled_day)
    if due is None:
        # The schedule was moved since the due time was stored.
        due_next = community.due_after(now)
        settled = community.settled_day or community.schedule.local(now).date() - timedelta(days=1)
        await practice.store.write(communities.settle_day(community.id, settled, due_next))
        return
    following = next_due(community.schedule, now, beyond=due.day)
    if not is_worth_posting(due.at, now):
        _log.warning(
            "community %s: %s was missed by more than the catch-up time; no streak counts it", community.id, due.day
        )
        await practice.store.write(communities.settle_day(community.id, due.day, following))
        practice.figures.rounds_missed += 1
        return

    def claim() -> Transaction[None]:
        yield from rounds.claim_round(
            community_id=community.id,
            channel_id=community.channel_id,
            day=due.day,
            take=0,
            due_at=due.at,
            now=now,
            choose=lambda history: _choose(practice, community.id, history).id,
        )
        yield from communities.settle_day(community.id, due.day, following)

    await practice.store.write(claim())


async def _post(practice: Practice, publisher: Publisher, this: Round) -> Sequence[Round]:
    """Carry a round from its recorded step to open; return those that are to be closed now."""
    question = practice.bank.question(this.question_id)
    if this.state is State.CLAIMED:
        # Before a message is sent a second time, look for the first: its send may have succeeded unrecorded.
        message_id = await publisher.find_question(this) if this.attempts > 1 else None
        if message_id is None:
            if not is_worth_posting(this.due_at, practice.clock()):
                _log.warning(
                    "community %s: %s could not be posted in time; no streak counts it", this.community_id, this.day
                )
                await practice.store.write(rounds.abandoned(this.id))
                practice.figures.rounds_missed += 1
                return ()
            try:
                before = await practice.store.read(_before(this.community_id))
                message_id = await publisher.post_question(Opening(this, question, before))
            except RemovedError:
                await practice.store.write(rounds.abandoned(this.id))
                return ()
        this = await practice.store.write(rounds.published(this.id, message_id))
    if this.state is State.PUBLISHED:
        try:
            thread_id = await publisher.open_thread(this, question)
        except RefusedError as error:
            # Better a question that is answered by form alone than none.
            _log.warning("community %s, round %s: no thread: %s", this.community_id, this.number, error)
            await block(practice, publisher, this.community_id, error)
            this = await practice.store.write(rounds.threaded(this.id, None))
        else:
            this = await practice.store.write(rounds.threaded(this.id, thread_id))
            await practice.store.write(communities.block(this.community_id, None))
    closing = await practice.store.write(_open(this, practice.clock()))
    practice.figures.opened((practice.clock() - this.due_at).total_seconds())
    _log.info("community %s: round %s was opened", this.community_id, this.number)
    if this.attempts > 1:
        # Its thread may have stood for a while already, before any reply in it was known to be one.
        with suppress(PublishError):
            await backfill(practice, publisher, this)
    return closing


def _open(this: Round, now: datetime) -> Transaction[list[Round]]:
    """Open a round, and note when members are to be told that it closes; return the rounds that this closed."""
    community = yield from communities.community(this.community_id)
    due = community.next_due if community else None
    # Without another question to come, members may rely on a day.
    closing = yield from rounds.opened(this.id, now, due.at if due else now + _A_DAY)
    if community is not None:
        yield from plan(community, now)
    return closing


def _before(community_id: str) -> Transaction[Before | None]:
    """Read what the next question tells of the round that it closes."""
    latest = yield from rounds.latest_round(community_id)
    if latest is None:
        return None
    return Before(latest, (yield from answers.members_who_answered(latest.id)))


async def _put_off(practice: Practice, this: Round, *, refused: bool) -> None:
    delay = retry_delay(this.attempts, refused=refused)
    await practice.store.write(rounds.put_off(this.id, practice.clock() + delay))


def _choose(practice: Practice, community_id: str, history: Sequence[int]) -> Question:
    return next_question(practice.bank, history, community_id)

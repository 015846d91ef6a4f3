"""The weekly digest: claimed when it is due, posted once, told of nobody who would rather not be named."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.communities import Community
from bot.domain.digests import Digest
from bot.domain.rounds import is_worth_posting, retry_delay
from bot.domain.standings import week_of
from bot.practice.blocking import block
from bot.practice.boards import departed
from bot.practice.context import Practice
from bot.practice.publisher import Publisher, PublishError, RefusedError, RemovedError
from bot.storage import communities, digests
from bot.storage.digests import Pending
from bot.storage.statement import Transaction

_log = logging.getLogger(__name__)

STEP_TIMEOUT_SECONDS = 60
_LEASE = timedelta(seconds=2 * STEP_TIMEOUT_SECONDS)
_WEEK = timedelta(days=7)
_BATCH = 200
# So few at once that a platform which hangs holds the questions up for one timeout, not for many.
_AT_ONCE = 8
_NEVER = ""


async def tick(practice: Practice, publisher: Publisher) -> None:
    """Claim the digests that are due and post those that wait. One community's fault does not stop the others."""
    if not publisher.is_ready():
        return
    now = practice.clock()
    for community_id in await practice.store.read(digests.due_digests(now, _BATCH)):
        await practice.store.write(_claim(community_id, now))
    waiting = await practice.store.read(digests.pending_digests(now, _AT_ONCE))
    await asyncio.gather(*(_post(practice, publisher, pending) for pending in waiting))


def _claim(community_id: str, now: datetime) -> Transaction[None]:
    community = yield from communities.community(community_id)
    if community is None or community.digest_at is None:
        return
    if is_worth_posting(community.digest_at, now):
        week = week_of(community.schedule.local(community.digest_at).date(), community.week_starts) - _WEEK
        yield from digests.claim_digest(community, week, now)
    yield from communities.set_digest(community.id, community.digest_after(now))


async def _post(practice: Practice, publisher: Publisher, pending: Pending) -> None:
    """Post one digest, or put it off; a week without a round has none."""
    pending = await practice.store.write(digests.begin_attempt(pending, practice.clock() + _LEASE))
    try:
        async with asyncio.timeout(STEP_TIMEOUT_SECONDS):
            digest = await _digest(practice, publisher, pending)
            message_id = _NEVER
            if digest.days and is_worth_posting(pending.claimed_at, practice.clock()):
                found = await publisher.find_digest(digest, pending.claimed_at) if pending.attempts > 1 else None
                message_id = found or await publisher.post_digest(digest)
    except RemovedError:
        message_id = _NEVER
    except (PublishError, TimeoutError) as error:
        _log.warning("community %s: its digest: %s", pending.community_id, str(error) or "no answer in time")
        if isinstance(error, RefusedError):
            await block(practice, publisher, pending.community_id, error)
        delay = retry_delay(pending.attempts, refused=isinstance(error, RefusedError))
        await practice.store.write(digests.put_off(pending, practice.clock() + delay))
        return
    except Exception:  # noqa: BLE001  # why: one community's fault must not cost the others their digest
        _log.exception("community %s: its digest failed; trying again", pending.community_id)
        await practice.store.write(
            digests.put_off(pending, practice.clock() + retry_delay(pending.attempts, refused=True))
        )
        return
    await practice.store.write(digests.posted(pending, message_id))


async def _digest(practice: Practice, publisher: Publisher, pending: Pending) -> Digest:
    """Read what a week came to, without naming anybody who has left."""
    titles = {question.id: question.title for question in practice.bank}
    digest = await practice.store.read(digests.digest(pending, titles))
    gone = await publisher.gone(pending.community_id, [member_id for member_id, _ in digest.streaks])
    if not gone:
        return digest
    await practice.store.write(departed(pending.community_id, gone))
    return await practice.store.read(digests.digest(pending, titles))


async def want_digest(practice: Practice, community: Community, *, wanted: bool) -> Community:
    """Post a digest on the first day of each week from now on, or no more."""
    digest_at = community.digest_after(practice.clock()) if wanted else None

    def transaction() -> Transaction[None]:
        yield from communities.set_digest(community.id, digest_at)
        if not wanted:
            yield from digests.cancel(community.id)

    await practice.store.write(transaction())
    return replace(community, digest_at=digest_at)

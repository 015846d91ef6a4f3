"""After a backup took a damaged database's place: what happened since is read back from the platform."""

import logging
from datetime import datetime, timedelta

from bot.domain.communities import Community
from bot.domain.rounds import Round
from bot.domain.schedule import next_due
from bot.practice.answers import backfill
from bot.practice.context import Practice
from bot.practice.publisher import Posted, Publisher, PublishError
from bot.storage import communities, digests, rounds
from bot.storage.statement import Transaction

_log = logging.getLogger(__name__)

# A backup is a little older than the time on its file.
_MARGIN = timedelta(days=1)


async def recover(practice: Practice, publisher: Publisher, since: datetime) -> int:
    """Store the rounds that were posted since a moment and their answers; return how many rounds there were.

    To be done before any round is claimed: a day whose question was posted after the backup would be asked twice.
    A community whose channel cannot be read is left as the backup has it.
    """
    found = 0
    await practice.store.write(_look_before_sending(practice))
    for community in await practice.store.read(communities.active_communities()):
        try:
            found += await _recover(practice, publisher, community, since - _MARGIN)
        except PublishError as error:
            _log.warning("community %s: its rounds could not be read back: %s", community.id, error)
    _log.warning("what the backup did not know was read back: %d round%s", found, "" if found == 1 else "s")
    return found


def _look_before_sending(practice: Practice) -> Transaction[None]:
    """Let whatever the backup holds as not yet sent be looked for first, and let no digest be told again."""
    now = practice.clock()
    yield from rounds.doubt_what_was_sent()
    yield from digests.doubt_what_was_sent()
    for community in (yield from communities.active_communities()):
        if community.digest_at is not None and community.digest_at <= now:
            yield from communities.set_digest(community.id, community.digest_after(now))


async def _recover(practice: Practice, publisher: Publisher, community: Community, since: datetime) -> int:
    found = 0
    for posted in await publisher.questions_since(community.channel_id, since):
        this = await practice.store.write(_store(practice, community, posted))
        if this is not None:
            found += 1
            await backfill(practice, publisher, this, whole=True)
    return found


def _store(practice: Practice, community: Community, posted: Posted) -> Transaction[Round | None]:
    this = yield from rounds.recover_round(
        community.id,
        community.channel_id,
        day=posted.day,
        take=posted.take,
        question_id=posted.question_id,
        message_id=posted.message_id,
        # A thread bears the id of the message that it hangs on.
        thread_id=posted.message_id if posted.has_thread else None,
        posted_at=posted.posted_at,
    )
    if this is not None:
        following = next_due(community.schedule, practice.clock(), beyond=posted.day)
        yield from communities.settle_day(community.id, posted.day, None if community.paused else following)
    return this

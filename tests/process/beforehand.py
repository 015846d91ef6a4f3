"""What had happened before the bot was started: communities set up, rounds open, threads written in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.communities import Community
from bot.domain.schedule import Due, Schedule
from bot.storage import communities, rounds
from loopback.payload import Body

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain.rounds import Round
    from bot.storage.statement import Transaction
    from bot.storage.store import Store
    from loopback.channel import Channel, Thread
    from loopback.server import LoopbackDiscord

QUESTION = 1
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


async def fall_due(store: Store, channel: Channel, *, now: datetime) -> None:
    """Set a community up in a channel, its first question due in the last minute."""
    await store.write(communities.save_community(_community(channel, now), now))


async def open_round(store: Store, server: LoopbackDiscord, channel: Channel, *, due_again: bool = False) -> Thread:
    """Set a community up in a channel with an open round, and return the round's thread.

    The next question is due tomorrow, or with `due_again` now: the open round is then yesterday's.
    """
    now = server.clock()
    message = server.world.post(channel, server.me, Body({"content": "Question 1"}))
    thread = server.world.start_thread(message, server.me, "1 · Question", 4320)
    community = _community(channel, now)
    assert community.next_due is not None
    day = community.next_due.day - _DAY if due_again else community.next_due.day

    def opening() -> Transaction[Round]:
        yield from communities.save_community(community, now)
        this = yield from rounds.claim_round(
            community_id=community.id,
            channel_id=community.channel_id,
            day=day,
            take=0,
            due_at=now,
            now=now,
            choose=lambda _: QUESTION,
        )
        yield from rounds.published(this.id, str(message.id))
        yield from rounds.threaded(this.id, str(thread.id))
        yield from rounds.opened(this.id, now)
        if not due_again:
            yield from communities.settle_day(community.id, day, community.due_after(now))
        return this

    await store.write(opening())
    return thread


def _community(channel: Channel, now: datetime) -> Community:
    """The community of a channel's guild, due each day at the minute that has just begun."""
    assert channel.guild is not None
    at = now.replace(second=0, microsecond=0)
    schedule = Schedule(at.time(), "UTC")
    return Community(str(channel.guild.id), str(channel.id), schedule, next_due=Due(at.date(), at))

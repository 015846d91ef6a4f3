"""The steps that bring a community and its rounds to where a test begins."""

from datetime import date, datetime, time

from bot.domain.communities import Community
from bot.domain.rounds import Round
from bot.domain.schedule import Schedule
from bot.storage import communities, rounds
from bot.storage.store import Store

NINE_DAILY = Schedule(time(9), "UTC")


async def set_up(store: Store, community_id: str, now: datetime) -> None:
    """Store a community that is asked at nine every day."""
    community = Community(community_id, "1", NINE_DAILY)
    await store.write(communities.save_community(community, now))


async def claim(
    store: Store, community_id: str, now: datetime, *, day: date | None = None, take: int = 0, question_id: int = 1
) -> Round:
    """Claim a day for a community, by default the one that `now` falls on."""
    return await store.write(
        rounds.claim_round(
            community_id=community_id,
            channel_id="1",
            day=day or now.date(),
            take=take,
            due_at=now,
            now=now,
            choose=lambda _history: question_id,
        )
    )


async def thread(store: Store, this: Round) -> Round:
    """Bring a claimed round to where it has a message and a thread."""
    await store.write(rounds.published(this.id, f"m{this.id}"))
    return await store.write(rounds.threaded(this.id, f"t{this.id}"))


async def open_round(store: Store, community_id: str, now: datetime, *, take: int = 0, question_id: int = 1) -> Round:
    """Claim and open a round; the one before it closes."""
    this = await thread(store, await claim(store, community_id, now, take=take, question_id=question_id))
    await store.write(rounds.opened(this.id, now))
    return await known(store, this.id)


async def known(store: Store, round_id: int) -> Round:
    """Read a round that there must be."""
    this = await store.read(rounds.round_by_id(round_id))
    assert this is not None
    return this

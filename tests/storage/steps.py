"""The steps that bring a community and its rounds to where a test begins."""

from datetime import date, datetime, time, timedelta

from bot.domain.answers import Answer, Source
from bot.domain.communities import Community
from bot.domain.rounds import Round
from bot.domain.schedule import Schedule
from bot.storage import answers, communities, quizzes, rounds
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


async def practise(store: Store, community_id: str, began: datetime, days: list[str]) -> None:
    """Open one round a day, from a moment on, answered by the members whose letters the day names."""
    await set_up(store, community_id, began)
    for offset, members in enumerate(days):
        now = began + offset * timedelta(days=1)
        this = await open_round(store, community_id, now)
        for member in members:
            answer = Answer(f"{member}{this.id}", member, Source.REPLY, "mine", now + timedelta(hours=1))
            await store.write(answers.record_answer(this.id, answer))


async def quiz(store: Store, community_id: str, now: datetime, right: dict[str, int]) -> None:
    """Let members choose rightly so many times today, and wrongly once."""
    for member_id, times in right.items():
        for draw in range(times + 1):
            await store.write(
                quizzes.record_quiz_result(
                    draw_id=f"{community_id}:{member_id}:{draw}",
                    community_id=community_id,
                    member_id=member_id,
                    question_id=1,
                    correct=draw < times,
                    day=now.date(),
                    now=now,
                )
            )

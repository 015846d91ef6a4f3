"""A community and its practice on a store of its own, with a clock set by hand: the stage of the inner tests."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

from bot.domain.answers import Answer, Source
from bot.domain.questions import Bank
from bot.domain.rounds import Round
from bot.library import load_bank
from bot.practice.context import Practice
from bot.storage import answers, rounds
from bot.storage.answers import Recorded
from bot.storage.store import Store
from storage import steps

CLUB = "club"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@cache
def shipped() -> Bank:
    """Return the shipped bank, read once for all tests."""
    return load_bank()


@dataclass
class Classroom:
    """The club, which practises every day at nine; it is nine o'clock."""

    store: Store
    now: datetime = datetime(2026, 1, 1, 9, tzinfo=UTC)
    practice: Practice = field(init=False)

    def __post_init__(self) -> None:
        self.practice = Practice(self.store, shipped(), lambda: self.now, Random(7))

    async def claim(self, question_id: int = 1) -> Round:
        """Claim today for the club: its message may be out, but nothing is known of it yet."""
        return await steps.claim(self.store, CLUB, self.now, question_id=question_id)

    async def open_round(self, question_id: int = 1) -> Round:
        """Open today's round; the one before it closes."""
        return await steps.open_round(self.store, CLUB, self.now, question_id=question_id)

    async def close(self) -> None:
        """Let a day pass, and the next round open with it."""
        self.now += DAY
        await self.open_round(question_id=2)

    async def lose(self, this: Round) -> None:
        """Give a round up whose message was deleted at once."""
        await self.store.write(rounds.abandoned(this.id))

    async def answer(self, this: Round, member_id: str) -> Recorded:
        """Let a member answer a round in its thread, now."""
        reply = Answer(f"{member_id}:{this.id}:{self.now}", member_id, Source.REPLY, "my own words", self.now)
        return await self.store.write(answers.record_answer(this.id, reply))

"""A member's own practice: looking at an answer, and drawing a question with many cards stored, in one run.

    .venv/bin/python -m benchmarks.practice [--members 400] [--rounds 200]

First each model answer of the bank (about 3,000 characters) is held against its own rubric; then a sitting is begun for
a member who has met every question, alone in the store and among all the others' cards.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from bot.domain.coverage import coverage, vocabulary
from bot.domain.questions import Bank
from bot.domain.review import Rating
from bot.domain.sitting import Mode
from bot.library import load_bank
from bot.practice import sitting
from bot.practice.context import Practice
from bot.storage.cards import record_review
from bot.storage.sqlite import SQLite
from bot.storage.statement import Transaction

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)


def quantile(times: Sequence[float], share: float) -> float:
    return sorted(times)[int(share * (len(times) - 1))]


def told(name: str, times: Sequence[float], base: float) -> None:
    median = statistics.median(times)
    print(
        f"  {name:34s} p50 {median * 1000:7.2f} ms   p99 {quantile(times, 0.99) * 1000:7.2f} ms"
        f"   {median / base:5.2f} times the first"
    )


def look_at_answers(bank: Bank) -> None:
    known = vocabulary(bank)
    for question in bank:
        coverage("", question.key_points, known)
    times = []
    for _ in range(3):
        for question in bank:
            started = time.perf_counter()
            coverage(question.full_answer, question.key_points, known)
            times.append(time.perf_counter() - started)
    print(
        f"coverage of {len(bank)} answers of {statistics.mean(len(each.full_answer) for each in bank):.0f} characters"
    )
    told("one answer", times, statistics.median(times))


def meet_everything(bank: Bank, member_id: str, random: Random) -> Transaction[None]:
    for question in bank:
        day = NOW.date() - timedelta(days=random.randrange(1, 60))
        yield from record_review(
            review_id=f"{member_id}:{question.id}",
            community_id="club",
            member_id=member_id,
            question_id=question.id,
            rating=random.choice(list(Rating)),
            day=day,
            now=NOW,
        )


async def draw_questions(bank: Bank, members: int, rounds: int) -> None:
    random = Random(1)
    with tempfile.TemporaryDirectory() as folder:
        store = await SQLite.open(Path(folder, "practice.db"), now=NOW)
        practice = Practice(store, bank, lambda: NOW, random)
        try:
            await store.write(meet_everything(bank, "ada", random))
            alone = await begin_sittings(practice, rounds)
            for number in range(members - 1):
                await store.write(meet_everything(bank, f"member {number}", random))
            among = await begin_sittings(practice, rounds)
        finally:
            await store.close()
    print(f"a sitting begun, {rounds} times")
    told(f"with {len(bank):,} cards stored", alone, statistics.median(alone))
    told(f"with {members * len(bank):,} cards stored", among, statistics.median(alone))


async def begin_sittings(practice: Practice, rounds: int) -> list[float]:
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        await sitting.begin(practice, "club", "ada", mode=Mode.CHOICE)
        times.append(time.perf_counter() - started)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    bank = load_bank()
    look_at_answers(bank)
    asyncio.run(draw_questions(bank, options.members, options.rounds))


if __name__ == "__main__":
    main()

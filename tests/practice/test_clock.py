"""The host's clock is wrong for a while: set back by its operator or by the network, or asleep with the machine."""

from datetime import time, timedelta

import pytest

from bot.domain.schedule import Schedule
from bot.practice import answers, daily, setup, streaks
from bot.storage import rounds
from bot.storage.sqlite import SQLite
from practice.classroom import CLUB, DAY, HOUR, Classroom
from practice.in_memory import InMemory

ADA = "111111111111111101"
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def room(store: SQLite) -> Classroom:
    """The club, set up at nine for every day at nine."""
    built = Classroom(store)
    await setup.set_up(built.practice, CLUB, "7", Schedule(time(9), "UTC"))
    return built


async def answer_and_pass(room: Classroom, platform: InMemory) -> None:
    """Let the next day come with its question, which Ada answers."""
    room.now += DAY
    await daily.tick(room.practice, platform)
    this = await room.store.read(rounds.latest_round(CLUB))
    assert this is not None
    reply = platform.write(this.thread_id or "", ADA, "what I would say in the interview", room.now)
    await answers.take_reply(room.practice, platform, this.thread_id or "", reply)


@pytest.mark.parametrize("by", [MINUTE, 2 * HOUR, DAY, 3 * DAY])
async def test_a_clock_that_is_set_back_asks_nobody_twice_and_breaks_no_streak(room: Classroom, by: timedelta) -> None:
    platform = InMemory()
    for _ in range(3):
        await answer_and_pass(room, platform)
    right = room.now

    for moment in (right - by, right - by / 2, right, right + MINUTE):
        room.now = moment
        await daily.tick(room.practice, platform)
    asked = len(platform.questions)
    room.now = right
    await answer_and_pass(room, platform)

    assert asked == 3
    assert len(platform.questions) == 4
    assert (await streaks.streak_report(room.practice, CLUB, ADA)).streak.current == 4


async def test_a_machine_that_slept_for_days_asks_one_question_when_it_wakes(room: Classroom) -> None:
    platform = InMemory()
    await answer_and_pass(room, platform)

    room.now += 4 * DAY + HOUR
    await daily.tick(room.practice, platform)
    await daily.tick(room.practice, platform)

    assert len(platform.questions) == 2
    assert (await streaks.streak_report(room.practice, CLUB, ADA)).streak.current == 1

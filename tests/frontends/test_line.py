"""The line to Discord: who waits, and when it is shut, in the time of a simulated Discord."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.app import utc_now
from bot.frontends.discord.line import BURST, Line, Pace
from bot.practice.publisher import PublishError
from study import HOUR, Study

if TYPE_CHECKING:
    from collections.abc import Callable


async def fail(line: Line, status: int) -> None:
    """Ask for something that Discord answers with an error."""
    answer: Any = SimpleNamespace(status=status, reason="a fault")
    kind = {403: discord.Forbidden, 404: discord.NotFound}.get(status, discord.HTTPException)
    with pytest.raises(PublishError):
        async with line.asking("asking"):
            raise kind(answer, "a fault")


async def succeed(line: Line) -> None:
    async with line.asking("asking"):
        pass


class VirtualTime:
    """Let the running event loop wait for nothing: its clock jumps to whatever is next, or where a test puts it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        loop = asyncio.get_running_loop()
        selector = vars(loop)["_selector"]
        look: Callable[[float], list[object]] = selector.select
        self.now = loop.time()

        def jump(timeout: float | None) -> list[object]:
            self.now += timeout or 0
            return look(0)

        monkeypatch.setattr(loop, "time", lambda: self.now)
        monkeypatch.setattr(selector, "select", jump)


async def test_five_failures_of_discords_own_shut_the_line_for_a_minute_and_then_for_two(study: Study) -> None:
    line = Line(None, study.env.now)
    shut = []
    for _ in range(2):
        for _ in range(5):
            shut.append(line.is_shut)
            await fail(line, 503)
        shut.append(line.is_shut)
        await study.env.advance_time(61)

    still_shut = line.is_shut
    await study.env.advance_time(60)

    assert shut == [*[False] * 5, True, *[False] * 5, True]
    assert still_shut
    assert not line.is_shut


async def test_while_it_is_shut_nothing_is_asked_and_the_reason_is_told(study: Study) -> None:
    line = Line(None, study.env.now)
    for _ in range(5):
        await fail(line, 500)

    with pytest.raises(PublishError, match="is given a rest until 00:01:00 UTC"):
        await succeed(line)


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_a_refusal_of_one_community_shuts_the_line_to_nobody(study: Study, status: int) -> None:
    line = Line(None, study.env.now)

    for _ in range(20):
        await fail(line, status)

    assert not line.is_shut


async def test_a_success_in_between_starts_the_count_again(study: Study) -> None:
    line = Line(None, study.env.now)

    for _ in range(4):
        await fail(line, 500)
    await succeed(line)
    for _ in range(4):
        await fail(line, 500)

    assert not line.is_shut


async def test_long_before_discord_would_ban_us_for_invalid_requests_we_wait_by_ourselves(study: Study) -> None:
    line = Line(None, study.env.now)
    for _ in range(999):
        await fail(line, 403)
    before = (line.is_shut, line.invalid)

    await fail(line, 403)
    after = line.is_shut
    await study.env.advance_time(601)

    assert before == (False, 999)
    assert after
    assert (line.is_shut, line.invalid) == (False, 0)


@given(some.lists(some.floats(0, 3), max_size=300))
def test_nobody_is_overtaken_and_no_second_sees_more_than_discord_lets_through(pauses: list[float]) -> None:
    pace, now, went = Pace(40), 100.0, []

    for pause in pauses:
        now += pause if pause > 2 else 0
        went.append(now + pace.wait(now))

    assert went == sorted(went)
    assert all(sum(start <= at < start + 1 for at in went) <= 40 + BURST for start in went)


def test_a_rush_is_over_as_soon_as_the_pace_allows() -> None:
    pace = Pace(40)

    waits = [pace.wait(100.0) for _ in range(400)]

    assert waits[:BURST] == pytest.approx([0.0] * BURST)
    assert waits[-1] == pytest.approx((400 - BURST) / 40)


async def test_while_discord_fails_questions_wait_and_are_posted_once_when_it_has_recovered(study: Study) -> None:
    await study.set_up(at="09:00")
    study.env.inject_error("POST", f"/channels/{study.channel.id}/messages", status=500, times=5)
    await study.advance(9 * HOUR)
    for _ in range(6):
        await study.advance(timedelta(minutes=5))

    posts = study.posts
    await study.advance(HOUR)

    assert len(posts) == len(study.posts) == 1


async def test_a_machine_that_stood_still_for_a_moment_does_not_make_up_for_it_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = VirtualTime(monkeypatch)
    line, went = Line(40, utc_now), list[float]()

    async def ask() -> None:
        async with line.asking("asking"):
            went.append(clock.now)
        if len(went) == 20:
            clock.now += 0.7

    await asyncio.gather(*(ask() for _ in range(120)))

    assert len(went) == 120
    assert max(sum(start <= at < start + 1 for at in went) for start in went) <= 40 + BURST


async def test_failures_of_what_was_on_its_way_shut_the_line_no_longer(study: Study) -> None:
    line, all_are_on_their_way = Line(None, study.env.now), asyncio.Barrier(32)
    answer: Any = SimpleNamespace(status=503, reason="a fault")

    async def ask() -> None:
        async with line.asking("asking"):
            await all_are_on_their_way.wait()
            raise discord.DiscordServerError(answer, "a fault")

    await asyncio.gather(*(ask() for _ in range(32)), return_exceptions=True)
    at_first = line.is_shut
    await study.env.advance_time(61)

    assert at_first
    assert not line.is_shut


async def test_who_waited_while_the_line_was_shut_does_not_go(monkeypatch: pytest.MonkeyPatch) -> None:
    VirtualTime(monkeypatch)
    line, went = Line(40, utc_now), list[int]()
    answer: Any = SimpleNamespace(status=503, reason="a fault")

    async def ask(number: int) -> None:
        async with line.asking("asking"):
            went.append(number)
            raise discord.DiscordServerError(answer, "a fault")

    await asyncio.gather(*(ask(number) for number in range(50)), return_exceptions=True)

    assert went == list(range(5))


async def test_a_question_does_not_wait_for_a_hundred_courtesies(monkeypatch: pytest.MonkeyPatch) -> None:
    VirtualTime(monkeypatch)
    line, went = Line(40, utc_now), list[str]()

    async def post() -> None:
        async with line.asking("posting"):
            went.append("a question")

    async def mark() -> None:
        async with line.asking("marking", courtesy=True):
            went.append("a mark")
        if len(went) == 10:
            await post()

    await asyncio.gather(*(mark() for _ in range(100)))

    assert len(went) == 101
    assert went.index("a question") <= 12

import asyncio
import logging

import pytest

from bot.ticker import Ticker


class Tick:
    """Counts its calls, and fails at those it was told to fail at."""

    def __init__(self, *failing: BaseException | None) -> None:
        self.failing = list(failing)
        self.calls = 0

    async def __call__(self) -> None:
        self.calls += 1
        error = self.failing[self.calls - 1] if self.calls <= len(self.failing) else None
        if error is not None:
            raise error


@pytest.mark.parametrize(
    "error", [RuntimeError("disk"), OSError(28, "full"), TimeoutError(), ExceptionGroup("", [KeyError()])]
)
async def test_a_tick_that_fails_is_logged_and_the_next_one_rings(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    tick = Tick(error)
    ticker = Ticker(tick)

    await ticker._ring()
    await ticker._ring()

    assert tick.calls == 2
    (record,) = caplog.records
    assert (record.levelno, record.exc_info is not None) == (logging.ERROR, True)
    assert "the next one tries again" in record.getMessage()


async def test_stopping_lets_a_tick_under_way_come_to_its_end() -> None:
    may_end, ended = asyncio.Event(), asyncio.Event()

    async def tick() -> None:
        await may_end.wait()
        ended.set()

    ticker = Ticker(tick)
    ticker.start()
    ringing = asyncio.create_task(ticker._ring())
    await asyncio.sleep(0)
    stopping = asyncio.create_task(ticker.stop(within_seconds=60))
    await asyncio.sleep(0)

    may_end.set()
    await stopping

    assert ended.is_set()
    await ringing


async def test_stopping_cancels_a_tick_that_takes_too_long_and_makes_no_noise(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ticker = Ticker(asyncio.Event().wait)  # type: ignore[arg-type]  # why: it never returns
    ticker.start()
    ringing = asyncio.create_task(ticker._ring())
    await asyncio.sleep(0)

    await ticker.stop(within_seconds=0)

    await ringing
    assert caplog.records == []


async def test_one_job_rings_for_all_communities_every_five_seconds_and_never_twice_at_once() -> None:
    ticker = Ticker(Tick())
    ticker.start()

    jobs = ticker._scheduler.get_jobs()
    await ticker.stop()

    (job,) = jobs
    assert str(job.trigger) == "cron[second='*/5']"
    assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)


async def test_the_clock_it_rings_by_repeats_no_hour() -> None:
    ticker = Ticker(Tick())
    ticker.start()

    (job,) = ticker._scheduler.get_jobs()
    await ticker.stop()

    assert job.next_run_time.utcoffset().total_seconds() == 0
    assert job.next_run_time.second % 5 == 0


async def test_stopping_may_be_asked_for_twice_and_before_starting() -> None:
    ticker = Ticker(Tick())

    await ticker.stop()
    ticker.start()
    await ticker.stop()
    await asyncio.sleep(0)  # one turn of the loop, in which the scheduler ends
    await ticker.stop()

    assert not ticker._scheduler.running

"""APScheduler as an alarm clock: it rings, the domain decides what is due."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

_log = logging.getLogger(__name__)

EVERY_SECONDS = 5


class Ticker:
    """Ring every five seconds, on the UTC clock, where no hour repeats or is missing.

    One job for all communities: a job each would be missed by the thousands when they fall on the same minute.
    """

    def __init__(self, tick: Callable[[], Awaitable[None]]) -> None:
        self._tick = tick
        # It tells of every ring that a slow tick made it leave out; the next one catches up by design.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._ringing: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._scheduler.add_job(
            self._ring,
            CronTrigger(second=f"*/{EVERY_SECONDS}", timezone=UTC),
            # A late ring is still a ring, several late ones are one, and two never overlap.
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
        self._scheduler.start()

    async def stop(self, *, within_seconds: float = 1.0) -> None:
        """Ring no more, and let a tick that is under way come to its end, or cancel it when it takes too long."""
        if not self._scheduler.running:
            return
        self._scheduler.pause()
        if (ringing := self._ringing) is not None:
            await asyncio.wait({ringing}, timeout=within_seconds)
            ringing.cancel()
            await asyncio.wait({ringing})
        self._scheduler.shutdown(wait=False)

    async def _ring(self) -> None:
        # A task of its own, since the scheduler would report as an error that it was cancelled.
        self._ringing = asyncio.create_task(self._tick_or_log(), name="tick")
        await asyncio.wait({self._ringing})
        self._ringing = None

    async def _tick_or_log(self) -> None:
        try:
            await self._tick()
        except Exception:  # noqa: BLE001  # why: an alarm clock that dies of one failure would never ring again
            _log.exception("a tick failed; the next one tries again")

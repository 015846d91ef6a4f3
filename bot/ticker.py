"""APScheduler as an alarm clock: it rings, the domain decides what is due."""

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

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _ring(self) -> None:
        try:
            await self._tick()
        except Exception:  # noqa: BLE001  # why: an alarm clock that dies of one failure would never ring again
            _log.exception("a tick failed; the next one tries again")

"""The one way to Discord for whatever the bot does by itself: paced, and shut when Discord has had enough of us.

Answers to interactions do not come through here: Discord does not count them, and members wait for them.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from datetime import datetime, timedelta

import discord

from bot.domain.clock import Clock
from bot.frontends.discord.translation import translated
from bot.practice.publisher import UnsentError

_log = logging.getLogger(__name__)

# What has no answer after so long has none to wait for: discord.py itself waits five minutes.
_LONGEST_REQUEST_SECONDS = 60
# What may go at once after a pause. At 40 requests a second no second then sees more than the 50 that Discord lets
# through for one bot: https://discord.com/developers/docs/topics/rate-limits#global-rate-limit
BURST = 4
# So many failures in a row that are Discord's own shut the line for a minute, each time for twice as long.
_FAILURES = 5
_REST, _LONGEST_REST = timedelta(minutes=1), timedelta(minutes=30)
# 10,000 invalid requests within ten minutes and the address is banned; far below that we wait by ourselves.
# https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
_INVALID, _INVALID_TIME = 1000, timedelta(minutes=10)
_SERVER_ERROR, _TOO_MANY_REQUESTS = 500, 429
_INVALID_STATUSES = (401, 403, _TOO_MANY_REQUESTS)


class Pace:
    """When each may go who comes, first come, first served: so many a second, and a few at once after a pause."""

    def __init__(self, per_second: int) -> None:
        self._gap = 1 / per_second
        self._free_at = 0.0

    def wait(self, now: float) -> float:
        """Take the next place and return how many seconds there are to wait for it."""
        self._free_at = max(self._free_at, now - BURST * self._gap) + self._gap
        return max(0.0, self._free_at - now)


class Line:
    """The queue of requests; `per_second` 0 or None is no limit."""

    def __init__(self, per_second: int | None, clock: Clock) -> None:
        self._pace = Pace(per_second) if per_second else None
        self._turnstile, self._courtesies = asyncio.Lock(), asyncio.Lock()
        self._clock = clock
        self._shut_until: datetime | None = None
        self._failures = 0
        self._times_shut = 0
        self._invalid: deque[datetime] = deque()
        self.waiting = 0

    @property
    def is_shut(self) -> bool:
        """Whether nothing should be sent now."""
        return self._shut_until is not None and self._clock() < self._shut_until

    @property
    def invalid(self) -> int:
        """How many requests of the last ten minutes Discord refused in a way that it counts against us."""
        since = self._clock() - _INVALID_TIME
        while self._invalid and self._invalid[0] <= since:
            self._invalid.popleft()
        return len(self._invalid)

    @asynccontextmanager
    async def asking(self, doing: str, *, courtesy: bool = False) -> AsyncIterator[None]:
        """Wait for one's turn, then ask Discord for something; what it and the network may say is translated.

        One request each time, which has a minute. A `courtesy` is what no round waits for: many of them at once stand
        in the queue as one.

        Raises:
            PublishError: it did not work, or the line is shut; trying again later may help.
        """
        with translated(doing):
            self._require_open(doing)
            if self._pace is not None:
                await self._turn(self._pace, courtesy=courtesy)
                # Whoever waited while it was shut does not go either.
                self._require_open(doing)
            try:
                async with asyncio.timeout(_LONGEST_REQUEST_SECONDS):
                    yield
            except discord.HTTPException as error:
                self._note(error.status)
                raise
            except discord.RateLimited:
                self._note(_TOO_MANY_REQUESTS)
                raise
        self._failures = self._times_shut = 0

    def _require_open(self, doing: str) -> None:
        if self.is_shut:
            raise UnsentError(f"{doing}: Discord is given a rest until {self._shut_until:%H:%M:%S} UTC")

    async def _turn(self, pace: Pace, *, courtesy: bool) -> None:
        self.waiting += 1
        try:
            # One after another: after a moment in which the machine stood still, those who are late do not all go at
            # once.
            async with self._courtesies if courtesy else nullcontext(), self._turnstile:
                await asyncio.sleep(pace.wait(asyncio.get_running_loop().time()))
        finally:
            self.waiting -= 1

    def _note(self, status: int) -> None:
        """Take note of a failure; too many of a kind shut the line."""
        if status in _INVALID_STATUSES:
            self._invalid.append(self._clock())
            if self.invalid >= _INVALID:
                self._shut(_INVALID_TIME, f"Discord refused {self.invalid} requests within ten minutes")
        if self.is_shut:
            return  # it was on its way already: what shut the line is known
        if status < _SERVER_ERROR and status != _TOO_MANY_REQUESTS:
            self._failures = 0
            return
        self._failures += 1
        if self._failures >= _FAILURES:
            rest = min(_REST * 2**self._times_shut, _LONGEST_REST)
            self._times_shut += 1
            self._failures = 0
            self._shut(rest, f"Discord failed {_FAILURES} times in a row (the last time with {status})")

    def _shut(self, rest: timedelta, why: str) -> None:
        self._shut_until = self._clock() + rest
        _log.error("%s: nothing is sent for %.0f seconds; nothing is lost meanwhile", why, rest.total_seconds())

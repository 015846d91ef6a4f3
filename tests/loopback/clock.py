"""The server's time, and the snowflakes read off it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

# discord.py hashes an id by its upper bits alone, so two ids must differ there.
TIMESTAMP_SHIFT = 22


class ServerClock:
    """Tell the time, aware UTC; hand it to the bot as its Clock and both live in one time.

    It stands still until it is moved, so that a test decides how long things take; every message moves it
    one millisecond. With `runs=True` it also follows real time, for a bot in another process.

    Raises:
        ValueError: `start` is naive.
    """

    def __init__(self, start: datetime = START, *, runs: bool = False) -> None:
        self._runs = runs
        self._base = _aware(start)
        self._base_read = time.monotonic()
        self._last_ms = 0
        self._old_ms = _milliseconds(LONG_AGO)

    def __call__(self) -> datetime:
        elapsed = time.monotonic() - self._base_read if self._runs else 0.0
        last_id = EPOCH + timedelta(milliseconds=self._last_ms)
        return max(self._base + timedelta(seconds=elapsed), last_id)

    def set(self, at: datetime) -> None:
        """Move the clock forward to `at`.

        Raises:
            ValueError: `at` is naive, or earlier than the clock: ids would repeat.
        """
        if _aware(at) < self():
            raise ValueError(f"The server clock is at {self()}; set it to a later time than that, not to {at}.")
        self._base, self._base_read = at, time.monotonic()

    def advance(self, by: timedelta) -> None:
        """Move the clock forward by a duration.

        Raises:
            ValueError: `by` is negative.
        """
        self.set(self() + by)

    def snowflake(self) -> int:
        """Issue the id of something that happens now; later ids are larger."""
        self._last_ms = max(_milliseconds(self()), self._last_ms + 1)
        return self._last_ms << TIMESTAMP_SHIFT

    def old_snowflake(self) -> int:
        """Issue the id of something that was there before the test began; the clock does not move."""
        self._old_ms += 1
        return self._old_ms << TIMESTAMP_SHIFT


def moment(snowflake: int) -> datetime:
    """The time at which an id was issued, aware UTC."""
    return EPOCH + timedelta(milliseconds=snowflake >> TIMESTAMP_SHIFT)


def _milliseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"The server clock needs an aware UTC time; {at} has no time zone.")
    return at

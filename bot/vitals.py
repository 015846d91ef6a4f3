"""Whether the bot is well: what it did last, and how long the event loop keeps others waiting."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

_log = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS = 1.0
# Members notice a second; discord.py loses its connection after some ten.
SLOW_SECONDS = 1.0
_REMEMBERED = 60
# Ticks come every five seconds, the pulse in the store every minute; a connection that says nothing for this long has
# been given up by discord.py several times.
_NO_TICK_SECONDS, _NO_WRITE_SECONDS, _NO_FRAME_SECONDS = 120.0, 300.0, 600.0


@dataclass
class Vitals:
    """When the bot last ticked, wrote, and heard from the platform, in seconds of the event loop's clock.

    `frame_age` returns how many seconds ago the platform was last heard from; None while there is no connection.
    """

    frame_age: Callable[[], float | None] = lambda: None
    ticked_at: float | None = None
    wrote_at: float | None = None
    heard_at: float | None = None
    _lags: deque[float] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    @property
    def lag(self) -> float:
        """The longest that the event loop kept anybody waiting in the last minute, in seconds."""
        return max(self._lags, default=0.0)

    def begin(self, now: float) -> None:
        """Start counting: whatever has not happened yet is not late yet."""
        self.ticked_at = self.wrote_at = self.heard_at = now

    def complaints(self, now: float) -> tuple[str, ...]:
        """Say what is wrong, one sentence each; nothing when the bot is well."""
        age = self.frame_age()
        if age is not None:
            self.heard_at = now - age
        late = (
            (self.ticked_at, _NO_TICK_SECONDS, "no tick came to its end"),
            (self.wrote_at, _NO_WRITE_SECONDS, "nothing could be written to the database"),
            (self.heard_at, _NO_FRAME_SECONDS, "Discord's gateway said nothing"),
        )
        return tuple(
            f"{what} for {now - at:.0f} seconds" for at, allowed, what in late if at is not None and now - at > allowed
        )

    async def watch(self) -> None:
        """Measure how late the event loop rings, once a second, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            expected = loop.time() + _LOOK_EVERY_SECONDS
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
            self.note_lag(loop.time() - expected)

    def note_lag(self, seconds: float) -> None:
        """Remember by how much the loop was late, and log what members would notice."""
        self._lags.append(max(0.0, seconds))
        if seconds >= SLOW_SECONDS:
            _log.warning("the event loop was blocked for %.1f seconds", seconds)

"""How often the bot was started of late, kept in a file: a crash loop must not use up Discord's logins.

Discord allows 1,000 logins a day and resets the token of a bot that needs more, which whatever restarts it cannot know.
https://discord.com/developers/docs/events/gateway#session-start-limit-object
"""

import contextlib
from datetime import datetime, timedelta
from pathlib import Path

# So many starts within an hour are nobody's concern: an operator tries things.
_FREE = 5
_REMEMBERED = timedelta(hours=1)
_FIRST, _LONGEST = timedelta(seconds=5), timedelta(minutes=30)


class Restarts:
    """The starts of the last hour that no orderly end followed."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}.starts")

    def begin(self, now: datetime) -> timedelta:
        """Note a start at an aware moment; return how long to wait before Discord is bothered with it."""
        recent = [at for at in self._read() if now - _REMEMBERED < at <= now]
        with contextlib.suppress(OSError):
            self._path.write_text("".join(f"{at.isoformat()}\n" for at in (*recent, now)), encoding="ascii")
        return delay(len(recent))

    def end(self) -> None:
        """Note an orderly end: whoever stops the bot may start it again at once."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _read(self) -> list[datetime]:
        try:
            lines = self._path.read_text(encoding="ascii").split()
        except (OSError, UnicodeDecodeError):
            return []
        found = []
        for line in lines:
            with contextlib.suppress(ValueError):
                found.append(datetime.fromisoformat(line))
        return [at for at in found if at.tzinfo is not None]


def delay(starts: int) -> timedelta:
    """Return how long to wait after so many starts within an hour: at first nothing, then from 5 s up to 30 min."""
    doublings = min(starts - _FREE, 12)
    return timedelta() if doublings < 0 else min(_FIRST * 2**doublings, _LONGEST)

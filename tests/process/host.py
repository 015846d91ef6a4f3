"""A self-hoster's machine: a folder with a database, and the bot run there as a process of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.app import utc_now
from bot.settings import PREFIX
from bot.storage.sqlite import SQLite

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from bot.storage.statement import Row, Value
    from loopback.server import LoopbackDiscord

LOOK_AGAIN_SECONDS = 0.02
GIVE_UP_SECONDS = 10.0


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code, how many seconds it lived, and what it told its operator."""

    code: int
    seconds: float
    stderr: str

    @property
    def sentences(self) -> list[str]:
        """What was said to the operator, without the log."""
        return [line for line in self.stderr.splitlines() if line.startswith("practice-bot: ")]


class Child:
    """A running `practice-bot discord`; `log` is all that it has written to stderr so far."""

    def __init__(self, process: asyncio.subprocess.Process, stderr: Path) -> None:
        self._process = process
        self._stderr = stderr
        self._loop = asyncio.get_running_loop()
        self._started = self._loop.time()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        return self._stderr.read_text(encoding="utf-8")

    async def ended(self, *, within: float = GIVE_UP_SECONDS) -> Ended:
        """Wait for the process to end.

        Raises:
            TimeoutError: it still runs after `within` seconds.
        """
        try:
            async with asyncio.timeout(within):
                code = await self._process.wait()
        except TimeoutError:
            raise TimeoutError(f"The bot did not end within {within} s.") from None
        return Ended(code, self._loop.time() - self._started, self.log)

    async def stop(self, number: signal.Signals = signal.SIGTERM, *, within: float = GIVE_UP_SECONDS) -> Ended:
        """Ask the process to end, as a service manager or Ctrl-C does, and wait until it has."""
        self._process.send_signal(number)
        return await self.ended(within=within)

    async def kill(self) -> None:
        """End the process at this very moment, as a power cut does; one that has ended stays so."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


class Host:
    """Runs the bot on one database against one loopback Discord."""

    def __init__(self, folder: Path, server: LoopbackDiscord) -> None:
        self.folder = folder
        self.server = server
        self.database = folder / "practice.db"
        self._runs = 0

    @asynccontextmanager
    async def running(self, **settings: str | None) -> AsyncIterator[Child]:
        """Run the bot until the block ends, whatever happens in it; settings by their name without the prefix.

        A setting of None is left out. What the bot wrote to stderr is added to an error that leaves the block.
        """
        self._runs += 1
        stderr = self.folder / f"stderr-{self._runs}.log"
        with stderr.open("wb") as writing:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "discord", cwd=self.folder, env=self._environ(settings), stderr=writing
            )
        child = Child(process, stderr)
        try:
            yield child
        except BaseException as error:
            await child.kill()
            error.add_note(f"--- stderr of the bot (run {self._runs}) ---\n{child.log or '(nothing)'}")
            raise
        finally:
            await child.kill()

    async def run(self, **settings: str | None) -> Ended:
        """Run the bot until it ends by itself."""
        async with self.running(**settings) as child:
            return await child.ended()

    @asynccontextmanager
    async def store(self) -> AsyncIterator[SQLite]:
        """Open the bot's own store, while no bot is running."""
        opened = await SQLite.open(self.database, now=utc_now())
        try:
            yield opened
        finally:
            await opened.close()

    def rows(self, query: str, *params: Value) -> list[Row]:
        """Read the database from outside, as it is on the disk now, whether or not a bot is running."""
        with closing(sqlite3.connect(f"{self.database.as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute(query, params).fetchall()

    async def until(self, condition: Callable[[], bool], *, within: float = GIVE_UP_SECONDS) -> None:
        """Wait for what only the database or a log tells.

        Raises:
            TimeoutError: it was still false after `within` seconds.
        """
        try:
            async with asyncio.timeout(within):
                while not condition():  # noqa: ASYNC110  # why: what another process writes sets no event here
                    await asyncio.sleep(LOOK_AGAIN_SECONDS)
        except TimeoutError:
            raise TimeoutError(f"It did not come about within {within} s; see the test's condition.") from None

    def _environ(self, settings: dict[str, str | None]) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        usual = {
            "DISCORD_TOKEN": self.server.token,
            "DISCORD_API": self.server.url,
            "DATABASE": str(self.database),
        }
        given = {**usual, **settings}
        return inherited | {PREFIX + name: value for name, value in given.items() if value is not None}

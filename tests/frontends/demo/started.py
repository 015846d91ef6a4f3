"""The demo as a process of its own."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

COMMAND = (sys.executable, "-m", "bot", "demo")
# Makes the terminal that was passed as standard input the process's own, as a shell does.
_OWN_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
_PATIENCE_SECONDS = 60


def names_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


@dataclass
class Started:
    """A running demo; `address` opens its page, None if it could not start."""

    process: Process
    address: str | None = None

    async def press(self, keys: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(keys.encode())
        await self.process.stdin.drain()

    async def line(self) -> str:
        """Read the next line that says something; nothing at the end."""
        assert self.process.stdout is not None
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while read := (await self.process.stdout.readline()).decode():
                if read.strip():
                    return read.strip()
        return ""

    async def greeting(self) -> list[str]:
        """Read the rest of what it says by itself: what there is to see, and the keys."""
        return [await self.line(), await self.line()]

    async def end(self, signal: int | None = None) -> tuple[int, str, str]:
        """Send a signal if there is one; return the exit code, the rest of what was printed, and the errors."""
        if signal is not None:
            self.process.send_signal(signal)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            printed, errors = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, printed.decode(), errors.decode()


@asynccontextmanager
async def start_demo(
    temporary: Path,
    *options: str,
    terminal: int | None = None,
    browser: Path | None = None,
    bank: Path | None = None,
) -> AsyncIterator[Started]:
    """Start the demo, its temporary files in a directory of ours; end it if the caller does not.

    `terminal` is a descriptor that becomes its terminal; without one its keys come from a pipe. `browser` is a
    program that takes an address; `bank` a bank other than the shipped one.
    """
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PRACTICE_BOT_")}
    if bank is not None:
        environ["PRACTICE_BOT_BANK"] = str(bank)
    process = await asyncio.create_subprocess_exec(
        *(() if terminal is None else (sys.executable, "-c", _OWN_TERMINAL)),
        *COMMAND,
        *(["--no-browser"] if browser is None else []),
        *options,
        stdin=PIPE if terminal is None else terminal,
        stdout=PIPE,
        stderr=PIPE,
        env=environ | {"TMPDIR": str(temporary), "BROWSER": str(browser or "")},
    )
    demo = Started(process)
    try:
        while demo.address is None and (line := await demo.line()):
            demo.address = line if line.startswith("http://") else None
        yield demo
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()

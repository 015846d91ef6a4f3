"""A visit: everything is opened, the visitor is greeted, and their keys are obeyed until they leave."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.frontends.demo.app import OpenApp
from bot.frontends.demo.days import Days
from bot.frontends.demo.frame import open_frame
from bot.frontends.demo.keys import pressed_keys
from bot.frontends.demo.news import greeting, news
from bot.frontends.demo.page import open_page
from bot.frontends.demo.tour import Tour
from bot.frontends.demo.world import WorldClock, open_world

_KEYS = "n next day   c channel   t today's thread   p previous thread   ? keys   q quit"
_LEAVING = frozenset("q\x04")


async def visit(open_app: OpenApp, *, now: datetime, port: int, browser: bool, database: Path | None) -> None:
    """Open the demo, and close it when the visitor leaves."""
    clock = WorldClock()
    with _place(database) as (path, is_kept):
        async with open_app(path, clock) as app, open_world(app, clock, must_be_known=is_kept) as world:
            days = Days(world)
            morning = await days.begin(now)
            async with open_page(world) as page:
                tour = Tour(world, days, page)
                async with open_frame(tour, port) as address:
                    _say("Practice Bot: the real one, in a simulated Discord. Nothing leaves this machine.", "")
                    _say(f"  {_bold(address)}", "", greeting(morning), "", f"  {_KEYS}", "")
                    if browser:
                        _open_browser(address)
                    await _obey(tour)
    _say("Goodbye." if database is None else f"Goodbye. What was answered is kept in {database}.")


async def _obey(tour: Tour) -> None:
    with pressed_keys() as keys:
        while (key := (await keys.get()).lower()) not in _LEAVING:
            match key:
                case "n":
                    _say(news(await tour.next_day()))
                case "c":
                    _say(f"The page shows #{await tour.show_channel()}.")
                case "t" | "p":
                    name = await tour.show_thread(back=1 if key == "p" else 0)
                    _say(f"The page shows the thread “{name}”." if name else "There is no such thread yet: press n.")
                case "?":
                    _say(f"  {_KEYS}")


@contextmanager
def _place(database: Path | None) -> Iterator[tuple[Path, bool]]:
    """Yield where the data goes, and whether some are there already."""
    if database is not None:
        yield database, database.exists() and database.stat().st_size > 0
        return
    with TemporaryDirectory(prefix="practice-bot-demo-") as directory:
        yield Path(directory) / "demo.db", False


def _open_browser(address: str) -> None:
    """Open a browser where there is a screen for one.

    A process of its own takes it, since Python's `webbrowser` may wait for a browser and lets it write to the terminal.
    """
    if sys.platform.startswith("linux") and not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))):
        return
    command = [sys.executable, "-m", "webbrowser", address]

    def wait() -> None:
        subprocess.run(  # noqa: S603  # why: our own Python and our own address
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    threading.Thread(target=wait, daemon=True, name="browser").start()


def _say(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)


def _bold(text: str) -> str:
    return f"\x1b[1m{text}\x1b[0m" if sys.stdout.isatty() and "NO_COLOR" not in os.environ else text

"""One run of the demo: what it needs, and how it ends."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from bot.frontends.demo.app import OpenApp
from bot.frontends.demo.errors import DemoError
from bot.frontends.demo.quiet import unheard

_NEEDED = ("simcord", "markdown_it", "linkify_it", "regex", "PIL")
_ENDING = ("SIGINT", "SIGTERM", "SIGHUP")


async def run(
    open_app: OpenApp, *, now: datetime, port: int = 0, browser: bool = True, database: Path | None = None
) -> None:
    """Show the bot in a browser until the visitor presses q, or the process is asked to end.

    `now` (aware) is the day on which the visitor comes in; `port` 0 means any free one; `database` keeps the data for
    the next run, where without it all is gone at the end.

    Raises:
        DemoError: the extra is missing, the port is taken, or the database is not one of a demo.
        ValueError: `now` has no time zone.
        And whatever opening the bot raises.
    """
    if any(find_spec(module) is None for module in _NEEDED):
        raise DemoError("The demo needs its extra: pip install 'practice-bot[demo]'")
    task = asyncio.current_task()
    is_ending = False

    def end() -> None:
        nonlocal is_ending
        if task is not None and not is_ending:
            is_ending = True
            task.cancel()

    # simcord and discord.py warn of what nobody needs here: intents of a client never connected, voice.
    with _on_request(end), unheard("discord"), unheard("bot.storage.sqlite"):
        try:
            from bot.frontends.demo.visit import visit  # noqa: PLC0415  # why: without the extra it cannot be imported

            await visit(open_app, now=now, port=port, browser=browser, database=database)
        except asyncio.CancelledError:
            if task is None or not is_ending:
                raise
            task.uncancel()


@contextmanager
def _on_request(end: Callable[[], None]) -> Iterator[None]:
    """End on a signal."""
    loop = asyncio.get_running_loop()
    signals = [getattr(signal, name) for name in _ENDING if hasattr(signal, name)]
    with suppress(NotImplementedError):  # Windows has no signal handlers in its loop; Ctrl-C cancels us by itself
        for each in signals:
            loop.add_signal_handler(each, end)
    try:
        yield
    finally:
        with suppress(NotImplementedError):  # as above
            for each in signals:
                loop.remove_signal_handler(each)

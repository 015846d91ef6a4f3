"""The keys that a visitor presses in the terminal."""

import asyncio
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_END_OF_INPUT = "\x04"


@contextmanager
def pressed_keys() -> Iterator["asyncio.Queue[str]"]:
    """Collect keys from standard input, one character each, for as long as the context lasts.

    On a terminal a key counts as it is pressed, and the terminal is left as it was found. Elsewhere (a pipe, Windows)
    lines are read, and the end of the input means nothing: whoever started us ends us.
    """
    keys: asyncio.Queue[str] = asyncio.Queue()
    try:
        source = sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):
        yield keys
        return
    if sys.platform == "win32" or not os.isatty(source):
        _read_lines(source, keys)
        yield keys
    elif os.tcgetpgrp(source) != os.getpgrp():
        # A terminal's settings are not for those in the background to change.
        yield keys
    else:
        with _each_press(source, keys):
            yield keys


def _read_lines(source: int, keys: "asyncio.Queue[str]") -> None:
    """Read in a thread that ends with the process.

    It reads the descriptor itself: a thread that waits inside `sys.stdin` would hold its lock while Python exits.
    """
    loop = asyncio.get_running_loop()

    def read() -> None:
        while True:
            try:
                text = os.read(source, 1024).decode(errors="ignore")
                if not text:
                    return
                for key in text:
                    loop.call_soon_threadsafe(keys.put_nowait, key)
            except (OSError, RuntimeError):
                return

    threading.Thread(target=read, daemon=True, name="keys").start()


if sys.platform != "win32":
    import termios
    import tty

    @contextmanager
    def _each_press(source: int, keys: "asyncio.Queue[str]") -> Iterator[None]:
        loop = asyncio.get_running_loop()
        found = termios.tcgetattr(source)

        def read() -> None:
            text = os.read(source, 1024).decode(errors="ignore")
            if not text:
                loop.remove_reader(source)
            for key in text or _END_OF_INPUT:
                keys.put_nowait(key)

        # At once: by default what was typed ahead would be thrown away.
        tty.setcbreak(source, termios.TCSANOW)
        loop.add_reader(source, read)
        try:
            yield
        finally:
            loop.remove_reader(source)
            termios.tcsetattr(source, termios.TCSADRAIN, found)

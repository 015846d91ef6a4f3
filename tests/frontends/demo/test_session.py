"""The demo as its visitor runs it: a process, its keys, and its end."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.frontends import demo
from frontends.demo.started import names_in, start_demo

_SOON_SECONDS = 2.0

if sys.platform != "win32":
    import pty
    import termios

    @pytest.fixture
    def terminal() -> Iterator[tuple[int, int]]:
        """A terminal: our end of it, and the one that a program sees."""
        ours, theirs = pty.openpty()
        yield ours, theirs
        os.close(ours)
        os.close(theirs)


async def test_one_line_is_the_address_of_a_page_that_is_served(tmp_path: Path) -> None:
    async with start_demo(tmp_path) as started, ClientSession() as session:
        assert started.address is not None

        async with session.get(started.address) as answer:
            status = answer.status

    assert status == 200


@pytest.mark.skipif(sys.platform == "win32", reason="the browser of this test is a shell script")
async def test_a_browser_opens_at_that_address_and_cannot_write_into_the_terminal(tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    os.mkfifo(opened)
    browser = tmp_path / "browser"
    browser.write_text(f"#!/bin/sh\necho noise; echo noise >&2\necho $1 > {opened}\n")
    browser.chmod(0o755)

    async with start_demo(tmp_path, browser=browser) as started:
        address = await asyncio.to_thread(opened.read_text)
        await started.press("q\n")
        _, printed, errors = await started.end()

    assert address.strip() == started.address
    assert "noise" not in printed + errors


async def test_keys_move_the_page_and_the_days(tmp_path: Path) -> None:
    async with start_demo(tmp_path) as started:
        await started.greeting()

        await started.press("t\np\nc\nn\n?\n")
        said = [await started.line() for _ in range(5)]

    assert said[0].startswith("The page shows the thread “10 · ")
    assert said[1].startswith("The page shows the thread “9 · ")
    assert said[2] == "The page shows #daily-question."
    assert "round 11 is open" in said[3]
    assert said[4].startswith("n next day")


async def test_q_ends_it_soon_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async with start_demo(tmp_path) as started:
        await started.greeting()
        began = asyncio.get_running_loop().time()

        await started.press("q\n")
        code, farewell, errors = await started.end()
        took = asyncio.get_running_loop().time() - began

    assert (code, farewell.strip(), errors) == (0, "Goodbye.", "")
    assert took < _SOON_SECONDS
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
async def test_a_signal_ends_it_soon_and_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    async with start_demo(tmp_path) as started:
        await started.greeting()
        began = asyncio.get_running_loop().time()

        code, _, errors = await started.end(getattr(signal, name))
        took = asyncio.get_running_loop().time() - began

    assert (code, errors) == (0, "")
    assert took < _SOON_SECONDS
    assert names_in(tmp_path) == []


async def test_it_ends_as_well_while_a_page_is_open(tmp_path: Path) -> None:
    async with start_demo(tmp_path) as started, ClientSession() as session:
        assert started.address is not None
        await started.greeting()
        async with session.get(started.address) as answer:
            await answer.read()
        began = asyncio.get_running_loop().time()

        code, _, errors = await started.end(signal.SIGTERM)
        took = asyncio.get_running_loop().time() - began

    assert (code, errors) == (0, "")
    assert took < _SOON_SECONDS


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
async def test_on_a_terminal_a_key_needs_no_enter_and_the_terminal_is_left_as_it_was(
    tmp_path: Path, terminal: tuple[int, int]
) -> None:
    ours, theirs = terminal
    found = termios.tcgetattr(theirs)
    async with start_demo(tmp_path, terminal=theirs) as started:
        await started.greeting()

        os.write(ours, b"t")
        said = await started.line()
        os.write(ours, b"q")
        code, _, errors = await started.end()

    assert said.startswith("The page shows the thread “10 · ")
    assert (code, errors) == (0, "")
    assert termios.tcgetattr(theirs) == found


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
async def test_a_key_pressed_before_the_demo_is_ready_is_obeyed_when_it_is(
    tmp_path: Path, terminal: tuple[int, int]
) -> None:
    ours, theirs = terminal
    os.write(ours, b"t")

    async with start_demo(tmp_path, terminal=theirs) as started:
        await started.greeting()
        said = await started.line()

    assert said.startswith("The page shows the thread “10 · ")


async def test_a_named_database_stays_and_the_next_run_goes_on_from_it(tmp_path: Path) -> None:
    kept = str(tmp_path / "kept.db")
    async with start_demo(tmp_path, "--database", kept) as first:
        await first.press("q\n")
        _, farewell, _ = await first.end()

    async with start_demo(tmp_path, "--database", kept) as second:
        news, _ = await second.greeting()
        await second.press("q\n")
        code, _, errors = await second.end()

    assert f"kept in {kept}" in farewell
    assert "round 11 is open" in news
    assert (code, errors) == (0, "")


async def test_a_taken_port_is_an_error_of_one_sentence(tmp_path: Path) -> None:
    async with start_demo(tmp_path) as first:
        assert first.address is not None
        port = first.address.split(":")[2].partition("/")[0]

        async with start_demo(tmp_path, "--port", port) as second:
            code, _, errors = await second.end()

    assert code != 0
    assert errors.count("\n") == 1
    assert f"Port {port} cannot be had" in errors


async def test_a_missing_extra_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.frontends.demo.session._NEEDED", ("a_module_that_nobody_has",))

    with pytest.raises(demo.DemoError, match=r"pip install 'practice-bot\[demo\]'"):
        await demo.run(_never, now=datetime(2026, 11, 23, tzinfo=UTC))


def _never(_database: Path, _clock: object) -> AbstractAsyncContextManager[demo.DemoApp]:
    raise AssertionError("nothing is opened without the extra")

"""What watches over the bot: systemd's watchdog, and Prometheus."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession

from bot.__main__ import MISCONFIGURED
from process.beforehand import fall_due

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from loopback.channel import Channel
    from loopback.server import LoopbackDiscord
    from process.host import Host

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no systemd")

# A process that runs this at its start ticks every second, and at SIGUSR1 its event loop stands still until somebody
# has opened and closed a pipe. Its other threads go on, as they would not in a process that is stopped.
BLOCKABLE = """
import signal
import bot.ticker

bot.ticker.EVERY_SECONDS = 1
signal.signal(signal.SIGUSR1, lambda *_: open({pipe!r}).read())
"""
# Long enough for two ticks, and to be called blocked.
STANDSTILL_SECONDS = 2.2


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    """The socket on which systemd listens to a service."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(0)
        yield listening


def drain(listening: socket.socket) -> None:
    """Take what has been said so far."""
    with suppress(BlockingIOError):
        while True:
            listening.recv(100)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


async def test_systemd_is_told_that_it_is_ready_alive_and_about_to_stop(
    host: Host, systemd: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    loop = asyncio.get_running_loop()

    async with host.running() as bot:
        told = [await asyncio.wait_for(loop.sock_recv(systemd, 100), 15) for _ in range(2)]
        ended = await bot.stop()
        told.append(systemd.recv(100))

    assert told == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]
    assert ended.code == 0


async def test_while_the_event_loop_is_blocked_systemd_is_told_nothing_and_afterwards_the_log_tells_of_it(
    host: Host, systemd: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "sitecustomize.py").write_text(BLOCKABLE.format(pipe=str(pipe)), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    loop = asyncio.get_running_loop()

    async with host.running() as bot:
        told = [await asyncio.wait_for(loop.sock_recv(systemd, 100), 15) for _ in range(2)]
        os.kill(bot.pid, signal.SIGUSR1)
        with await asyncio.to_thread(pipe.open, "w"):  # opens once the other side has, which then stands still
            drain(systemd)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(loop.sock_recv(systemd, 100), STANDSTILL_SECONDS)
        told.append(await asyncio.wait_for(loop.sock_recv(systemd, 100), 15))
        await host.until(lambda: "the event loop was blocked for" in bot.log)

    assert told == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]


async def test_prometheus_reads_what_happened_from_this_machine(
    server: LoopbackDiscord, host: Host, channel: Channel
) -> None:
    async with host.store() as store:
        await fall_due(store, channel, now=server.clock())
    port = free_port()

    async with host.running(METRICS_PORT=str(port)), ClientSession() as session:
        await host.until(lambda: host.rows("SELECT state FROM round") == [("open",)])
        async with session.get(f"http://127.0.0.1:{port}/metrics") as answer:
            lines = (await answer.text()).splitlines()

    told = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert float(told["practice_bot_rounds_opened_total"]) == 1
    assert float(told["practice_bot_rounds_missed_total"]) == 0
    assert float(told['practice_bot_round_lateness_seconds_bucket{le="+Inf"}']) == 1
    assert float(told["practice_bot_well"]) == 1
    assert {
        "practice_bot_queue_depth",
        "practice_bot_invalid_requests",
        "practice_bot_rate_limited_total",
    } <= told.keys()
    assert float(told["practice_bot_last_gateway_frame_age_seconds"]) < 60


async def test_a_port_that_is_taken_ends_it_with_the_name_of_the_setting(host: Host) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        ended = await host.run(METRICS_PORT=str(taken.getsockname()[1]))

    assert ended.code == MISCONFIGURED
    assert "PRACTICE_BOT_METRICS_PORT: 127.0.0.1:" in ended.sentences[0]

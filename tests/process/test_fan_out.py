"""Many communities want their question in the same minute, and Discord lets fifty requests a second through."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import OK
from process.beforehand import fall_due

if TYPE_CHECKING:
    from collections.abc import Callable

    from loopback.channel import Channel
    from loopback.server import LoopbackDiscord
    from process.host import Host

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")

COMMUNITIES, PER_SECOND = 60, 50
DRAINED_WITHIN = 30.0


async def due_communities(server: LoopbackDiscord, host: Host, count: int) -> list[Channel]:
    channels = [server.add_guild(f"Guild {n}").add_text_channel("daily") for n in range(count)]
    async with host.store() as store:
        for channel in channels:
            await fall_due(store, channel, now=server.clock())
    return channels


def are_open(host: Host, count: int) -> bool:
    return host.rows("SELECT count(*) FROM round WHERE state = 'open'") == [(count,)]


def have_one_question_and_thread(channels: list[Channel]) -> bool:
    return all(
        len(channel.messages) == 1 and channel.guild is not None and len(channel.guild.threads) == 1
        for channel in channels
    )


async def test_many_communities_due_at_once_have_one_question_each_and_no_request_is_refused(
    server: LoopbackDiscord, host: Host, record_property: Callable[[str, object], None]
) -> None:
    channels = await due_communities(server, host, COMMUNITIES)
    server.faults.per_second = PER_SECOND

    # A machine under load may squeeze what was sent in more than a second into one.
    async with host.running(REQUESTS_A_SECOND="30"):
        await server.until(lambda: any(channel.messages for channel in channels), within=10)
        began = server.clock()
        await host.until(lambda: are_open(host, COMMUNITIES), within=DRAINED_WITHIN)
        drained = server.clock() - began

        assert have_one_question_and_thread(channels)
        assert server.counts.rate_limited == 0
        record_property("drained_seconds", round(drained.total_seconds(), 1))


async def test_a_restart_halfway_loses_no_question_and_doubles_none(server: LoopbackDiscord, host: Host) -> None:
    channels = await due_communities(server, host, 30)
    server.faults.per_second = 20
    async with host.running() as bot:
        await server.until(lambda: sum(bool(channel.messages) for channel in channels) >= 10, within=10)
        ended = await bot.stop()
        posted = sum(bool(channel.messages) for channel in channels)

        assert ended.code == OK
        assert "Traceback" not in ended.stderr
    server.faults.per_second = PER_SECOND

    async with host.running():
        await host.until(lambda: are_open(host, len(channels)), within=DRAINED_WITHIN)

        assert posted < len(channels)
        assert have_one_question_and_thread(channels)

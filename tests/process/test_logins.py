"""Discord allows a thousand logins a day: the bot keeps away from the last ones."""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import FAILED, OK
from bot.app import utc_now

if TYPE_CHECKING:
    from loopback.server import LoopbackDiscord
    from process.host import Host

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


async def test_with_few_logins_left_none_is_used_and_the_operator_is_told(server: LoopbackDiscord, host: Host) -> None:
    server.account.identifies_left = 99

    ended = await host.run()

    assert ended.code == FAILED
    assert "allows this bot only 99 more logins" in ended.sentences[0]
    assert server.counts.identifies == 0


async def test_after_many_starts_in_a_row_discord_is_left_alone_and_an_end_is_still_at_once(
    server: LoopbackDiscord, host: Host
) -> None:
    started = [utc_now() - timedelta(minutes=minutes) for minutes in range(9, 0, -1)]
    starts = host.database.with_name("practice.db.starts")
    await asyncio.to_thread(starts.write_text, "".join(f"{at.isoformat()}\n" for at in started))

    async with host.running() as bot:
        await host.until(lambda: "Discord is left alone for 80 seconds" in bot.log)
        ended = await bot.stop(signal.SIGTERM)

    assert ended.code == OK
    assert server.counts.identifies == 0

"""What members write while the bot is down is counted once it is back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from process.beforehand import open_round

if TYPE_CHECKING:
    from loopback.channel import Channel
    from loopback.guild import Guild
    from loopback.server import LoopbackDiscord
    from process.host import Host

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")

MEMBERS, REPLIES = 40, 300


async def test_three_hundred_replies_written_meanwhile_are_counted_and_told_in_one_note(
    server: LoopbackDiscord, host: Host, guild: Guild, channel: Channel
) -> None:
    async with host.store() as store:
        thread = await open_round(store, server, channel)
    members = [guild.add_member(f"Member {n}") for n in range(MEMBERS)]
    replies = [server.member_says(members[n % MEMBERS], thread, f"what I thought of, {n}") for n in range(REPLIES)]
    before = len(thread.messages)

    async with host.running():
        await server.until(lambda: len(thread.messages) > before, within=10)
        board = await server.slash(members[0], channel, "leaderboard").shown()
        streak = await server.slash(members[-1], channel, "streak").shown()

        stored = host.rows("SELECT id, text FROM answer WHERE counts = 1 ORDER BY length(id), id")
        assert stored == [(str(reply.id), reply.content) for reply in replies]
        assert f"of {MEMBERS}, with 1" in board.text
        assert "1 round in a row" in streak.text
        notes = [message.text for message in thread.messages.values() if message.id > replies[-1].id]
        assert len(notes) == 1
        assert f"{REPLIES} answers written meanwhile are counted" in notes[0]
        assert not any(reply.reactions for reply in replies)

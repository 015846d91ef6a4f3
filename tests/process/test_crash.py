"""The bot is killed at the worst moments; started again, it finds what it had done and does only the rest."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from process.beforehand import fall_due, open_round

if TYPE_CHECKING:
    from loopback.channel import Channel
    from loopback.guild import Guild
    from loopback.message import Message
    from loopback.server import LoopbackDiscord
    from process.host import Host

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")

REMEMBERED, FORGOTTEN = timedelta(minutes=5), timedelta(0)
SEND = r"/channels/{channel}/messages"


def questions(channel: Channel) -> list[Message]:
    return [message for message in channel.messages.values() if "Round 1" in message.text]


def recaps(thread: Channel) -> list[Message]:
    return [message for message in thread.messages.values() if "is closed" in message.text]


def states(host: Host) -> list[str]:
    return [state for (state,) in host.rows("SELECT state FROM round ORDER BY id")]


@pytest.mark.parametrize("nonce_ttl", [REMEMBERED, FORGOTTEN], ids=["nonce remembered", "nonce forgotten"])
async def test_a_question_that_was_sent_but_not_recorded_is_not_sent_again(
    server: LoopbackDiscord, host: Host, guild: Guild, channel: Channel, nonce_ttl: timedelta
) -> None:
    server.world.nonce_ttl = nonce_ttl
    async with host.store() as store:
        await fall_due(store, channel, now=server.clock())
    server.faults.hang("POST", SEND.format(channel=channel.id), after=True)
    async with host.running() as bot:
        await server.until(lambda: channel.messages, within=10)
        await bot.kill()
    server.faults.clear()

    async with host.running():
        await host.until(lambda: states(host) == ["open"])

        assert len(questions(channel)) == len(channel.messages) == 1
        assert len(guild.threads) == 1


async def test_a_thread_that_was_opened_but_not_recorded_is_not_opened_again(
    server: LoopbackDiscord, host: Host, guild: Guild, channel: Channel
) -> None:
    async with host.store() as store:
        await fall_due(store, channel, now=server.clock())
    server.faults.hang("POST", rf"/channels/{channel.id}/messages/\d+/threads", after=True)
    async with host.running() as bot:
        await server.until(lambda: guild.threads, within=10)
        await bot.kill()
    server.faults.clear()

    async with host.running():
        await host.until(lambda: states(host) == ["open"])

        assert len(questions(channel)) == len(guild.threads) == 1
        assert host.rows("SELECT thread_id FROM round") == [(str(guild.threads[0].id),)]


async def test_a_recap_that_was_sent_but_not_recorded_is_not_sent_again(
    server: LoopbackDiscord, host: Host, channel: Channel
) -> None:
    server.world.nonce_ttl = FORGOTTEN
    async with host.store() as store:
        yesterday = await open_round(store, server, channel, due_again=True)
    server.faults.hang("POST", SEND.format(channel=yesterday.id), after=True)
    async with host.running() as bot:
        await server.until(lambda: recaps(yesterday), within=10)
        await bot.kill()
    server.faults.clear()

    async with host.running():
        await host.until(lambda: host.rows("SELECT 1 FROM round WHERE state = 'closed' AND recap_id <> ''") != [])

        assert len(recaps(yesterday)) == 1
        assert states(host) == ["closed", "open"]


async def test_replies_that_were_being_recorded_are_all_there_after_a_restart(
    server: LoopbackDiscord, host: Host, guild: Guild, channel: Channel
) -> None:
    async with host.store() as store:
        thread = await open_round(store, server, channel)
    members = [guild.add_member(f"Member {n}") for n in range(90)]
    replies: list[Message] = []
    async with host.running() as bot:
        await server.until(lambda: server.gateway.sessions, within=10)
        for burst in (members[:30], members[30:60], members[60:]):
            if replies:
                await server.until(lambda: replies[-30].reactions)
            replies.extend(server.member_says(member, thread, f"the answer of {member.user.name}") for member in burst)
        await bot.kill()
    recorded = len(host.rows("SELECT id FROM answer"))

    async with host.running():
        await host.until(lambda: len(host.rows("SELECT id FROM answer")) == len(replies))

        answered = host.rows("SELECT id, member_id, text FROM answer WHERE counts = 1 ORDER BY id")
        assert answered == [(str(reply.id), str(reply.author.id), reply.content) for reply in replies]
        assert 0 < recorded < len(replies)

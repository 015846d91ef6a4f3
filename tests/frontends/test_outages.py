"""Connections that break for three seconds, minutes, hours and days, with one connection or with shards."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from bot.app import App, open_app
from bot.settings import Settings
from bot.storage import answers, rounds
from loopback.server import LoopbackDiscord
from loopback.watcher import READY_AFTER_SECONDS, online
from process.beforehand import fall_due
from study import cache

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from loopback.channel import Channel, Thread
    from loopback.guild import Guild

KINDS = {"plain client": None, "one shard": 1, "two shards": 2}
OUTAGES = {
    "3 seconds": timedelta(seconds=3),
    "3 minutes": timedelta(minutes=3),
    "3 hours": timedelta(hours=3),
    "3 days": timedelta(days=3),
}
# Discord keeps a session for a few minutes: whoever returns later starts anew.
SESSION_LIVES = timedelta(minutes=2)
GUILDS = 3


@pytest.fixture
async def server() -> AsyncIterator[LoopbackDiscord]:
    async with LoopbackDiscord() as running:
        with running.pointed_at():
            yield running


@pytest.fixture
def guilds(server: LoopbackDiscord) -> list[Guild]:
    """Some guilds with a channel each; with two shards, neither is without one."""
    found = [server.add_guild(f"Guild {number}") for number in range(GUILDS)]
    while len({(guild.id >> 22) % 2 for guild in found}) < 2:
        found.append(server.add_guild(f"Guild {len(found)}"))
    return found


@pytest.fixture
async def app(kind: str, server: LoopbackDiscord, guilds: list[Guild], tmp_path: Path) -> AsyncIterator[App]:
    """The bot with its client connected, whichever kind that is."""
    settings = Settings(database=tmp_path / "practice.db", cache=cache(), shards=KINDS[kind])
    async with open_app(settings, clock=server.clock, random=Random(7)) as opened:
        client = opened.discord()
        client._connection.guild_ready_timeout = READY_AFTER_SECONDS
        client.before_identify_hook = at_once  # type: ignore[method-assign]  # why: of one client, not of the product
        async with online(client, server.token):
            yield opened


async def at_once(shard_id: int | None, *, initial: bool = False) -> None:
    pass


def questions(channel: Channel) -> int:
    return sum("Round" in message.text for message in channel.messages.values())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("outage", OUTAGES.values(), ids=OUTAGES.keys())
async def test_nothing_that_members_did_meanwhile_is_lost_and_at_most_one_question_is_caught_up(
    app: App, kind: str, server: LoopbackDiscord, guilds: list[Guild], outage: timedelta
) -> None:
    channels = [guild.add_text_channel("daily") for guild in guilds]
    for channel in channels:
        await fall_due(app.practice.store, channel, now=server.clock())
    await app.tick()
    threads: list[Thread] = [guild.threads[0] for guild in guilds]
    kept = [
        server.member_says(guild.add_member("Ada"), thread, "what I thought at first")
        for guild, thread in zip(guilds, threads, strict=True)
    ]
    dropped = [
        server.member_says(guild.add_member("Bob"), thread, "what I came to regret")
        for guild, thread in zip(guilds, threads, strict=True)
    ]
    await server.until(lambda: all(reply.reactions for reply in (*kept, *dropped)))
    first = [await app.practice.store.read(rounds.latest_round(str(guild.id))) for guild in guilds]

    server.gateway.accepting = False
    server.drop_gateway(forget=outage > SESSION_LIVES)
    for reply in kept:
        server.member_edits(reply, "what I think after all")
    for reply in dropped:
        server.member_deletes(reply)
    late = [
        server.member_says(guild.add_member("Carol"), thread, "what I say meanwhile")
        for guild, thread in zip(guilds, threads, strict=True)
    ]
    server.clock.advance(outage)
    server.gateway.accepting = True
    await server.until(lambda: all(reply.reactions for reply in late), within=20)
    await app.tick()

    for this in first:
        assert this is not None
        texts = [answer.text for answer in await app.practice.store.read(answers.answers_in_round(this.id))]
        assert texts == ["what I think after all", "what I say meanwhile"]
    caught_up = 1 if outage > timedelta(hours=12) else 0
    assert [questions(channel) for channel in channels] == [1 + caught_up] * len(channels)
    assert [len(guild.threads) for guild in guilds] == [1] * len(guilds)  # the one before it is archived

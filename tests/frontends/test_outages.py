"""Connections that break for three seconds, minutes, hours and days, fall silent or hang, whole or in shards."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from bot.app import App, open_app
from bot.practice import daily
from bot.settings import Settings
from bot.storage import answers, rounds
from loopback.watcher import online
from process.beforehand import fall_due
from study import cache

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from loopback.channel import Channel, Thread
    from loopback.guild import Guild
    from loopback.server import LoopbackDiscord

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
SEND = "/channels/{}/messages"
MARKS = "PUT /channels/{channel}/messages/{message}/reactions/{emoji}/@me"
FIRST_RETRY = timedelta(seconds=15)
# How soon, in real time, discord.py gives up a gateway that says nothing; its own patience is a minute.
SILENCE_SECONDS, HEARTBEAT_MS = 0.5, 50


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
        async with online(client, server.token):
            yield opened


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[asyncio.Timeout]:
    """The time limits of all steps begun since, for a test to let one run out when it likes."""
    begun: list[asyncio.Timeout] = []
    limit = asyncio.timeout

    def noted(seconds: float | None) -> asyncio.Timeout:
        made = limit(seconds)
        if seconds == daily.STEP_TIMEOUT_SECONDS:
            begun.append(made)
        return made

    monkeypatch.setattr(asyncio, "timeout", noted)
    return begun


async def become_impatient(app: App, server: LoopbackDiscord, guilds: list[Guild]) -> None:
    """Connect anew with a heart that beats fast, and read what there is."""
    assert app._discord is not None
    app._discord._connection.heartbeat_timeout = SILENCE_SECONDS
    server.gateway.heartbeat_ms = HEARTBEAT_MS
    sessions = len(server.gateway.sessions)
    server.drop_gateway()
    await server.until(lambda: server.counts.resumes >= sessions)
    # Events come in their order: with these marked, the reading back that follows a resume has at least begun.
    heard = [
        server.member_says(guild.add_member("Bob"), guild.threads[0], "what I say and is heard") for guild in guilds
    ]
    await server.until(lambda: all(reply.reactions for reply in heard))
    while app._discord._in_hand:
        await asyncio.wait(app._discord._in_hand)


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


@pytest.mark.parametrize("kind", ["plain client", "two shards"])
@pytest.mark.parametrize("forget", [False, True], ids=["session kept", "session lost"])
async def test_a_gateway_that_falls_silent_is_given_up_and_what_was_written_meanwhile_counts_once(
    app: App, kind: str, server: LoopbackDiscord, guilds: list[Guild], *, forget: bool
) -> None:
    for guild in guilds:
        await fall_due(app.practice.store, guild.add_text_channel("daily"), now=server.clock())
    await app.tick()
    await become_impatient(app, server, guilds)
    silent = set(server.gateway.links)

    server.silence_gateway(forget=forget)
    replies = [
        server.member_says(guild.add_member("Ada"), guild.threads[0], "what I say to deaf ears") for guild in guilds
    ]
    await server.until(lambda: all(reply.reactions for reply in replies))

    assert not silent & server.gateway.links
    for guild, reply in zip(guilds, replies, strict=True):
        this = await app.practice.store.read(rounds.latest_round(str(guild.id)))
        assert this is not None
        stored = await app.practice.store.read(answers.answers_in_round(this.id))
        assert [(answer.id, answer.text) for answer in stored[1:]] == [(str(reply.id), reply.content)]
    assert server.counts.requests[MARKS] == 2 * len(replies)


@pytest.mark.parametrize("kind", ["plain client"])
@pytest.mark.parametrize("after", [False, True], ids=["before it is posted", "after it is posted"])
async def test_a_question_that_hangs_for_ever_is_given_up_holds_nobody_else_up_and_is_posted_once(
    app: App, kind: str, server: LoopbackDiscord, guilds: list[Guild], limits: list[asyncio.Timeout], *, after: bool
) -> None:
    channels = [guild.add_text_channel("daily") for guild in guilds]
    for channel in channels:
        await fall_due(app.practice.store, channel, now=server.clock())
    hanging = server.faults.hang("POST", SEND.format(channels[0].id), after=after)

    ticking = asyncio.create_task(app.tick())
    await hanging.hit()
    await server.until(lambda: all(guild.threads for guild in guilds[1:]))
    for limit in limits:
        with suppress(RuntimeError):  # it belongs to a step that came to its end
            limit.reschedule(asyncio.get_running_loop().time())
    await asyncio.wait_for(ticking, 5)
    at_first = [questions(channel) for channel in channels]
    server.clock.advance(FIRST_RETRY)
    await app.tick()

    assert at_first == [int(after), *[1] * (len(channels) - 1)]
    assert [questions(channel) for channel in channels] == [1] * len(channels)
    assert [len(guild.threads) for guild in guilds] == [1] * len(guilds)

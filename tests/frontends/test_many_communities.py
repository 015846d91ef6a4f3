"""Many communities that are due at once, in one tick: in which order, how many at a time, and who waits for whom."""

from __future__ import annotations

import asyncio
import gc
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from bot.app import App, open_app
from bot.practice import daily
from bot.practice.trouble import StorageFull
from bot.settings import Settings
from bot.storage import rounds
from bot.storage.statement import Statement
from loopback.watcher import online
from process.beforehand import fall_due
from study import cache

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.domain.rounds import Round
    from bot.storage.statement import Transaction
    from loopback.channel import Channel
    from loopback.server import LoopbackDiscord

READ = "GET /channels/{channel}/messages"


@asynccontextmanager
async def hurried(server: LoopbackDiscord, tmp_path: Path) -> AsyncIterator[App]:
    """Run the bot in this process, on the server's clock, as fast as both can."""
    settings = Settings(database=tmp_path / "practice.db", cache=cache(), backups=False, requests_a_second=0)
    async with open_app(settings, clock=server.clock) as app:
        client = app.discord()
        async with online(client, server.token):
            # The tick that comes with a connection has nothing to do yet.
            await asyncio.gather(*client._in_hand)
            yield app


def many(server: LoopbackDiscord, count: int) -> list[Channel]:
    return [server.add_guild(f"Guild {n}").add_text_channel("daily") for n in range(count)]


async def all_due(app: App, server: LoopbackDiscord, channels: list[Channel]) -> None:
    for channel in channels:
        await fall_due(app.practice.store, channel, now=server.clock())


def have_one_question_and_thread(channels: list[Channel]) -> bool:
    return all(
        len(channel.messages) == 1 and channel.guild is not None and len(channel.guild.threads) == 1
        for channel in channels
    )


def asked(channels: list[Channel]) -> int:
    return sum(len(channel.messages) for channel in channels)


async def test_one_tick_asks_all_who_are_due_however_many_batches_they_are(
    server: LoopbackDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily, "_BATCH", 5)
    channels = many(server, 16)
    async with hurried(server, tmp_path) as app:
        await all_due(app, server, channels)

        await app.tick()

        assert have_one_question_and_thread(channels)


async def test_a_tick_that_has_taken_long_leaves_the_rest_to_the_next(server: LoopbackDiscord, tmp_path: Path) -> None:
    channels = many(server, 60)
    async with hurried(server, tmp_path) as app:
        await all_due(app, server, channels)
        slow = server.faults.hang("POST", "/channels/[0-9]+/messages", times=1)
        ticking = asyncio.create_task(app.tick())
        await slow.hit()

        server.clock.advance(timedelta(seconds=30))
        slow.release()
        await ticking
        at_first = asked(channels)
        await app.tick()

        assert 0 < at_first < len(channels)
        assert have_one_question_and_thread(channels)


async def test_everybody_has_their_question_before_anybody_has_their_recap(
    server: LoopbackDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily, "_BATCH", 2)
    monkeypatch.setattr(daily, "_AT_ONCE", 1)
    channels = many(server, 6)
    async with hurried(server, tmp_path) as app:
        await all_due(app, server, channels)
        await app.tick()
        yesterdays = [thread for channel in channels if channel.guild for thread in channel.guild.threads]

        server.clock.advance(timedelta(days=1))
        await app.tick()

        questions = [max(channel.messages) for channel in channels]
        recaps = [max(thread.messages) for thread in yesterdays]
        assert asked(channels) == 12
        assert all("is closed" in thread.messages[recap].text for thread, recap in zip(yesterdays, recaps, strict=True))
        assert max(questions) < min(recaps)


async def test_whoever_falls_due_meanwhile_does_not_wait_for_a_community_that_hangs(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    channels = many(server, 2)
    async with hurried(server, tmp_path) as app:
        await fall_due(app.practice.store, channels[0], now=server.clock())
        hanging = server.faults.hang("POST", "/channels/[0-9]+/messages")
        ticking = asyncio.create_task(app.tick())
        await hanging.hit()

        await fall_due(app.practice.store, channels[1], now=server.clock())
        await server.until(lambda: asked(channels))
        at_first = [len(channel.messages) for channel in channels]
        hanging.release()
        await ticking

        assert at_first == [0, 1]
        assert have_one_question_and_thread(channels)


async def test_whoever_falls_due_comes_before_the_recaps_that_still_wait(
    server: LoopbackDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily, "_AT_ONCE", 1)
    channels = many(server, 4)
    late = server.add_guild("Late").add_text_channel("daily")
    async with hurried(server, tmp_path) as app:
        await all_due(app, server, channels)
        await app.tick()
        yesterdays = [thread for channel in channels if channel.guild for thread in channel.guild.threads]
        server.clock.advance(timedelta(days=1))
        recapping = server.faults.hang("POST", rf"/channels/({'|'.join(str(each.id) for each in yesterdays)})/messages")

        ticking = asyncio.create_task(app.tick())
        await recapping.hit()
        await fall_due(app.practice.store, late, now=server.clock())
        recapping.release()
        await ticking

        recaps = sorted(max(thread.messages) for thread in yesterdays)
        assert asked(channels) == 8
        assert recaps[0] < min(late.messages) < recaps[1]


async def test_a_community_that_somebody_has_in_hand_and_does_not_let_go_is_left_for_later(
    server: LoopbackDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily, "_LOCK_SECONDS", 0.05)
    channels = many(server, 2)
    async with hurried(server, tmp_path) as app:
        await all_due(app, server, channels)
        in_hand = channels[0].guild
        assert in_hand is not None

        async with app.practice.lock(str(in_hand.id)):
            await app.tick()
        at_first = [len(channel.messages) for channel in channels]
        await app.tick()

        assert at_first == [0, 1]
        assert have_one_question_and_thread(channels)


async def test_a_store_that_fails_for_many_at_once_is_told_of_once_and_all_are_asked_later(
    server: LoopbackDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    channels = many(server, 8)

    def full(*_: object) -> Transaction[Round]:
        yield Statement("SELECT 1")
        raise StorageFull("The disk is full.")

    async with hurried(server, tmp_path) as app:
        await all_due(app, server, channels)
        with monkeypatch.context() as patched:
            patched.setattr(rounds, "begin_attempt", full)
            with pytest.raises(StorageFull):
                await app.tick()
        gc.collect()
        await app.tick()

        assert have_one_question_and_thread(channels)
    assert "never retrieved" not in caplog.text


async def test_a_connection_that_stands_again_has_only_its_own_servers_read(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    guilds = [server.add_guild(f"Guild {n}") for n in range(4)]
    while len({(guild.id >> 22) % 2 for guild in guilds}) < 2:
        guilds.append(server.add_guild(f"Guild {len(guilds)}"))
    channels = [guild.add_text_channel("daily") for guild in guilds]
    settings = Settings(database=tmp_path / "practice.db", cache=cache(), backups=False, requests_a_second=0, shards=2)
    async with open_app(settings, clock=server.clock) as app, online(client := app.discord(), server.token):
        await all_due(app, server, channels)
        await app.tick()
        before = server.counts.requests[READ]

        await client.catch_up(whole=True, shard_id=1)

        shards = [guild.shard_id for guild in client.guilds]
        assert server.counts.requests[READ] - before == shards.count(1)
        assert 0 < shards.count(1) < len(channels)


async def test_threads_are_read_again_every_ten_minutes_a_few_with_each_tick(
    server: LoopbackDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.app._READ_WITH_A_TICK", 5)
    channels = many(server, 12)
    async with hurried(server, tmp_path) as app:
        await all_due(app, server, channels)
        await app.tick()
        reads = [server.counts.requests[READ]]

        server.clock.advance(timedelta(minutes=11))
        for _ in range(4):
            await app.tick()
            reads.append(server.counts.requests[READ])

        assert [after - before for before, after in pairwise(reads)] == [5, 5, 2, 0]


async def test_a_thread_that_hangs_does_not_keep_the_others_from_being_read(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    channels = many(server, 4)
    async with hurried(server, tmp_path) as app:
        await all_due(app, server, channels)
        await app.tick()
        before = server.counts.requests[READ]
        hanging = server.faults.hang("GET", "/channels/[0-9]+/messages")
        server.clock.advance(timedelta(minutes=11))

        ticking = asyncio.create_task(app.tick())
        await server.until(lambda: server.counts.requests[READ] == before + len(channels))
        hanging.release()
        await ticking

        assert hanging.struck == 1


async def test_a_platform_that_takes_half_a_second_to_answer_is_asked_forty_times_a_second_all_the_same(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    channels = many(server, 40)
    async with hurried(server, tmp_path) as app:
        await all_due(app, server, channels)
        unanswered = server.faults.hang("POST", "/channels/[0-9]+/messages", times=len(channels))

        ticking = asyncio.create_task(app.tick())
        await unanswered.hit(20)
        unanswered.release()
        await ticking

        assert have_one_question_and_thread(channels)

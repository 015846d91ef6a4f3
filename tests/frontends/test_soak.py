"""A day of two hundred communities, lived in minutes: outages, failing requests, and memory that stays flat."""

from __future__ import annotations

import asyncio
import gc
import logging
import tracemalloc
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from bot.app import open_app
from bot.settings import Settings
from bot.storage import standings
from bot.storage.communities import active_communities
from loopback.server import LoopbackDiscord
from loopback.watcher import online
from process.beforehand import fall_due
from study import cache

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.storage.statement import Transaction
    from bot.storage.store import Store
    from loopback.channel import Channel
    from loopback.guild import Guild

STEP = timedelta(minutes=5)
HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
MEBIBYTE = 1024 * 1024
FLAT = 5 * MEBIBYTE
OUTAGES = (timedelta(hours=4), timedelta(hours=11), timedelta(hours=18))
FAILING = 0.01


class Complaints(logging.Handler):
    """What the bot itself calls an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())


async def spread(store: Store, server: LoopbackDiscord, guilds: list[Guild]) -> list[Channel]:
    """Set every guild up at a minute of its own, so that questions fall due all day long."""
    channels = [guild.add_text_channel("daily") for guild in guilds]
    for number, channel in enumerate(channels):
        at = server.clock() + number * (A_DAY / len(channels))
        await fall_due(store, channel, now=at)
    return channels


async def rebuilt_alike(store: Store) -> bool:
    """Whether the standings of every community equal what a rebuild makes of them."""

    def transaction(community_id: str) -> Transaction[bool]:
        before = yield from standings.projections(community_id)
        yield from standings.rebuild(community_id)
        return before == (yield from standings.projections(community_id))

    return all([await store.write(transaction(each.id)) for each in await store.read(active_communities())])


def memory() -> int:
    """Return the bytes that the bot holds, without what the loopback Discord keeps for itself."""
    gc.collect()
    ours = tracemalloc.take_snapshot().filter_traces(
        (
            tracemalloc.Filter(inclusive=False, filename_pattern="*/loopback/*", all_frames=True),
            tracemalloc.Filter(inclusive=False, filename_pattern=tracemalloc.__file__),
        )
    )
    return sum(trace.size for trace in ours.traces)


@dataclass
class Lived:
    """What came of some hours: the memory in use after each, what went wrong, and the tasks left behind."""

    curve: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    left: set[str] = field(default_factory=set)


async def live(folder: Path, *, hours: int, many: int, outages: tuple[timedelta, ...], seed: int) -> Lived:
    """Live some hours of many communities: their members answer, connections break, requests fail."""
    random, complaints, lived = Random(seed), Complaints(), Lived()
    logging.getLogger("bot").addHandler(complaints)
    waiting = list(outages)
    async with LoopbackDiscord() as server:
        with server.pointed_at():
            guilds = [server.add_guild(f"Guild {number}") for number in range(many)]
            members = {guild.id: [guild.add_member(f"Member {n}") for n in range(3)] for guild in guilds}
            settings = Settings(database=folder / "practice.db", cache=cache(), backups=False, requests_a_second=0)
            before = asyncio.all_tasks()
            async with open_app(settings, clock=server.clock, random=Random(seed)) as app:
                client = app.discord()
                await spread(app.practice.store, server, guilds)
                async with online(client, server.token):
                    began = server.clock()
                    tracemalloc.start(8)
                    while (passed := server.clock() - began) < hours * HOUR:
                        server.clock.advance(STEP)
                        if waiting and passed >= waiting[0]:
                            del waiting[0]
                            server.drop_gateway(forget=random.random() < 0.5)
                            await server.until(lambda: any(each.link for each in server.gateway.sessions.values()))
                        # About one request in a hundred: a step makes some ten of them.
                        if random.random() < FAILING * 10:
                            server.faults.fail(random.choice(("POST", "PUT", "GET")), r"/channels/.*", status=500)
                        await app.tick()
                        for guild in random.sample(guilds, max(1, len(guilds) // 20)):
                            for thread in guild.threads[-1:]:
                                server.member_says(random.choice(members[guild.id]), thread, "what I would say to it")
                        if passed // HOUR > len(lived.curve):
                            lived.curve.append(memory())
                    tracemalloc.stop()
                    server.faults.clear()
                    await client.catch_up(whole=True)
                    await client.finish()
                if not await rebuilt_alike(app.practice.store):
                    lived.wrong.append("standings differ from a rebuild")
            await asyncio.sleep(0)
            lived.left = {task.get_name() for task in asyncio.all_tasks() - before if "bot" in repr(task.get_coro())}
    logging.getLogger("bot").removeHandler(complaints)
    lived.wrong += [told for told in complaints.told if "given a rest" not in told and "Discord failed" not in told]
    return lived


async def test_an_hour_of_a_few_communities_leaves_nothing_behind(tmp_path: Path) -> None:
    lived = await live(tmp_path, hours=1, many=8, outages=(HOUR / 2,), seed=1)

    assert (lived.wrong, lived.left) == ([], set())


@pytest.mark.torture
async def test_a_day_of_two_hundred_communities_leaves_nothing_behind_and_memory_flat(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    lived = await live(tmp_path, hours=25, many=200, outages=OUTAGES, seed=2)

    record_property("memory_mebibytes", [round(used / MEBIBYTE, 1) for used in lived.curve])
    assert (lived.wrong, lived.left) == ([], set())
    warm = lived.curve[4:]
    assert max(warm) - min(warm) <= FLAT, lived.curve

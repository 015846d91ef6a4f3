"""Boards of 1,000, 10,000 and 100,000 members: a page as the storage reads it and as a member gets it, in one run.

    PYTHONPATH=tests .venv/bin/python -m benchmarks.boards [--members 1000 10000 100000] [--answers 5000000]
        [--rounds 5] [--times 20]

Each size is a community with a database of its own; `--answers` is how many the largest has, the others have as many
per member. The board is that of all time. "My rank" is page 1 as somebody far down gets it, with their own place below;
the deep page is the 500th, or the last where there are fewer.

Whole interactions run on the real discord.py client, over a gateway and HTTP on the loopback, from the command or press
to the answer that the member sees. They stand beside a `/ping` of the same client that is acknowledged and answered the
same way, and beside a still page: a message as large as a board that nothing is read for. The loopback Discord runs in
the same process, so that its own work on a large message is in the figures. All take turns; what counts is the best
round. Pages have been viewed before, except in the column "first": then the bot asks who of the page is still a member.
In the column "far" Discord is as far away as `--distance` says, in milliseconds for each request: what a member feels.

In the end it is timed how long the one writer is taken when a round closes, and when a closed one is made void: of
communities of up to `--void` members, since it takes minutes in larger ones.
"""

import argparse
import asyncio
import itertools
import logging
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.support.community import Size, open_size
from benchmarks.support.history import CHANNEL_ID, TODAY
from benchmarks.support.times import Times, taken
from benchmarks.support.views import CONTROLS, FIRST_VIEWS, VIEWS, at_a_distance, interact, take_turns, world_of
from bot.storage import rounds
from bot.storage.statement import Transaction
from loopback.server import LoopbackDiscord

FEWEST = 50
READS_A_ROUND = 100
PAUSE_SECONDS = 0.05
READS = ("page 1", "my rank", "deep page", "my place")


async def read_pages(size: Size, times: Times) -> None:
    """Read the pages in turn, with nothing between them and the storage."""
    times.begin_round(READS)
    for _ in range(READS_A_ROUND):
        times.add("page 1", (await taken(size.page(size.first)))[0])
        times.add("deep page", (await taken(size.page(size.far_down, size.deep)))[0])
        times.add("my rank", (await taken(size.page(size.far_down)))[0])
        times.add("my place", (await taken(size.page(size.far_down, size.own)))[0])


@dataclass(frozen=True)
class Held:
    """How long the writer was taken, and how long reading a page took meanwhile."""

    seconds: float
    reads: Sequence[float]


async def hold(size: Size, transaction: Transaction[object]) -> Held:
    reads: list[float] = []
    work = asyncio.create_task(taken(size.app.practice.store.write(transaction)))
    await asyncio.sleep(0)
    while not work.done():
        reads.append((await taken(size.page(size.far_down)))[0])
        await asyncio.wait({work}, timeout=PAUSE_SECONDS)
    return Held((await work)[0], reads)


async def hold_the_writer(size: Size, *, void: bool) -> dict[str, Held]:
    """Close the round that is open by opening the next one, then make it void if that is wanted."""
    now = TODAY + timedelta(hours=9)

    def next_round() -> Transaction[int]:
        this = yield from rounds.claim_round(
            community_id=size.community_id,
            channel_id=CHANNEL_ID,
            day=(TODAY + timedelta(days=1)).date(),
            take=0,
            due_at=now,
            now=now,
            choose=lambda _history: 1,
        )
        yield from rounds.published(this.id, "1")
        yield from rounds.threaded(this.id, "2")
        return this.id

    opening = await size.app.practice.store.write(next_round())
    held = {"a round closes": await hold(size, rounds.opened(opening, now))}
    if void:
        held["a closed one is made void"] = await hold(size, rounds.void(opening - 1, voided=True))
    return held


def told_reads(sizes: Sequence[Size], reads: Mapping[int, Times]) -> None:
    print("\nas the storage reads it       members      p50 µs      p99 µs   to fewest")
    for step in READS:
        base = reads[sizes[0].members].p50(step)
        for size in sizes:
            times = reads[size.members]
            p50, p99 = times.p50(step), times.p99(step)
            print(f"  {step:24}{size.members:11,}{p50 * 1e6:12,.0f}{p99 * 1e6:12,.0f}{p50 / base:12.2f}")


def told_views(
    sizes: Sequence[Size], views: Mapping[int, Times], far: Mapping[int, Times], first_views: Mapping[int, Times]
) -> None:
    print(
        "\na whole interaction           members      p50 ms      p99 ms   to fewest     to ping    to still"
        "    far ms     to ping    first ms"
    )
    for step in VIEWS:
        base = views[sizes[0].members].p50(step)
        for size in sizes:
            times = views[size.members]
            p50, p99 = times.p50(step), times.p99(step)
            still = times.p50("still page, press" if "press" in step else "still page")
            print(
                f"  {step:24}{size.members:11,}{p50 * 1e3:12.2f}{p99 * 1e3:12.2f}{p50 / base:12.2f}"
                f"{to_ping(times, step):12.2f}{p50 / still:12.2f}"
                f"{far[size.members].p50(step) * 1e3:10.1f}{to_ping(far[size.members], step):12.2f}"
                + (f"{first_views[size.members].p50(step) * 1e3:12.2f}" if step in FIRST_VIEWS else "")
            )


def told_targets(
    sizes: Sequence[Size], reads: Mapping[int, Times], views: Mapping[int, Times], far: Mapping[int, Times]
) -> None:
    boards = [step for step in VIEWS if step not in CONTROLS]
    fewest, most = sizes[0].members, sizes[-1].members
    near, distant = (max(to_ping(times, step) for times in all_.values() for step in boards) for all_ in (views, far))
    grown = [views[most].p50(step) / views[fewest].p50(step) for step in boards]
    grown_reads = [reads[most].p50(step) / reads[fewest].p50(step) for step in READS]
    print("\nat worst                                    measured    target")
    print(f"  a board to ping                        {near:11.2f}       1.3")
    print(f"  a board to ping, far from Discord      {distant:11.2f}       1.3")
    print(f"  most members to fewest, interactions   {max(grown):11.2f}       1.5")
    print(f"  most members to fewest, reads          {max(grown_reads):11.2f}       1.5")


def to_ping(times: Times, step: str) -> float:
    return times.p50(step) / times.p50("ping")


def told_held(sizes: Sequence[Size], held: Mapping[int, Mapping[str, Held]]) -> None:
    print("\nthe one writer is taken       members     seconds   meanwhile, page 1 read in ms: p50     longest")
    for what in dict.fromkeys(itertools.chain(*held.values())):
        for size in sizes:
            if one := held[size.members].get(what):
                print(
                    f"  {what:26}{size.members:9,}{one.seconds:12.3f}"
                    f"{statistics.median(one.reads) * 1e3:36.2f}{max(one.reads) * 1e3:12.1f}"
                )


async def measure(folder: Path, options: argparse.Namespace) -> None:
    of = max(2, round(2 * options.answers / max(options.members)))
    async with LoopbackDiscord() as server, AsyncExitStack() as stack:
        stack.enter_context(server.pointed_at())
        channel = server.add_guild("Study").add_text_channel("daily-question")
        community_id = str(channel.guild.id) if channel.guild else ""
        sizes = [await open_size(stack, folder, community_id, each, of) for each in sorted(options.members)]
        reads, views, far, first_views = ({size.members: Times() for size in sizes} for _ in range(4))
        for _ in range(options.rounds):
            for size in sizes:
                await read_pages(size, reads[size.members])
                async with world_of(server, channel, size) as world:
                    await interact(world, views[size.members], first_views[size.members], options.times)
                    with at_a_distance(server, options.distance / 1000):
                        await take_turns(world, far[size.members], options.times)
        held = {size.members: await hold_the_writer(size, void=size.members <= options.void) for size in sizes}
    deep = ", ".join(str(size.deep_number) for size in sizes)
    print(f"best of {options.rounds} rounds of {options.times} times; deep page: {deep}")
    told_reads(sizes, reads)
    told_views(sizes, views, far, first_views)
    told_targets(sizes, reads, views, far)
    told_held(sizes, held)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--answers", type=int, default=5_000_000, help="of the largest; 400 MB for a million")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--times", type=int, default=20, help="of each interaction in each round")
    parser.add_argument("--distance", type=float, default=20, help="milliseconds that a request takes on its way")
    parser.add_argument("--void", type=int, default=10_000, help="make a round void with up to so many members")
    parser.add_argument("--folder", type=Path, help="where to put the databases: which disk to measure")
    options = parser.parse_args()
    if min(options.members) < FEWEST:
        parser.error(f"with fewer than {FEWEST} members there are no pages to turn")
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        asyncio.run(measure(Path(folder), options))


if __name__ == "__main__":
    main()

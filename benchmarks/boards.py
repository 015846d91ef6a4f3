"""Boards of 1,000, 10,000 and 100,000 members: a page as the storage reads it and as a member gets it, in one run.

    .venv/bin/python benchmarks/boards.py [--members 1000 10000 100000] [--answers 5000000] [--rounds 5] [--times 20]

Each size is a community with a database of its own; `--answers` is how many the largest has, the others have as many
per member. The board is that of all time. "My rank" is page 1 as somebody far down gets it, with their own place below;
the deep page is the 500th, or the last where there are fewer.

Whole interactions run on the real discord.py client in a simulated Discord, beside a `/ping` of the same client that is
acknowledged and answered the same way, and beside a still page: a message as large as a board that nothing is read for.
The simulation has no network, but it checks and copies messages by their size. All take turns; what counts is the best
round. Pages have been viewed before, except in the last column: then the bot asks who of the page is still a member.

In the end it is timed how long the one writer is taken when a round closes, and when a closed one is made void: of
communities of up to `--void` members, since it takes minutes in larger ones.
"""

import argparse
import asyncio
import itertools
import logging
import sqlite3
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import discord
from discord import app_commands
from simcord.actors import MemberActor
from simcord.backend.models import User
from simcord.builders import ChannelHandle, GuildHandle, UserHandle
from simcord.env import Env
from simcord.results import InteractionResult, ResponseMessage

from bot.app import App, open_app
from bot.conversation import boards as boards_say
from bot.conversation import standings as standings_say
from bot.conversation.asker import Asker
from bot.conversation.say import Button, Buttons, Say, md
from bot.domain.clock import to_epoch
from bot.domain.communities import Community
from bot.domain.schedule import Schedule
from bot.domain.standings import Board, By, Period, Place, Turn, period_key
from bot.domain.streaks import Streak, after_answer, after_miss
from bot.frontends.demo.world import EPOCH, WorldClock
from bot.frontends.discord.client import PracticeClient
from bot.frontends.discord.interactions import Interaction, PressedButton, answer
from bot.practice.boards import page_of
from bot.settings import Settings
from bot.storage import rounds
from bot.storage.boards import count_boards
from bot.storage.communities import save_community
from bot.storage.sqlite import SQLite
from bot.storage.statement import Transaction

T = TypeVar("T")

COMMUNITY_ID, CHANNEL_ID = "1100000000000000001", "1100000000000000002"
BY, PERIOD = By.ANSWERS, Period.ALL
FAR_DOWN = 0.9
DEEP_PAGE = 500
FEWEST = 50
READS_A_ROUND = 100
TEXT = "Because the gradient vanishes. " * 4
WARM_UP = 5
PAUSE_SECONDS = 0.05
STILL = "still"
CONTROLS = ("ping", "still page", "still page, press")
READS = ("page 1", "my rank", "deep page", "my place")
FIRST_VIEWS = ("page 1", "deep page, press", "my place, press")
VIEWS = (*CONTROLS, "page 1", "my rank", "deep page, press", "my place, press")


@dataclass
class Size:
    """A community of so many members, its database, and who looks at its boards from where."""

    members: int
    app: App
    clock: WorldClock
    first: str
    far_down: str
    own: Place
    # The page far into the board, and the one before it, from which it is a press away.
    deep_number: int
    deep: Place
    before_deep: Place | None

    def page(self, member_id: str, place: Place | None = None) -> Awaitable[Board]:
        return page_of(self.app.practice, COMMUNITY_ID, member_id, by=BY, period=PERIOD, place=place)


@dataclass
class World:
    """A simulated Discord in which those whom the measured pages name are members."""

    env: Env
    channel: ChannelHandle
    first: MemberActor
    far_down: MemberActor


class Times:
    """What each step took, round by round."""

    def __init__(self) -> None:
        self._rounds: defaultdict[str, list[list[float]]] = defaultdict(list)

    def begin_round(self, steps: Iterable[str]) -> None:
        for step in steps:
            self._rounds[step].append([])

    def add(self, step: str, seconds: float) -> None:
        self._rounds[step][-1].append(seconds)

    def p50(self, step: str) -> float:
        """The median of the best round."""
        return min(statistics.median(times) for times in self._rounds[step])

    def p99(self, step: str) -> float:
        times = sorted(itertools.chain(*self._rounds[step]))
        return times[int(0.99 * (len(times) - 1))]


async def taken(work: Awaitable[T]) -> tuple[float, T]:
    started = time.perf_counter()
    result = await work
    return time.perf_counter() - started, result


# --- A database with a history -------------------------------------------------------------------------------------


def attended(random: Random, of: int) -> int:
    """Which of so many rounds a member answered, as bits; how many eighths of them differs from member to member."""
    often, result = random.randrange(1, 8), 0
    for bit in range(3):
        draw = random.getrandbits(of)
        result = result | draw if often >> bit & 1 else result & draw
    return result


def last_days(count: int) -> list[date]:
    return [EPOCH.date() - timedelta(days=ago) for ago in reversed(range(count))]


def answer_rows(members: Mapping[str, int], of: int) -> Iterator[tuple[object, ...]]:
    """All answers in the order in which they were written: round by round."""
    ids = itertools.count(1_300_000_000_000_000_000, 1000)
    moment = to_epoch(EPOCH)
    for number in range(of):
        for member_id, bits in members.items():
            if bits >> number & 1:
                yield str(next(ids)), number + 1, COMMUNITY_ID, member_id, "reply", TEXT, 1, moment


def standing_rows(members: Mapping[str, int], of: int) -> Iterator[tuple[object, ...]]:
    """Everybody's streak; the last round is still open, so that nobody has missed it yet."""
    answered, missed = cache(after_answer), cache(after_miss)
    for member_id, bits in members.items():
        theirs = Streak()
        for at in range(of):
            if bits >> at & 1:
                theirs = answered(theirs)
            elif at < of - 1:
                theirs = missed(theirs)
        yield COMMUNITY_ID, member_id, theirs.current, theirs.longest, theirs.freezes


def tally_rows(members: Mapping[str, int], days: Sequence[date]) -> Iterator[tuple[object, ...]]:
    rounds_of: defaultdict[str, int] = defaultdict(int)
    for at, day in enumerate(days):
        for period in Period:
            rounds_of[period_key(period, day)] |= 1 << at
    for key, theirs in rounds_of.items():
        for member_id, bits in members.items():
            if answered := (bits & theirs).bit_count():
                yield COMMUNITY_ID, key, member_id, answered


def fill(path: Path, members: Mapping[str, int], days: Sequence[date]) -> None:
    """Write a community's history straight into its tables, and their indexes afterwards."""
    moment = to_epoch(EPOCH)
    round_rows = [
        (at + 1, COMMUNITY_ID, day.isoformat(), at + 1, at + 1, "closed", CHANNEL_ID, moment, moment, moment, "")
        for at, day in enumerate(days)
    ]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -262144", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE tbl_name IN ('answer', 'standing', 'tally')"
            " AND type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        connection.executemany(
            "INSERT INTO round (id, community_id, day, number, question_id, state, channel_id, due_at, claimed_at,"
            " retry_at, recap_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            round_rows,
        )
        connection.execute("UPDATE round SET state = 'open', recap_id = NULL WHERE id = ?", (len(days),))
        connection.executemany(
            "INSERT INTO answer (id, round_id, community_id, member_id, source, text, counts, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            answer_rows(members, len(days)),
        )
        connection.executemany(
            "INSERT INTO standing (community_id, member_id, current, longest, freezes) VALUES (?, ?, ?, ?, ?)",
            standing_rows(members, len(days)),
        )
        connection.executemany(
            "INSERT INTO tally (community_id, period, member_id, answers) VALUES (?, ?, ?, ?)",
            tally_rows(members, days),
        )
        for _, sql in indexes:
            connection.execute(sql)
        connection.execute("COMMIT")


async def build(path: Path, count: int, of: int) -> tuple[int, str]:
    """Make a community's database; return how many answers it has, and who is far down on the board."""
    random = Random(count)
    ids = random.sample(range(1_000_000_000_000_000_000, 1_200_000_000_000_000_000), count)
    members = {str(member_id): attended(random, of) for member_id in ids}
    store = await SQLite.open(path, now=EPOCH)
    paused = Community(COMMUNITY_ID, CHANNEL_ID, Schedule(EPOCH.time(), "UTC", frozenset(range(7))), paused=True)
    await store.write(save_community(paused, EPOCH))
    await store.close()
    fill(path, members, last_days(of))
    store = await SQLite.open(path, now=EPOCH)
    await store.write(count_boards(COMMUNITY_ID))
    await store.close()
    order = sorted(members, key=lambda member_id: (-members[member_id].bit_count(), member_id))
    return sum(bits.bit_count() for bits in members.values()), order[int(FAR_DOWN * count)]


async def open_size(stack: AsyncExitStack, folder: Path, count: int, of: int) -> Size:
    path, clock = folder / f"{count}.db", WorldClock()
    building, (answers, far_down) = await taken(build(path, count, of))
    settings = Settings(database=path, cache=folder, backups=False, requests_a_second=0)
    app = await stack.enter_async_context(open_app(settings, clock=clock))
    print(
        f"{count:9,d} members, {answers:,} answers: built in {building:.0f} s, {path.stat().st_size / 2**20:,.0f} MiB",
        flush=True,
    )

    def page(place: Place | None) -> Awaitable[Board]:
        return page_of(app.practice, COMMUNITY_ID, far_down, by=BY, period=PERIOD, place=place)

    board = await page(None)
    assert board.own is not None
    own, first = Place(Turn.AROUND, board.own.value, far_down), board.standings[0].member_id
    # As members get there: one page after the other.
    ways: list[Place] = []
    while board.after is not None and len(ways) < DEEP_PAGE - 1:
        ways.append(board.after)
        board = await page(board.after)
    before_deep = ways[-2] if len(ways) > 1 else None
    return Size(count, app, clock, first, far_down, own, len(ways) + 1, ways[-1], before_deep)


# --- A page as the storage reads it, and as a member gets it ---------------------------------------------------------


async def read_pages(size: Size, times: Times) -> None:
    """Read the pages in turn, with nothing between them and the storage."""
    times.begin_round(READS)
    for _ in range(READS_A_ROUND):
        times.add("page 1", (await taken(size.page(size.first)))[0])
        times.add("deep page", (await taken(size.page(size.far_down, size.deep)))[0])
        times.add("my rank", (await taken(size.page(size.far_down)))[0])
        times.add("my place", (await taken(size.page(size.far_down, size.own)))[0])


async def pong(_asker: Asker) -> Say:
    return Say((md("Pong."),))


@app_commands.command(description="Answer at once")
async def ping(interaction: Interaction) -> None:
    await answer(interaction, pong)


def add_controls(client: PracticeClient, size: Size, page: Board) -> None:
    """Add what is measured beside a board, and the command that opens the page before the deep one."""
    *blocks, ways = boards_say.board(page).blocks
    assert isinstance(ways, Buttons)
    as_large = Say((*blocks, Buttons((*ways.buttons[:-1], Button(STILL, "Again")))))

    async def show(_asker: Asker) -> Say:
        return as_large

    @app_commands.command(description="A page that is always the same")
    async def still(interaction: Interaction) -> None:
        await answer(interaction, show)

    class Still(PressedButton, template=STILL):
        async def callback(self, interaction: discord.Interaction[Any]) -> None:
            await answer(interaction, show, update=True)

    @app_commands.command(name="before-deep", description="Where hundreds of presses would lead a member")
    async def before_deep(interaction: Interaction) -> None:
        await answer(
            interaction,
            lambda asker: standings_say.board(
                client.practice, client.publisher, asker, by=BY, period=PERIOD, place=size.before_deep
            ),
        )

    client.add_dynamic_items(Still)
    client.tree.add_command(ping)
    client.tree.add_command(still)
    client.tree.add_command(before_deep)


@asynccontextmanager
async def world_of(size: Size) -> AsyncIterator[World]:
    """Connect the bot to a simulated Discord in which all who are on a measured page are members."""
    client = size.app.discord()
    pages = [await size.page(size.far_down, place) for place in (None, size.before_deep, size.deep, size.own)]
    add_controls(client, size, pages[0])
    env = Env(client, settle_timeout=30.0)
    size.clock.env = env
    guild = env.create_guild("Study", id=int(COMMUNITY_ID))
    channel = guild.create_text_channel("daily-question")
    shown = {standing.member_id for page in pages for standing in page.standings}
    members = {member_id: add_member(env, guild, member_id) for member_id in sorted(shown | {size.far_down})}
    await env.start()
    try:
        with env.time_context():
            yield World(env, channel, members[size.first], members[size.far_down])
    finally:
        await env.shutdown()
        size.clock.env = None


def add_member(env: Env, guild: GuildHandle, member_id: str) -> MemberActor:
    """Add a member whose id is given: simcord's own builder would choose another."""
    user = User(id=int(member_id), name=f"member-{member_id}")
    env.backend.users[user.id] = user
    return guild.add_member(UserHandle(env, user))


async def interact(size: Size, views: Times, first_views: Times, count: int) -> None:
    """Let members ask for the pages in turn, all of one client that has just been connected."""
    async with world_of(size) as world:
        for _ in range(WARM_UP):
            await world.first.slash(world.channel, "ping")
        await take_turns(world, first_views, 1)
        await take_turns(world, Times(), WARM_UP)
        await take_turns(world, views, count)
        world.env.raise_errors()


async def take_turns(world: World, times: Times, count: int) -> None:
    times.begin_round(VIEWS)
    board = {"by": BY.value, "period": PERIOD.value}

    async def timed(step: str, interaction: Awaitable[InteractionResult], shows: str = "Your place") -> ResponseMessage:
        seconds, result = await taken(interaction)
        times.add(step, seconds)
        assert result.response is not None
        assert shows in str(result.response.components)
        return result.response

    def in_channel(member: MemberActor, command: str, **options: str) -> Awaitable[InteractionResult]:
        return member.slash(world.channel, command, **options)

    first, far_down = world.first, world.far_down
    for _ in range(count):
        await timed("ping", in_channel(first, "ping"), "Pong.")
        await timed("page 1", in_channel(first, "leaderboard", **board))
        page = await timed("still page", in_channel(far_down, "still"))
        await timed("still page, press", far_down.click(page, label="Again"))
        await timed("ping", in_channel(first, "ping"), "Pong.")
        before = (await in_channel(far_down, "before-deep")).response
        assert before is not None
        await timed("deep page, press", far_down.click(before, label="▶"))
        await timed("ping", in_channel(first, "ping"), "Pong.")
        mine = await timed("my rank", in_channel(far_down, "leaderboard", **board))
        await timed("my place, press", far_down.click(mine, label="My place"))


# --- What holds the one writer --------------------------------------------------------------------------------------


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
    now = EPOCH + timedelta(hours=9)

    def next_round() -> Transaction[int]:
        this = yield from rounds.claim_round(
            community_id=COMMUNITY_ID,
            channel_id=CHANNEL_ID,
            day=(EPOCH + timedelta(days=1)).date(),
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


# --- The report -----------------------------------------------------------------------------------------------------


def told_reads(sizes: Sequence[Size], reads: Mapping[int, Times]) -> None:
    print("\nas the storage reads it       members      p50 µs      p99 µs   to fewest")
    for step in READS:
        base = reads[sizes[0].members].p50(step)
        for size in sizes:
            times = reads[size.members]
            p50, p99 = times.p50(step), times.p99(step)
            print(f"  {step:24}{size.members:11,}{p50 * 1e6:12,.0f}{p99 * 1e6:12,.0f}{p50 / base:12.2f}")


def told_views(sizes: Sequence[Size], views: Mapping[int, Times], first_views: Mapping[int, Times]) -> None:
    print(
        "\na whole interaction           members      p50 ms      p99 ms   to fewest     to ping    to still"
        "   first view ms"
    )
    for step in VIEWS:
        base = views[sizes[0].members].p50(step)
        for size in sizes:
            times = views[size.members]
            p50, p99 = times.p50(step), times.p99(step)
            still = times.p50("still page, press" if "press" in step else "still page")
            print(
                f"  {step:24}{size.members:11,}{p50 * 1e3:12.2f}{p99 * 1e3:12.2f}{p50 / base:12.2f}"
                f"{p50 / times.p50('ping'):12.2f}{p50 / still:12.2f}"
                + (f"{first_views[size.members].p50(step) * 1e3:16.2f}" if step in FIRST_VIEWS else "")
            )


def told_targets(sizes: Sequence[Size], reads: Mapping[int, Times], views: Mapping[int, Times]) -> None:
    boards = [step for step in VIEWS if step not in CONTROLS]
    fewest, most = sizes[0].members, sizes[-1].members
    to_ping = max(times.p50(step) / times.p50("ping") for times in views.values() for step in boards)
    grown = [views[most].p50(step) / views[fewest].p50(step) for step in boards]
    grown_reads = [reads[most].p50(step) / reads[fewest].p50(step) for step in READS]
    print("\nat worst                                    measured    target")
    print(f"  a board to ping                        {to_ping:11.2f}       1.3")
    print(f"  most members to fewest, interactions   {max(grown):11.2f}       1.5")
    print(f"  most members to fewest, reads          {max(grown_reads):11.2f}       1.5")


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
    async with AsyncExitStack() as stack:
        sizes = [await open_size(stack, folder, each, of) for each in sorted(options.members)]
        reads, views, first_views = ({size.members: Times() for size in sizes} for _ in range(3))
        for _ in range(options.rounds):
            for size in sizes:
                await read_pages(size, reads[size.members])
                await interact(size, views[size.members], first_views[size.members], options.times)
        held = {size.members: await hold_the_writer(size, void=size.members <= options.void) for size in sizes}
    deep = ", ".join(str(size.deep_number) for size in sizes)
    print(f"best of {options.rounds} rounds of {options.times} times; deep page: {deep}")
    told_reads(sizes, reads)
    told_views(sizes, views, first_views)
    told_targets(sizes, reads, views)
    told_held(sizes, held)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--answers", type=int, default=5_000_000, help="of the largest; 400 MB for a million")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--times", type=int, default=20, help="of each interaction in each round")
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

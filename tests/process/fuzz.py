"""Random traffic, random faults and random kills against the real process, and what must hold in the end.

A seed decides who does what, what goes wrong and when the process ends, counted in its own requests rather than in
seconds. How the two processes interleave is the machine's affair: a seed that failed once may take a few runs to fail
again. `make fuzz` runs many seeds, `make fuzz FROM=17 SEEDS=1` one of them, with all that happened if it fails.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import re
import sys
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bot.app import utc_now
from bot.domain.answers import says_enough
from bot.domain.clock import to_epoch
from bot.domain.communities import Community
from bot.domain.rounds import Round, State
from bot.domain.schedule import Due, Schedule
from bot.storage import communities, rounds, standings
from bot.storage.statement import Statement
from loopback.channel import Thread
from loopback.clock import ServerClock
from loopback.server import LoopbackDiscord
from process.host import Host

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from bot.storage.statement import Transaction
    from loopback.faults import Hang
    from loopback.guild import Guild
    from loopback.message import Message
    from loopback.people import Member
    from process.host import Child

SEED_SECONDS = 120.0
CONNECTED_SECONDS, OPEN_SECONDS, QUIET_SECONDS = 20.0, 2.0, 20.0
# Who changes a message while its round closes may be too late: the bot has not heard of it yet.
AMID_THE_CLOSE = timedelta(seconds=1)
# There is always a later local day in the second zone than in the first, whatever the hour.
EARLY, LATE = "Etc/GMT+12", "Pacific/Kiritimati"
MEMBERS = 4
# discord.py tells of every reconnection with the whole traceback of what cut the connection.
TROUBLE = re.compile(r".*unexpected.*|.*\nTraceback.*(?:\n .*)*(?:\n\w.*)?")
RECONNECTS = re.compile(r"discord\.client: Attempting a reconnect in .*(?:\n(?!\d{4}-).*)*")

REQUESTS = (
    ("POST", r"/channels/\d+/messages"),
    ("POST", r"/channels/\d+/messages/\d+/threads"),
    ("GET", r"/channels/\d+/messages"),
    ("PUT", r"/channels/\d+/messages/\d+/reactions/.+/@me"),
    ("PATCH", r"/channels/\d+"),
)


@dataclass
class Written:
    """A member's reply: what it said from when on; None once it was deleted."""

    message: Message
    said: list[tuple[datetime, str | None]]

    @property
    def stands(self) -> bool:
        return self.said[-1][1] is not None


@dataclass
class Figures:
    """What came of a seed, or of many; `wrong` has a sentence for each thing that should not be."""

    kills: int = 0
    stops: int = 0
    answers: int = 0
    rounds: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Figures) -> None:
        self.kills += other.kills
        self.stops += other.stops
        self.answers += other.answers
        self.rounds += other.rounds
        self.lost += other.lost
        self.doubled += other.doubled
        self.wrong += other.wrong


class Fuzz:
    """One run of one seed against one loopback Discord, in a folder of its own."""

    def __init__(self, seed: int, folder: Path, server: LoopbackDiscord, *, at_most: int) -> None:
        self.figures = Figures()
        self.told: list[str] = []
        self._seed = seed
        self._at_most = at_most
        self._server = server
        self._host = Host(folder, server)
        self._guilds: list[Guild] = []
        self._members: dict[int, list[Member]] = {}
        self._written: list[Written] = []
        self._hanging: list[Hang] = []
        self._requests_before = 0

    async def run(self) -> Figures:
        """Live through a few episodes and one last quiet one, then look at what is left."""
        plan = Random(f"{self._seed}")
        await self._set_up(plan)
        for episode in range(min(plan.randint(3, 6), self._at_most)):
            # Each has a generator of its own, so that one which was cut short does not change the next.
            await self._episode(Random(f"{self._seed} {episode}"), is_first=episode == 0)
        await self._come_to_rest()
        await self._check()
        return self.figures

    async def _set_up(self, random: Random) -> None:
        """Found two or three communities whose first question is due."""
        self._server.world.nonce_ttl = random.choice([timedelta(minutes=5), timedelta(0)])
        now = self._server.clock()
        async with self._host.store() as store:
            for name in ("Red", "Green", "Blue")[: random.randint(2, 3)]:
                guild = self._server.add_guild(name)
                channel = guild.add_text_channel("daily")
                self._guilds.append(guild)
                self._members[guild.id] = [guild.add_member(f"{name} {n}") for n in range(MEMBERS)]
                schedule, due = _due_now(EARLY, now)
                community = Community(str(guild.id), str(channel.id), schedule, next_due=due)
                await store.write(communities.save_community(community, now))

    async def _episode(self, random: Random, *, is_first: bool) -> None:
        """Let something happen while the bot is down, then run it until it is killed or stopped."""
        for _ in range(random.randint(0, 8)):
            self._write_something(random)
        if not is_first:
            await self._move_on(random)
        for _ in range(random.randint(0, 3)):
            self._break_something(random)
        is_stopped = random.random() < 0.25
        ends = self._never if is_stopped else self._choose_the_end(random)
        async with self._running() as bot:
            await self._live(random, ends)
            if is_stopped:
                await self._stop(bot)
            else:
                await self._kill(bot)
            self._read_log(bot)
        self._mend()

    def _running(self) -> AbstractAsyncContextManager[Child]:
        # It remembers its starts to slow down a loop of crashes, which this is.
        self._host.database.with_name("practice.db.starts").unlink(missing_ok=True)
        self._tell("started")
        self._requests_before = self._requests()
        return self._host.running()

    async def _move_on(self, random: Random) -> None:
        """Let the next question of some communities fall due, while the bot is down."""
        async with self._host.store() as store:
            for guild in self._guilds:
                has_next, is_in_time = random.random() < 0.6, random.random() < 0.7
                if has_next:
                    await store.write(self._next_question(str(guild.id), is_in_time=is_in_time))

    def _next_question(self, community_id: str, *, is_in_time: bool) -> Transaction[None]:
        """Let the schedule's next day come or, when that has been used, let an admin ask for another question.

        With `is_in_time` the open round was told that it would close now.
        """
        now = self._server.clock()
        community = yield from communities.community(community_id)
        if community is None or community.settled_day is None:
            return
        if is_in_time:
            yield Statement(
                "UPDATE round SET closes_at = ?2 WHERE community_id = ?1 AND state = 'open'",
                (community_id, to_epoch(now)),
            )
        if community.schedule.zone == EARLY:
            schedule, due = _due_now(LATE, now)
            yield from communities.save_community(replace(community, schedule=schedule, next_due=due), now)
            self._tell(f"due in {community_id}: the next day")
            return
        day = community.schedule.local(now).date()
        take = yield from rounds.next_take(community_id, day)
        yield from rounds.claim_round(
            community_id=community_id,
            channel_id=community.channel_id,
            day=day,
            take=take,
            due_at=now,
            now=now,
            choose=lambda asked: min(set(range(1, 100)) - set(asked)),
        )
        self._tell(f"due in {community_id}: take {take}")

    async def _live(self, random: Random, ends: Callable[[], bool]) -> None:
        """Let members write and things break, until it ends."""
        if random.random() < 0.8:
            await self._await(lambda: ends() or self._is_connected(), within=CONNECTED_SECONDS)
        if random.random() < 0.8:
            await self._await(lambda: ends() or all(map(_threads, self._guilds)), within=OPEN_SECONDS)
        for _ in range(random.randint(4, 25)):
            if ends():
                return
            if random.random() < 0.2:
                self._break_something(random)
            else:
                self._write_something(random)
            await self._answered(random.randint(0, 4), ends, within=random.uniform(0.0, 0.1))
        await self._await(ends, within=0.5)

    async def _answered(self, requests: int, ends: Callable[[], bool], *, within: float) -> None:
        """Let the bot go on by so many requests, or for so long."""
        last = self._requests() + requests
        await self._await(lambda: ends() or self._requests() >= last, within=within)

    def _choose_the_end(self, random: Random) -> Callable[[], bool]:
        """Choose when to kill: when a particular request arrives, or when so many have."""
        if random.random() < 0.5:
            method, path = random.choice(REQUESTS)
            after = random.random() < 0.6
            self._tell(f"to be killed at a {method} {path}, {'after' if after else 'before'} its effect")
            hang = self._server.faults.hang(method, path, after=after)
            return lambda: hang.struck > 0
        last = self._requests() + random.randint(1, random.choice([20, 60, 150]))
        return lambda: self._requests() >= last

    @staticmethod
    def _never() -> bool:
        return False

    async def _kill(self, bot: Child) -> None:
        self._tell(f"killed after {self._requests()} requests")
        if await self._still_runs(bot):
            self.figures.kills += 1
            await bot.kill()

    async def _stop(self, bot: Child) -> None:
        """Ask the process to end, once it can hear that: before it asks Discord for anything."""
        await self._await(lambda: self._requests() > self._requests_before, within=CONNECTED_SECONDS)
        if not await self._still_runs(bot):
            return
        ended = await bot.stop(within=CONNECTED_SECONDS)
        self._tell(f"stopped with {ended.code}")
        self.figures.stops += 1
        if ended.code != 0:
            self.figures.wrong.append(f"it ended with {ended.code} when it was asked to end")
            self.told.append(bot.log)

    async def _still_runs(self, bot: Child) -> bool:
        """Whether the process has not ended by itself, which it never should."""
        try:
            ended = await bot.ended(within=0)
        except TimeoutError:
            return True
        self.figures.wrong.append(f"it ended with {ended.code} by itself: {' '.join(ended.sentences)}")
        self.told.append(bot.log)
        return False

    def _read_log(self, bot: Child) -> None:
        log = RECONNECTS.sub("", bot.log)
        for trouble in TROUBLE.findall(log):
            self.figures.wrong.append(f"its log says: {trouble}")
            self.told.append(bot.log)

    def _break_something(self, random: Random) -> None:
        """Set one fault, release one, or cut the connection."""
        faults, (method, path) = self._server.faults, random.choice(REQUESTS)
        kind = random.choice(["lose", "lose", "hang", "hang", "release", "fail", "limit", "drop", "forget"])
        self._tell(f"fault: {kind}" if kind in ("release", "drop", "forget") else f"fault: {kind} {method} {path}")
        match kind:
            case "lose":
                faults.lose(method, path)
            case "hang":
                self._hanging.append(faults.hang(method, path, after=random.random() < 0.5))
            case "release":
                if self._hanging:
                    self._hanging.pop(0).release()
            case "fail":
                faults.fail(method, path, status=random.choice([500, 502, 503, 503, 503]))
            case "limit":
                faults.limit(method, path, retry_after=random.uniform(0.05, 0.3), times=random.randint(1, 2))
            case "drop" | "forget":
                self._server.drop_gateway(forget=kind == "forget")

    def _mend(self) -> None:
        self._hanging.clear()
        self._server.faults.clear()

    def _write_something(self, random: Random) -> None:
        """Let a member write a reply, or change or delete one that stands in an open thread."""
        standing = [each for each in self._written if each.stands and not _thread_of(each).archived]
        what = random.random()
        if what < 0.1 and standing:
            self._delete(random.choice(standing))
        elif what < 0.3 and standing:
            self._edit(random.choice(standing), self._words(random, enough=random.random() < 0.7))
        else:
            guild = random.choice(self._guilds)
            threads = sorted(_threads(guild), key=lambda thread: thread.id)
            if threads:
                # Some are late, and write where a round has closed.
                thread = threads[-1] if random.random() < 0.85 else random.choice(threads)
                words = self._words(random, enough=random.random() < 0.85)
                self._reply(random.choice(self._members[guild.id]), thread, words)

    def _words(self, random: Random, *, enough: bool) -> str:
        return f"what I would say is {random.randrange(10**9)}" if enough else f"ok {random.randrange(100)}"

    def _reply(self, member: Member, thread: Thread, words: str) -> Message:
        message = self._server.member_says(member, thread, words)
        self._written.append(Written(message, [(message.created, words)]))
        self.figures.answers += says_enough(words)
        self._tell(f"{member.user.name} writes {message.id} in {thread.id}: {words}")
        return message

    def _edit(self, written: Written, words: str) -> None:
        self._server.member_edits(written.message, words)
        written.said.append((self._server.clock(), words))
        self._tell(f"{written.message.author.name} edits {written.message.id}: {words}")

    def _delete(self, written: Written) -> None:
        written.said.append((self._server.clock(), None))
        self._server.member_deletes(written.message)
        self._tell(f"{written.message.author.name} deletes {written.message.id}")

    async def _come_to_rest(self) -> None:
        """Run the bot once more, with nothing in its way, until it has read and done everything."""
        closed = {thread_id for (thread_id,) in self._host.rows("SELECT thread_id FROM round WHERE state = 'closed'")}
        last = {
            str(thread.id): self._reply(self._members[guild.id][0], thread, "the last reply that is to be read").id
            for guild in self._guilds
            for thread in _threads(guild)
            if str(thread.id) not in closed
        }
        async with self._running() as bot:
            with suppress(TimeoutError):
                await self._host.until(lambda: not self._left_to_do(last), within=QUIET_SECONDS)
            self.figures.wrong += self._left_to_do(last)
            await self._stop(bot)
            self._read_log(bot)
            if self.figures.wrong:
                self.told.append(bot.log)

    def _left_to_do(self, last: dict[str, int]) -> list[str]:
        """Tell what is not done yet; `last` has the last reply in each thread that is still to be read."""
        left = [
            f"community {community_id} is still due"
            for (community_id,) in self._host.rows(
                "SELECT id FROM community WHERE next_due_at <= ?1", to_epoch(self._server.clock())
            )
        ]
        query = "SELECT id, state, thread_id, scanned_to, recap_id FROM round WHERE state <> 'abandoned'"
        for round_id, state, thread_id, scanned_to, recap_id in self._host.rows(query):
            if state not in ("open", "closed"):
                left.append(f"round {round_id} is still {state}")
            elif state == "closed" and not recap_id:
                left.append(f"round {round_id} has no recap: {recap_id!r}")
            elif state == "open" and int(scanned_to or 0) < last.get(thread_id, 0):
                left.append(f"the thread of round {round_id} was not read back")
        return left

    async def _check(self) -> None:
        """Compare what members see and did with what is stored."""
        ids = [int(round_id) for (round_id,) in self._host.rows("SELECT id FROM round ORDER BY id")]
        async with self._host.store() as store:
            found = [this for each in ids if (this := await store.read(rounds.round_by_id(each)))]
            kept = [await store.read(standings.projections(str(guild.id))) for guild in self._guilds]
            for guild in self._guilds:
                await store.write(standings.rebuild(str(guild.id)))
            recomputed = [await store.read(standings.projections(str(guild.id))) for guild in self._guilds]
        self.figures.rounds = len(found)
        self.figures.wrong += [
            f"standings of {guild.name}: kept {before}, recomputed {after}"
            for guild, before, after in zip(self._guilds, kept, recomputed, strict=True)
            if before != after
        ]
        self.figures.wrong += [f"round {this.id} counts against nobody" for this in found if this.unwritable]
        self._check_answers({this.thread_id: this for this in found if this.thread_id is not None})
        self._check_messages(found)

    def _check_answers(self, by_thread: dict[str, Round]) -> None:
        stored = {
            answer_id: row
            for answer_id, *row in self._host.rows(
                "SELECT id, round_id, member_id, text, counts AND removed_at IS NULL FROM answer"
            )
        }
        for written in self._written:
            this = by_thread.get(str(written.message.channel.id))
            if this is None or this.state is State.ABANDONED:
                continue
            for sentence in self._check_answer(this, written, stored.get(str(written.message.id))):
                self.figures.wrong.append(f"round {this.id}, reply {written.message.id}: {sentence}")

    def _check_answer(self, this: Round, written: Written, stored: list[object] | None) -> Iterator[str]:
        """Tell what is wrong with a reply, as it said when its round closed."""
        counts = stored is not None and bool(stored[3])
        in_time = [(at, words) for at, words in written.said if this.closed_at is None or at <= this.closed_at]
        if not in_time:
            if counts:
                yield "it came too late and counts"
            return
        changed_at, words = in_time[-1]
        is_amid = this.closed_at is not None and this.closed_at - changed_at < AMID_THE_CLOSE and len(in_time) > 1
        if is_amid or len(in_time) < len(written.said):
            return
        if not says_enough(words) or words is None:
            if counts:
                yield f"it counts, but was changed to {words!r} before the close"
        elif stored is None or not counts:
            self.figures.lost += 1
            yield f"lost: {'not stored' if stored is None else 'stored, and does not count'}"
        elif stored[:3] != [this.id, str(written.message.author.id), words]:
            yield f"it is kept as {stored}, and says {words!r}"

    def _check_messages(self, found: list[Round]) -> None:
        """Every message and thread of ours is known to a round: what was sent twice is known only once."""
        questions, threads = {this.message_id for this in found}, {this.thread_id for this in found}
        for guild in self._guilds:
            asked = [message for channel in guild.channels for message in channel.messages.values()]
            doubled = [f"question {message.id}" for message in asked if str(message.id) not in questions]
            doubled += [f"thread {thread.id}" for thread in _threads(guild) if str(thread.id) not in threads]
            for thread in _threads(guild):
                recaps = [message for message in thread.messages.values() if "is closed" in message.text]
                doubled += [f"recap {message.id} in thread {thread.id}" for message in recaps[1:]]
            self.figures.doubled += len(doubled)
            self.figures.wrong += [f"doubled: {what}" for what in doubled]
        standing = {
            str(message_id) for channel in self._server.world.channels.values() for message_id in channel.messages
        }
        for this in found:
            sent = [this.message_id, this.recap_id] if this.state is State.CLOSED else [this.message_id]
            if this.state is not State.ABANDONED and not standing.issuperset(filter(None, sent)):
                self.figures.wrong.append(f"round {this.id}: one of {sent} was never sent")

    def _is_connected(self) -> bool:
        return any(session.link is not None for session in self._server.gateway.sessions.values())

    def _requests(self) -> int:
        return self._server.counts.requests.total()

    async def _await(self, condition: Callable[[], bool], *, within: float) -> None:
        """Wait for a condition, and no longer than that: what does not come about is part of the traffic."""
        with suppress(TimeoutError):
            await self._server.until(condition, within=within)

    def _tell(self, what: str) -> None:
        self.told.append(f"{self._server.clock():%H:%M:%S.%f} {what}")


def _due_now(zone: str, now: datetime) -> tuple[Schedule, Due]:
    """Return a schedule in a zone, due each day at the minute that has just begun, and today's due time."""
    at = now.replace(second=0, microsecond=0)
    local = Schedule(at.time(), zone).local(at)
    return Schedule(local.time(), zone), Due(local.date(), at)


def _threads(guild: Guild) -> list[Thread]:
    return [place for place in guild.places.values() if isinstance(place, Thread)]


def _thread_of(written: Written) -> Thread:
    assert isinstance(written.message.channel, Thread)
    return written.message.channel


async def try_seed(seed: int, folder: Path, *, at_most: int = 6) -> Fuzz:
    """Run one seed in a folder, for so many episodes; whatever went wrong is in its figures."""
    async with LoopbackDiscord(clock=ServerClock(utc_now(), runs=True)) as server:
        fuzz = Fuzz(seed, folder, server, at_most=at_most)
        try:
            async with asyncio.timeout(SEED_SECONDS):
                await fuzz.run()
        except Exception as error:  # noqa: BLE001  # why: one seed's end must not be that of the others
            fuzz.figures.wrong.append(f"{error.__class__.__name__}: {error}")
            fuzz.told += getattr(error, "__notes__", [])
        return fuzz


async def _campaign(seeds: range, jobs: int) -> Figures:
    """Run many seeds, some at once; say at once which ones fail."""
    places, everything, tried, failed = asyncio.Semaphore(jobs), Figures(), 0, 0

    async def one(seed: int) -> None:
        nonlocal tried, failed
        async with places:
            with TemporaryDirectory(prefix=f"practice-bot-fuzz-{seed}-") as folder:
                fuzz = await try_seed(seed, Path(folder))
        everything.add(fuzz.figures)
        tried += 1
        if fuzz.figures.wrong:
            failed += 1
            if len(seeds) == 1:
                _say(*fuzz.told, *fuzz.figures.wrong)
            more = len(fuzz.figures.wrong) - 1
            _say(
                f"seed {seed} failed: {fuzz.figures.wrong[0]}{f' (and {more} more)' if more else ''};"
                f" alone: make fuzz FROM={seed} SEEDS=1"
            )

    try:
        await asyncio.gather(*(one(seed) for seed in seeds))
    finally:
        _say(
            f"{tried} seeds, {failed} failed; {everything.kills} kills, {everything.stops} stops,"
            f" {everything.rounds} rounds, {everything.answers} answers written, {everything.lost} lost,"
            f" {everything.doubled} doubled"
        )
    return everything


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _main() -> int:
    parser = argparse.ArgumentParser(prog="python -m process.fuzz", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many")
    parser.add_argument("--from", type=int, default=0, dest="first", help="the first one")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once")
    options = parser.parse_args()
    # The store is opened here as well, and would say each time what it thinks of this machine's SQLite.
    logging.getLogger("bot").setLevel(logging.ERROR)
    try:
        figures = asyncio.run(_campaign(range(options.first, options.first + options.seeds), options.jobs))
    except KeyboardInterrupt:
        return 130
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    sys.exit(_main())

"""The bot and the plain rules, told the same: whatever happens to the one happens to the other."""

import asyncio
import os
import pickle
from collections.abc import Collection, Coroutine, Sequence
from copy import copy
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.clock import from_epoch
from bot.domain.communities import Community
from bot.domain.privacy import pseudonym
from bot.domain.questions import Bank
from bot.domain.schedule import Schedule
from bot.domain.streaks import Streak
from bot.library import load_bank
from bot.practice import answers, daily, privacy, setup
from bot.practice.context import Practice
from bot.practice.publisher import Reply
from bot.storage import communities, standings
from bot.storage.sqlite import SQLite
from bot.storage.statement import Statement, Transaction
from library.desk import MODEL
from practice.classroom import CLUB
from practice.in_memory import HandedOut, InMemory, ProcessEndedError, ReadToEnd, Recapped, TurnedAway
from practice.plain import Counts, Plain, PlainRound

MEMBERS = ("ada", "bob", "cyd")

# Where there is one, a folder in memory: how long a disk takes says nothing of streaks.
MEMORY = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  # why: folders in it are made safely

# The past of each member: an answer a day in the thread, one a week by form, none.
_HABITS = ("t", "------f", "-")

Projections = tuple[list[tuple[object, ...]], list[tuple[object, ...]], list[tuple[object, ...]]]


class Kept(NamedTuple):
    """What the store keeps of streaks, and of all else that follows from the facts."""

    streaks: dict[str, Counts]
    projections: Projections


class Told(NamedTuple):
    """What is kept, what a rebuild would make of it, and what each round means for each member."""

    kept: Kept
    rebuilt: Kept
    histories: dict[str, list[tuple[int, date, str]]]


class Delivery(NamedTuple):
    """A reply as it was at some moment, on its way to the bot."""

    thread_id: str
    reply: Reply


class _Undo(Exception):  # noqa: N818  # why: it carries a result out of a transaction that must leave no trace
    def __init__(self, told: Told) -> None:
        self.told = told


class Past(NamedTuple):
    """What a community has behind it: its database, and, pickled, what platform and plain rules know of it."""

    database: bytes
    now: datetime
    known: bytes


class Both:
    """The use cases on the real store with a platform in memory, and the plain rules beside them."""

    store: SQLite
    practice: Practice

    def __init__(self, path: Path, past: Past) -> None:
        path.write_bytes(past.database)
        self._path = path
        self.now = past.now
        self.zone = "UTC"
        self.platform: InMemory
        self.plain: Plain
        self._read_to: dict[int, int]
        self.platform, self.plain, self._read_to = pickle.loads(past.known)  # noqa: S301  # why: it is our own
        self._forms = len(self.plain.said)
        self._told: tuple[int, Told] | None = None
        self._random = Random(7)
        # Also those who stand in for one who had their data deleted.
        self.members = list(MEMBERS)

    def past(self) -> Past:
        """Return what is past; the store must be closed."""
        return Past(self._path.read_bytes(), self.now, pickle.dumps((self.platform, self.plain, self._read_to)))

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    # The bot's process.

    async def start(self) -> None:
        """Do what a process does before it is connected."""
        self.store = await SQLite.open(self._path, now=self.now)
        self.practice = Practice(self.store, bank_of_one(), lambda: self.now, self._random)
        self.platform.process_ended, self._told = False, None
        await setup.refresh_due_times(self.practice)
        await daily.take_over(self.practice)

    async def restart(self) -> None:
        await self.store.close()
        await self.start()
        if self.platform.is_ready():
            await self.catch_up(whole=True)

    async def catch_up(self, *, whole: bool) -> None:
        """Do what a process does once it is connected."""
        await self.read_back(whole=whole)
        await self.tick()

    async def read_back(self, *, whole: bool) -> None:
        unread = await answers.open_rounds(self.practice)
        await self._alive(answers.read_back(self.practice, self.platform, unread, whole=whole), whole=whole)
        await self._learn(whole=whole)

    async def tick(self) -> None:
        await self._alive(daily.tick(self.practice, self.platform))
        await self._learn()

    async def post_now(self) -> None:
        await self._alive(daily.post_now(self.practice, self.platform, await self.community()))
        await self._learn()

    async def _alive(self, doing: Coroutine[Any, Any, object], *, whole: bool = False) -> None:
        """Let the bot do something, and start it again if that ends its process."""
        try:
            await doing
        except ProcessEndedError:
            # Whatever else was in hand gets no further than its next wish.
            if others := asyncio.all_tasks() - {asyncio.current_task()}:
                await asyncio.wait(others)
            await self._learn(whole=whole)
            await self.restart()

    # What happens to both.

    async def community(self) -> Community:
        found = await self.store.read(communities.community(CLUB))
        assert found is not None
        return found

    async def practise(self, days: int, habits: Sequence[str], text: str, hurried: Collection[str] = ()) -> None:
        """Let days with a question pass, which members answer as is their habit.

        Some are `hurried`: what they write in the newest thread is not heard before the round closes at that moment.
        """
        for day in range(days):
            due = (await self.community()).next_due
            if due is None:
                return
            self.now = max(self.now + timedelta(seconds=1), due.at)
            for member in sorted(hurried) if self.platform.threads else ():
                self.write(list(self.platform.threads)[-1], member, text)
            await self.tick()
            self.now += timedelta(minutes=1)
            for member, habit in zip(MEMBERS, habits, strict=True):
                await self._follow(habit[day % len(habit)], member, text)

    def write(self, thread_id: str, member: str, text: str) -> Delivery | None:
        """Write in a thread, if anybody can."""
        if not self.platform.threads[thread_id].takes_replies:
            return None
        return Delivery(thread_id, self.platform.write(thread_id, member, text, self.now))

    async def hear(self, delivery: Delivery) -> None:
        """Let the bot hear of a reply; in a thread that it does not know of, it is none of its business."""
        thread_id, reply = delivery
        this = self.round_in(thread_id)
        if this is not None:
            self._tell(this, reply)
        await self._alive(answers.take_reply(self.practice, self.platform, thread_id, reply))

    async def hear_of_deletion(self, reply_id: str) -> None:
        self.plain.take_back(reply_id)
        await self._alive(answers.remove(self.practice, reply_id))

    async def submit(self, round_id: int, member: str, text: str, *, times: int = 1) -> None:
        """Submit one form, which may be delivered more than once."""
        this, key = self.plain.rounds[round_id], self.platform.questions[round_id].key
        self._forms += 1
        answer_id = f"form{self._forms}"
        for _ in range(times):
            submitted = await answers.submit(
                self.practice, CLUB, key, member, answer_id=answer_id, text=text, at=self.now
            )
            assert (submitted is None) == (this.number is None)
            self.plain.hear(answer_id, round_id, member, text, written_at=self.now, is_reply=False)

    async def delete(self, member: str) -> str:
        """Delete what is kept about a member; return the name under which what they did is counted on."""
        nobody = pseudonym(copy(self._random))
        await privacy.delete(self.practice, self.platform, CLUB, member)
        self.plain.disown(member, nobody)
        self.members.append(nobody)
        self._told = None
        return nobody

    async def _follow(self, habit: str, member: str, text: str) -> None:
        """Answer the newest round: in its thread (t), by form (f), or not at all."""
        round_id, this = list(self.platform.questions.items())[-1] if self.platform.questions else (0, None)
        if this is None or habit == "-":
            return
        thread_id = self.plain.rounds[round_id].thread
        if habit == "t" and thread_id is not None and (delivery := self.write(thread_id, member, text)):
            await self.hear(delivery)
        else:
            await self.submit(round_id, member, text)

    def round_in(self, thread_id: str) -> PlainRound | None:
        """Return the round whose thread this is, as far as the bot knows."""
        return next((this for this in self.plain.rounds.values() if this.thread == thread_id), None)

    # What came of it.

    async def told(self) -> Told:
        """Return what is kept and what a rebuild would make of it, and undo the rebuild."""
        # A rebuild costs more than a step; where nothing was stored since the last one, it would tell the same.
        version = await self.store.read(_version())
        if self._told is not None and self._told[0] == version:
            return self._told[1]

        def transaction() -> Transaction[None]:
            kept, histories = (yield from _kept(self.members)), (yield from _histories(self.members))
            yield from standings.rebuild(CLUB)
            raise _Undo(Told(kept, (yield from _kept(self.members)), histories))

        try:
            await self.store.write(transaction())
        except _Undo as undone:
            self._told = version, undone.told
            return undone.told
        raise AssertionError("the rebuild was not undone")

    async def _learn(self, *, whole: bool = False) -> None:
        """Tell the plain rules which rounds there are by now, and what the platform saw of the bot."""
        self.plain.rounds = {this.id: this for this in await self.store.read(_all_rounds())}
        for happening in self.platform.happenings:
            this = self.plain.rounds[happening.round_id]
            match happening:
                case TurnedAway():
                    self.plain.shut_out(this.id)
                case HandedOut(replies=replies, was_closed=was_closed):
                    for reply in replies:
                        self._tell(this, reply, was_closed=was_closed)
                case ReadToEnd(newest=newest, was_closed=was_closed):
                    self._tell_all(this, newest, was_closed=was_closed, whole=whole)
                case Recapped(newest=newest) if this.id not in self.plain.shut:
                    # By then, all that was written in time must be known.
                    self._tell_all(this, newest, was_closed=True, whole=False)
        self.platform.happenings.clear()

    def _tell_all(self, this: PlainRound, newest: int, *, was_closed: bool, whole: bool) -> None:
        """Tell all that stands in a round's thread up to a message; if not `whole`, what was read before is not."""
        messages = self.platform.threads[this.thread or ""].messages
        known_to = -1 if whole else self._read_to.get(this.id, -1)
        for number in sorted(messages):
            reply = messages[number]
            if reply is not None and known_to < number <= newest:
                self._tell(this, reply, was_closed=was_closed)
        if whole:
            for answer_id in self.plain.replies_to(this.id):
                if int(answer_id) not in messages:
                    self.plain.take_back(answer_id)
        self._read_to[this.id] = max(self._read_to.get(this.id, -1), newest)

    def _tell(self, this: PlainRound, reply: Reply, *, was_closed: bool | None = None) -> None:
        self.plain.hear(
            reply.id,
            this.id,
            reply.member_id,
            reply.text,
            written_at=reply.created_at,
            edited_at=reply.edited_at,
            is_settled=None if was_closed is None else was_closed or this.number is None,
        )


def counts(streak: Streak) -> Counts:
    return streak.current, streak.longest, streak.freezes


def _version() -> Transaction[int]:
    """Read a number that changes with what is stored, as long as the store is open."""
    rows = yield Statement("PRAGMA data_version")
    return int(rows[0][0])


def _kept(members: Collection[str]) -> Transaction[Kept]:
    streaks: dict[str, Counts] = {}
    for member in members:
        streaks[member] = counts((yield from standings.member_streak(CLUB, member)))
    return Kept(streaks, (yield from standings.projections(CLUB)))


def _histories(members: Collection[str]) -> Transaction[dict[str, list[tuple[int, date, str]]]]:
    histories: dict[str, list[tuple[int, date, str]]] = {}
    for member in members:
        history = yield from standings.member_history(CLUB, member)
        histories[member] = [(each.number, each.day, each.attendance.value) for each in history]
    return histories


def _all_rounds() -> Transaction[list[PlainRound]]:
    rows = yield Statement(
        "SELECT id, number, day, take, thread_id, opened_at, closed_at, closes_at FROM round ORDER BY id"
    )
    return [_plain_round(*row) for row in rows]


def _plain_round(*row: Any) -> PlainRound:  # why: Any, as in any row
    round_id, number, day, take, thread, opened_at, closed_at, closes_at = row
    return PlainRound(
        round_id,
        number,
        date.fromisoformat(day),
        take,
        thread,
        from_epoch(opened_at) if opened_at is not None else None,
        from_epoch(closed_at) if closed_at is not None else None,
        from_epoch(closes_at) if closes_at is not None else None,
    )


@cache
def bank_of_one() -> Bank:
    return load_bank(MODEL)


@cache
def past(start: datetime, days: int) -> Past:
    """Return a past of so many days until a moment, lived through once: the use cases are its only source."""

    async def live(both: Both) -> Past:
        await both.start()
        try:
            await setup.set_up(both.practice, CLUB, "7", Schedule(time(9), "UTC"))
            await both.practise(days, _HABITS, "what I have always said")
        finally:
            await both.store.close()
        both.now = max(start, both.now)
        return both.past()

    with TemporaryDirectory(dir=MEMORY) as folder, asyncio.Runner() as runner:
        nothing = Past(b"", start - timedelta(days=days), pickle.dumps((InMemory(), Plain(), {})))
        return runner.run(live(Both(Path(folder, "practice.db"), nothing)))

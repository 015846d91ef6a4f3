"""The composition root: the only place where parts are joined, and the only one that reads the clock."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from bot.domain.backups import EVERY
from bot.domain.clock import Clock
from bot.domain.coverage import Opinion
from bot.domain.questions import Question
from bot.domain.schedule import zone_names
from bot.library import load_bank
from bot.practice import answers, closing_reminders, daily, digests, reminders, roles, setup
from bot.practice.context import Practice
from bot.settings import MessageContent, Settings, SettingsError
from bot.storage.communities import next_due_at
from bot.storage.errors import StorageError
from bot.storage.pulse import beat
from bot.storage.sqlite import SQLite
from bot.vitals import Vitals

if TYPE_CHECKING:
    from bot.domain.rounds import Round
    from bot.frontends.discord.client import PracticeClient
    from bot.frontends.discord.line import Line

_log = logging.getLogger(__name__)

# Even if no event ever said so, replies that were missed are found within this time.
_READ_AGAIN = timedelta(minutes=10)
# At a tick every five seconds, 7,000 threads in ten minutes, and a third of what may be asked of Discord meanwhile.
_READ_WITH_A_TICK = 64
_BEAT_EVERY = timedelta(minutes=1)


def utc_now() -> datetime:
    """Return the present moment, aware and in UTC."""
    return datetime.now(UTC)


class App:
    """The bot without a connection: its use cases, its front-ends, and the tick that drives them."""

    def __init__(self, settings: Settings, practice: Practice) -> None:
        self.settings = settings
        self.practice = practice
        self._discord: PracticeClient | None = None
        self._read_again_at = practice.clock() + _READ_AGAIN
        self._unread: list[Round] = []
        self._back_up_at = self._beat_at = practice.clock()
        self.vitals = Vitals(lambda: self._discord.frame_age() if self._discord else None)

    def discord(self, *, reads_replies: bool | None = None) -> "PracticeClient":
        """Build an unconnected Discord client with everything in it; a later one takes an earlier one's place.

        It asks to read replies unless the settings, or the caller, say otherwise.
        """
        from bot.frontends.discord.client import PracticeClient, ShardedPracticeClient

        if reads_replies is None:
            reads_replies = self.settings.message_content is not MessageContent.OFF
        pace, shards = self.settings.requests_a_second, self.settings.shards
        if shards is None:
            self._discord = PracticeClient(self.practice, reads_replies=reads_replies, requests_a_second=pace)
        else:
            self._discord = ShardedPracticeClient(
                self.practice, reads_replies=reads_replies, requests_a_second=pace, shard_count=shards
            )
        return self._discord

    @property
    def line(self) -> "Line":
        """The queue of requests to Discord; raises LookupError before there is a client."""
        if self._discord is None:
            raise LookupError("there is no Discord client yet")
        return self._discord.line

    async def tick(self) -> None:
        """Do whatever is due now; what the ticker calls. Touches the heartbeat file while nothing is complained of."""
        await self._beat()
        if self._discord is not None:
            publisher = self._discord.publisher
            # Last week's digest stands above the new week's first question.
            await digests.tick(self.practice, publisher)
            await daily.tick(self.practice, publisher)
            await reminders.send_due(self.practice, publisher)
            await closing_reminders.send_due(self.practice, publisher)
            await roles.give_and_take(self.practice, publisher)
            await self._look_again(self._discord)
        if self.settings.backups:
            await self._back_up()
        now_seconds = asyncio.get_running_loop().time()
        self.vitals.ticked_at = now_seconds
        complaints = self.vitals.complaints(now_seconds)
        for complaint in complaints:
            _log.error("%s", complaint)
        if self.settings.heartbeat is not None and not complaints:
            await asyncio.to_thread(_touch, self.settings.heartbeat)

    async def _look_again(self, client: "PracticeClient") -> None:
        """Begin to read all open threads again when it is time, and read a few with each tick: none takes long."""
        if not client.publisher.is_ready():
            return
        now = self.practice.clock()
        if not self._unread and now >= self._read_again_at:
            self._read_again_at = now + _READ_AGAIN
            self._unread = await answers.open_rounds(self.practice)
            await client.register_commands()
        batch, self._unread = self._unread[:_READ_WITH_A_TICK], self._unread[_READ_WITH_A_TICK:]
        await answers.read_back(self.practice, client.publisher, batch, whole=False)

    async def _beat(self) -> None:
        """Prove once a minute that the store still takes a write; that it answers, at every tick."""
        await self.practice.store.read(next_due_at())
        now = self.practice.clock()
        if now >= self._beat_at:
            await self.practice.store.write(beat(now))
            self._beat_at = now + _BEAT_EVERY
            self.vitals.wrote_at = asyncio.get_running_loop().time()

    async def _back_up(self) -> None:
        """Make the hourly backup when it is due; one that fails is told of and tried again an hour later."""
        now = self.practice.clock()
        if now < self._back_up_at:
            return
        self._back_up_at = now + EVERY
        try:
            made = await self.practice.store.back_up_if_due(now)
        except StorageError as error:
            _log.error("%s", error)
        else:
            if made is not None:
                _log.info("backup: %s", made)

    async def describe(self) -> None:
        """Log what an operator wants to know at start."""
        due = await self.practice.store.read(next_due_at())
        _log.info("database: %s (schema %d)", self.practice.store.path, self.practice.store.schema_version)
        _log.info("bank: %d questions in %d topics", len(self.practice.bank), len(self.practice.bank.topics))
        _log.info("next question due: %s", due.isoformat(timespec="minutes") if due else "none; run /setup in a server")


@asynccontextmanager
async def open_app(settings: Settings, *, clock: Clock = utc_now, random: Random | None = None) -> AsyncIterator[App]:
    """Open the bank and the store, and close what was opened, whatever happens in between.

    Raises:
        BankError: the questions have faults; the message names file, line and fix of each.
        StorageError: the database cannot be used; the message says what to do.
        SettingsError: this machine knows no time zones.
    """
    if not zone_names():
        raise SettingsError(
            "No time zones are known on this machine, so nothing could fall due. Install them: pip install tzdata."
        )
    bank = load_bank(settings.bank, cache=settings.cache)
    store = await SQLite.open(settings.database, now=clock(), heal=settings.backups)
    try:
        practice = Practice(
            store,
            bank,
            clock,
            random or Random(),  # noqa: S311  # why: questions, not secrets
            settings.retention,
            _judge(settings),
            settings.requests_a_second,
        )
        await setup.refresh_due_times(practice)
        await daily.take_over(practice)
        yield App(settings, practice)
    finally:
        await store.close()


def _judge(settings: Settings) -> Callable[[Question, str], Awaitable[Opinion | None]] | None:
    if settings.judge_url is None:
        return None
    from bot.judge import Judge

    return Judge(settings.judge_url, model=settings.judge_model, key=settings.judge_key).opinion


def _touch(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.touch()

"""The Discord client: the least it may ask for, the cogs, and what happens when a connection stands."""

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import discord
from discord.ext import commands

from bot.frontends.discord.cogs.admin import AdminCog
from bot.frontends.discord.cogs.members import MembersCog
from bot.frontends.discord.cogs.privacy import PrivacyCog
from bot.frontends.discord.cogs.thread import ThreadCog
from bot.frontends.discord.cooldown import Cooldowns
from bot.frontends.discord.line import Line
from bot.frontends.discord.permissions import invite_url
from bot.frontends.discord.publisher import DiscordPublisher
from bot.practice import answers, daily
from bot.practice.context import Practice
from bot.practice.publisher import PublishError

_log = logging.getLogger(__name__)

_LONGEST_WAIT_SECONDS = 30.0
# Long enough for an answer to reach Discord, short enough for whoever waits for the process to end.
_FINISH_SECONDS = 1.5


class PracticeClient(commands.Bot):
    """A discord.py client with everything in it, not yet connected."""

    def __init__(
        self,
        practice: Practice,
        *,
        reads_replies: bool,
        requests_a_second: int | None = None,
        **options: Any,  # why: discord.py's own, such as how many shards there are
    ) -> None:
        # The bot never speaks; a warning that it could not would only worry its operator.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        intents = discord.Intents(guilds=True, guild_messages=True, message_content=reads_replies)
        super().__init__(
            command_prefix=(),
            help_command=None,
            intents=intents,
            # Nobody's words can ping, and nothing is kept that the daily round does not need.
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            max_ratelimit_timeout=_LONGEST_WAIT_SECONDS,
            **options,
        )
        self.practice = practice
        self.reads_replies = reads_replies
        self.line = Line(requests_a_second, practice.clock)
        self.publisher = DiscordPublisher(self, practice.bank, self.line, reads_replies=reads_replies)
        self.cooldowns = Cooldowns()
        self.is_finishing = False
        self._has_registered = False
        self._catching_up = asyncio.Lock()
        self._in_hand: set[asyncio.Task[object]] = set()

    async def setup_hook(self) -> None:
        for cog in (AdminCog(self), MembersCog(self), PrivacyCog(self), ThreadCog(self)):
            await self.add_cog(cog)
        for community_id, thread_id in await answers.heard_threads(self.practice):
            self.publisher.hear(community_id, int(thread_id))
        await self.register_commands()
        if self.application_id is not None:
            _log.info("invite: %s", invite_url(self.application_id))

    def frame_age(self) -> float | None:
        """Return how many seconds ago the gateway said anything; None while there is no connection."""
        keeper = getattr(self.ws, "_keep_alive", None)
        heard_at = getattr(keeper, "_last_recv", None)
        return None if heard_at is None else time.perf_counter() - heard_at

    async def catch_up(self, *, whole: bool, shard_id: int | None = None) -> None:
        """Read what was written while no connection stood, then do what fell due meanwhile.

        With `shard_id` only what was written in its servers: of the others, nothing was missed. One at a time, so that
        rounds need not wait behind a queue of readers.
        """
        if self.is_finishing:
            return
        with self.in_hand():
            async with self._catching_up:
                unread = await answers.open_rounds(self.practice)
                if shard_id is not None:
                    unread = [this for this in unread if self._shard_of(this.community_id) == shard_id]
                await answers.read_back(self.practice, self.publisher, unread, whole=whole)
            await daily.tick(self.practice, self.publisher)

    def _shard_of(self, community_id: str) -> int:
        """Tell which connection a server is on: https://discord.com/developers/docs/events/gateway#sharding."""
        return (int(community_id) >> 22) % (self.shard_count or 1)

    async def register_commands(self) -> None:
        """Tell Discord the commands there are, once in the life of this client; if that fails, rounds go on.

        It costs one request at every start, and puts right whatever somebody changed.
        """
        if self._has_registered:
            return
        try:
            async with self.line.asking("registering the commands"):
                await self.tree.sync()
            self._has_registered = True
        except PublishError as error:
            if self.is_finishing:
                return
            _log.warning("commands may be missing or outdated until the next try, in ten minutes: %s", error)

    @contextmanager
    def in_hand(self) -> Iterator[None]:
        """Name the running task as one that an orderly end waits for."""
        task = asyncio.current_task()
        if task is None or task in self._in_hand:
            yield
            return
        self._in_hand.add(task)
        try:
            yield
        finally:
            self._in_hand.discard(task)

    async def finish(self) -> None:
        """Listen to no further reply, and let what is in hand come to its end, for at most 1.5 seconds.

        What was not listened to is read back at the next start.
        """
        self.is_finishing = True
        self.publisher.threads.clear()
        if not self._in_hand:
            return
        _, late = await asyncio.wait(self._in_hand, timeout=_FINISH_SECONDS)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)


class ShardedPracticeClient(PracticeClient, discord.AutoShardedClient):
    """The same client over several connections, which Discord demands of a bot in 2,500 servers or more."""

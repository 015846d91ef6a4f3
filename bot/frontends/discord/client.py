"""The Discord client: the least it may ask for, the cogs, and what happens when a connection stands."""

import logging

import discord
from discord.ext import commands

from bot.frontends.discord.cogs.admin import AdminCog
from bot.frontends.discord.cogs.members import MembersCog
from bot.frontends.discord.cogs.thread import ThreadCog
from bot.frontends.discord.interactions import PressedButton
from bot.frontends.discord.permissions import invite_url
from bot.frontends.discord.publisher import DiscordPublisher
from bot.practice import answers, daily
from bot.practice.context import Practice

_log = logging.getLogger(__name__)

_LONGEST_WAIT_SECONDS = 30.0


class PracticeClient(commands.Bot):
    """A discord.py client with everything in it, not yet connected."""

    def __init__(self, practice: Practice, *, reads_replies: bool) -> None:
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
        )
        self.practice = practice
        self.reads_replies = reads_replies
        self.publisher = DiscordPublisher(self, practice.bank, reads_replies=reads_replies)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(PressedButton)
        for cog in (AdminCog(self), MembersCog(self), ThreadCog(self)):
            await self.add_cog(cog)
        self.publisher.threads.update(int(thread) for thread in await answers.open_threads(self.practice))
        await self.tree.sync()
        if self.application_id is not None:
            _log.info("invite: %s", invite_url(self.application_id))

    async def catch_up(self, *, whole: bool) -> None:
        """Read what was written while no connection stood, then do what fell due meanwhile."""
        await answers.catch_up(self.practice, self.publisher, whole=whole)
        await daily.tick(self.practice, self.publisher)

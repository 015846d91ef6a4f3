"""A plain discord.py client that remembers what it hears."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import discord
from discord import app_commands

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from loopback.server import LoopbackDiscord

# discord.py waits this long after the last guild before it says it is ready; its own default is 2 s.
READY_AFTER_SECONDS = 0.05


def ordinary_intents() -> discord.Intents:
    """The intents of a bot that reads guild and direct messages."""
    intents = discord.Intents.none()
    intents.guilds = intents.messages = intents.reactions = intents.message_content = True
    return intents


class Watcher(discord.Client):
    """Everything dispatched is in `heard`, and every message in `received`, in order."""

    def __init__(self, server: LoopbackDiscord, intents: discord.Intents | None = None) -> None:
        super().__init__(intents=intents if intents is not None else ordinary_intents())
        self.tree = app_commands.CommandTree(self)
        self.heard: list[str] = []
        self.received: list[discord.Message] = []
        self._server = server

    @property
    def said(self) -> list[str]:
        return [message.content for message in self.received]

    def dispatch(self, event: str, /, *args: object, **kwargs: object) -> None:
        self.heard.append(event)
        self.received += [each for each in args if event == "message" and isinstance(each, discord.Message)]
        super().dispatch(event, *args, **kwargs)
        self._server.world.news.pulse.beat()

    async def reach(self, channel_id: int) -> discord.TextChannel | discord.Thread:
        """Fetch a text channel or thread through REST."""
        channel = await self.fetch_channel(channel_id)
        assert isinstance(channel, discord.TextChannel | discord.Thread)
        return channel


@asynccontextmanager
async def online(client: discord.Client, token: str) -> AsyncIterator[None]:
    """Keep a client connected for the length of a block; a client that cannot connect raises why.

    It does without the seconds that discord.py waits for guilds and, for Discord's sake, before identifying again.
    """
    client._connection.guild_ready_timeout = READY_AFTER_SECONDS
    client.before_identify_hook = _at_once  # type: ignore[method-assign]  # why: of one client, not of the product
    async with client:
        await client.login(token)
        running = asyncio.create_task(client.connect())
        ready = asyncio.create_task(client.wait_until_ready())
        try:
            await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
            yield
        finally:
            ready.cancel()
            await client.close()
            await asyncio.gather(running, ready, return_exceptions=True)


async def _at_once(shard_id: int | None, *, initial: bool = False) -> None:
    pass

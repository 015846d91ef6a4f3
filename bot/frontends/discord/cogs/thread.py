"""Events in: what is written, changed and deleted in the threads of open rounds, and connections coming and going."""

from typing import TYPE_CHECKING

import discord
from discord.ext import commands

from bot.frontends.discord.interactions import take_form, take_press
from bot.practice import answers, closing, setup

if TYPE_CHECKING:
    from bot.frontends.discord.client import PracticeClient


class ThreadCog(commands.Cog):
    """Hand every event that matters to the practice; drop the rest in the first line."""

    def __init__(self, client: "PracticeClient") -> None:
        self._client = client

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        await self._take(message)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        await self._take(payload.message)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        # Wherever it was: the thread of a round that closed long ago is no longer listened to, yet the text must go.
        await self._remove(payload.message_id)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        for message_id in payload.message_ids:
            await self._remove(message_id)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        if payload.thread_id in self._client.publisher.threads:
            await closing.lose_thread(self._client.practice, str(payload.thread_id))

    @commands.Cog.listener()
    async def on_raw_thread_update(self, payload: discord.RawThreadUpdateEvent) -> None:
        locked = payload.data.get("thread_metadata", {}).get("locked", False)
        if locked and payload.thread_id in self._client.publisher.threads:
            await closing.lose_thread(self._client.practice, str(payload.thread_id))

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction["PracticeClient"]) -> None:
        # Not as items of views: discord.py would build the whole message again to find who answers for one button.
        if interaction.type is discord.InteractionType.modal_submit:
            await take_form(interaction)
        elif interaction.type is discord.InteractionType.component:
            await take_press(interaction)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await setup.leave(self._client.practice, str(guild.id))

    # A client of several connections hears of each of them, and of all of them besides.

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        if not self._is_sharded:
            await self._client.catch_up(whole=True)

    @commands.Cog.listener()
    async def on_resumed(self) -> None:
        if not self._is_sharded:
            await self._client.catch_up(whole=False)

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        await self._client.catch_up(whole=True, shard_id=shard_id)

    @commands.Cog.listener()
    async def on_shard_resumed(self, shard_id: int) -> None:
        await self._client.catch_up(whole=False, shard_id=shard_id)

    @property
    def _is_sharded(self) -> bool:
        return isinstance(self._client, discord.AutoShardedClient)

    async def _remove(self, message_id: int) -> None:
        if not self._client.is_finishing:
            with self._client.in_hand():
                await answers.remove(self._client.practice, str(message_id))

    async def _take(self, message: discord.Message) -> None:
        if message.channel.id not in self._client.publisher.threads:
            return
        reply = self._client.publisher.reply(message)
        if reply is not None:
            with self._client.in_hand():
                await answers.take_reply(self._client.practice, self._client.publisher, str(message.channel.id), reply)

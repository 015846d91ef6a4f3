"""Commands for those who run a server."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot.conversation import admin, typed
from bot.frontends.discord.interactions import answer
from bot.frontends.discord.permissions import missing

if TYPE_CHECKING:
    from bot.frontends.discord.client import PracticeClient

Interaction = discord.Interaction["PracticeClient"]

_DAILY = app_commands.Group(
    name="daily",
    description="The daily question: status, pause, resume, skip, post now",
    guild_only=True,
    default_permissions=discord.Permissions(manage_guild=True),
)


class AdminCog(commands.Cog):
    """Receive a command, ask the conversation (which checks that the asker may), show the answer."""

    daily = _DAILY

    def __init__(self, client: "PracticeClient") -> None:
        self._client = client
        self._practice = client.practice

    @app_commands.command(description="Choose where and when the daily question is posted")
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.describe(
        channel="Where to post it",
        time="When, with 24 hours, such as 09:00",
        timezone="Start typing a city",
        days="Every day, Mon-Fri, or a list such as Mon, Wed, Fri",
    )
    async def setup(
        self,
        interaction: Interaction,
        channel: discord.TextChannel,
        time: str,
        timezone: str,
        days: str = typed.DAY_CHOICES[0],
    ) -> None:
        lacking = missing(channel)
        await answer(
            interaction,
            lambda asker: admin.set_up(
                self._practice, asker, channel_id=str(channel.id), at=time, zone=timezone, days=days, missing=lacking
            ),
        )

    @setup.autocomplete("timezone")
    async def _zones(self, _interaction: Interaction, current: str) -> list[Choice[str]]:
        return [Choice(name=name, value=name) for name in typed.zone_suggestions(current)]

    @setup.autocomplete("days")
    async def _days(self, _interaction: Interaction, current: str) -> list[Choice[str]]:
        return [Choice(name=choice, value=choice) for choice in typed.DAY_CHOICES if current.lower() in choice.lower()]

    @_DAILY.command(name="status", description="Schedule, next question, open round, and what needs repair")
    async def status(self, interaction: Interaction) -> None:
        await answer(interaction, lambda asker: admin.status(self._practice, asker, self._missing))

    @_DAILY.command(name="reports", description="What members think is wrong with a question")
    async def reports(self, interaction: Interaction) -> None:
        await answer(interaction, lambda asker: admin.reports(self._practice, asker))

    @_DAILY.command(name="pause", description="Stop asking until resumed; streaks stay as they are")
    async def pause(self, interaction: Interaction) -> None:
        await answer(interaction, lambda asker: admin.pause(self._practice, asker))

    @_DAILY.command(name="resume", description="Ask again")
    async def resume(self, interaction: Interaction) -> None:
        await answer(interaction, lambda asker: admin.resume(self._practice, asker))

    @_DAILY.command(name="skip", description="Leave out the next scheduled question")
    async def skip(self, interaction: Interaction) -> None:
        await answer(interaction, lambda asker: admin.skip(self._practice, asker))

    @_DAILY.command(name="post-now", description="Post the next question at once")
    async def post_now(self, interaction: Interaction) -> None:
        await answer(interaction, lambda asker: admin.post_now(self._practice, self._client.publisher, asker))

    def _missing(self, channel_id: str) -> tuple[str, ...]:
        channel = self._client.get_channel(int(channel_id))
        if not isinstance(channel, discord.TextChannel):
            return ("View Channel",)
        return missing(channel)

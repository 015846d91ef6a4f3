"""Commands about what is kept of a member."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.conversation import privacy
from bot.frontends.discord.interactions import answer

if TYPE_CHECKING:
    from bot.frontends.discord.client import PracticeClient

Interaction = discord.Interaction["PracticeClient"]

_PRIVACY = app_commands.Group(
    name="privacy", description="What I keep about you: take it with you, or delete it", guild_only=True
)


class PrivacyCog(commands.Cog):
    """Receive a command, ask the conversation, show the answer."""

    privacy = _PRIVACY

    def __init__(self, client: "PracticeClient") -> None:
        self._practice = client.practice

    @_PRIVACY.command(name="export", description="All that I keep about you in this server, as a file only you see")
    async def export(self, interaction: Interaction) -> None:
        await answer(interaction, lambda asker: privacy.export(self._practice, asker))

    @_PRIVACY.command(name="delete", description="Delete what I keep about you in this server; I ask before I do")
    async def delete(self, interaction: Interaction) -> None:
        await answer(interaction, lambda asker: privacy.ask_to_delete(self._practice, asker))

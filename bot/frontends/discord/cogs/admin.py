"""Commands for those who run a server."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot.conversation import admin, typed
from bot.domain.schedule import DAY_NAMES
from bot.frontends.discord.interactions import answer
from bot.frontends.discord.permissions import missing, why_not_mine, why_not_theirs

if TYPE_CHECKING:
    from bot.frontends.discord.client import PracticeClient

Interaction = discord.Interaction["PracticeClient"]

_DAILY = app_commands.Group(
    name="daily",
    description="The daily question: status, pause, resume, skip, void, roles, digest and more",
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

    @_DAILY.command(name="void", description="Let a round count against nobody; who answered it keeps it")
    @app_commands.describe(round_number="Which round; the newest if you leave it out")
    @app_commands.rename(round_number="round")
    async def void(self, interaction: Interaction, round_number: int | None = None) -> None:
        await answer(interaction, lambda asker: admin.void(self._practice, asker, round_number))

    @void.autocomplete("round_number")
    async def _rounds(self, interaction: Interaction, current: str) -> list[Choice[int]]:
        if interaction.guild_id is None:
            return []
        offered = await admin.rounds_offered(self._practice, str(interaction.guild_id), current)
        return [Choice(name=name, value=number) for number, name in offered]

    @_DAILY.command(name="roles", description="A role for everyone with so many rounds in a row, given and taken by me")
    @app_commands.describe(days="How many rounds in a row", role="Which role; none to stop giving it")
    async def roles(
        self, interaction: Interaction, days: app_commands.Range[int, 1, 1000], role: discord.Role | None = None
    ) -> None:
        obstacle = why_not_mine(role) if role else None
        if role and obstacle is None and isinstance(interaction.user, discord.Member):
            obstacle = why_not_theirs(role, interaction.user)
        await answer(
            interaction,
            lambda asker: admin.milestone_role(self._practice, asker, days, str(role.id) if role else None, obstacle),
        )

    @_DAILY.command(name="digest", description="A digest of each week, on its first day")
    @app_commands.describe(post="Whether to post one", week_starts="The first day of a week, for boards too")
    @app_commands.choices(week_starts=[Choice(name=name, value=number) for number, name in enumerate(DAY_NAMES)])
    async def digest(self, interaction: Interaction, post: bool, week_starts: int | None = None) -> None:  # noqa: FBT001  # why: discord.py's signature of an option
        await answer(
            interaction, lambda asker: admin.digest(self._practice, asker, wanted=post, week_starts=week_starts)
        )

    def _missing(self, channel_id: str) -> tuple[str, ...]:
        channel = self._client.get_channel(int(channel_id))
        if not isinstance(channel, discord.TextChannel):
            return ("View Channel",)
        return missing(channel)

"""Commands for every member."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot.conversation import help as help_say
from bot.conversation import presses, sittings, standings
from bot.conversation.asker import Asker
from bot.conversation.closing import WHEN_CHOICES
from bot.conversation.say import Say
from bot.conversation.wording import LEVEL_MARKS
from bot.domain.questions import Level
from bot.domain.sitting import Mode
from bot.domain.standings import By, Period
from bot.frontends.discord.interactions import answer
from bot.practice import answers

if TYPE_CHECKING:
    from bot.frontends.discord.client import PracticeClient

Interaction = discord.Interaction["PracticeClient"]

_MOST_CHOICES = 25


@app_commands.guild_only()
class MembersCog(commands.Cog):
    """Receive a command, ask the conversation, show the answer."""

    def __init__(self, client: "PracticeClient") -> None:
        self._client = client
        self._practice = client.practice

    @app_commands.command(description="Questions just for you: what is due first, then something new")
    @app_commands.describe(
        topic="Only questions on this topic", level="Only questions of this level", mode="Choose one of four, or write"
    )
    @app_commands.choices(
        level=[Choice(name=mark, value=level.value) for level, mark in LEVEL_MARKS.items()],
        mode=[
            Choice(name="Choose one of four", value=Mode.CHOICE.value),
            Choice(name="Answer in my own words", value=Mode.OPEN.value),
        ],
    )
    async def quiz(
        self,
        interaction: Interaction,
        topic: str | None = None,
        level: str | None = None,
        mode: str = Mode.CHOICE.value,
    ) -> None:
        wanted = Level(level) if level else None
        await answer(interaction, lambda asker: sittings.begin_quiz(self._practice, asker, Mode(mode), topic, wanted))

    @quiz.autocomplete("topic")
    async def _topics(self, _interaction: Interaction, typed: str) -> list[Choice[str]]:
        fitting = [topic for topic in self._practice.bank.topics if typed.lower() in topic.title.lower()]
        return [
            Choice(name=topic.title, value=topic.slug) for topic in fitting if self._practice.bank.in_topic(topic.slug)
        ][:_MOST_CHOICES]

    @app_commands.command(description="What you would forget soon: the cards that are due today")
    @app_commands.describe(remind_at="A time such as 08:00: I write you then if cards are due; off stops it")
    async def review(self, interaction: Interaction, remind_at: str | None = None) -> None:
        await answer(interaction, lambda asker: sittings.due_today(self._practice, asker, remind_at))

    @app_commands.command(description="How much you have met, still know and should review, as a picture")
    async def progress(self, interaction: Interaction) -> None:
        await answer(interaction, lambda asker: sittings.progress(self._practice, asker))

    @app_commands.command(description="Your streak, and the rounds behind it")
    @app_commands.describe(member="Whose streak; your own if you leave it out")
    async def streak(self, interaction: Interaction, member: discord.Member | None = None) -> None:
        of = str(member.id) if member else None
        await answer(interaction, lambda asker: standings.streak(self._practice, asker, of))

    @app_commands.command(description="Who answers, and your own place")
    @app_commands.describe(by="What counts", period="Over which time")
    @app_commands.choices(
        by=[
            Choice(name="Rounds answered", value=By.ANSWERS.value),
            Choice(name="Streak", value=By.STREAK.value),
            Choice(name="Quiz questions right", value=By.QUIZ.value),
        ],
        period=[
            Choice(name="This week", value=Period.WEEK.value),
            Choice(name="This month", value=Period.MONTH.value),
            Choice(name="All time", value=Period.ALL.value),
        ],
    )
    async def leaderboard(
        self, interaction: Interaction, by: str = By.ANSWERS.value, period: str = Period.WEEK.value
    ) -> None:
        await answer(
            interaction,
            lambda asker: standings.board(
                self._practice, self._client.publisher, asker, by=By(by), period=Period(period)
            ),
        )

    @app_commands.command(description="Pause your streak while you are away: rounds until then count neither way")
    @app_commands.describe(until="The last day you are away, such as 24 Dec or 7 days; up to 60 days a year")
    async def away(self, interaction: Interaction, until: str) -> None:
        await answer(interaction, lambda asker: standings.go_away(self._practice, asker, until))

    @away.autocomplete("until")
    async def _days(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        offered = await standings.days_offered(self._practice, str(interaction.guild_id))
        return [Choice(name=name, value=value) for name, value in offered if typed.lower() in name.lower()]

    @app_commands.command(description="A word in private before a round closes that you have not answered")
    @app_commands.describe(when="3 hours before, a time such as 20:00, or off")
    async def remind(self, interaction: Interaction, when: str = WHEN_CHOICES[0]) -> None:
        await answer(interaction, lambda asker: standings.remind(self._practice, asker, when))

    @remind.autocomplete("when")
    async def _times(self, _interaction: Interaction, typed: str) -> list[Choice[str]]:
        return [Choice(name=choice, value=choice) for choice in WHEN_CHOICES if typed.lower() in choice]

    @app_commands.command(description="The model answer of this thread's round, or of the newest one")
    async def reveal(self, interaction: Interaction) -> None:
        thread_id = str(interaction.channel_id)

        async def ask(asker: Asker) -> Say:
            here = await answers.round_in_thread(self._practice, thread_id)
            return await presses.reveal(self._practice, asker, here.key if here else None)

        await answer(interaction, ask)

    @app_commands.command(name="help", description="How a round works, and what you can do")
    async def help_(self, interaction: Interaction) -> None:
        async def ask(_asker: Asker) -> Say:
            return help_say.help_page(reads_replies=self._client.reads_replies)

        await answer(interaction, ask)

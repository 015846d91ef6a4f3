"""A simulated Discord with a study group in it, and the real bot as one of its members."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import discord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle
from simcord.env import Env

from bot.domain.clock import aware
from bot.frontends.demo import community
from bot.frontends.demo.app import DemoApp
from bot.frontends.demo.community import MEMBERS, Person
from bot.frontends.demo.errors import DemoError
from bot.frontends.demo.quiet import unheard
from bot.practice import setup
from bot.practice.setup import Overview

# Where the clock of every simulated Discord starts.
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

# The visitor's own time stops this long before the next question: days pass on request, not by waiting.
_MARGIN = timedelta(minutes=1)
_BOT_NAME = "Practice Bot"
# How long a slow machine may take over one act.
_PATIENCE_SECONDS = 30.0


class WorldClock:
    """The bot's clock: what the simulated Discord shows, once there is one."""

    env: Env | None = None

    def __call__(self) -> datetime:
        return self.env.now() if self.env else EPOCH


class World:
    """The simulated Discord.

    simcord lets one actor act at a time, so whoever wants something to happen holds `turn` meanwhile.
    """

    def __init__(
        self,
        *,
        app: DemoApp,
        env: Env,
        guild: GuildHandle,
        channel: ChannelHandle,
        visitor: MemberActor,
        members: Mapping[Person, MemberActor],
    ) -> None:
        self.app = app
        self.env = env
        self.guild = guild
        self.channel = channel
        self.visitor = visitor
        self.members = members
        self.turn = asyncio.Lock()
        self._anchor = (self._real(), env.now())

    @property
    def community_id(self) -> str:
        return str(self.guild.id)

    @property
    def now(self) -> datetime:
        return self.env.now()

    @property
    def threads(self) -> list[ChannelHandle]:
        """The rounds' threads, newest first."""
        return sorted(self.channel.threads, key=lambda thread: thread.id, reverse=True)

    async def overview(self) -> Overview | None:
        """Read where the community stands; None before it is set up."""
        return await setup.overview(self.app.practice, self.community_id)

    async def advance_to(self, moment: datetime) -> None:
        """Let time pass in the simulated Discord until a moment; one that has passed already changes nothing."""
        ahead = (aware(moment) - self.now).total_seconds()
        if ahead > 0:
            await self.env.advance_time(ahead)
        self._anchor = (self._real(), self.now)

    async def keep_up(self) -> None:
        """Let as much time pass as has really passed since the last jump, but never as far as the next question.

        The clock stands while nobody acts and catches up in the moment somebody does. So messages carry believable
        times and interactions expire as they do on Discord, yet an idle demo does no work and the page never changes
        by itself.
        """
        real, simulated = self._anchor
        target = simulated + timedelta(seconds=self._real() - real)
        overview = await self.overview()
        due = overview.community.next_due if overview else None
        if due is not None:
            target = min(target, due.at - _MARGIN)
        ahead = (target - self.now).total_seconds()
        if ahead > 0:
            await self.env.advance_time(ahead)

    @staticmethod
    def _real() -> float:
        """Return the real time in seconds since some fixed moment."""
        return asyncio.get_running_loop().time()


@asynccontextmanager
async def open_world(app: DemoApp, clock: WorldClock, *, must_be_known: bool = False) -> AsyncIterator[World]:
    """Open a simulated Discord in which the bot is connected and nothing has happened yet.

    Raises:
        DemoError: the database must know this community and does not: it may be a real one's, which the bot would
            look for here in vain and give up.
    """
    client = app.discord()
    env = Env(client, settle_timeout=_PATIENCE_SECONDS)
    clock.env = env
    guild = env.create_guild(community.NAME)
    channel = guild.create_text_channel(community.CHANNEL, topic=community.TOPIC)
    # Their ids follow from this order and from the clock's first moment, so that they are the same people in every
    # run: what a kept database knows of them stays true.
    users = [env.create_user("you", global_name=community.VISITOR, avatar=community.PORTRAIT)]
    users += [
        env.create_user(person.name.split()[0].lower(), global_name=person.name, avatar=community.PORTRAIT)
        for person in MEMBERS
    ]
    organisers = guild.create_role("Organisers", permissions=discord.Permissions(manage_guild=True))
    visitor = guild.add_member(users[0], roles=[organisers])
    members = {
        person: guild.add_member(user, roles=[organisers] if person.organises else [])
        for person, user in zip(MEMBERS, users[1:], strict=True)
    }
    if must_be_known and await setup.overview(app.practice, str(guild.id)) is None:
        raise DemoError("The database is not one of an earlier demo: name a new file with --database, or leave it out.")
    # Threads of an earlier run are not in this Discord, and are missed when the bot connects.
    with unheard("bot.practice"):
        await env.start()
    try:
        if client.user is not None:
            await client.user.edit(username=_BOT_NAME)
        yield World(app=app, env=env, guild=guild, channel=channel, visitor=visitor, members=members)
    finally:
        await env.shutdown()
        clock.env = None
